"""Interviewed people, and what interviewers said of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.factories import Cast, create_interviews
from yuemian.accounts.models import User
from yuemian.domain.results import Outcome, Recommendation
from yuemian.domain.states import Attendance, InterviewState
from yuemian.interviews.models import Interview, Participant
from yuemian.results.decisions.reasons import shipped
from yuemian.results.models import Scorecard, ScorecardEntry, ScorecardState
from yuemian.trust.vault import Vault


def interviewed(
    cast: Cast, count: int, *, now: datetime, ago: timedelta = timedelta(days=1), **fields: Any
) -> list[Interview]:
    """People who came; `ago` is when the interview began."""
    found = create_interviews(cast, count, now=now, starts_at=now - ago, **fields)
    Interview.objects.filter(pk__in=[each.pk for each in found]).update(
        state=InterviewState.COMPLETED, attendance=Attendance.ATTENDED
    )
    rows = Interview.objects.with_people().in_bulk([each.pk for each in found])
    return [rows[each.pk] for each in found]


def reason(cast: Cast, code: str) -> UUID:
    """The id of a shipped reason."""
    return next(each.pk for each in shipped(cast.organization.pk) if each.code == code)


def score(
    interview: Interview,
    by: User,
    recommendation: Recommendation,
    *,
    now: datetime,
    ratings: Mapping[str, int] | None = None,
    note: str = "",
) -> Scorecard:
    """A submitted scorecard."""
    card = Scorecard(
        organization_id=interview.organization_id,
        interview=interview,
        interviewer=by,
        state=ScorecardState.SUBMITTED,
        recommendation=recommendation,
        started_at=now,
        saved_at=now,
        submitted_at=now,
    )
    vault, key = Vault(interview.organization_id), interview.application.candidate.key
    card.summary_sealed = vault.seal(key, Scorecard.PLACE, card.pk, note) if note else None
    card.save()
    Participant.objects.get_or_create(organization_id=interview.organization_id, interview=interview, user=by)
    for place, (name, rating) in enumerate((ratings or {}).items()):
        entry = ScorecardEntry(
            organization_id=interview.organization_id,
            scorecard=card,
            key=name,
            name=name,
            position=place,
            rating=rating,
            is_shareable=True,
        )
        entry.note_sealed = vault.seal(key, ScorecardEntry.PLACE, entry.pk, f"{name} 的例子")
        entry.save()
    return card


REJECT, ADVANCE, PASS, HOLD = Outcome.REJECT, Outcome.ADVANCE, Outcome.PASS, Outcome.HOLD
