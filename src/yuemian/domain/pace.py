"""How fast an account may be used: the configured rate, and what its throttling taught."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

#: After a "too fast" the rate is halved …
BACK_OFF: Final = 0.5
#: … grows back by a tenth each second of clean sending, up to the rate that was too fast …
REGAIN: Final = 1.1
#: … and beyond it by a fiftieth of that rate, or by this much: each second of clean sending.
GROWTH: Final = 0.02
LEAST_GROWTH: Final = 0.2
SLOWEST: Final = 0.2
#: One clean chunk says no more than this about the time before it.
WITNESSED: Final = 2.0
#: An account without a configured rate is as free as before when it was not refused for so long.
FORGOTTEN: Final = 600.0
#: A provider that asks for more is tried again all the same.
LONGEST_SILENCE: Final = 900.0
#: A chunk is at most so many seconds of the rate: any second holds no more than the rate and one chunk.
GRAIN: Final = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """Rates are messages per second, 0 is no limit; times are seconds of any clock that only goes forward.

    `busy_until` is when everything granted so far has been sent at the allowed rate.
    """

    ceiling: float = 0.0  # configured: never faster
    learned: float = 0.0
    too_fast: float = 0.0  # the rate that was refused last
    busy_until: float = 0.0
    grown_at: float = 0.0
    refused_at: float = 0.0

    @property
    def rate(self) -> float:
        limits = [limit for limit in (self.ceiling, self.learned) if limit > 0]
        return min(limits, default=0.0)

    @property
    def most_at_once(self) -> int | None:
        """The largest chunk that keeps the rate even; None: any."""
        return max(1, int(self.rate * GRAIN)) if self.rate else None

    def wait(self, now: float) -> float:
        """Seconds until the next message may leave."""
        return max(0.0, self.busy_until - now)


def granted(pace: Pace, count: int, now: float) -> Pace:
    """`count` messages leave, beginning when `wait` is over."""
    if not pace.rate:
        return pace
    return replace(pace, busy_until=max(pace.busy_until, now) + count / pace.rate)


def throttled(pace: Pace, seen: float, now: float, retry_after: float = 0.0) -> Pace:
    """Refused as too fast while sending at about `seen` per second (0: unknown); silent for `retry_after`."""
    silence = min(max(retry_after, 0.0), LONGEST_SILENCE)
    rates = [rate for rate in (pace.rate, seen) if rate > 0]
    too_fast = min(rates, default=1.0)
    return replace(
        pace,
        learned=max(SLOWEST, too_fast * BACK_OFF),
        too_fast=too_fast,
        busy_until=max(pace.busy_until, now + silence),
        grown_at=now + silence,
        refused_at=now,
    )


def went_well(pace: Pace, now: float) -> Pace:
    """Nothing was refused: a learned rate grows slowly, never above the ceiling."""
    if not pace.learned or now <= pace.grown_at:
        return pace
    if not pace.ceiling and now - pace.refused_at > FORGOTTEN:
        return replace(pace, learned=0.0, too_fast=0.0)
    seconds = min(now - pace.grown_at, WITNESSED)
    learned = min(pace.learned * REGAIN**seconds, pace.too_fast)
    if learned >= pace.too_fast:
        learned = max(pace.learned, pace.too_fast) + max(pace.too_fast * GROWTH, LEAST_GROWTH) * seconds
    if pace.ceiling:
        learned = min(learned, pace.ceiling)
    return replace(pace, learned=learned, grown_at=now)
