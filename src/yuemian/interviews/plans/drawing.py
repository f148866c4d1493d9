"""Where the steps of a plan stand in time, and the drawing of it: days as columns, hours across, nights shaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from yuemian.domain.cadence import Anchor, Step
from yuemian.domain.cadence.timing import planned_at
from yuemian.domain.states import Purpose

DAY: Final = 24 * 60
#: The interview that is drawn when nobody chose one: 10 o'clock, an hour long.
START: Final = 10 * 60
LENGTH: Final = 60
#: Moments that no calendar knows beforehand.
FLOATING: Final = frozenset({Anchor.AFTER_ANSWER, Anchor.AFTER_PROMISE})
_CLOCK: Final = ZoneInfo("UTC")
_MIDNIGHT: Final = datetime(2001, 1, 1, tzinfo=UTC)
_FLOAT_FROM: Final = {Anchor.AFTER_ANSWER: 10_000 * DAY, Anchor.AFTER_PROMISE: 20_000 * DAY}

WIDTH: Final = 960
HEADER: Final = 44
AXIS: Final = 150
BREAK: Final = 46
LOOSE: Final = 150
NEAR: Final = 30
RISE: Final = 34
MOST_RISES: Final = 3


@dataclass(frozen=True)
class Moment:
    """A step at minutes from midnight of the interview's day; floating ones only have an order."""

    step: Step
    minutes: int

    @property
    def is_floating(self) -> bool:
        return self.step.anchor in FLOATING

    @property
    def day(self) -> int:
        return self.minutes // DAY


def ordered(steps: Sequence[Step], start: int = START) -> list[Moment]:
    """The steps as one interview would see them, the earliest first."""
    entered = _entered(steps, start)
    invitations = [
        _minutes(step, {Anchor.KNOWN: entered, Anchor.BEFORE_START: start})
        for step in steps
        if step.purpose == Purpose.INVITATION and step.anchor in {Anchor.KNOWN, Anchor.BEFORE_START}
    ]
    invited = min(invitations, default=entered)
    bases = {
        Anchor.KNOWN: entered,
        Anchor.BEFORE_START: start,
        Anchor.AFTER_SENT: invited,
        Anchor.AFTER_SILENCE: invited,
        Anchor.AFTER_END: start + LENGTH,
        **_FLOAT_FROM,
    }
    moments = [Moment(step, _minutes(step, bases)) for step in steps]
    return sorted(moments, key=lambda moment: (moment.minutes, moment.step.key))


def _entered(steps: Sequence[Step], start: int) -> int:
    """When the drawn interview was entered: two days before the first thing that is counted from its start."""
    before = [
        _minutes(step, {Anchor.BEFORE_START: start}) for step in steps if step.anchor == Anchor.BEFORE_START
    ]
    return (min(before, default=start) // DAY - 2) * DAY + START


def _minutes(step: Step, bases: Mapping[Anchor, int]) -> int:
    """By the very rule that plans it, on a clock without changes."""
    planned = planned_at(step, _MIDNIGHT + timedelta(minutes=bases[step.anchor]), _CLOCK)
    return int((planned - _MIDNIGHT).total_seconds() // 60)


@dataclass(frozen=True)
class Column:
    """One day, or (`is_break`) the days between that hold nothing."""

    x: float
    width: float
    day: int
    is_break: bool = False

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)


@dataclass(frozen=True)
class Marker:
    """A step on the drawing, with its number in the list below."""

    number: int
    step: Step
    x: float
    y: float
    is_quiet: bool

    @property
    def text_y(self) -> float:
        return self.y + 4.5


@dataclass(frozen=True)
class Shade:
    """A stretch of quiet hours."""

    x: float
    width: float


@dataclass(frozen=True)
class Drawing:
    """Coordinates for the template; the words come from there."""

    columns: list[Column]
    shades: list[Shade]
    markers: list[Marker]
    start_x: float
    end_x: float
    floating: list[Marker]
    width: int = WIDTH
    axis: int = AXIS
    height: int = AXIS + 40


def draw(moments: Sequence[Moment], quiet: tuple[time, time] | None = None, *, start: int = START) -> Drawing:
    """Days that hold something share the width; the others shrink to a break."""
    fixed = [moment for moment in moments if not moment.is_floating]
    loose = [moment for moment in moments if moment.is_floating]
    columns = _columns(sorted({0, *(moment.day for moment in fixed)}), len({m.step.anchor for m in loose}))
    days = {column.day: column for column in columns if not column.is_break}
    spans = _quiet_spans(quiet)
    markers: list[Marker] = []
    for number, moment in enumerate(moments, 1):
        if moment.is_floating:
            continue
        column = days[moment.day]
        x = round(column.x + column.width * (moment.minutes % DAY) / DAY, 1)
        is_quiet = any(since <= moment.minutes % DAY < until for since, until in spans)
        markers.append(Marker(number, moment.step, x, _free_y(x, markers), is_quiet))
    today = days[0]
    return Drawing(
        columns=columns,
        shades=[
            Shade(
                round(column.x + column.width * since / DAY, 1),
                round(column.width * (until - since) / DAY, 1),
            )
            for column in days.values()
            for since, until in spans
        ],
        markers=markers,
        start_x=round(today.x + today.width * start / DAY, 1),
        end_x=round(today.x + today.width * (start + LENGTH) / DAY, 1),
        floating=_loose(moments, columns[-1].end),
    )


def _columns(days: Sequence[int], loose: int) -> list[Column]:
    breaks = sum(1 for one, two in pairwise(days) if two - one > 1)
    width = (WIDTH - breaks * BREAK - loose * LOOSE - 2) / len(days)
    columns: list[Column] = []
    x, before = 1.0, None
    for day in days:
        if before is not None and day - before > 1:
            columns.append(Column(round(x, 1), BREAK, day - before - 1, is_break=True))
            x += BREAK
        columns.append(Column(round(x, 1), round(width, 1), day))
        x, before = x + width, day
    return columns


def _loose(moments: Sequence[Moment], x: float) -> list[Marker]:
    """Steps whose moment nobody knows beforehand stand beside the calendar, by what they wait for."""
    anchors = [
        a for a in (Anchor.AFTER_ANSWER, Anchor.AFTER_PROMISE) if any(m.step.anchor == a for m in moments)
    ]
    found: list[Marker] = []
    for number, moment in enumerate(moments, 1):
        if moment.is_floating:
            place = x + LOOSE * (anchors.index(moment.step.anchor) + 0.5)
            found.append(Marker(number, moment.step, round(place, 1), _free_y(place, found), is_quiet=False))
    return found


def _free_y(x: float, markers: Sequence[Marker]) -> float:
    """On the line, or above what stands too near."""
    taken = {marker.y for marker in markers if abs(marker.x - x) < NEAR}
    levels = [AXIS - RISE * level for level in range(MOST_RISES)]
    return next((level for level in levels if level not in taken), levels[-1])


def _quiet_spans(quiet: tuple[time, time] | None) -> list[tuple[int, int]]:
    if quiet is None or quiet[0] == quiet[1]:
        return []
    since, until = (each.hour * 60 + each.minute for each in quiet)
    return [(since, until)] if since < until else [(0, until), (since, DAY)]
