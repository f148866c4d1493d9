"""Results: what was decided, what may be told of it, and what must be so before it is told."""

from __future__ import annotations

from yuemian.domain.results.agreement import Verdicts, apart, suggested, verdicts
from yuemian.domain.results.checking import CHOICES, REASONED, LetterProblem
from yuemian.domain.results.content import Content, content_hash
from yuemian.domain.results.facts import Fact, Rating, Recommendation
from yuemian.domain.results.ground import Obstacle, needs_reason, obstacle
from yuemian.domain.results.outcome import TOLD_BY_LETTER, NoticeState, Outcome, Verdict
from yuemian.domain.results.policy import ApprovalPolicy, approvals_needed, hold_window, may_approve
from yuemian.domain.results.rule import Rule, Rules, holding_rules
from yuemian.domain.results.silence import (
    Silence,
    days_silent,
    due_by,
    escalates_at,
    expected_by,
    how_silent,
    workdays_after,
)

__all__ = [
    "CHOICES",
    "REASONED",
    "TOLD_BY_LETTER",
    "ApprovalPolicy",
    "Content",
    "Fact",
    "LetterProblem",
    "NoticeState",
    "Obstacle",
    "Outcome",
    "Rating",
    "Recommendation",
    "Rule",
    "Rules",
    "Silence",
    "Verdict",
    "Verdicts",
    "apart",
    "approvals_needed",
    "content_hash",
    "days_silent",
    "due_by",
    "escalates_at",
    "expected_by",
    "hold_window",
    "holding_rules",
    "how_silent",
    "may_approve",
    "needs_reason",
    "obstacle",
    "suggested",
    "verdicts",
    "workdays_after",
]
