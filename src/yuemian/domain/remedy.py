"""What a person can do about a delivery that does not go on by itself, and when that would be no help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from yuemian.domain.states import FAILED, NEEDING_ATTENTION, DeliveryState, ReasonCode

D = DeliveryState


class Remedy(StrEnum):
    """One press of a person."""

    RELEASE = "release"
    RETRY = "retry"  # once more on the same channel
    SWITCH = "switch"  # on another channel
    ARRIVED = "arrived"  # the unclear one has arrived
    NOT_ARRIVED = "not_arrived"  # it has not: send again
    GIVE_UP = "give_up"


class Refusal(StrEnum):
    """Why one delivery is left as it is."""

    NOT_SO = "not_so"  # this remedy is for another state, or somebody was faster
    TOO_LATE = "too_late"
    UNTRUE = "untrue"  # what it says no longer holds, or was answered
    ERASED = "erased"
    NO_CONTACT = "no_contact"
    NO_TEXT = "no_text"
    UNDER_WAY = "under_way"  # the same message is on that channel already


APPLIES: Final[Mapping[Remedy, frozenset[DeliveryState]]] = {
    Remedy.RELEASE: frozenset({D.HELD}),
    Remedy.RETRY: FAILED,
    Remedy.SWITCH: FAILED | {D.HELD},
    Remedy.ARRIVED: frozenset({D.UNKNOWN}),
    Remedy.NOT_ARRIVED: frozenset({D.UNKNOWN}),
    Remedy.GIVE_UP: NEEDING_ATTENTION,
}
#: What writes a new delivery.
SENDS_ANEW: Final = frozenset({Remedy.RETRY, Remedy.SWITCH, Remedy.NOT_ARRIVED})
#: The same attempt would end the same way, whatever is mended meanwhile.
_HOPELESS: Final = frozenset({ReasonCode.INVALID_CONTACT, ReasonCode.BLOCKED_BY_RECIPIENT})


@dataclass(frozen=True)
class Case:
    """One delivery, and what trying again would meet."""

    state: DeliveryState
    deadline_at: datetime
    is_true: bool
    is_erased: bool
    has_contact: bool
    has_text: bool
    is_under_way: bool


def refusal(case: Case, remedy: Remedy, *, now: datetime) -> Refusal | None:
    """Why the remedy does nothing for this delivery; None when it does."""
    if case.state not in APPLIES[remedy]:
        return Refusal.NOT_SO
    if remedy in {Remedy.ARRIVED, Remedy.GIVE_UP}:
        return None
    if case.deadline_at <= now:
        return Refusal.TOO_LATE
    if case.is_erased:
        return Refusal.ERASED
    if not case.is_true:
        return Refusal.UNTRUE
    return _unsendable(case) if remedy in SENDS_ANEW else None


def _unsendable(case: Case) -> Refusal | None:
    if not case.has_contact:
        return Refusal.NO_CONTACT
    if not case.has_text:
        return Refusal.NO_TEXT
    return Refusal.UNDER_WAY if case.is_under_way else None


def remedies_for(state: str, reason: str, *, deadline_at: datetime, now: datetime) -> list[Remedy]:
    """The buttons of one row, the likeliest help first."""
    if deadline_at <= now:
        return [r for r in (Remedy.ARRIVED, Remedy.GIVE_UP) if D(state) in APPLIES[r]]
    fitting = [remedy for remedy in Remedy if D(state) in APPLIES[remedy]]
    return [r for r in fitting if not (r is Remedy.RETRY and reason in _HOPELESS)]
