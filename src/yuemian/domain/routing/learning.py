"""What was learned from the past: rates that borrow strength, the share left to chance, and the comparison group.

A rate is the share of messages that were answered in time. Little data is pulled towards what is known of more people:
person → similar people → organization → a starting value, each by a number of imagined messages (a Beta prior).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Final
from uuid import UUID

from yuemian.domain.states import Channel

#: Imagined messages with which each level is pulled towards the one above it.
PERSON_WEIGHT: Final = 3.0  # people differ: four messages of their own outweigh any statistics
SEGMENT_WEIGHT: Final = 20.0
ORGANIZATION_WEIGHT: Final = 20.0
HOUR_WEIGHT: Final = 40.0  # hours differ less than people do
#: Rates closer than this are equal: the cost decides, then the organization's order.
TIE: Final = 0.02
#: Before anything is known: equal, so that the organization's order and the cost decide.
START: Final = 0.4
#: Shares of the learned choices left to chance, and of candidates who get the fixed route.
EXPLORATION: Final = 0.05
HOLDOUT: Final = 0.10
#: Below so many in either group a comparison says nothing.
ENOUGH: Final = 30
#: 95 % of a normal distribution lies within.
_Z: Final = 1.959964


#: When a message leaves, by the recipient's clock: three hours are one band (finer ones would stay empty), and whether
#: it is a workday there, make-up days included.
Slot = tuple[int, bool]
BAND_HOURS: Final = 3


def hour_band(hour: int) -> int:
    return hour // BAND_HOURS


def slot_of(local: datetime, *, is_workday: bool) -> Slot:
    return hour_band(local.hour), is_workday


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages of which it is known what became of them."""

    sent: int = 0
    reached: int = 0
    answered: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.sent + other.sent, self.reached + other.reached, self.answered + other.answered)


NOTHING: Final = Tally()

#: Tallies by channel and time of sending.
History = Mapping[tuple[Channel, int, bool], Tally]


def shrunk(tally: Tally, towards: float, weight: float) -> float:
    """The mean of the Beta distribution after `tally`, which began at `towards` with `weight` messages."""
    return (tally.answered + weight * towards) / (tally.sent + weight)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one channel before the person is looked at, and from which figures.

    `all_day` is the rate without regard to the time of sending; `then` the organization's figures for that time.
    """

    rate: float = START
    segment: Tally = NOTHING
    organization: Tally = NOTHING
    all_day: float = START
    then: Tally = NOTHING
    band: int | None = None


def over_all_hours(history: History, channel: Channel) -> Tally:
    return total(tally for (each, _, _), tally in history.items() if each == channel)


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, NOTHING)


def expect(organization: History, segment: History, channel: Channel, slot: Slot | None) -> Expectation:
    """The rate of a channel for similar people, at that time of day when `slot` is given."""
    all_people, similar = over_all_hours(organization, channel), over_all_hours(segment, channel)
    level = shrunk(all_people, START, ORGANIZATION_WEIGHT)
    all_day = shrunk(similar, level, SEGMENT_WEIGHT)
    if slot is None:
        return Expectation(all_day, similar, all_people, all_day)
    key = (channel, *slot)
    then = organization.get(key, NOTHING)
    factor = shrunk(then, level, HOUR_WEIGHT) / level
    rate = shrunk(segment.get(key, NOTHING), min(1.0, all_day * factor), HOUR_WEIGHT)
    return Expectation(rate, similar, all_people, all_day, then, slot[0])


def personal_rate(expected: Expectation, own: Tally) -> float:
    return shrunk(own, expected.rate, PERSON_WEIGHT)


# --- Chance that can be repeated -----------------------------------------------------------------------------


def draw_for(*parts: object) -> float:
    """A number in [0, 1) that the same parts always give: replaying a history gives the same routes."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


def is_in_holdout(candidate_id: UUID, share: float = HOLDOUT) -> bool:
    """Whether this candidate is in the comparison group; a larger share keeps all members of a smaller one."""
    return draw_for("holdout", candidate_id) < share


# --- Saying how sure it is -----------------------------------------------------------------------------------


def interval(answered: float, sent: float) -> tuple[float, float]:
    """Wilson's score interval, 95 %; also for shrunk counts. (0, 1) without data."""
    if sent <= 0:
        return 0.0, 1.0
    share, z2 = answered / sent, _Z * _Z
    middle = (share + z2 / (2 * sent)) / (1 + z2 / sent)
    half = _Z * sqrt(share * (1 - share) / sent + z2 / (4 * sent * sent)) / (1 + z2 / sent)
    # At 0 and 1 the formula meets the share itself, but for the last digits.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate as it is shown: pulled towards `START` by the organization's weight, with its interval."""

    rate: float
    low: float
    high: float
    tally: Tally

    @classmethod
    def of(cls, tally: Tally) -> Estimate:
        answered = tally.answered + ORGANIZATION_WEIGHT * START
        sent = tally.sent + ORGANIZATION_WEIGHT
        return cls(answered / sent, *interval(answered, sent), tally)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Learned routes against the fixed ones of the comparison group. `difference` in shares, with a 95 % interval."""

    learned: Tally
    fixed: Tally

    @property
    def is_enough(self) -> bool:
        return min(self.learned.sent, self.fixed.sent) >= ENOUGH

    @property
    def difference(self) -> float:
        return _share(self.learned) - _share(self.fixed)

    @property
    def bounds(self) -> tuple[float, float]:
        """Newcombe's interval for the difference of two shares, from both score intervals."""
        (low_1, high_1), (low_2, high_2) = (interval(t.answered, t.sent) for t in (self.learned, self.fixed))
        one, two = _share(self.learned), _share(self.fixed)
        down = sqrt((one - low_1) ** 2 + (high_2 - two) ** 2)
        up = sqrt((high_1 - one) ** 2 + (two - low_2) ** 2)
        return self.difference - down, self.difference + up


def _share(tally: Tally) -> float:
    return tally.answered / tally.sent if tally.sent else 0.0
