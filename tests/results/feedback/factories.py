"""What tests of feedback begin with: handed-in scorecards, reasons, a drafted feedback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.factories import Cast, create_interview
from yuemian.accounts.models import User
from yuemian.domain.results import Outcome
from yuemian.interviews.models import Interview
from yuemian.results.actions.feedback import draft_feedback
from yuemian.results.models import (
    Decision,
    DecisionReason,
    Feedback,
    Scorecard,
    ScorecardEntry,
    ScorecardState,
)
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

#: (key, name, rating, note, may it be told)
Seen = tuple[str, str, int | None, str, bool]
USUAL: tuple[Seen, ...] = (
    ("coding", "编码", 4, "链表题写得很快，边界也想到了", True),
    ("communication", "沟通", 4, "", False),
    ("system_design", "系统设计", 2, "没有谈到缓存失效", True),
    ("ownership", "主动", 3, "背后原因是家里有事，不便透露给别人", False),
)


def create_scorecard(
    cast: Cast,
    interview: Interview,
    seen: Sequence[Seen] = USUAL,
    *,
    by: User | None = None,
    now: datetime,
    state: ScorecardState = ScorecardState.SUBMITTED,
) -> Scorecard:
    card = Scorecard.objects.create(
        organization=cast.organization,
        interview=interview,
        interviewer=by or cast.interviewer,
        state=state,
        started_at=now,
        saved_at=now,
        submitted_at=now if state == ScorecardState.SUBMITTED else None,
    )
    vault, key = Vault(cast.organization.pk), interview.application.candidate.key
    for position, (code, name, rating, note, is_shareable) in enumerate(seen):
        id_ = uuid7()
        ScorecardEntry.objects.create(
            id=id_,
            organization=cast.organization,
            scorecard=card,
            key=code,
            name=name,
            name_en=code.replace("_", " "),
            position=position,
            rating=rating,
            note_sealed=vault.seal(key, ScorecardEntry.PLACE, id_, note) if note else None,
            is_shareable=is_shareable,
        )
    return card


def create_reason(
    cast: Cast, told: str = "这个岗位需要更多大型系统的设计经验", told_en: str = ""
) -> DecisionReason:
    return DecisionReason.objects.create(
        organization=cast.organization,
        code=f"r{DecisionReason.objects.count()}",
        outcome=Outcome.REJECT,
        label="经验不足",
        told=told,
        told_en=told_en or "the role needs more experience with large systems",
    )


def rejected(
    cast: Cast,
    *,
    now: datetime,
    seen: Sequence[Seen] = USUAL,
    reasons: Sequence[DecisionReason] = (),
    **fields: str,
) -> Decision:
    """Interviewed, evaluated, turned down."""
    interview = create_interview(cast, now=now, **fields)
    create_scorecard(cast, interview, seen, now=now)
    return Decision.objects.create(
        organization=cast.organization,
        application_id=interview.application_id,
        interview=interview,
        number=1,
        outcome=Outcome.REJECT,
        reasons=[each.pk for each in reasons],
        decided_by=cast.recruiter,
        decided_at=now,
    )


def drafted(cast: Cast, decision: Decision, *, now: datetime) -> Feedback:
    draft_feedback(cast.recruiter, [decision.pk], now=now)
    return Feedback.objects.with_staleness().get(decision=decision)


def text_of(cast: Cast, feedback: Feedback) -> str:
    key = feedback.decision.application.candidate.key
    return Vault(cast.organization.pk).open(key, Feedback.PLACE, feedback.pk, feedback.text_sealed)
