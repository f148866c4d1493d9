"""The port for work that comes with time: rooms register chores, the worker's clock runs them per organization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Chore:
    """`run` is the dotted name of a function (organization_id, now) -> int: how many things it did.

    It runs in the web role inside a transaction of that organization. Several workers may run it at once for
    different organizations, and it may be cut off at any moment: what it does must be safe to begin again.
    """

    name: str
    every: timedelta
    run: str


CHORES: dict[str, Chore] = {}


def register_chore(chore: Chore) -> None:
    """Called from an app's `ready()`."""
    CHORES[chore.name] = chore
