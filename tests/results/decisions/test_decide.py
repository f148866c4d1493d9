"""Deciding: all or nothing, never twice, never unseen, never what did not take place; and taking it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Cast, create_cast, create_interview, create_job, create_user
from tests.results.decisions.people import ADVANCE, HOLD, PASS, REJECT, interviewed, reason
from tests.results.factories import bring_to, create_notice
from yuemian.accounts.models import Role
from yuemian.domain.results import NoticeState, Obstacle, Outcome, Rule
from yuemian.domain.states import Answer, InterviewState, Stage
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.models import Application
from yuemian.interviews.models import Interview
from yuemian.results.actions.decide import (
    UNDO,
    CannotDecide,
    Choice,
    DecidedMeanwhile,
    LacksReason,
    NotYours,
    NoUndo,
    decide,
    undo,
)
from yuemian.results.actions.next_round import NextRound, decide_and_schedule
from yuemian.results.actions.rules import save_rule
from yuemian.results.models import Decision, DecisionReason, ResultNotice, Wait
from yuemian.results.signals import results_called_back, results_released
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import SETTING
from yuemian.trust.vault import Vault

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def rejecting(cast: Cast, interview: Interview, **fields: Any) -> Choice:
    return Choice(interview.pk, REJECT, (reason(cast, "skills_gap"),), **fields)


def wait_state(interview: Interview) -> str:
    return Wait.objects.get(interview=interview).state


def test_a_decision_keeps_reason_and_note_and_is_written_down(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    (decision,) = decide(cast.recruiter, [rejecting(cast, interview, note="算法题没有思路")], now=now)
    assert (decision.number, decision.outcome, decision.is_current) == (1, REJECT, True)
    assert DecisionReason.objects.get(pk=decision.reasons[0]).code == "skills_gap"
    key = interview.application.candidate.key
    assert decision.note_sealed
    assert "算法" not in str(bytes(decision.note_sealed))
    assert (
        Vault(cast.organization.pk).open(key, Decision.PLACE, decision.pk, decision.note_sealed)
        == "算法题没有思路"
    )
    entry = AuditEntry.objects.get(action="result.decided")
    assert (entry.subject_id, entry.details["outcome"]) == (interview.pk, "reject")
    assert "算法" not in str(entry.details)
    assert wait_state(interview) == "decided"
    assert audit.verify(cast.organization.pk) is None


def test_a_changed_mind_is_a_new_row_and_voids_the_letter(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    (first,) = decide(cast.recruiter, [rejecting(cast, interview)], now=now)
    notice = bring_to(
        create_notice(cast, first, cast.recruiter, now=now), NoticeState.APPROVED, cast.lead, now=now
    )
    (second,) = decide(cast.lead, [Choice(interview.pk, PASS)], now=now + MINUTE)
    assert (second.number, second.replaces) == (2, 1)
    assert [each.number for each in Decision.objects.filter(is_current=True)] == [2]
    assert ResultNotice.objects.get(pk=notice.pk).state == NoticeState.VOID


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": InterviewState.CANCELLED}, Obstacle.CANCELLED),
        ({"state": InterviewState.NO_SHOW}, Obstacle.NO_SHOW),
        ({"state": InterviewState.DRAFT}, Obstacle.UNSETTLED),
        ({"state": InterviewState.SCHEDULED, "answer": Answer.DECLINED}, Obstacle.NOT_COMING),
        ({"state": InterviewState.SCHEDULED, "days": 2}, Obstacle.TO_COME),
    ],
)
def test_nobody_is_decided_on_who_was_not_interviewed(
    cast: Cast, now: datetime, fields: dict[str, Any], why: Obstacle
) -> None:
    good, bad = interviewed(cast, 2, now=now)
    starts_at = bad.starts_at + timedelta(days=fields.pop("days", 0))
    Interview.objects.filter(pk=bad.pk).update(starts_at=starts_at, **fields)
    with pytest.raises(CannotDecide) as problem:
        decide(cast.recruiter, [rejecting(cast, good), rejecting(cast, bad)], now=now)
    assert problem.value.obstacles == {bad.pk: why}
    assert not Decision.objects.exists()


def test_nobody_decides_on_somebody_who_is_erased(cast: Cast, now: datetime) -> None:
    kept, gone = interviewed(cast, 2, now=now)
    erase_by_hand(cast.owner, gone.application.candidate, now=now)
    with pytest.raises(CannotDecide) as problem:
        decide(cast.recruiter, [rejecting(cast, each, note="再看看") for each in (kept, gone)], now=now)
    assert problem.value.obstacles == {gone.pk: Obstacle.ERASED}


def test_whoever_decided_meanwhile_is_named_and_nothing_is_changed(cast: Cast, now: datetime) -> None:
    one, other = interviewed(cast, 2, now=now)
    decide(cast.lead, [Choice(one.pk, ADVANCE)], now=now + MINUTE)
    with pytest.raises(DecidedMeanwhile) as problem:
        decide(
            cast.recruiter,
            [rejecting(cast, one), rejecting(cast, other)],
            now=now + 2 * MINUTE,
            seen_at=now,
        )
    (theirs,) = problem.value.decisions
    assert (theirs.decided_by, theirs.decided_at, theirs.interview_id) == (cast.lead, now + MINUTE, one.pk)
    assert Decision.objects.count() == 1
    # Seen, it may be decided anew.
    decide(cast.recruiter, [rejecting(cast, one)], now=now + 3 * MINUTE, seen_at=now + 2 * MINUTE)
    assert Decision.objects.get(is_current=True).outcome == REJECT


def test_a_form_sent_twice_decides_once(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    decide(cast.recruiter, [rejecting(cast, interview)], now=now, seen_at=now - MINUTE)
    assert decide(cast.recruiter, [rejecting(cast, interview)], now=now + MINUTE, seen_at=now - MINUTE) == []
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.AUDITOR, Role.PRIVACY_OFFICER])
def test_who_may_not_decide_does_not(cast: Cast, now: datetime, role: Role) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    with pytest.raises(NotYours):
        decide(create_user(cast.organization, role, "x"), [Choice(interview.pk, HOLD)], now=now)


def test_passes_can_be_the_leads_alone(cast: Cast, now: datetime) -> None:
    sales = create_job(cast.organization, cast.shanghai, "门店经理")
    (engineer,), (seller,) = interviewed(cast, 1, now=now), interviewed(cast, 1, now=now, job=sales)
    save_rule(cast.owner, Rule(is_pass_reserved=True), now=now)
    save_rule(cast.owner, Rule(is_pass_reserved=False), now=now, job=sales)
    with pytest.raises(NotYours) as problem:
        decide(cast.recruiter, [Choice(engineer.pk, PASS), Choice(seller.pk, PASS)], now=now)
    assert problem.value.interview_ids == [engineer.pk]
    decide(cast.recruiter, [Choice(seller.pk, PASS), Choice(engineer.pk, ADVANCE)], now=now)
    decide(cast.lead, [Choice(engineer.pk, PASS)], now=now + MINUTE)


def test_a_reason_must_be_there_fit_and_be_of_the_job(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    theirs = DecisionReason.objects.create(
        organization=cast.organization, job=cast.sales, code="x", outcome=REJECT, label="只用于销售"
    )
    for reasons in ((), (reason(cast, "best_fit"),), (theirs.pk,)):
        with pytest.raises(LacksReason):
            decide(cast.recruiter, [Choice(interview.pk, REJECT, reasons)], now=now)
    decide(cast.recruiter, [Choice(interview.pk, ADVANCE)], now=now)


def test_another_companys_interview_is_not_there(db: None, now: datetime) -> None:
    other = create_cast(now=now, name="远山科技")
    (theirs,) = interviewed(other, 1, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [SETTING])
    cast = create_cast(now=now)
    with pytest.raises(Interview.DoesNotExist):
        decide(cast.recruiter, [Choice(theirs.pk, HOLD)], now=now)


def test_a_thousand_at_once_take_as_many_statements_as_ten(cast: Cast, now: datetime) -> None:
    ten, thousand = interviewed(cast, 10, now=now), interviewed(cast, 1000, now=now)
    counts = []
    for people in (ten, thousand):
        choices = [rejecting(cast, each, note="统一") for each in people]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            decide(cast.recruiter, choices, now=now, seen_at=now)
        counts.append(sum("append_audit" not in each["sql"] for each in queries))
    assert counts[1] <= counts[0]
    assert Decision.objects.filter(is_current=True).count() == 1010


# --- taking it back


def test_what_was_decided_is_taken_back_and_leaves_its_trace(cast: Cast, now: datetime) -> None:
    people = interviewed(cast, 3, now=now)
    decide(cast.recruiter, [rejecting(cast, each) for each in people], now=now)
    assert len(undo(cast.recruiter, now, now=now + UNDO)) == 3
    assert not Decision.objects.filter(is_current=True).exists()
    assert Decision.objects.count() == 3
    assert {wait_state(each) for each in people} == {"open"}
    assert AuditEntry.objects.filter(action="result.undone").count() == 3


def test_an_undo_brings_back_what_held_before_and_never_what_was_undone(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    decide(cast.lead, [Choice(interview.pk, PASS)], now=now - timedelta(hours=1))
    undone = now - timedelta(minutes=58)
    decide(cast.lead, [Choice(interview.pk, HOLD, note="先等等")], now=undone)
    undo(cast.lead, undone, now=undone + MINUTE)
    assert Decision.objects.get(is_current=True).outcome == PASS
    decide(cast.recruiter, [rejecting(cast, interview)], now=now)
    undo(cast.recruiter, now, now=now + MINUTE)
    standing = Decision.objects.get(is_current=True)
    assert (standing.outcome, standing.decided_by, standing.number) == (PASS, cast.lead, 5)
    # A first decision, undone, comes back with nothing.
    (other,) = interviewed(cast, 1, now=now)
    decide(cast.recruiter, [Choice(other.pk, ADVANCE)], now=now + 2 * MINUTE)
    undo(cast.recruiter, now + 2 * MINUTE, now=now + 3 * MINUTE)
    decide(cast.recruiter, [Choice(other.pk, HOLD)], now=now + 4 * MINUTE)
    undo(cast.recruiter, now + 4 * MINUTE, now=now + 5 * MINUTE)
    assert not Decision.objects.filter(interview=other, is_current=True).exists()


def test_an_undo_comes_too_late(cast: Cast, now: datetime) -> None:
    people = interviewed(cast, 2, now=now)
    decisions = decide(cast.recruiter, [rejecting(cast, each) for each in people], now=now)
    with pytest.raises(NoUndo, match="late"):
        undo(cast.recruiter, now, now=now + UNDO + timedelta(seconds=1))
    assert undo(cast.lead, now, now=now) == []  # it is not theirs
    draft = create_notice(cast, decisions[0], cast.recruiter, now=now)
    bring_to(draft, NoticeState.SUBMITTED, cast.lead, now=now)
    with pytest.raises(NoUndo, match="seen"):
        undo(cast.recruiter, now, now=now + MINUTE)
    assert Decision.objects.filter(is_current=True).count() == 2


# --- the next round


def test_who_advances_has_a_next_round_at_once(cast: Cast, now: datetime) -> None:
    people = interviewed(cast, 3, now=now)
    plan = NextRound("复试", now + timedelta(days=3), is_in_turn=True, interviewers=(cast.lead,))
    choices = [Choice(each.pk, ADVANCE) for each in people[:2]] + [rejecting(cast, people[2])]
    done = decide_and_schedule(cast.recruiter, choices, plan, now=now)
    rows = Interview.objects.filter(pk__in=done.next_ids).order_by("starts_at")
    assert [(each.application_id, each.round, each.state) for each in rows] == [
        (each.application_id, "复试", "scheduled") for each in people[:2]
    ]
    assert [each.starts_at for each in rows] == [now + timedelta(days=3), now + timedelta(days=3, hours=1)]
    assert {tuple(each.interviewers.all()) for each in rows} == {(cast.lead,)}
    assert {(each.place_name, each.recruiter_id) for each in rows} == {("星河大厦 12 层", cast.recruiter.pk)}
    # Decided again, nobody gets a second one; and what has a next round is not just undone.
    with pytest.raises(NoUndo, match="next_round"):
        undo(cast.recruiter, now, now=now + MINUTE)
    again = decide_and_schedule(
        cast.lead, [Choice(people[0].pk, ADVANCE)], plan, now=now + MINUTE, seen_at=now + MINUTE
    )
    assert again.next_ids == []


def test_they_can_choose_the_time_of_the_next_round(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    plan = NextRound("复试", now + timedelta(days=7), is_chosen=True)
    done = decide_and_schedule(cast.recruiter, [Choice(interview.pk, ADVANCE)], plan, now=now)
    following = Interview.objects.get(pk__in=done.next_ids)
    assert (following.state, following.revision, following.is_settled) == ("draft", 1, False)


def test_when_deciding_fails_no_round_is_made(cast: Cast, now: datetime) -> None:
    good, _ = interviewed(cast, 2, now=now)
    coming = create_interview(cast, now=now)
    plan = NextRound("复试", now + timedelta(days=7))
    before = Interview.objects.count()
    with pytest.raises(CannotDecide):
        decide_and_schedule(
            cast.recruiter, [Choice(good.pk, ADVANCE), Choice(coming.pk, ADVANCE)], plan, now=now
        )
    assert Interview.objects.count() == before


# --- told


def release(cast: Cast, interview: Interview, outcome: Outcome, now: datetime) -> ResultNotice:
    choice = rejecting(cast, interview) if outcome is REJECT else Choice(interview.pk, outcome)
    (decision,) = decide(cast.recruiter, [choice], now=now)
    notice = bring_to(
        create_notice(cast, decision, cast.recruiter, now=now), NoticeState.RELEASED, cast.lead, now=now
    )
    results_released.send(sender=None, notices=[notice], now=now)
    return notice


def test_a_release_counts_as_told_and_a_recall_takes_it_back(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    notice = release(cast, interview, REJECT, now)
    told = Interview.objects.get(pk=interview.pk)
    assert told.result_told_at == now
    assert wait_state(interview) == "told"
    assert Application.objects.get(pk=interview.application_id).stage == Stage.DECIDED
    notice.state, notice.recalled_at = NoticeState.RECALLED, now
    notice.save()
    results_called_back.send(sender=None, notices=[notice], now=now)
    assert Interview.objects.get(pk=interview.pk).result_told_at is None
    assert wait_state(interview) == "decided"
    assert Application.objects.get(pk=interview.application_id).stage == Stage.INTERVIEWED


def test_a_new_decision_before_the_letter_has_left_takes_it_back(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    release(cast, interview, REJECT, now)
    decide(cast.lead, [Choice(interview.pk, PASS)], now=now + MINUTE)
    assert wait_state(interview) == "decided"
    assert Interview.objects.get(pk=interview.pk).result_told_at is None
