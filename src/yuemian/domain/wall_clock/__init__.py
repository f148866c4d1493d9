"""Dates and times in files, read without guessing in silence."""

from __future__ import annotations

from yuemian.domain.wall_clock.calendar_date import DateContext, DateOrder, shown_order
from yuemian.domain.wall_clock.clock import Clock
from yuemian.domain.wall_clock.length import read_duration, read_end
from yuemian.domain.wall_clock.spoken import find_zone
from yuemian.domain.wall_clock.start import StartContext, WallClock, read_start

__all__ = [
    "Clock",
    "DateContext",
    "DateOrder",
    "StartContext",
    "WallClock",
    "find_zone",
    "read_duration",
    "read_end",
    "read_start",
    "shown_order",
]
