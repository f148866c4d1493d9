"""The allowed moves between states: every kind of state declares its own map here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class ForbiddenMove(ValueError):  # noqa: N818 - named for what happened
    """A state change that the transition map does not know; the message says what would be allowed."""


#: Kind of state → state → the states it may become.
MOVES: Final[dict[type[StrEnum], Mapping[Any, frozenset[Any]]]] = {}
_NAMES: Final[dict[type[StrEnum], str]] = {}


def declare(kind: type[StrEnum], moves: Mapping[Any, frozenset[Any]], name: str) -> None:
    """`name` begins the sentence of a refusal: "An interview"."""
    MOVES[kind], _NAMES[kind] = moves, name


def can_move(kind: type[StrEnum], old: str, new: str) -> bool:
    """Whether `old` → `new` is in the map; staying is not a move. Unknown words raise ValueError."""
    return kind(new) in MOVES[kind][kind(old)]


def check_move(kind: type[StrEnum], old: str, new: str) -> None:
    """Raise ForbiddenMove unless `old` → `new` is allowed: `check_move(DeliveryState, old, new)`."""
    if can_move(kind, old, new):
        return
    allowed = [state.value for state in kind if state in MOVES[kind][kind(old)]]
    way_out = f"it can only become {' or '.join(allowed)}" if allowed else "that is where it ends"
    raise ForbiddenMove(f"{_NAMES[kind]} that is '{old}' cannot become '{new}': {way_out}.")
