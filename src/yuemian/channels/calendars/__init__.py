"""Calendars of people: the port that asks when somebody is busy, and its adapters."""

from __future__ import annotations

from yuemian.domain.availability import Busy, BusyKind, Unknown, WhyUnknown

from .base import PATIENCE, FreeBusy

__all__ = ["PATIENCE", "Busy", "BusyKind", "FreeBusy", "Unknown", "WhyUnknown"]
