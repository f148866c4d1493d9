"""Scorecards, decisions, notices with their approvals, and feedback."""

from __future__ import annotations

from yuemian.results.models.decisions import Decision, DecisionReason
from yuemian.results.models.feedback import (
    ANY_LENGTH,
    Feedback,
    FeedbackOrigin,
    FeedbackRules,
    LanguageModel,
    Phrase,
)
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
from yuemian.results.models.waits import Escalation, ResultRule, Wait, WaitState

__all__ = [
    "ANY_LENGTH",
    "SUBJECT_KIND",
    "Approval",
    "ApprovalRule",
    "Competency",
    "Decision",
    "DecisionReason",
    "Escalation",
    "Feedback",
    "FeedbackOrigin",
    "FeedbackRules",
    "LanguageModel",
    "Phrase",
    "ResultBatch",
    "ResultNotice",
    "ResultRule",
    "Scorecard",
    "ScorecardEntry",
    "ScorecardForm",
    "ScorecardLink",
    "ScorecardState",
    "Wait",
    "WaitState",
]
