"""The port by which every room says what it holds about a person: to be read, exported, and erased.

Hiring knows no interview and no message. A room registers its holdings here; My data, the export, the retention rule
and the erasure go through all of them, so that no room can be forgotten in one of the four.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from yuemian.ui.when import moment_text

if TYPE_CHECKING:  # apps register here before models can be imported
    from yuemian.hiring.models import Candidate
    from yuemian.trust.vault import Vault

Text = str | Promise


@dataclass(frozen=True)
class Held:
    """One entry: as a line that the person reads, in the active language, and as plain values for the export.

    `masked` stands for the line until it is proved who reads it; None: the line tells nothing a link's bearer lacks.
    """

    line: str
    data: Mapping[str, Any] = field(default_factory=dict)
    masked: str | None = None

    def shown(self, *, is_open: bool) -> str:
        return self.line if is_open or self.masked is None else self.masked


def nothing(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    """For what holds no personal value, or becomes unreadable with the person's key."""
    return 0


@dataclass(frozen=True)
class Holding:
    """What one room holds of one kind. `kind` names it in the export and in the receipt of an erasure.

    `read` lists it, the earliest first. `erase` runs in the erasure's transaction, before the key is destroyed: it
    deletes or blanks what the key does not cover, calls off what waits, and returns how many entries it touched.
    `activity_sql` yields (candidate_id, at) of what counts as activity, `waiting_sql` the candidate_ids of whoever
    waits for the company; both run inside one organization.
    """

    kind: str
    title: Text
    why: Text
    read: Callable[[Candidate, Vault], list[Held]]
    erase: Callable[[Collection[UUID], datetime], int] = nothing
    activity_sql: str = ""
    waiting_sql: str = ""


def moment(candidate: Candidate, at: datetime) -> str:
    """With weekday and year, on the person's clock, or the company's where theirs is unknown."""
    zone = ZoneInfo(candidate.time_zone or candidate.organization.time_zone)
    return moment_text(at, zone, with_year=True)


#: Dotted names of sequences of holdings, in the order of the rooms; resolved at use, when all models are loaded.
SOURCES: list[str] = ["yuemian.hiring.own_holdings.HOLDINGS"]


def register_holdings(name: str) -> None:
    """Called from an app's `ready()`."""
    if name not in SOURCES:
        SOURCES.append(name)


def holdings() -> list[Holding]:
    return [holding for name in SOURCES for holding in import_string(name)]
