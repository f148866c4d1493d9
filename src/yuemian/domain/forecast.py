"""How many messages the coming days will bring on each channel, and what they will cost, as far as that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from yuemian.domain.states import Channel

#: Fewer cases than this say nothing that could be counted on.
FEWEST_CASES: Final = 30
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened among the cases that could show it."""

    happened: int = 0
    cases: int = 0

    @property
    def is_known(self) -> bool:
        return self.cases >= FEWEST_CASES

    @property
    def chance(self) -> float:
        """What is not known counts in full: a forecast of cost must not be too low."""
        return min(self.happened, self.cases) / self.cases if self.is_known else 1.0


@dataclass(frozen=True, slots=True)
class Rates:
    """What the past teaches: who stays silent until a step would come, and how often a channel fails."""

    silence: Rate = Rate()
    failures: Mapping[Channel, Rate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of one interview: its day, and the channels it may take in their order.

    `at_once`: the first so many are used together; each later one only after all before it failed.
    `needs_silence`: it is not sent to somebody who answers before.
    """

    day: date
    channels: tuple[Channel, ...]
    at_once: int = 1
    needs_silence: bool = False


@dataclass(slots=True)
class Expected:
    """Messages of one channel on one day. `likely` lies between `certain` and `at_most`."""

    day: date
    channel: Channel
    certain: int = 0
    likely: float = 0.0
    at_most: int = 0
    #: A chance was not known and counted in full.
    is_upper_bound: bool = False

    @property
    def messages(self) -> int:
        """Rounded up: half a message costs a whole one."""
        return -int(-round(self.likely, 6) // 1)

    def cost(self, price: Decimal) -> Decimal:
        return (Decimal(str(round(self.likely, 6))) * price).quantize(_CENT, ROUND_HALF_UP)


def forecast(planned: Iterable[Planned], rates: Rates) -> dict[tuple[date, Channel], Expected]:
    """Per day and channel, the sum over all steps; days and channels without any are absent."""
    found: dict[tuple[date, Channel], Expected] = {}
    for step in planned:
        chance = rates.silence.chance if step.needs_silence else 1.0
        is_known = rates.silence.is_known or not step.needs_silence
        later, is_later_known = chance, is_known
        for number, channel in enumerate(dict.fromkeys(step.channels)):
            is_first = number < step.at_once
            expected = found.setdefault((step.day, channel), Expected(step.day, channel))
            expected.certain += is_first and not step.needs_silence
            expected.likely += chance if is_first else later
            expected.at_most += 1
            expected.is_upper_bound |= not (is_known if is_first else is_later_known)
            failure = rates.failures.get(channel, Rate())
            later *= failure.chance
            is_later_known &= failure.is_known
    return found
