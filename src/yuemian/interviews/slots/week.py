"""A week of slots to look at: what is free, who sits where, what is held, and when somebody is taken otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from yuemian.accounts.models import User
from yuemian.channels.calendars import Unknown
from yuemian.domain.slots import Span, expand
from yuemian.interviews.models import Interview, Seat, SlotSeries
from yuemian.interviews.slots.calendars import Outside
from yuemian.ui.when import day_text

#: What began so long ago may still be under way.
_UNDER_WAY = timedelta(days=1)
FREE, TAKEN, HELD, FULL, PAST, BUSY, OUTSIDE = "free", "taken", "held", "full", "past", "busy", "outside"


@dataclass(frozen=True)
class Sitter:
    """Somebody in a slot, or with whom somebody is taken then."""

    interview_id: UUID
    name: str
    is_held: bool = False


@dataclass(frozen=True)
class Cell:
    """One slot, or a time at which the interviewer is taken otherwise."""

    start: datetime
    end: datetime
    state: str
    sitters: Sequence[Sitter] = ()
    capacity: int = 1

    @property
    def seats(self) -> str:
        """`2/3` of a group."""
        return f"{len(self.sitters)}/{self.capacity}" if self.capacity > 1 else ""


@dataclass(frozen=True)
class Day:
    day: date
    is_today: bool
    is_over: bool
    is_closed: bool
    cells: Sequence[Cell] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        return _name(self.day)


@dataclass(frozen=True)
class Week:
    monday: date
    days: Sequence[Day]
    free: int
    taken: int
    #: Why the interviewer's calendar says nothing: then what is open is not called free.
    unknown: Unknown | None = None

    @property
    def first_text(self) -> str:
        return _name(self.monday)

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)


def _name(day: date) -> str:
    """A day of the calendar, whatever the clock."""
    return day_text(datetime.combine(day, time(12), UTC), ZoneInfo("UTC"), with_year=False)


def span_of(series: SlotSeries, monday: date) -> Span:
    """The seven days from `monday` on the clock of the series."""
    return Span(
        datetime.combine(monday, time(), series.zone),
        datetime.combine(monday + timedelta(days=7), time(), series.zone),
    )


def week_of(series: SlotSeries, monday: date, *, now: datetime, viewer: User, outside: Outside) -> Week:
    """Those days, in a constant number of statements."""
    terms = series.terms()
    since, until = span_of(series, monday)
    sitting = _sitting(series, since, until, now)
    others = _others(
        series, since, until, {s.interview_id for each in sitting.values() for s in each}, viewer
    )
    calendar = _calendar(series, outside, [*(span for span, _ in others), *_spans(series, sitting)])
    in_the_way = [*(span for span, _ in others), *calendar]
    cells = [
        _cell(series, span, sitting.pop(span.start, []), in_the_way, now)
        for span in expand(terms, since, until)
    ]
    # Seats from before the series was changed stand where no slot is any more.
    cells += [
        Cell(start, start + series.length, TAKEN, people, series.capacity)
        for start, people in sitting.items()
    ]
    cells += [Cell(span.start, span.end, BUSY, [who]) for span, who in others]
    cells += [Cell(part.start, part.end, OUTSIDE) for span in calendar for part in _by_day(span, series.zone)]
    cells.sort(key=lambda cell: (cell.start, cell.end))
    today = now.astimezone(series.zone).date()
    days = [monday + timedelta(days=number) for number in range(7)]
    return Week(
        monday,
        [
            Day(
                day,
                day == today,
                day < today,
                any(
                    closure.is_on(day) and closure.start == closure.end == time()
                    for closure in terms.closures
                ),
                [cell for cell in cells if cell.start.astimezone(series.zone).date() == day],
            )
            for day in days
        ],
        free=sum(cell.state == FREE for cell in cells),
        taken=sum(len(cell.sitters) for cell in cells if cell.state in {TAKEN, HELD, FULL}),
        unknown=outside.unknown.get(series.interviewer_id) if series.interviewer_id else None,
    )


def _spans(series: SlotSeries, starts: Iterable[datetime]) -> list[Span]:
    return [Span(start, start + series.length) for start in starts]


def _calendar(series: SlotSeries, outside: Outside, ours: Sequence[Span]) -> list[Span]:
    """What stands in the interviewer's own calendar besides the interviews that are shown already."""
    busy = outside.busy.get(series.interviewer_id, []) if series.interviewer_id else []
    return [rest for span in busy for rest in span.without(ours)]


def _by_day(span: Span, zone: ZoneInfo) -> list[Span]:
    """Somebody who is away for three days is away on each of them."""
    parts, start = [], span.start
    while start < span.end:
        next_day = start.astimezone(zone).date() + timedelta(days=1)
        end = min(span.end, datetime.combine(next_day, time(), zone).astimezone(UTC))
        parts.append(Span(start, end))
        start = end
    return parts


def _cell(
    series: SlotSeries,
    span: Span,
    people: Sequence[Sitter],
    in_the_way: Iterable[Span],
    now: datetime,
) -> Cell:
    if people:
        state = HELD if all(each.is_held for each in people) else TAKEN
        state = FULL if len(people) >= series.capacity > 1 else state
    elif span.start <= now:
        state = PAST
    else:
        wanted = span.padded(series.buffer)
        state = BUSY if any(other.overlaps(wanted) for other in in_the_way) else FREE
    return Cell(span.start, span.end, state, people, series.capacity)


def _sitting(
    series: SlotSeries, since: datetime, until: datetime, now: datetime
) -> dict[datetime, list[Sitter]]:
    seats = (
        Seat.objects.filter(slot__series=series, slot__starts_at__gte=since, slot__starts_at__lt=until)
        .exclude(held_until__lte=now)
        .select_related("slot", "interview__application__candidate")
        .order_by("slot__starts_at", "number")
    )
    found: dict[datetime, list[Sitter]] = {}
    for seat in seats:
        name = seat.interview.application.candidate.name
        sitter = Sitter(seat.interview_id, name, seat.held_until is not None)
        found.setdefault(seat.slot.starts_at, []).append(sitter)
    return found


def others_of(
    found: Collection[SlotSeries], span: Span, *, now: datetime, viewer: User
) -> dict[UUID, list[Span]]:
    """By series: its interviewer's interviews that are in none of its slots; in two statements."""
    people = {series.interviewer_id for series in found if series.interviewer_id}
    rows = Interview.objects.visible_to(viewer).filter(
        interviewers__in=people,
        state="scheduled",
        starts_at__gte=span.start - _UNDER_WAY,
        starts_at__lt=span.end,
    )
    held: dict[UUID, list[tuple[UUID, Span]]] = {}
    for person, pk, starts_at, length in rows.values_list("interviewers", "pk", "starts_at", "duration"):
        held.setdefault(person, []).append((pk, Span(starts_at, starts_at + length)))
    seats = Seat.objects.filter(slot__series__in=[series.pk for series in found]).exclude(held_until__lte=now)
    seated = set(
        seats.filter(slot__starts_at__gte=span.start - _UNDER_WAY, slot__starts_at__lt=span.end).values_list(
            "slot__series", "interview"
        )
    )
    return {
        series.pk: [each for pk, each in held.get(series.interviewer_id, []) if (series.pk, pk) not in seated]
        for series in found
        if series.interviewer_id
    }


def in_the_way_of(
    series: SlotSeries, others: Sequence[Span], outside: Outside, seated: Iterable[datetime]
) -> list[Span]:
    """What keeps a free slot from being taken: other interviews, and what else the interviewer's calendar has."""
    return [*others, *_calendar(series, outside, [*others, *_spans(series, seated)])]


def _others(
    series: SlotSeries, since: datetime, until: datetime, besides: set[UUID], viewer: User
) -> list[tuple[Span, Sitter]]:
    """Interviews of the series' interviewer that are in none of its slots."""
    if series.interviewer_id is None:
        return []
    rows = (
        Interview.objects.visible_to(viewer)
        .filter(
            interviewers=series.interviewer_id, state="scheduled", starts_at__gte=since, starts_at__lt=until
        )
        .exclude(pk__in=besides)
        .select_related("application__candidate")
    )
    return [(Span(i.starts_at, i.ends_at), Sitter(i.pk, i.application.candidate.name)) for i in rows]
