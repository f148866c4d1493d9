"""Changed twice: page and message name what the reader knew, not what held in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import Cast
from tests.interviews.slots import create_policy, create_series, offers
from tests.interviews.slots import press as press_on
from tests.interviews.test_invite import facts_of
from tests.portal.stories import Invited, hidden, invite, invited, phone, tap
from yuemian.domain.states import Purpose
from yuemian.domain.when import present
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.reschedule import choose_slot
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery, Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.trust.vault import Vault

HOURS = timedelta(hours=1)
TIME_CHANGED, OTHER_CHANGED = "面试时间已更改。", "面试安排已更改。"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def change(cast: Cast, who: Invited, *, now: datetime, **fields: Any) -> None:
    interview = Interview.objects.with_people().get(pk=who.interview.pk)
    change_interview(cast.recruiter, interview.pk, facts_of(interview, **fields), now=now)


def tell() -> None:
    """Whatever waits reaches the candidate."""
    Delivery.objects.filter(state="queued").update(state="sent")


def page(who: Invited) -> str:
    return phone().get(who.address).content.decode()


def when(start: datetime, who: Invited) -> str:
    return present(start, who.interview.time_zone, "zh-hans").full


def hour(start: datetime, who: Invited) -> str:
    return present(start, who.interview.time_zone, "zh-hans").time


def last_told(who: Invited) -> dict[str, Any]:
    return told_last(who, Purpose.CHANGE)


def told_last(who: Invited, purpose: Purpose) -> dict[str, Any]:
    row = Notification.objects.filter(subject_id=who.interview.pk, purpose=purpose).latest("created_at", "id")
    context: dict[str, Any] = snapshot_of(row, Vault(row.organization_id))["context"]
    return context


@pytest.fixture
def who(cast: Cast, now: datetime) -> Invited:
    """Told of the first facts."""
    found = invite(cast, now=now)
    tell()
    return found


def test_an_old_link_says_that_the_time_changed_though_something_else_did_last(
    cast: Cast, who: Invited, now: datetime
) -> None:
    start = who.interview.starts_at
    change(cast, who, now=now, starts_at=start + 4 * HOURS)
    tell()
    between = invited(who.interview)
    change(cast, who, now=now, place_name="2 楼")
    assert TIME_CHANGED in page(who)
    assert when(start, who) in page(who)
    summary = tap(phone(), who, "accepted", now=now)
    assert TIME_CHANGED in summary.content.decode()
    assert hidden(summary, "confirm")
    # Who was told of the second facts knows the time.
    for link in (between, invited(who.interview)):
        assert OTHER_CHANGED in page(link)
        assert when(start, who) not in page(link)


def test_a_change_that_left_unheard_is_told_with_the_next(cast: Cast, who: Invited, now: datetime) -> None:
    start, place = who.interview.starts_at, who.interview.place_name
    change(cast, who, now=now, starts_at=start + 4 * HOURS, place_name="2 楼")
    change(cast, who, now=now, place_name="3 楼")
    told = last_told(who)
    assert (told["old_when"], told["old_place"], told["place_name"]) == (when(start, who), place, "3 楼")
    newest = invited(who.interview)
    assert TIME_CHANGED in page(newest)
    assert when(start, who) in page(newest)


def test_a_change_that_was_heard_is_what_the_next_one_names(cast: Cast, who: Invited, now: datetime) -> None:
    start = who.interview.starts_at
    change(cast, who, now=now, starts_at=start + 4 * HOURS, place_name="2 楼")
    tell()
    change(cast, who, now=now, place_name="3 楼")
    told = last_told(who)
    assert (told["old_when"], told["old_place"]) == (when(start + 4 * HOURS, who), "2 楼")


def test_a_time_that_the_candidate_chose_is_known_before_its_message_leaves(
    cast: Cast, who: Invited, now: datetime
) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now)
    chosen = offers(who.interview, now)[-1]
    choose_slot(press_on(who, now), chosen.key, words="")
    change(cast, who, now=now, place_name="3 楼")
    assert last_told(who)["old_when"] == when(chosen.span.start, who)


def test_a_time_that_moved_and_moved_back_has_not_changed(cast: Cast, who: Invited, now: datetime) -> None:
    start = who.interview.starts_at
    change(cast, who, now=now, starts_at=start + 4 * HOURS)
    change(cast, who, now=now, starts_at=start)
    assert OTHER_CHANGED in page(who)
    assert TIME_CHANGED not in page(who)


def test_a_cancellation_after_an_unheard_move_names_the_time_that_the_candidate_knows(
    cast: Cast, who: Invited, now: datetime
) -> None:
    start = who.interview.starts_at
    change(cast, who, now=now, starts_at=start + 4 * HOURS)
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    context = told_last(who, Purpose.CANCELLATION)
    assert context["interview_time"].startswith(hour(start, who))
    assert "known_start" not in context


def test_a_cancellation_after_a_move_they_heard_of_names_the_new_time(
    cast: Cast, who: Invited, now: datetime
) -> None:
    later = who.interview.starts_at + 4 * HOURS
    change(cast, who, now=now, starts_at=later)
    tell()
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    assert told_last(who, Purpose.CANCELLATION)["interview_time"].startswith(hour(later, who))
