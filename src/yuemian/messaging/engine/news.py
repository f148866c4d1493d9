"""News for the open pages, at most four times a second per organization and batch, and finished batches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Set
from typing import Final
from uuid import UUID

import orjson

from yuemian.messaging.engine import statements
from yuemian.messaging.engine.canary import judge_canaries
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.settle import Touched

INTERVAL: Final = 0.25
#: Batches known to have no canary; more are forgotten and asked again.
REMEMBERED: Final = 1000


class News:
    """Collects what changed; `flush` tells it. What changes after the last flush is told by the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._organizations: set[UUID] = set()
        self._batches: dict[UUID, UUID] = {}
        self._without_canary: set[UUID] = set()
        self.arrived = asyncio.Event()

    def tell(self, touched: Iterable[Touched]) -> None:
        for place in touched:
            self._organizations.add(place.organization_id)
            if place.batch_id:
                self._batches[place.batch_id] = place.organization_id
        if self._organizations:
            self.arrived.set()

    async def flush(self) -> None:
        self.arrived.clear()
        organizations, self._organizations = self._organizations, set()
        batches, self._batches = self._batches, {}
        if batches:
            await self._database.patiently(statements.FINISH_BATCHES, {"ids": list(batches)})
            await self._judge_canaries(batches.keys() - self._without_canary)
        payloads = [_payload(organization, "interviews") for organization in organizations]
        payloads += [_payload(organization, "batch", batch=batch) for batch, organization in batches.items()]
        if payloads:
            await self._database.patiently(statements.ANNOUNCE, {"payloads": payloads})

    async def _judge_canaries(self, batches: Set[UUID]) -> None:
        """Asked once of a batch that has none, or whose rest was let go."""
        if batches:
            waiting, touched = await judge_canaries(self._database, batches)
            if len(self._without_canary) > REMEMBERED:
                self._without_canary.clear()
            self._without_canary |= batches - waiting
            self.tell(touched)

    async def run(self) -> None:
        while True:
            await self.arrived.wait()
            await self.flush()
            await asyncio.sleep(INTERVAL)


def _payload(organization: UUID, topic: str, **ids: UUID) -> str:
    return orjson.dumps({"organization": organization, "topic": topic, **ids}).decode()
