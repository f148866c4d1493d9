"""One moment by which word is due: for the colour of a row, the filter, every counter and the hiring lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.factories import Cast, create_interviews, install_texts
from tests.results.decisions.people import ADVANCE, REJECT, interviewed, reason
from yuemian.accounts.actions import save_branch
from yuemian.domain.results import Rule
from yuemian.domain.states import Answer, Attendance, Purpose
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.attendance import promise_result, record_attendance
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.due import keep_due
from yuemian.results.actions.escalate import escalate
from yuemian.results.actions.rules import save_rule
from yuemian.results.actions.told import settle_waits
from yuemian.results.actions.waits import note_waits
from yuemian.results.decisions.filters import WAITING, Age, ResultFilters, count, first
from yuemian.results.decisions.rows import rows_of
from yuemian.results.models import Decision, Wait
from yuemian.results.notices.reading import untold

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = ResultFilters(state=WAITING, age=Age.LATE)


def on(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def late(cast: Cast, now: datetime) -> set[UUID]:
    """Whoever the filter finds; and their rows, and the counter, say the same."""
    keep_due(cast.organization.pk, now)
    waiting = first(cast.recruiter, ResultFilters(state=WAITING), 50, now=now)
    red = {row.interview.pk for row in rows_of(cast.recruiter, waiting, now=now) if row.quiet.is_late}
    found = {each.interview_id for each in first(cast.recruiter, LATE, 50, now=now)}
    assert red == found
    assert count(cast.recruiter, LATE, now=now)["late"].value == len(found)
    return found


@pytest.fixture
def before_the_holiday(cast: Cast) -> Interview:
    """Held on the last day before the October holiday."""
    now = on(9, 30)
    (interview,) = interviewed(cast, 1, now=now, ago=timedelta(hours=2))
    note_waits(cast.organization.pk, now)
    return interview


def say(cast: Cast, interview: Interview, at: datetime) -> None:
    install_texts(cast, Purpose.ANSWER, now=at)
    interview = Interview.objects.with_people().get(pk=interview.pk)
    assert reply(cast.recruiter, interview, "还需要几天。", now=at).is_told
    Delivery.objects.update(state="sent", sent_at=at)


def test_word_is_usually_due_after_five_workdays_and_a_holiday_has_none(
    cast: Cast, before_the_holiday: Interview
) -> None:
    assert Wait.objects.get().due_at == on(10, 13, 18)
    for day in range(1, 14):
        assert late(cast, on(10, day)) == set()
    assert late(cast, on(10, 13, 19)) == {before_the_holiday.pk}


def test_a_word_that_has_left_puts_it_off_and_one_that_reached_nobody_does_not(
    cast: Cast, before_the_holiday: Interview
) -> None:
    interview = before_the_holiday
    promise_result(cast.recruiter, interview.pk, on(10, 10, 18), now=on(10, 1))
    assert late(cast, on(10, 12)) == {interview.pk}
    say(cast, interview, on(10, 12))
    assert late(cast, on(10, 12, 13)) == set()
    assert Wait.objects.get().due_at == on(10, 19, 18)
    assert late(cast, on(10, 19, 19)) == {interview.pk}
    Delivery.objects.update(state="permanent_failure")
    assert late(cast, on(10, 14)) == {interview.pk}
    assert (Wait.objects.get().word_at, keep_due(cast.organization.pk, on(10, 14))) == (None, 0)


def test_a_promise_by_hand_is_due_from_its_own_day_on(cast: Cast, before_the_holiday: Interview) -> None:
    for promised in (on(10, 9, 18), on(10, 30, 18)):
        promise_result(cast.recruiter, before_the_holiday.pk, promised, now=on(10, 1))
        assert Wait.objects.get().due_at == promised
    promise_result(cast.recruiter, before_the_holiday.pk, None, now=on(10, 1))
    assert Wait.objects.get().due_at == on(10, 13, 18)


def test_the_workdays_are_those_of_the_branch(cast: Cast, before_the_holiday: Interview) -> None:
    cast.shanghai.region = "SG"
    save_branch(cast.owner, cast.shanghai, now=on(10, 1))
    assert Wait.objects.get().due_at == on(10, 7, 18)


def test_the_lead_hears_when_word_is_due_again(cast: Cast, before_the_holiday: Interview) -> None:
    install_texts(cast, Purpose.DIGEST, now=on(10, 1))
    promise_result(cast.recruiter, before_the_holiday.pk, on(10, 10, 18), now=on(10, 1))
    say(cast, before_the_holiday, on(10, 12))
    keep_due(cast.organization.pk, on(10, 12))
    assert escalate(cast.organization.pk, on(10, 13, 10)) == 0
    assert escalate(cast.organization.pk, on(10, 20, 10)) == 1


# --- who waits at all


def test_what_was_made_or_noted_long_after_is_on_the_list(cast: Cast) -> None:
    now = timezone.now()
    interviewed(cast, 1, now=now, ago=timedelta(hours=2))
    declined, too_old = create_interviews(cast, 2, now=now, starts_at=now - 4 * DAY)
    Interview.objects.filter(pk__in=[declined.pk, too_old.pk]).update(answer=Answer.DECLINED)
    assert note_waits(cast.organization.pk, now) == 1
    save_rule(cast.owner, Rule(promise_workdays=30), now=now)
    create_interviews(cast, 1, now=now, starts_at=now - 10 * DAY)
    Interview.objects.filter(pk=too_old.pk).update(answer=Answer.ACCEPTED, starts_at=now - 70 * DAY)
    assert note_waits(cast.organization.pk, now) == 1
    assert note_waits(cast.organization.pk, now) == 0
    record_attendance(cast.recruiter, declined.pk, Attendance.ATTENDED, now=now)
    wait = Wait.objects.get(interview=declined)
    declined.refresh_from_db()
    assert (wait.state, wait.due_at) == ("open", declined.result_promised_at)
    assert wait.due_at
    assert Wait.objects.count() == 3


def test_nobody_waits_for_word_of_the_erased(cast: Cast, now: datetime) -> None:
    open_one, decided, told = interviewed(cast, 3, now=now, ago=20 * DAY)
    note_waits(cast.organization.pk, now)
    decide(cast.recruiter, [Choice(decided.pk, REJECT, (reason(cast, "skills_gap"),))], now=now)
    Wait.objects.filter(interview=told).update(state="told")
    assert late(cast, now) == {open_one.pk, decided.pk}
    assert untold(cast.recruiter).count() == 1
    for each in (open_one, decided, told):
        erase_by_hand(cast.owner, each.application.candidate, now=now)
    assert late(cast, now) == set()
    assert not untold(cast.recruiter).exists()
    assert note_waits(cast.organization.pk, now) == 0
    settle_waits(cast.organization.pk, [open_one.pk, decided.pk])
    assert list(Wait.objects.values_list("interview", "state")) == [(told.pk, "told")]


def test_whoever_was_erased_while_somebody_decided_is_let_go(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now, ago=20 * DAY)
    decide(cast.recruiter, [Choice(interview.pk, ADVANCE)], now=now)
    Candidate.objects.update(erased_at=datetime(2026, 11, 25, tzinfo=UTC))
    assert Wait.objects.exists()
    assert Decision.objects.current().exists()
    assert keep_due(cast.organization.pk, now) == 1
    assert not Wait.objects.exists()
