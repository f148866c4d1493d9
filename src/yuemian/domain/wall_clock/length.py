"""How long an interview lasts, from a length or from the time it ends."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from yuemian.domain.cell_text import as_text, folded, is_blank
from yuemian.domain.reading import ProblemCode, Reading, bad
from yuemian.domain.wall_clock.spoken import in_figures
from yuemian.domain.wall_clock.start import StartContext, WallClock, read_start

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=12)

_HOURS = r"(?:个|個)?(?:小时|小時|钟头|hours?|hrs?|h)"
_MINUTES = r"(?:分钟|分鐘|分|minutes?|mins?|min|m|')"
_LENGTH = re.compile(
    rf"(?:(?:约|大约|about|approx\.?|~)\s*)?(?:(\d+(?:\.\d+)?|半)\s*(?:{_HOURS})\s*(半)?)?\s*(?:(\d+)\s*{_MINUTES})?"
)
_CLOCK_LENGTH = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")


def read_duration(raw: object) -> Reading[timedelta]:
    """Reads `60`, `90 min`, `1.5小时`, `1小时30分`, `一个半小时` or a spreadsheet's `1:30`."""
    if is_blank(raw):
        return Reading()
    found = _length(raw)
    if found is None:
        return bad(ProblemCode.UNREADABLE, text=folded(as_text(raw)))
    return _plausible(found)


def read_end(raw: object, start: WallClock, context: StartContext) -> Reading[timedelta]:
    """The length from the cell that says when it ends: a time of day, or a full date and time."""
    if is_blank(raw):
        return Reading()
    reading = read_start(start=raw, context=context)
    if reading.problem is not None and reading.problem.code is ProblemCode.DATE_MISSING:
        reading = read_start(day=start.local.date(), clock=raw, context=context)
    if reading.value is None:
        return Reading(problem=reading.problem)
    length = _afternoon_if_needed(reading, start)
    if length <= timedelta():
        return bad(ProblemCode.END_BEFORE_START, text=folded(as_text(raw)))
    return _plausible(length)


def _afternoon_if_needed(reading: Reading[WallClock], start: WallClock) -> timedelta:
    """Of the readings of `3:00`, the first that lies after the start."""
    every = [each for each in (reading.value, *reading.alternatives) if each is not None]
    lengths = [each.instant - start.instant for each in every]
    return next((length for length in lengths if length > timedelta()), lengths[0])


def _plausible(length: timedelta) -> Reading[timedelta]:
    if SHORTEST <= length <= LONGEST:
        return Reading(length)
    return bad(ProblemCode.DURATION_IMPLAUSIBLE, text=f"{length.total_seconds() / 60:g}")


def _length(raw: object) -> timedelta | None:
    if isinstance(raw, datetime | time):
        return timedelta(hours=raw.hour, minutes=raw.minute)
    if isinstance(raw, timedelta):
        return raw
    text = folded(as_text(raw)).lower()
    try:
        number = float(text)
    except ValueError:
        return _spoken_length(text)
    if not 0 < number < 10_000:
        return None
    # A spreadsheet's time format stores 1:30 as 0.0625 days; whole small figures are hours, others minutes.
    if number < 1 and number not in {0.5, 0.25, 0.75}:
        return timedelta(minutes=round(number * 24 * 60))
    return timedelta(hours=number) if number <= 4 else timedelta(minutes=number)


def _spoken_length(text: str) -> timedelta | None:
    if match := _CLOCK_LENGTH.fullmatch(text):
        return timedelta(hours=int(match[1]), minutes=int(match[2]))
    text = re.sub(
        r"([一二两三四五六])(?=个|個|小时|小時)", lambda each: in_figures(each[0] + "点")[:-1], text
    )
    text = (
        text.replace("个半小时", ".5小时")
        .replace("個半小時", ".5小時")
        .replace("半个", "半")
        .replace("半個", "半")
    )
    match = _LENGTH.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    hours = 0.5 if match[1] == "半" else float(match[1] or 0)
    return timedelta(
        hours=min(hours, 1000) + (0.5 if match[2] else 0), minutes=min(int(match[3] or 0), 60_000)
    )
