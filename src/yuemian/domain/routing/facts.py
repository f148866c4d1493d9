"""What a choice of channel is made from, and what comes of it: values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from yuemian.domain.breaker import Circuit
from yuemian.domain.cadence import Pick
from yuemian.domain.routing.learning import NOTHING, Expectation, Tally
from yuemian.domain.routing.sentence import ARM, ReasonedSentence
from yuemian.domain.states import Channel, Purpose

#: A message about an interview that begins within this time is urgent when it is one of these.
SAME_DAY: Final = timedelta(hours=24)
_URGENT: Final = frozenset({Purpose.INVITATION, Purpose.CHANGE, Purpose.CANCELLATION})
#: Purposes after which somebody comes or does not: only there a missed interview calls for a second channel.
_ATTENDANCE: Final = frozenset({Purpose.INVITATION, Purpose.REMINDER, Purpose.NUDGE, Purpose.CHANGE})


class PointState(StrEnum):
    """The state of a candidate's address on a channel; the words of a contact point."""

    ACTIVE = "active"
    INVALID = "invalid"
    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel as it stands for the whole organization. Money in the smallest unit the caller counts in."""

    cost: int = 0
    circuit: Circuit = Circuit.OK
    #: None: no limit.
    budget_left: int | None = None

    @property
    def is_healthy(self) -> bool:
        return self.circuit is Circuit.OK

    @property
    def is_affordable(self) -> bool:
        return self.budget_left is None or self.budget_left >= self.cost


@dataclass(frozen=True, slots=True)
class Person:
    """One candidate: addresses, own wishes, and what happened before."""

    points: Mapping[Channel, PointState]
    preferred: Channel | None = None
    tallies: Mapping[Channel, Tally] = field(default_factory=dict)
    missed: int = 0
    interviews: int = 0
    is_holdout: bool = False

    def tally(self, channel: Channel) -> Tally:
        return self.tallies.get(channel, NOTHING)


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """What is asked for. `channels`: those listed (for LISTED and ALL); `used`: those used before, oldest first."""

    purpose: Purpose
    pick: Pick = Pick.BEST
    channels: Sequence[Channel] = ()
    used: Sequence[Channel] = ()
    until_interview: timedelta | None = None

    @property
    def is_urgent(self) -> bool:
        """Nothing hurries any more once the interview has begun."""
        until = self.until_interview
        return self.purpose in _URGENT and until is not None and timedelta() < until < SAME_DAY

    @property
    def is_about_attendance(self) -> bool:
        return self.purpose in _ATTENDANCE


@dataclass(frozen=True, slots=True)
class Setting:
    """What the people of one segment share: the channels in the organization's usual order, and what is expected."""

    lanes: Mapping[Channel, Lane]
    expected: Mapping[Channel, Expectation] = field(default_factory=dict)
    is_learned: bool = True
    exploration: float = 0.05


@dataclass(frozen=True, slots=True)
class Route:
    """Channels in the order to try; the first `at_once` of them together. Empty when nobody can be reached.

    `is_compared`: learning could have chosen otherwise here, so the answers tell what learning is worth.
    """

    channels: tuple[Channel, ...]
    explanation: ReasonedSentence
    at_once: int = 1
    is_explored: bool = False
    is_holdout: bool = False
    is_compared: bool = False

    @property
    def first(self) -> tuple[Channel, ...]:
        """The channels that are used now."""
        return self.channels[: self.at_once]

    @property
    def note(self) -> str:
        """The explanation as a delivery keeps it, with the group when it is compared."""
        arm = f"{ARM}{'holdout' if self.is_holdout else 'learned'}" if self.is_compared else ""
        return self.explanation.encode() + arm
