"""The first few of a large send go ahead of the rest: how many, and what their fate means for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from yuemian.domain.states import CALLED_OFF, DeliveryState, ReasonCode

#: A send to fewer people has no canary: it would be over before anybody looked.
FROM: Final = 50
SIZE: Final = 5

#: What is wrong with one person's address says nothing about the others, unless it is so with half of them.
_PERSONAL: Final = frozenset(
    {
        ReasonCode.MISSING_CONTACT,
        ReasonCode.INVALID_CONTACT,
        ReasonCode.MAILBOX_FULL,
        ReasonCode.BLOCKED_BY_RECIPIENT,
        ReasonCode.NOT_FOLLOWING,
        ReasonCode.OPTED_OUT,
        ReasonCode.SUPPRESSED,
    }
)
_WELL: Final = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED}) | CALLED_OFF
_OPEN: Final = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})


class Fate(StrEnum):
    """What the rest of the batch does."""

    WAIT = "wait"
    GO = "go"
    PAUSE = "pause"


class Verdict(NamedTuple):
    """`reason` is the commonest trouble when the fate is to pause."""

    fate: Fate
    reason: str = ""


class Figure(NamedTuple):
    """So many of the first deliveries are in this state for this reason."""

    state: str
    reason: str
    people: int


def canary_size(people: int, *, is_rehearsal: bool) -> int:
    """How many people of a send go first; 0: all go at once. In rehearsal nothing can go wrong outside."""
    return 0 if is_rehearsal or people < FROM else SIZE


def judge(figures: Iterable[Figure]) -> Verdict:
    """Go when all are settled well; pause at the first trouble that others will meet too.

    What is tried again by itself is waited for: the provider asked for patience, not for a person. A reserve of a
    route says nothing before its turn has come: it is queued then.
    """
    troubles: Counter[str] = Counter()
    personal = total = still_open = 0
    for figure in figures:
        state = DeliveryState(figure.state)
        if state is DeliveryState.CREATED:
            continue
        total += figure.people
        if state in _OPEN:
            still_open += figure.people
        elif state not in _WELL:
            troubles[figure.reason or figure.state] += figure.people
            personal += figure.people if figure.reason in _PERSONAL else 0
    is_general = troubles.total() > personal or personal * 2 >= total
    if troubles and is_general:
        return Verdict(Fate.PAUSE, troubles.most_common(1)[0][0])
    return Verdict(Fate.WAIT if still_open else Fate.GO)
