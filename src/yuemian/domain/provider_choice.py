"""Which of a channel's accounts takes a message: by weight among the healthy ones, and never a second while unclear."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Choice(Generic[Key]):
    """An account as the choice sees it: weight 0 is a reserve; its health leaves it a `share` of its weight."""

    key: Key
    weight: int = 100
    is_usable: bool = True
    share: float = 1.0


def choose(
    accounts: Sequence[Choice[Key]], draw: float, *, avoid: Collection[Key] = (), bound_to: Key | None = None
) -> Key | None:
    """The account for one message, the same for the same `draw` (0 to below 1).

    `avoid` are accounts that have just refused it: taken only when there is no other. `bound_to` is the account
    that may have it already: that one or none. Reserves serve only when no account with a weight is usable.
    """
    if bound_to is not None:
        return next((each.key for each in accounts if each.key == bound_to and each.is_usable), None)
    usable = [each for each in accounts if each.is_usable]
    fresh = [each for each in usable if each.key not in avoid]
    regular, reserve = ([each for each in fresh if (each.weight > 0) is is_on] for is_on in (True, False))
    for group in (regular, reserve, usable):
        if group:
            return _drawn(group, draw)
    return None


def _drawn(group: Sequence[Choice[Key]], draw: float) -> Key:
    weights = [max(each.weight, 1) * max(each.share, 0.01) for each in group]
    point = draw * sum(weights)
    for each, weight in zip(group, weights, strict=True):
        point -= weight
        if point < 0:
            return each.key
    return group[-1].key
