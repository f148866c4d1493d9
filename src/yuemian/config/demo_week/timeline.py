"""Working days around a moment, and what happened on them in its order; the rest has not happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Deed = Callable[[datetime], object]
#: Puts on the timeline what takes the moment as `now`.
Plan = Callable[[datetime, Callable[..., object]], None]
SATURDAY = 6


@dataclass(frozen=True)
class Week:
    """`now` is today at every place; on a weekend today counts as a working day, too."""

    now: datetime
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def day(self, number: int) -> date:
        """So many working days from today."""
        found, step = self.now.astimezone(self.zone).date(), timedelta(days=1 if number > 0 else -1)
        for _ in range(abs(number)):
            found += step
            while found.isoweekday() >= SATURDAY:
                found += step
        return found

    def at(self, number: int, clock: str) -> datetime:
        return datetime.combine(self.day(number), time.fromisoformat(clock), self.zone)


class Timeline:
    """Deeds with their times. Those of one time are done in the order in which they were added."""

    def __init__(self) -> None:
        self._deeds: list[tuple[datetime, Deed]] = []

    def add(self, at: datetime, deed: Deed) -> None:
        self._deeds.append((at, deed))

    def run(self, until: datetime) -> None:
        for at, deed in sorted(self._deeds, key=lambda pair: pair[0]):
            if at > until:
                break
            deed(at)
