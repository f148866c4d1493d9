"""A worker process as it reports itself: that it lives, and what it has done so far."""

from __future__ import annotations

import importlib.metadata
import os
import socket
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from yuemian.domain.states import DeliveryState
from yuemian.messaging.engine.claim import Claimed
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.settle import Settlement
from yuemian.trust.identifiers import uuid7

#: Also mends the row when somebody has removed it as long silent.
_BEAT: Final = """
INSERT INTO messaging_workerlife (id, host, pid, version, started_at, seen_at, figures)
VALUES (%(id)s, %(host)s, %(pid)s, %(version)s, now(), now(), %(figures)s::jsonb)
ON CONFLICT (id) DO UPDATE SET seen_at = now(), figures = excluded.figures
"""
_STOPPED: Final = """
UPDATE messaging_workerlife SET stopped_at = now(), seen_at = now(), figures = %(figures)s::jsonb WHERE id = %(id)s
"""
_FORGET: Final = "DELETE FROM messaging_workerlife WHERE seen_at < now() - interval '7 days'"

_WORDS: Final = {
    DeliveryState.SENT: "accepted",
    DeliveryState.QUEUED: "deferred",
    DeliveryState.HELD: "deferred",
    DeliveryState.UNKNOWN: "unclear",
    DeliveryState.PERMANENT_FAILURE: "failed",
    DeliveryState.TEMPORARY_FAILURE: "failed",
    DeliveryState.TECHNICAL_FAILURE: "failed",
}


class Figures:
    """Counters since the start: per channel what was claimed, and in what it ended."""

    def __init__(self) -> None:
        self._channels: dict[str, Counter[str]] = defaultdict(Counter)

    def claimed(self, rows: Sequence[Claimed]) -> None:
        for channel, count in Counter(row.channel for row in rows).items():
            self._channels[channel]["claimed"] += count

    def count(self, settled: Iterable[Settlement]) -> None:
        for (channel, state), count in Counter(
            (each.attempt.channel, each.state) for each in settled
        ).items():
            self._channels[channel][_WORDS.get(state, "called_off")] += count

    def as_json(self) -> str:
        return orjson.dumps({channel: dict(counts) for channel, counts in self._channels.items()}).decode()


class Life:
    """The row of this process in `WorkerLife`."""

    def __init__(self, database: Database, figures: Figures) -> None:
        self._database, self._figures = database, figures
        self.id = uuid7()

    async def beat(self) -> None:
        values = {
            "id": self.id,
            "host": socket.gethostname()[:80],
            "pid": os.getpid(),
            "version": importlib.metadata.version("yuemian")[:40],
            "figures": self._figures.as_json(),
        }
        await self._database.fetch(_BEAT, values)

    async def forget_the_dead(self) -> None:
        await self._database.fetch(_FORGET)

    async def stopped(self) -> None:
        await self._database.fetch(_STOPPED, {"id": self.id, "figures": self._figures.as_json()})
