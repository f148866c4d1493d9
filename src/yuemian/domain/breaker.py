"""A circuit breaker as a value: an account that keeps failing is left alone, then tried with one message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Circuit(StrEnum):
    """`ok` is used, `open` is not, `half_open` waits for what became of its one probe."""

    OK = "ok"
    OPEN = "open"
    HALF_OPEN = "half_open"


#: So many failures without a success between them open it …
CONSECUTIVE: Final = 5
#: … or, of at least so many outcomes of late, this share.
ENOUGH: Final = 20
SHARE: Final = 0.5
#: Outcomes lose half their weight in this time.
HALF_LIFE: Final = timedelta(seconds=60)
FIRST_REST: Final = timedelta(seconds=15)
LONGEST_REST: Final = timedelta(minutes=15)
#: A wrong password does not mend itself within seconds.
FIRST_REST_AFTER_REFUSAL: Final = timedelta(minutes=5)
#: Whoever probes and never says what came of it was killed: after this another one may probe.
PROBE_LASTS: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`since` is when it took its state, `until` when an open one may be probed, or a probe is given up for lost."""

    circuit: Circuit = Circuit.OK
    since: datetime | None = None
    until: datetime | None = None
    rest: timedelta = timedelta(0)  # how long the last rest was; the next one doubles it
    streak: int = 0
    good: float = 0.0
    bad: float = 0.0
    weighed_at: datetime | None = None

    def admits(self, now: datetime) -> int | None:
        """How many messages it lets through now: None for any number, 0, or the one probe."""
        if self.circuit is Circuit.OK:
            return None
        return 1 if self.until is None or self.until <= now else 0


def probed(breaker: Breaker, now: datetime) -> Breaker:
    """The probe is on its way: nobody else gets through. Raises ValueError when it does not admit one."""
    if breaker.admits(now) != 1:
        raise ValueError("The breaker admits no probe now; ask `admits` first.")
    return replace(breaker, circuit=Circuit.HALF_OPEN, since=now, until=now + PROBE_LASTS)


def recorded(breaker: Breaker, *, good: int, bad: int, now: datetime) -> Breaker:
    """After one hand-over. An unclear outcome is bad: the account did not answer.

    An answer that was under way when the breaker opened changes nothing: only the probe closes it. Nothing but a
    failure opens it: past ones alone do not, however many they are beside a success.
    """
    if breaker.circuit is Circuit.OPEN or not good + bad:
        return breaker
    if breaker.circuit is Circuit.HALF_OPEN:
        return Breaker() if good else opened(breaker, now)
    weight = _weight(breaker, now)
    counted = replace(
        breaker,
        streak=breaker.streak + bad if not good else 0,
        good=breaker.good * weight + good,
        bad=breaker.bad * weight + bad,
        weighed_at=now,
    )
    return opened(counted, now) if bad and _is_failing(counted) else counted


def opened(breaker: Breaker, now: datetime, *, first: timedelta = FIRST_REST) -> Breaker:
    """Left alone for a while: twice as long as the last time when the probe failed, too."""
    rest = min(max(first, breaker.rest * 2), LONGEST_REST)
    return Breaker(Circuit.OPEN, now, now + rest, rest)


def _weight(breaker: Breaker, now: datetime) -> float:
    if breaker.weighed_at is None:
        return 1.0
    # A clock that was set back must not make old failures heavier.
    age = max(now - breaker.weighed_at, timedelta(0))
    return float(0.5 ** min(age / HALF_LIFE, 1000.0))


def _is_failing(breaker: Breaker) -> bool:
    if breaker.streak >= CONSECUTIVE:
        return True
    total = breaker.good + breaker.bad
    return total >= ENOUGH and breaker.bad >= SHARE * total
