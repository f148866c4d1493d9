"""An interview cancelled while its candidate was still to choose: the day to choose by is nowhere told as its time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview
from tests.interviews.test_invite import facts_of
from tests.portal.stories import Invited, invite
from yuemian.domain.states import InterviewState, Purpose
from yuemian.domain.when import present
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import cancel_interview, change_interview, recognise_untimed
from yuemian.interviews.calendars.feed import feed_of
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Change, Interview
from yuemian.messaging.calendar_event import CALENDAR_TIMES
from yuemian.messaging.models import Delivery, Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.trust.vault import Vault

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def told(cast: Cast, now: datetime) -> Invited:
    """Asked from the beginning to choose a time within six days, and cancelled."""
    interview = create_interview(cast, now=now, starts_at=now + 6 * DAY)
    Interview.objects.update(state=InterviewState.DRAFT)
    who = invite(cast, now=now, interview=fresh(interview))
    Delivery.objects.update(state="sent")
    cancel_interview(cast.recruiter, interview.pk, now=now)
    return who


def fresh(interview: Interview) -> Interview:
    return Interview.objects.with_people().get(pk=interview.pk)


def said(interview: Interview) -> dict[str, Any]:
    """What the cancellation says."""
    found = Notification.objects.get(purpose=Purpose.CANCELLATION, subject_id=interview.pk)
    context: dict[str, Any] = snapshot_of(found, Vault(interview.organization_id))["context"]
    return context


def test_the_message_says_no_time_and_carries_no_event(told: Invited) -> None:
    context = said(told.interview)
    assert not context["is_settled"]
    assert context["interview_when"] == context["interview_day"] == "由您选择的时间"
    assert CALENDAR_TIMES not in context


def test_the_event_of_the_time_before_is_taken_out(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    times = context_of(fresh(who.interview), cast.organization, "en")[CALENDAR_TIMES]
    Delivery.objects.update(state="sent")
    ask_to_choose(cast.recruiter, who.interview.pk, until=now + 9 * DAY, reason="", now=now)
    Delivery.objects.update(state="sent")
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    assert said(who.interview)[CALENDAR_TIMES] == times


def test_the_note_the_facts_and_a_later_send_know_no_time(cast: Cast, told: Invited) -> None:
    assert Change.objects.get(kind="cancelled").old_starts_at is None
    interview = fresh(told.interview)
    assert (interview.state, interview.is_settled) == ("cancelled", False)
    (chosen,) = read_chosen(cast.organization.pk, [interview.pk])
    assert not chosen.facts.is_settled


def test_one_cancelled_before_this_was_noted_is_recognised(cast: Cast, now: datetime) -> None:
    moved, chosen, plain = (create_interview(cast, now=now) for _ in range(3))
    for each in (moved, chosen):
        ask_to_choose(cast.recruiter, each.pk, until=now + 9 * DAY, reason="", now=now)
    later = facts_of(fresh(chosen), starts_at=now + 5 * DAY)
    change_interview(cast.recruiter, chosen.pk, later, now=now + timedelta(minutes=1))
    for each in (moved, chosen, plain):
        cancel_interview(cast.recruiter, each.pk, now=now + timedelta(minutes=2))
    Interview.objects.update(is_untimed=False)
    assert recognise_untimed(cast.organization.pk) == 1
    assert not fresh(moved).is_settled
    assert fresh(chosen).is_settled
    assert fresh(plain).is_settled
    assert recognise_untimed(cast.organization.pk) == 0


def test_one_that_had_a_time_keeps_it(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    Delivery.objects.update(state="sent")
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    interview = fresh(who.interview)
    assert interview.is_settled
    assert Change.objects.get(kind="cancelled").old_starts_at == interview.starts_at
    when = present(interview.starts_at, interview.time_zone, "zh-hans")
    assert said(interview)["interview_day"] == when.day


def test_neither_the_candidates_page_nor_the_console_shows_one(
    cast: Cast, told: Invited, recruiter_client: Client
) -> None:
    when = present(told.interview.starts_at, told.interview.time_zone, "zh-hans")
    page = Client(headers={"accept-language": "zh-CN"}).get(told.address).content.decode()
    assert "这场面试已取消" in page
    for words in (when.date, when.day, when.time, "由你选择的时间"):
        assert words not in page
    board = recruiter_client.get("/interviews?day=any&state=cancelled").content.decode()
    assert "未选定时间" in board
    assert f"<s>{when.day}" not in board
    detail = recruiter_client.get(f"/interviews/{told.interview.pk}").content.decode()
    assert "未选定时间" in detail
    assert b"BEGIN:VEVENT" not in feed_of(cast.interviewer, now=timezone.now())[0]
