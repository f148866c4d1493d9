"""When an interview starts and how long it lasts, from whatever cells say so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product
from zoneinfo import ZoneInfo

from yuemian.domain.cell_text import FORMULA_ERRORS, as_text, folded, is_blank
from yuemian.domain.reading import NoticeCode, Problem, ProblemCode, Reading, Repair, RepairCode, bad
from yuemian.domain.wall_clock.calendar_date import DateContext, DateOrder, read_date_text, read_serial
from yuemian.domain.wall_clock.clock import EARLIEST_PLAUSIBLE, Clock, cut_clock
from yuemian.domain.wall_clock.spoken import cut_zone, exact_instant, in_figures, perhaps_instant, same_offset

_LATEST_PLAUSIBLE = 21
_FAR_AHEAD = timedelta(days=400)
_LONGEST_TEXT = 120
_PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_COMPACT_TIME = re.compile(r"^(20\d{6})\s?([01]\d|2[0-3]):?([0-5]\d)$")
# Days that spreadsheets put under a bare time of day.
_NO_DAY = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1)})


@dataclass(frozen=True)
class WallClock:
    """A local time in a zone, as the candidate will read it; `fold` is 1 for the later of two equal times."""

    local: datetime
    zone: str
    duration: timedelta | None = None
    fold: int = 0

    @property
    def instant(self) -> datetime:
        """The same moment in UTC."""
        return self.local.replace(tzinfo=ZoneInfo(self.zone), fold=self.fold).astimezone(UTC)

    @property
    def iso(self) -> str:
        """Unambiguous text that `read_start` reads back as exactly this moment."""
        return self.local.replace(tzinfo=ZoneInfo(self.zone), fold=self.fold).isoformat(timespec="minutes")

    def __str__(self) -> str:
        return f"{self.local:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class StartContext:
    """What reading a start needs beside the cells; `now` and `written_at` are aware.

    `written_at`, where it is known, is when the cells came: `明天` is the day after that, however late it is read.
    """

    now: datetime
    zone: str
    order: DateOrder | None = None
    is_1904: bool = False
    written_at: datetime | None = None

    @property
    def dates(self) -> DateContext:
        today = (self.written_at or self.now).astimezone(ZoneInfo(self.zone)).date()
        return DateContext(today, self.order, self.is_1904)


@dataclass(frozen=True)
class _Parts:
    day: Reading[date] | None = None
    clock: Reading[Clock] | None = None
    zone: tzinfo | None = None


def read_start(
    *, start: object = None, day: object = None, clock: object = None, context: StartContext
) -> Reading[WallClock]:
    """Reads up to three cells: one with everything, one with the date, one with the time.

    Values and alternatives are in `context.zone`; a time that the clock change skips is a problem, one that
    it repeats is asked; the past and the far future are only remarked.
    """
    cells = [raw for raw in (day, clock, start) if not is_blank(raw)]
    if not cells:
        return Reading()
    if len(cells) == 1 and (moment := exact_instant(folded(as_text(cells[0])).lower())):
        return _with_notices(Reading(_at_instant(moment, context.zone)), context)
    if len(cells) == 1 and (moment := perhaps_instant(folded(as_text(cells[0])))):
        return _with_notices(_instead_of_span(moment, context.zone), context)
    parts = [_parts(raw, context) for raw in cells]
    days = [part.day for part in parts if part.day]
    clocks = [part.clock for part in parts if part.clock]
    shown = " ".join(folded(as_text(raw)) for raw in cells)
    if not days:
        return bad(ProblemCode.DATE_MISSING, text=shown)
    if not clocks:
        problem = next((each.problem for each in days if each.problem), None)
        return Reading(problem=problem or Problem(ProblemCode.TIME_MISSING, {"text": shown}))
    if _contradict(days) or _contradict(clocks):
        return bad(ProblemCode.START_CONTRADICTION, text=shown)
    zone = next((part.zone for part in parts if part.zone), None)
    return _checked(_combined(days[0], clocks[0], context, zone), context)


def _contradict(readings: list[Reading[date]] | list[Reading[Clock]]) -> bool:
    return len({str(each.value) for each in readings if each.value is not None}) > 1


def _parts(raw: object, context: StartContext) -> _Parts:
    """What one cell says about day and time of day."""
    if isinstance(raw, datetime):
        return _of_datetime(raw)
    if isinstance(raw, date):
        return _Parts(day=_sane(raw))
    if isinstance(raw, time):
        return _Parts(clock=Reading(Clock(raw.replace(second=0, microsecond=0, tzinfo=None))))
    if isinstance(raw, timedelta):
        return _Parts(clock=_of_fraction(raw / timedelta(days=1)))
    if isinstance(raw, int | float) and not isinstance(raw, bool) and raw < 200_000_000_000:
        return _of_number(float(raw), context)
    return _of_text(folded(as_text(raw)).lower(), context)


def _sane(day: date) -> Reading[date]:
    if 1990 <= day.year <= 2100:
        return Reading(day)
    return bad(ProblemCode.DATE_IMPOSSIBLE, text=day.isoformat())


def _of_datetime(raw: datetime) -> _Parts:
    rounded = raw + timedelta(seconds=30) if raw.second or raw.microsecond else raw
    clock = Reading(Clock(time(rounded.hour, rounded.minute)))
    if rounded.date() in _NO_DAY:
        return _Parts(clock=clock)
    # A date cell is midnight to a spreadsheet; nobody interviews at midnight.
    is_date_only = rounded.hour == rounded.minute == 0
    return _Parts(_sane(rounded.date()), None if is_date_only else clock, raw.tzinfo)


def _of_fraction(fraction: float) -> Reading[Clock]:
    minutes = round(fraction * 24 * 60) if 0 <= fraction < 1 else -1
    if not 0 <= minutes < 24 * 60:
        return bad(ProblemCode.TIME_IMPOSSIBLE, text=f"{fraction:g}")
    return Reading(Clock(time(minutes // 60, minutes % 60)))


def _of_number(number: float, context: StartContext) -> _Parts:
    """Excel's count of days with the time as fraction, or a date typed without separators."""
    if 20_000_101 <= number <= 20_991_231 and number.is_integer():
        return _Parts(day=read_date_text(str(int(number)), context.dates))
    whole = int(number) if 0 <= number < 10_000_000 else 0
    if not whole:
        return _Parts(clock=_of_fraction(number))
    minutes = round((number - whole) * 24 * 60)
    if minutes == 24 * 60:
        whole, minutes = whole + 1, 0
    clock = Reading(Clock(time(minutes // 60, minutes % 60))) if minutes else None
    return _Parts(read_serial(whole, context.dates), clock)


def _of_text(text: str, context: StartContext) -> _Parts:
    if text.upper() in FORMULA_ERRORS:
        return _Parts(day=bad(ProblemCode.FORMULA_ERROR, text=text.upper()))
    if len(text) > _LONGEST_TEXT:
        return _Parts(day=bad(ProblemCode.UNREADABLE, text=text[:_LONGEST_TEXT]))
    if _PLAIN_NUMBER.fullmatch(text) and not _COMPACT_TIME.fullmatch(text):
        return _of_number(float(text), context)
    text, zone = cut_zone(in_figures(text).strip("'‘’ "))
    text = _COMPACT_TIME.sub(r"\1 \2:\3", text)
    rest, clock = cut_clock(text)
    return _Parts(read_date_text(rest, context.dates), clock, zone)


def _combined(
    days: Reading[date], clocks: Reading[Clock], context: StartContext, zone: tzinfo | None
) -> Reading[WallClock]:
    """Every day that may be meant with every time that may be meant; the likeliest pair is the value."""
    problem = days.problem or clocks.problem
    if zone is not None and days.value is not None:
        clocks = _as_stated(clocks, days.value, zone, context.zone)
    pairs = [
        _at(each_day, each_clock, context.zone)
        for each_day, each_clock in product(_possible(days), _possible(clocks))
    ]
    repairs = (*days.repairs, *clocks.repairs)
    if zone is not None:
        before = pairs
        pairs = [_converted(each, zone, context.zone) for each in pairs]
        if pairs and pairs[0] != before[0]:
            repairs = (
                *repairs,
                Repair(RepairCode.ZONE_CONVERTED, str(before[0]), str(pairs[0]), is_sure=False),
            )
    if problem is not None:
        return Reading(None, repairs, problem, (), tuple(pairs))
    return Reading(pairs[0], repairs, None, (*days.notices, *clocks.notices), tuple(pairs[1:]))


def _as_stated(clocks: Reading[Clock], day: date, stated: tzinfo, zone: str) -> Reading[Clock]:
    """`06:00 UTC` is an afternoon in Shanghai: whether an hour is improbable shows only once it is converted."""
    guess = [each for each in clocks.repairs if each.code is RepairCode.AFTERNOON_ASSUMED]
    if not guess or clocks.value is None:
        return clocks
    literal = clocks.alternatives[0]
    local = _converted(_at(day, literal, zone), stated, zone).local
    if not EARLIEST_PLAUSIBLE <= local.hour < _LATEST_PLAUSIBLE:
        return clocks
    repairs = tuple(each for each in clocks.repairs if each not in guess)
    return replace(clocks, value=literal, repairs=repairs, alternatives=(clocks.value,))


def _possible(reading: Reading[date] | Reading[Clock]) -> tuple[object, ...]:
    first = () if reading.value is None else (reading.value,)
    return tuple(dict.fromkeys((*first, *reading.alternatives)))


def _at(day: object, clock: object, zone: str) -> WallClock:
    if not isinstance(day, date) or not isinstance(clock, Clock):
        raise TypeError("A start is made of a date and a clock time; pass them in this order.")
    return WallClock(datetime.combine(day, clock.start), zone, clock.duration)


def _converted(wall: WallClock, stated: tzinfo, zone: str) -> WallClock:
    target = ZoneInfo(zone)
    if same_offset(stated, target, wall.local):
        return wall
    local = wall.local.replace(tzinfo=stated).astimezone(target)
    return WallClock(local.replace(tzinfo=None, fold=0), zone, wall.duration, local.fold)


def _checked(reading: Reading[WallClock], context: StartContext) -> Reading[WallClock]:
    wall = reading.value
    if wall is None:
        return reading
    reading = _clock_change(reading, wall)
    return reading if reading.value is None else _with_notices(reading, context)


def _at_instant(moment: datetime, zone: str) -> WallClock:
    local = moment.astimezone(ZoneInfo(zone))
    return WallClock(local.replace(tzinfo=None, fold=0, second=0, microsecond=0), zone, None, local.fold)


def _instead_of_span(moment: datetime, zone: str) -> Reading[WallClock]:
    """An offset is proposed; that only its sign looks like a span's is for a person to say."""
    found, literal = _at_instant(moment, zone), WallClock(moment.replace(tzinfo=None), zone)
    repair = Repair(RepairCode.ZONE_CONVERTED, f"{moment:%Y-%m-%d %H:%M%z}", str(found), is_sure=False)
    return Reading(found, (repair,), alternatives=(literal,))


def _with_notices(reading: Reading[WallClock], context: StartContext) -> Reading[WallClock]:
    wall = reading.value
    if wall is None:
        return reading
    if wall.instant < context.now:
        reading = reading.with_notice(NoticeCode.IN_THE_PAST, text=str(wall))
    elif wall.instant - context.now > _FAR_AHEAD:
        reading = reading.with_notice(NoticeCode.FAR_AHEAD, text=str(wall))
    if not EARLIEST_PLAUSIBLE <= wall.local.hour < _LATEST_PLAUSIBLE:
        reading = reading.with_notice(NoticeCode.UNUSUAL_HOUR, text=f"{wall.local:%H:%M}")
    return reading


def _clock_change(reading: Reading[WallClock], wall: WallClock) -> Reading[WallClock]:
    """Summer time skips an hour in spring and repeats one in autumn."""
    zone = ZoneInfo(wall.zone)
    early, late = (wall.local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return reading
    back = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    if back != wall.local:
        problem = Problem(ProblemCode.TIME_SKIPPED_BY_CLOCK_CHANGE, {"text": str(wall), "zone": wall.zone})
        return Reading(problem=problem, alternatives=(replace(wall, local=back),))
    repair = Repair(
        RepairCode.FIRST_OF_TWO_CLOCK_TIMES, str(wall), f"{early:%Y-%m-%d %H:%M %z}", is_sure=False
    )
    reading = replace(reading, alternatives=(*reading.alternatives, replace(wall, fold=1)))
    return reading.with_repair(repair)
