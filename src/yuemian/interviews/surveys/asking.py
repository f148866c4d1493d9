"""Whether somebody may be asked how it was: read for many candidates in a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.states import ReasonCode
from yuemian.domain.survey import BETWEEN, MINIMUM
from yuemian.interviews.models import SurveyPolicy, SurveyQuestion
from yuemian.trust.bulk import id_array

#: Who stopped it, who was asked of late, who waits for our answer.
_FACTS: Final = """
SELECT 'stopped', s.candidate_id FROM interviews_surveystop s
WHERE s.organization_id = %(organization)s AND s.candidate_id = ANY(%(candidates)s::uuid[])
UNION ALL
SELECT 'asked', v.candidate_id FROM interviews_surveyinvitation v
WHERE v.organization_id = %(organization)s AND v.candidate_id = ANY(%(candidates)s::uuid[]) AND v.at > %(since)s
UNION ALL
SELECT 'waiting', a.candidate_id FROM hiring_application a
JOIN messaging_conversation t ON t.application_id = a.id AND t.organization_id = a.organization_id
WHERE a.organization_id = %(organization)s AND a.candidate_id = ANY(%(candidates)s::uuid[])
  AND t.waiting_since IS NOT NULL
"""


@dataclass(frozen=True)
class SurveyFacts:
    """Of some candidates."""

    is_on: bool
    stopped: frozenset[UUID]
    #: Within the last 30 days.
    asked: frozenset[UUID]
    waiting: frozenset[UUID]

    def why_not(self, candidate_id: UUID) -> ReasonCode | None:
        if not self.is_on:
            return ReasonCode.STOPPED_BY_PERSON
        if candidate_id in self.stopped:
            return ReasonCode.OPTED_OUT
        return ReasonCode.FREQUENCY_CAP if candidate_id in self.asked else None


def read_survey_facts(
    organization_id: UUID, candidate_ids: Collection[UUID], *, now: datetime
) -> SurveyFacts:
    policy = policy_of(organization_id)
    values = {
        "organization": organization_id,
        "candidates": id_array(candidate_ids),
        "since": now - BETWEEN,
    }
    found: dict[str, set[UUID]] = {"stopped": set(), "asked": set(), "waiting": set()}
    for kind, candidate in _rows(_FACTS, values):
        found[kind].add(candidate)
    return SurveyFacts(policy.is_on, *(frozenset(found[kind]) for kind in ("stopped", "asked", "waiting")))


def policy_of(organization_id: UUID) -> SurveyPolicy:
    found = SurveyPolicy.objects.filter(organization_id=organization_id).first()
    return found or SurveyPolicy(organization_id=organization_id, is_on=True, minimum=MINIMUM)


def questions_for(organization_id: UUID, kind: str, family_id: UUID) -> list[SurveyQuestion]:
    """What is asked besides the standard questions: those of everybody, and the family's own."""
    rows = SurveyQuestion.objects.filter(organization_id=organization_id, kind=kind, is_current=True)
    return [each for each in rows if each.family_id in {None, family_id}]


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
