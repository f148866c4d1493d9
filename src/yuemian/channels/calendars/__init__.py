"""Calendars of people: the port that asks when somebody is busy, and its adapters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yuemian.domain.availability import Busy, BusyKind, Unknown, WhyUnknown

from .base import PATIENCE, FreeBusy, unknown_after
from .caldav import CalDAV
from .google import Google
from .graph import Graph

CALENDARS: Final[Mapping[str, type[FreeBusy]]] = {each.name: each for each in (CalDAV, Google, Graph)}

__all__ = [
    "CALENDARS",
    "PATIENCE",
    "Busy",
    "BusyKind",
    "CalDAV",
    "FreeBusy",
    "Google",
    "Graph",
    "Unknown",
    "WhyUnknown",
    "unknown_after",
]
