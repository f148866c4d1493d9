"""When people can be had: busy times, what is not known, and the one word that pages show for a chosen time."""

from __future__ import annotations

from .busy import Busy, BusyKind, FreeBusyAnswer, Unknown, WhyUnknown, busy_between, joined
from .hours import WorkingHours
from .judgement import Availability, Judgement, judge

__all__ = [
    "Availability",
    "Busy",
    "BusyKind",
    "FreeBusyAnswer",
    "Judgement",
    "Unknown",
    "WhyUnknown",
    "WorkingHours",
    "busy_between",
    "joined",
    "judge",
]
