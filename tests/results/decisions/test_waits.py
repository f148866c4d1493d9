"""Nobody is forgotten: who waits is written down, promised a day, counted, escalated once, and written to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.factories import Cast, create_interview, create_interviews, create_user, install_texts
from tests.results.decisions.people import ADVANCE, REJECT, interviewed, reason
from tests.results.factories import bring_to, create_notice
from yuemian.accounts.models import Role
from yuemian.domain.cadence import Verdict
from yuemian.domain.results import NoticeState, Rule, Silence
from yuemian.domain.states import Answer, Channel, InterviewState, Purpose, ReasonCode
from yuemian.hiring.models import Application
from yuemian.interviews.agenda.reading import read_agendas
from yuemian.interviews.models import Cadence, Interview
from yuemian.interviews.plans.library import install_plan
from yuemian.interviews.tasks import run_due_steps
from yuemian.interviews.today import Scope, read_today
from yuemian.messaging.actions.forget import forget_old
from yuemian.messaging.models import Delivery, Notification
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.due import keep_due
from yuemian.results.actions.escalate import escalate
from yuemian.results.actions.next_round import NextRound, schedule_next
from yuemian.results.actions.rules import save_rule
from yuemian.results.actions.waits import note_waits
from yuemian.results.models import Escalation, Wait
from yuemian.results.signals import results_released
from yuemian.results.silence.late import count_late
from yuemian.results.silence.word import last_words, quiet_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def states(*interviews: Interview) -> list[str]:
    found = dict(Wait.objects.values_list("interview", "state"))
    return [found.get(each.pk, "") for each in interviews]


def look(cast: Cast, now: datetime) -> int:
    return note_waits(cast.organization.pk, now)


def test_whoever_was_interviewed_waits_from_its_end_on(cast: Cast, now: datetime) -> None:
    came, silent, declined, missed, coming = create_interviews(
        cast, 5, now=now, starts_at=now - timedelta(hours=1)
    )
    Interview.objects.filter(pk=came.pk).update(state=InterviewState.COMPLETED)
    Interview.objects.filter(pk=declined.pk).update(answer=Answer.DECLINED)
    Interview.objects.filter(pk=missed.pk).update(state=InterviewState.NO_SHOW)
    Interview.objects.filter(pk=coming.pk).update(starts_at=now - timedelta(minutes=59))
    assert look(cast, now) == 2
    assert states(came, silent, declined, missed, coming) == ["open", "open", "", "", ""]
    assert look(cast, now) == 0
    assert look(cast, now + timedelta(minutes=1)) == 1
    # Who came all the same is noted later, and found.
    Interview.objects.filter(pk=declined.pk).update(state=InterviewState.COMPLETED)
    assert look(cast, now + 2 * DAY) == 1


def test_what_was_decided_at_once_stays_decided(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now, ago=timedelta(minutes=30))
    decide(cast.recruiter, [Choice(interview.pk, ADVANCE)], now=now)
    look(cast, now + timedelta(hours=1))
    assert states(interview) == ["decided"]


def test_a_promise_is_made_by_the_nearest_rule_in_workdays(cast: Cast, now: datetime) -> None:
    engineer, kept = interviewed(cast, 2, now=now, ago=timedelta(hours=2))
    (seller,) = interviewed(cast, 1, now=now, ago=timedelta(hours=2), job=cast.sales)
    by_hand = datetime(2026, 12, 24, 10, tzinfo=UTC)
    Interview.objects.filter(pk=kept.pk).update(result_promised_at=by_hand)
    save_rule(cast.owner, Rule(promise_workdays=3), now=now)
    save_rule(cast.owner, Rule(promise_workdays=1), now=now, job=cast.sales)
    look(cast, now)
    promised = dict(Interview.objects.values_list("pk", "result_promised_at"))
    # now is Wednesday, 25 November 2026, 9:00 in Shanghai.
    assert promised[engineer.pk] == datetime(2026, 11, 30, 18, tzinfo=SHANGHAI)
    assert promised[seller.pk] == datetime(2026, 11, 26, 18, tzinfo=SHANGHAI)
    assert promised[kept.pk] == by_hand
    assert Cadence.objects.get(interview=engineer).next_at == now


def test_without_a_rule_nothing_is_promised(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    look(cast, now)
    assert Interview.objects.get(pk=interview.pk).result_promised_at is None


def test_whoever_is_in_the_next_round_no_longer_waits_until_it_is_called_off(
    cast: Cast, now: datetime
) -> None:
    undecided, advanced, rejected = interviewed(cast, 3, now=now)
    decide(cast.recruiter, [Choice(advanced.pk, ADVANCE)], now=now)
    decide(cast.recruiter, [Choice(rejected.pk, REJECT, (reason(cast, "skills_gap"),))], now=now)
    look(cast, now)
    people = [undecided.pk, advanced.pk, rejected.pk]
    schedule_next(cast.recruiter, people, NextRound("复试", now + 3 * DAY), now=now)
    look(cast, now)
    assert states(undecided, advanced, rejected) == ["moved", "moved", "decided"]
    Interview.objects.filter(round="复试").update(state=InterviewState.CANCELLED)
    look(cast, now)
    assert states(undecided, advanced, rejected) == ["open", "decided", "decided"]


# --- the note that it takes longer


@pytest.fixture
def promised(cast: Cast, now: datetime) -> Interview:
    """Somebody who was promised a result for yesterday, under the shipped plan."""
    install_texts(cast, Purpose.STILL_DECIDING, now=now)
    install_plan(cast.organization, now)
    (interview,) = interviewed(cast, 1, now=now, ago=5 * DAY)
    Interview.objects.filter(pk=interview.pk).update(
        result_promised_at=now - DAY, answer=Answer.ACCEPTED, answered_at=now - 6 * DAY
    )
    look(cast, now)
    return Interview.objects.with_people().get(pk=interview.pk)


def still_deciding(cast: Cast, interview: Interview, now: datetime) -> Any:
    items = read_agendas(cast.organization.pk, [interview.pk], now)[interview.pk]
    (found,) = [each for each in items if each.step.purpose == Purpose.STILL_DECIDING]
    return found


def test_the_decided_and_untold_still_hear_that_it_takes_longer(
    cast: Cast, promised: Interview, now: datetime
) -> None:
    decide(cast.recruiter, [Choice(promised.pk, REJECT, (reason(cast, "skills_gap"),))], now=now)
    item = still_deciding(cast, promised, now)
    assert item.verdict in {Verdict.DUE, Verdict.COMING}
    at = max(item.due_at, now)
    Cadence.objects.update(next_at=at)
    run_due_steps(cast.organization.pk, at)
    note = Notification.objects.get(purpose=Purpose.STILL_DECIDING)
    assert (note.subject_id, note.candidate_id) == (promised.pk, promised.application.candidate_id)
    # It counts as word once it has left, not before; and the wait begins anew.
    assert last_words([promised.pk]) == {}
    Delivery.objects.filter(notification=note).update(state="sent", sent_at=at)
    assert keep_due(cast.organization.pk, at + DAY) == 1
    quiet = quiet_of(promised, Wait.objects.get(), now=at + DAY)
    assert (quiet.days, quiet.level, quiet.word_at) == (1, Silence.CALM, at)
    assert not quiet.is_promised


def test_the_told_hear_no_more(cast: Cast, promised: Interview, now: datetime) -> None:
    (decision,) = decide(
        cast.recruiter, [Choice(promised.pk, REJECT, (reason(cast, "skills_gap"),))], now=now
    )
    notice = bring_to(
        create_notice(cast, decision, cast.recruiter, now=now), NoticeState.RELEASED, cast.lead, now=now
    )
    results_released.send(sender=None, notices=[notice], now=now)
    item = still_deciding(cast, promised, now)
    assert (item.verdict, item.reason) == (Verdict.SKIPPED, ReasonCode.RESULT_DECIDED)
    assert Cadence.objects.get(interview=promised).next_at == now


def test_an_invitation_to_the_next_round_is_word_and_its_own_promise_counts_anew(
    cast: Cast, promised: Interview, now: datetime
) -> None:
    decide(cast.recruiter, [Choice(promised.pk, ADVANCE)], now=now)
    (following,) = schedule_next(cast.recruiter, [promised.pk], NextRound("复试", now + DAY), now=now)
    assert still_deciding(cast, promised, now).reason == ReasonCode.RESULT_DECIDED
    later = now + 9 * DAY
    Interview.objects.filter(pk=following).update(
        result_promised_at=later - DAY,
        state=InterviewState.COMPLETED,
        answer=Answer.ACCEPTED,
        answered_at=now,
    )
    second = Interview.objects.get(pk=following)
    assert still_deciding(cast, second, later).verdict in {Verdict.DUE, Verdict.COMING}


# --- who hears of it


def escalating(cast: Cast, now: datetime) -> int:
    return escalate(cast.organization.pk, now)


@pytest.fixture
def late(cast: Cast, now: datetime) -> Interview:
    """A promise that was broken on Monday, 23 November."""
    install_texts(cast, Purpose.DIGEST, now=now)
    (interview,) = interviewed(cast, 1, now=now, ago=9 * DAY, name="等候人")
    Interview.objects.filter(pk=interview.pk).update(
        result_promised_at=datetime(2026, 11, 23, 18, tzinfo=SHANGHAI)
    )
    look(cast, now)
    return interview


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


def test_the_lead_hears_once_a_workday_after_the_promise(cast: Cast, late: Interview, now: datetime) -> None:
    assert escalating(cast, at(24, 17)) == 0  # one workday is not over
    assert escalating(cast, at(24, 19)) == 0  # nor are these hours for mail
    assert escalating(cast, at(25, 10)) == 1
    assert escalating(cast, at(25, 10)) == 0
    assert Wait.objects.get(interview=late).escalated_at == at(25, 10)
    note = Notification.objects.get()
    assert (note.user_id, note.purpose) == (cast.lead.pk, Purpose.DIGEST)
    assert Delivery.objects.get(notification=note).channel == Channel.EMAIL
    # The next one that is late is not told on the same day, but on the next.
    (other,) = interviewed(cast, 1, now=now, ago=8 * DAY)
    Interview.objects.filter(pk=other.pk).update(result_promised_at=at(23, 18))
    look(cast, now)
    assert escalating(cast, at(25, 12)) == 0
    assert Wait.objects.get(interview=other).escalated_at is None
    assert escalating(cast, at(26, 10)) == 1
    assert Escalation.objects.count() == 2


def test_a_weekend_an_absence_and_another_branch_are_no_time_for_it(
    cast: Cast, late: Interview, now: datetime
) -> None:
    assert escalating(cast, at(28, 10)) == 0  # a Saturday
    cast.lead.away_from, cast.lead.away_until = now, now + 5 * DAY
    cast.lead.save()
    assert escalating(cast, at(25, 10)) == 0
    create_user(cast.organization, Role.HIRING_LEAD, "新加坡主管", branch=cast.singapore)
    assert escalating(cast, at(25, 10)) == 0
    here = create_user(cast.organization, Role.HIRING_LEAD, "上海主管", branch=cast.shanghai)
    assert escalating(cast, at(25, 10)) == 1
    assert Notification.objects.get().user_id == here.pk


def test_a_lead_who_cannot_be_told_today_is_told_later_and_nobody_twice(
    cast: Cast, late: Interview, now: datetime
) -> None:
    second = create_user(cast.organization, Role.HIRING_LEAD, "第二位主管")
    Escalation.objects.create(organization=cast.organization, user=second, day=at(25, 9).date(), at=at(25, 9))
    assert escalating(cast, at(25, 10)) == 1
    assert Notification.objects.get().user_id == cast.lead.pk
    wait = Wait.objects.get(interview=late)
    assert (wait.escalated_at, wait.escalated_to) == (None, [cast.lead.pk])
    assert escalating(cast, at(25, 11)) == 0
    assert escalating(cast, at(26, 10)) == 1
    told = Notification.objects.values_list("user_id", flat=True)
    assert sorted(told) == sorted([cast.lead.pk, second.pk])
    assert Wait.objects.get(interview=late).escalated_at == at(26, 10)
    assert escalating(cast, at(27, 10)) == 0


def test_who_was_told_or_is_not_to_be_escalated_is_not(cast: Cast, late: Interview, now: datetime) -> None:
    save_rule(cast.owner, Rule(escalate_workdays=0), now=now, job=cast.backend)
    assert escalating(cast, at(25, 10)) == 0
    save_rule(cast.owner, Rule(), now=now, job=cast.backend)
    Wait.objects.update(state="told")
    assert escalating(cast, at(25, 10)) == 0


def test_nobody_stands_in_the_way_of_those_who_come_after(
    cast: Cast, late: Interview, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older promises of a job that escalates nothing fill more than a slice."""
    monkeypatch.setattr("yuemian.results.actions.escalate.SLICE", 2)
    save_rule(cast.owner, Rule(escalate_workdays=0), now=now, job=cast.sales)
    older = interviewed(cast, 5, now=now, ago=12 * DAY)
    Application.objects.filter(interviews__in=older).update(job=cast.sales)
    newer = interviewed(cast, 2, now=now, ago=8 * DAY)
    Interview.objects.filter(pk__in=[each.pk for each in (*older, *newer)]).update(
        result_promised_at=at(23, 18)
    )
    look(cast, now)
    assert Wait.objects.filter(job=cast.sales).count() == 5
    assert escalating(cast, at(25, 10)) == 1
    told = Wait.objects.filter(escalated_at__isnull=False)
    assert set(told.values_list("interview", flat=True)) == {late.pk, *(each.pk for each in newer)}


def test_what_the_mail_said_is_forgotten_after_a_week(cast: Cast, late: Interview) -> None:
    escalating(cast, at(25, 10))
    assert bytes(Notification.objects.get().parameters_sealed)
    Delivery.objects.update(state="sent", sent_at=at(25, 10), settled_at=at(25, 10))
    assert forget_old(cast.organization.pk, at(25, 10) + 8 * DAY) == 1
    assert not bytes(Notification.objects.get().parameters_sealed)


def test_it_stands_on_today_and_in_the_navigation(cast: Cast, late: Interview, now: datetime) -> None:
    today = read_today(cast.recruiter, Scope.of(cast.recruiter), now=now)
    (line,) = today["results"].lines
    assert (line.name, [str(each.sentence) for each in line.reasons]) == ("等候人", ["还没有人作出决定。"])
    other = create_user(cast.organization, Role.RECRUITER, "另一位")
    assert not read_today(other, Scope.of(other), now=now)["results"].lines
    assert (count_late(cast.recruiter), count_late(cast.lead), count_late(other)) == (1, 1, 0)
    (unpromised,) = interviewed(cast, 1, now=now, ago=20 * DAY)
    look(cast, now)
    Wait.objects.get_or_create(
        organization=cast.organization, interview=unpromised, job=cast.backend, ended_at=unpromised.ends_at
    )
    assert count_late(cast.recruiter) == 1  # nobody decides here yet: only a promise is due
    assert count_late(cast.interviewer) == count_late(cast.auditor) == 0
    decide(cast.recruiter, [Choice(late.pk, REJECT, (reason(cast, "skills_gap"),))], now=now)
    assert count_late(cast.recruiter) == 2
    _, line = read_today(cast.recruiter, Scope.of(cast.recruiter), now=now)["results"].lines
    assert [str(each.sentence) for each in line.reasons] == ["已决定，尚未告知。"]


def test_a_cancelled_interview_leaves_the_lists(cast: Cast, late: Interview) -> None:
    Interview.objects.filter(pk=late.pk).update(state=InterviewState.NO_SHOW)
    assert count_late(cast.recruiter) == 0
    assert escalating(cast, at(25, 10)) == 0


def test_a_new_interview_waits_for_nothing(cast: Cast, now: datetime) -> None:
    create_interview(cast, now=now)
    assert look(cast, now) == 0
