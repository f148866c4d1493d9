"""The port for work that comes with time: rooms register chores, the worker's clock runs them per organization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Chore:
    """`run` is the dotted name of a function (organization_id, now) -> int: how many things it did.

    It runs in the web role inside a transaction of that organization, and again until it returns 0: so it may work in
    slices. One worker at a time runs a chore for an organization, and may be cut off at any moment: what it does must
    be safe to begin again.

    `is_detached`: it waits for something outside of the database, so it runs without a transaction and opens its own
    with `acting_in`. Two workers may then be at it at once.

    `due` is the dotted name of a function () -> {organization_id: when it has something to do}, asked outside any
    organization; then the clock goes there at that moment, and at once when somebody wakes it. Without it every
    organization is visited `every` so often.
    """

    name: str
    every: timedelta
    run: str
    due: str = ""
    is_detached: bool = False


CHORES: dict[str, Chore] = {}

#: The channel on which the clock listens.
WAKE_CLOCK = "yuemian_clock"


def register_chore(chore: Chore) -> None:
    """Called from an app's `ready()`."""
    CHORES[chore.name] = chore
