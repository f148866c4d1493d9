"""Interviews and their people, where they are held, who arrives; plans, slots and requests for another time."""

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
from yuemian.interviews.models.slots import (
    ReschedulePolicy,
    ReschedulePolicyQuerySet,
    RescheduleRequest,
    Seat,
    Slot,
    SlotSeries,
    SlotSeriesQuerySet,
)

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
    "ReschedulePolicy",
    "ReschedulePolicyQuerySet",
    "RescheduleRequest",
    "Response",
    "Seat",
    "Slot",
    "SlotSeries",
    "SlotSeriesQuerySet",
    "StepOutcome",
    "StepRecord",
]
