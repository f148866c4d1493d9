"""Pages of a list that is sorted by a time: each begins at a row, so that no page costs more than the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Q

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """Where in a list one stands: what it is sorted by, and the row."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.id.hex}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        count, _, id_ = text.partition(".")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(count)), UUID(id_))
        except (ValueError, OverflowError):
            return None

    def beyond(self, name: str, *, is_later: bool, is_higher: bool | None = None) -> Q:
        """What lies behind it in the order of `name`, later or earlier; of the same moment by id, in its own direction.

        The bound on the time alone comes first: it is what the index is entered by.
        """
        bound = Q(**{f"{name}__{'gte' if is_later else 'lte'}": self.at})
        higher = is_later if is_higher is None else is_higher
        return bound & (~Q(**{name: self.at}) | Q(**{f"id__{'gt' if higher else 'lt'}": self.id}))
