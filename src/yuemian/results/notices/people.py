"""Reads whom results are told, with all that writing a letter needs, in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from yuemian.domain.results import TOLD_BY_LETTER, NoticeState, Outcome
from yuemian.domain.results.checking import Told
from yuemian.domain.results.truth import as_contacts
from yuemian.domain.states import Answer, InterviewState
from yuemian.hiring.models import Application, ContactPoint, ContactState
from yuemian.interviews.models import Interview
from yuemian.results.models import Decision, DecisionReason, Feedback, ResultNotice


@dataclass(frozen=True)
class Surroundings:
    """What else is known of the people of some decisions."""

    contacts: dict[UUID, list[str]]  # candidate → blind indexes, in use
    told: dict[UUID, list[Told]]  # application → what its person was told about the same job
    overtaken: set[UUID]  # decisions after which a later round of the same application was decided
    going_on: set[UUID]  # decisions that end an application of which an interview is still to come
    reasons: dict[UUID, DecisionReason]
    feedback_locales: dict[UUID, str]  # decision → the language its feedback is written in


def current(decision_ids: Collection[UUID]) -> list[Decision]:
    """Those decisions that still hold and are told by a letter, with their people, who were not erased."""
    rows = Decision.objects.filter(
        pk__in=decision_ids,
        is_current=True,
        outcome__in=[str(each) for each in TOLD_BY_LETTER],
        application__candidate__erased_at=None,
    )
    return list(with_people(rows))


def with_people(rows: Iterable[Decision]) -> Iterable[Decision]:
    assert hasattr(rows, "select_related")
    return rows.select_related(  # type: ignore[no-any-return]
        "application__candidate__key",
        "application__job",
        "interview__branch",
        "interview__recruiter",
    ).order_by("pk")


def surroundings(decisions: Collection[Decision]) -> Surroundings:
    candidates = {each.application.candidate_id for each in decisions}
    reasons = {reason for each in decisions for reason in each.reasons}
    feedback = Feedback.objects.filter(decision__in=decisions)
    return Surroundings(
        contacts=contacts_of(candidates),
        told=told_to(decisions),
        overtaken=overtaken_among(decisions),
        going_on=going_on_among(decisions),
        reasons=DecisionReason.objects.in_bulk(reasons),
        feedback_locales=dict(feedback.values_list("decision_id", "locale")),
    )


def contacts_of(candidate_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Candidate → where they can be reached now, as a notice keeps it."""
    rows = ContactPoint.objects.filter(candidate__in=candidate_ids, state=ContactState.ACTIVE)
    found: dict[UUID, list[bytes]] = defaultdict(list)
    for candidate, index in rows.values_list("candidate_id", "blind_index"):
        found[candidate].append(bytes(index))
    return {candidate: as_contacts(indexes) for candidate, indexes in found.items()}


def overtaken() -> Q:
    """Of a decision: that one of a later round of the same application holds, which is told by a letter, too.

    Later is what began later, and of two that began at once one of them, so that never both are held back.
    """
    later = Q(interview__starts_at__gt=OuterRef("interview__starts_at")) | Q(
        interview__starts_at=OuterRef("interview__starts_at"), interview__gt=OuterRef("interview")
    )
    outcomes = [str(each) for each in TOLD_BY_LETTER]
    return Q(
        Exists(
            Decision.objects.filter(
                later, application=OuterRef("application"), is_current=True, outcome__in=outcomes
            )
        )
    )


def went_on() -> Q:
    """Of a decision: that it only lets somebody go on who has a later interview: its invitation is the word."""
    later = Interview.objects.filter(
        application=OuterRef("application"), starts_at__gt=OuterRef("interview__starts_at")
    )
    return Q(Exists(later.exclude(state=InterviewState.CANCELLED)), outcome=Outcome.ADVANCE)


def overtaken_among(decisions: Collection[Decision]) -> set[UUID]:
    rows = Decision.objects.filter(overtaken(), pk__in=[each.pk for each in decisions])
    return set(rows.values_list("pk", flat=True))


def going_on_among(decisions: Collection[Decision]) -> set[UUID]:
    """Those that pass or reject somebody who is still expected at a later interview, which nobody has called off."""
    later = Interview.objects.filter(
        application=OuterRef("application"),
        starts_at__gt=OuterRef("interview__starts_at"),
        state__in=[InterviewState.DRAFT, InterviewState.SCHEDULED],
    )
    decided = Decision.objects.filter(interview=OuterRef("pk"), is_current=True)
    expected = later.filter(~Exists(decided), starts_at__gt=Now()).exclude(answer=Answer.DECLINED)
    rows = Decision.objects.filter(Exists(expected), pk__in=[each.pk for each in decisions])
    return set(rows.filter(outcome__in=[Outcome.PASS, Outcome.REJECT]).values_list("pk", flat=True))


def owners_of(contacts: Collection[str]) -> dict[str, set[UUID]]:
    """Address → everybody who has it, in use or not."""
    rows = ContactPoint.objects.filter(blind_index__in=[bytes.fromhex(each) for each in contacts])
    owners: dict[str, set[UUID]] = defaultdict(set)
    for index, candidate in rows.values_list("blind_index", "candidate_id"):
        owners[bytes(index).hex()].add(candidate)
    return owners


def names_around(job_ids: Collection[UUID]) -> list[tuple[str, UUID]]:
    """Everybody who has applied for these jobs."""
    rows = Application.objects.filter(job__in=job_ids).exclude(candidate__name="")
    return list(rows.values_list("candidate__name", "candidate_id").distinct())


def told_to(decisions: Collection[Decision]) -> dict[UUID, list[Told]]:
    """What has been told: released, and not called back. A notice of the same decision is itself, and left out."""
    pairs = {(each.application.candidate_id, each.application.job_id) for each in decisions}
    rows = ResultNotice.objects.filter(
        state=NoticeState.RELEASED, candidate__in={candidate for candidate, _ in pairs}
    ).exclude(decision__in=decisions)
    heard: dict[tuple[UUID, UUID], list[Told]] = defaultdict(list)
    for candidate, job, interview, outcome in rows.values_list(
        "candidate_id", "application__job_id", "decision__interview_id", "outcome"
    ):
        heard[candidate, job].append(Told(interview, Outcome(outcome)))
    return {
        each.application_id: heard[each.application.candidate_id, each.application.job_id]
        for each in decisions
    }
