"""Results: what was decided, what may be told of it, and what must be so before it is told."""

from __future__ import annotations

from yuemian.domain.results.checking import CHOICES, REASONED, LetterProblem
from yuemian.domain.results.content import Content, content_hash
from yuemian.domain.results.facts import Fact, Rating, Recommendation
from yuemian.domain.results.outcome import TOLD_BY_LETTER, NoticeState, Outcome, Verdict
from yuemian.domain.results.policy import ApprovalPolicy, approvals_needed, hold_window, may_approve

__all__ = [
    "CHOICES",
    "REASONED",
    "TOLD_BY_LETTER",
    "ApprovalPolicy",
    "Content",
    "Fact",
    "LetterProblem",
    "NoticeState",
    "Outcome",
    "Rating",
    "Recommendation",
    "Verdict",
    "approvals_needed",
    "content_hash",
    "hold_window",
    "may_approve",
]
