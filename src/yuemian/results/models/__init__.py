"""Scorecards, decisions, notices with their approvals, and feedback."""

from __future__ import annotations

from yuemian.results.models.decisions import Decision, DecisionReason
from yuemian.results.models.feedback import Feedback, FeedbackOrigin, Phrase
from yuemian.results.models.notices import (
    SUBJECT_KIND,
    Approval,
    ApprovalRule,
    ResultBatch,
    ResultNotice,
)
from yuemian.results.models.scorecards import (
    Competency,
    Scorecard,
    ScorecardEntry,
    ScorecardForm,
    ScorecardLink,
    ScorecardState,
)

__all__ = [
    "SUBJECT_KIND",
    "Approval",
    "ApprovalRule",
    "Competency",
    "Decision",
    "DecisionReason",
    "Feedback",
    "FeedbackOrigin",
    "Phrase",
    "ResultBatch",
    "ResultNotice",
    "Scorecard",
    "ScorecardEntry",
    "ScorecardForm",
    "ScorecardLink",
    "ScorecardState",
]
