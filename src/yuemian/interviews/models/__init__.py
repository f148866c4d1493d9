"""Interviews and their people, where they are held, who arrives; plans and what became of their steps."""

from __future__ import annotations

from yuemian.interviews.models.interview import (
    SUBJECT_KIND,
    BatchSelection,
    Cadence,
    Change,
    ChangeKind,
    Digest,
    Interview,
    InterviewQuerySet,
    Participant,
    Plan,
    PlanQuerySet,
    Response,
    StepOutcome,
    StepRecord,
)
from yuemian.interviews.models.places import ArrivalSignal, Place, PlaceQuerySet

__all__ = [
    "SUBJECT_KIND",
    "ArrivalSignal",
    "BatchSelection",
    "Cadence",
    "Change",
    "ChangeKind",
    "Digest",
    "Interview",
    "InterviewQuerySet",
    "Participant",
    "Place",
    "PlaceQuerySet",
    "Plan",
    "PlanQuerySet",
    "Response",
    "StepOutcome",
    "StepRecord",
]
