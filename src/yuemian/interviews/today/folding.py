"""Folds what a part says about an interview into one line, whatever the number of its picks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yuemian.interviews.today.parts import Pick


@dataclass(frozen=True)
class Folded:
    """All that a part has to say about one interview."""

    id: UUID
    since: datetime | None
    whys: Sequence[str]


def fold(picks: Iterable[Pick], most: int) -> list[Folded]:
    """The first `most` interviews, in the order of their first picks."""
    whys: dict[UUID, list[str]] = {}
    since: dict[UUID, datetime | None] = {}
    for pick in picks:
        if pick.id not in whys and len(whys) == most:
            continue
        found = whys.setdefault(pick.id, [])
        if pick.why and pick.why not in found:
            found.append(pick.why)
        since.setdefault(pick.id, pick.since)
    return [Folded(id_, since[id_], tuple(found)) for id_, found in whys.items()]
