"""The rehearsal provider: every message lands in the phone lab, none leaves the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from uuid import UUID

import orjson

from yuemian.channels.base import Dedup, Limits, Message, Outcome, Provider, Receipt
from yuemian.domain.states import Channel
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.claim import SealedKey
from yuemian.messaging.engine.database import AWAY, Database
from yuemian.messaging.models import LabMessage
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

#: What the lab can show.
CHANNELS = frozenset(Channel)


class Envelope(NamedTuple):
    """How the content of one delivery is sealed: with the key of the person it is for."""

    vault: Vault
    key: SealedKey


@dataclass(frozen=True)
class LabConfig:
    """The lab has nothing to configure."""


class LabProvider(Provider):
    """Keeps messages as rows, keyed by delivery: a repeated one is counted, not kept twice."""

    name: ClassVar[str] = "lab"
    channel: ClassVar[Channel] = Channel.EMAIL  # and the others: it stands in for every provider of CHANNELS
    Config: ClassVar[type[LabConfig]] = LabConfig
    dedup: Dedup = Dedup.KEY
    limits: Limits = Limits(batch=500, concurrency=4)

    def __init__(self, database: Database, envelopes: Mapping[str, Envelope] | None = None) -> None:
        self._database = database
        self._envelopes = {} if envelopes is None else envelopes

    @classmethod
    def normalise(cls, address: str) -> str:
        return address

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        ids = [uuid7() for _ in messages]
        contents = [self._sealed(id_, message) for id_, message in zip(ids, messages, strict=True)]
        deliveries = [UUID(message.delivery_id) for message in messages]
        values = {"ids": ids, "deliveries": deliveries, "contents": contents}
        try:
            await self._database.fetch(statements.LAB_RECEIVE, values)
        except AWAY:
            # The commit may have been lost, or only its answer.
            await self._database.patiently(statements.LAB_RESUME, values)
        kept = await self._kept(deliveries)
        gone = Receipt(Outcome.CONTENT_REJECTED, code="lab", detail="The delivery no longer exists.")
        return [
            Receipt(Outcome.ACCEPTED, provider_id=kept[delivery], code="lab") if delivery in kept else gone
            for delivery in deliveries
        ]

    async def lookup(self, message: Message) -> Receipt | None:
        """Always certain: a delivery that is not there was never received."""
        delivery = UUID(message.key)
        kept = await self._kept([delivery])
        if delivery in kept:
            return Receipt(Outcome.ACCEPTED, provider_id=kept[delivery], code="lab_found")
        return Receipt(Outcome.RETRY, code="lab_never_received")

    async def _kept(self, deliveries: Sequence[UUID]) -> dict[UUID, str]:
        rows = await self._database.patiently(statements.LAB_FIND, {"deliveries": deliveries})
        return {delivery: str(id_) for delivery, id_ in rows}

    def _sealed(self, id_: UUID, message: Message) -> bytes:
        envelope = self._envelopes[message.delivery_id]
        content = {
            "to": message.to,
            "subject": message.subject,
            "text": message.text,
            "html": message.form.html(message) if message.form else "",
            "link": message.slots.get("link", ""),
        }
        return envelope.vault.seal_bytes(envelope.key, LabMessage.PLACE, id_, orjson.dumps(content))
