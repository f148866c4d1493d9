"""Interviewers are asked until it is there, and no longer; never twice; then the recruiter hears."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.db import connection, transaction

from tests.factories import Cast, create_cast, install_texts
from tests.results.scorecards.held import create_held, draft
from yuemian.accounts.models import User
from yuemian.domain.scorecard import MOST_MORNINGS
from yuemian.domain.states import Purpose
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.interviews.models import Interview, Participant
from yuemian.messaging.models import Notification, Template
from yuemian.results.actions.scorecard_chase import CannotAsk, TooSoon, ask_for_scorecards, remind
from yuemian.results.actions.scorecards import save, submit
from yuemian.results.models import ScorecardLink
from yuemian.results.scorecards.late import late, owed_by, owed_for
from yuemian.results.scorecards.subject import SUBJECT_KIND, TRUTH
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key

HOUR = timedelta(hours=1)
#: A Wednesday, four in the afternoon in Shanghai.
AFTERNOON = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return AFTERNOON


@pytest.fixture
def held(cast: Cast, now: datetime) -> Interview:
    install_texts(cast, Purpose.SCORECARD, Purpose.STAFF_NEWS, now=now)
    return create_held(cast, now=now, ended=2 * HOUR)


def run(cast: Cast, at: datetime) -> int:
    return ask_for_scorecards(cast.organization.pk, at)


def mails(purpose: Purpose = Purpose.SCORECARD) -> list[tuple[str, dict[str, Any]]]:
    """To whom, and with which words, oldest first."""
    found = []
    for each in (
        Notification.objects.filter(purpose=purpose).select_related("user").order_by("created_at", "pk")
    ):
        assert each.user
        vault, key = Vault(each.organization_id), organization_key(each.organization_id)
        text = vault.open_bytes(key, Notification.PLACE, each.pk, each.parameters_sealed)
        found.append((each.user.name, orjson.loads(text)["context"]))
    return found


def test_the_first_mail_comes_two_hours_after_the_end_with_a_link_of_its_own(
    cast: Cast, held: Interview, now: datetime
) -> None:
    assert run(cast, now - timedelta(minutes=1)) == 0
    assert run(cast, now) == 1
    ((name, context),) = mails()
    assert (name, context["candidate_name"]) == ("陈默", held.application.candidate.name)
    link = ScorecardLink.objects.get()
    secret = context["interview_link"].rpartition("/s/")[2]
    assert len(secret) == 43
    assert secret.encode() not in bytes(link.token_hash)
    assert "candidate_phone" not in context


def test_it_is_asked_once_at_a_time(cast: Cast, held: Interview, now: datetime) -> None:
    assert [run(cast, now + timedelta(minutes=m)) for m in (0, 0, 5, 300)] == [1, 0, 0, 0]
    assert len(mails()) == 1


def test_then_each_workday_morning_until_the_recruiter_hears(
    cast: Cast, held: Interview, now: datetime
) -> None:
    asked: list[str] = []
    for hours in range(24 * 14):
        at = now + hours * HOUR
        if run(cast, at):
            asked.append(f"{at.astimezone(ZoneInfo('Asia/Shanghai')):%a %d %H}")
    mornings = ["Thu 26 09", "Fri 27 09", "Mon 30 09", "Tue 01 09", "Wed 02 09"]
    assert asked == ["Wed 25 16", *mornings, "Thu 03 09"]
    assert len(mails()) == MOST_MORNINGS + 1
    ((name, context),) = mails(Purpose.STAFF_NEWS)
    assert name == "林悦"
    assert "陈默" in context["news"]
    assert "6" in context["news"]


@pytest.mark.parametrize("how", ["submitted", "cancelled", "no_show", "left", "gone", "archived", "declined"])
def test_it_stops(cast: Cast, held: Interview, now: datetime, how: str) -> None:
    assert run(cast, now) == 1
    if how == "submitted":
        submit(cast.interviewer, held.pk, draft(), 0, now=now)
    elif how == "cancelled":
        Interview.objects.update(state="cancelled")
    elif how == "no_show":
        Interview.objects.update(attendance="no_show", state="no_show")
    elif how == "left":
        Participant.objects.all().delete()
    elif how == "gone":
        User.objects.filter(pk=cast.interviewer.pk).update(is_active=False)
    elif how == "archived":
        Template.objects.filter(purpose=Purpose.SCORECARD).update(is_archived=True)
    else:
        Interview.objects.update(answer="declined")
    assert sum(run(cast, now + hours * HOUR) for hours in range(1, 24 * 9)) == 0


def test_an_interview_of_last_week_is_not_asked_about_out_of_the_blue(
    cast: Cast, held: Interview, now: datetime
) -> None:
    Interview.objects.update(starts_at=now - timedelta(days=5))
    assert run(cast, now) == 0


def test_begun_and_not_submitted_is_asked_for(cast: Cast, held: Interview, now: datetime) -> None:
    save(cast.interviewer, held.pk, draft(), 0, now=now)
    assert run(cast, now) == 1


def test_a_person_reminds_now_but_not_over_and_over(cast: Cast, held: Interview, now: datetime) -> None:
    remind(cast.recruiter, held.pk, cast.interviewer.pk, now=now)
    with pytest.raises(TooSoon) as refused:
        remind(cast.recruiter, held.pk, cast.interviewer.pk, now=now + HOUR)
    assert refused.value.wait == HOUR
    assert run(cast, now + HOUR) == 0
    remind(cast.recruiter, held.pk, cast.interviewer.pk, now=now + 3 * HOUR)
    assert ScorecardLink.objects.values_list("number", "asked_by").order_by("number").last() == (
        2,
        cast.recruiter.pk,
    )
    assert run(cast, datetime(2026, 11, 26, 1, 0, tzinfo=UTC)) == 1


def test_nobody_is_reminded_who_has_submitted_or_does_not_hold_it(
    cast: Cast, held: Interview, now: datetime
) -> None:
    with pytest.raises(CannotAsk):
        remind(cast.recruiter, held.pk, cast.lead.pk, now=now)
    submit(cast.interviewer, held.pk, draft(), 0, now=now)
    with pytest.raises(CannotAsk):
        remind(cast.recruiter, held.pk, cast.interviewer.pk, now=now)


def test_of_somebody_who_is_erased_no_scorecard_is_asked_for_or_late(
    cast: Cast, held: Interview, now: datetime
) -> None:
    erase_by_hand(cast.owner, held.application.candidate, now=now)
    assert run(cast, now) == 0
    assert owed_by(cast.interviewer, now=now) == late(cast.recruiter, now=now + 24 * HOUR) == []


def test_who_is_late_is_seen(cast: Cast, held: Interview, now: datetime) -> None:
    assert [each.interviewer for each in owed_by(cast.interviewer, now=now)] == ["陈默"]
    assert late(cast.recruiter, now=now) == []
    run(cast, now)
    (found,) = late(cast.recruiter, now=now + 24 * HOUR)
    assert (found.interviewer, found.times_asked, found.asked_at, found.is_begun) == ("陈默", 1, now, False)
    assert late(cast.recruiter, now=now + 24 * HOUR, recruiter=cast.lead.pk) == []
    assert len(owed_for(cast.organization.pk, held.pk, now=now)) == 1
    submit(cast.interviewer, held.pk, draft(), 0, now=now)
    assert owed_by(cast.interviewer, now=now) == owed_for(cast.organization.pk, held.pk, now=now) == []


def truth() -> tuple[bool, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_engine")
        cursor.execute(TRUTH, [list(ScorecardLink.objects.values_list("pk", flat=True))])
        row = cursor.fetchone()
        cursor.execute("SET LOCAL ROLE yuemian_app")
    return row[2], row[3]


def test_the_engine_asks_again_before_it_sends(cast: Cast, held: Interview, now: datetime) -> None:
    run(cast, now)
    assert Notification.objects.get(purpose=Purpose.SCORECARD).subject_kind == SUBJECT_KIND
    assert truth() == (True, False)
    submit(cast.interviewer, held.pk, draft(), 0, now=now)
    assert truth() == (True, True)
    Interview.objects.update(state="cancelled")
    assert truth() == (False, True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_ask_twice() -> None:
    with transaction.atomic():
        cast = create_cast(now=AFTERNOON)
        install_texts(cast, Purpose.SCORECARD, now=AFTERNOON)
        for _ in range(5):
            create_held(cast, now=AFTERNOON, ended=2 * HOUR)
    done: list[int] = []

    def work() -> None:
        with acting_in(cast.organization.pk):
            done.append(ask_for_scorecards(cast.organization.pk, AFTERNOON))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with acting_in(cast.organization.pk):
        assert sum(done) == 5
        assert Notification.objects.filter(purpose=Purpose.SCORECARD).count() == 5
        assert set(ScorecardLink.objects.values_list("number", flat=True)) == {1}
