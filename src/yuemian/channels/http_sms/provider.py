"""Text messages over HTTP: several requests at once over kept connections, each with its own true outcome."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from yuemian.channels.base import (
    BadAddress,
    BadConfig,
    ChannelError,
    Dedup,
    Event,
    Inbound,
    Limits,
    Message,
    Outcome,
    Provider,
    Receipt,
)
from yuemian.channels.http import PUBLIC, HTTPClient, HTTPFailure, Network
from yuemian.domain.addresses import read_phone
from yuemian.domain.states import Channel

from .answer import AnswerForm, unanswered
from .callback import CallbackForm
from .config import HTTPSMSConfig
from .request import ASKED_BY, RequestForm
from .template import Filling

BATCH: Final = 200
_HIDDEN: Final = ("password", "text", "link", "to", "callback_url", "key", "signature")
_TROUBLE: Final = frozenset({Outcome.AMBIGUOUS, Outcome.RETRY, Outcome.THROTTLED, Outcome.CONFIG})


def _now() -> datetime:
    return datetime.now(UTC)


class HTTPSMSProvider(Provider):
    """One account at one gateway. Raises BadConfig when its settings cannot work."""

    name: ClassVar[str] = "http_sms"
    channel: ClassVar[Channel] = Channel.SMS
    Config: ClassVar[type[HTTPSMSConfig]] = HTTPSMSConfig
    has_callbacks: ClassVar[bool] = True

    def __init__(
        self,
        config: HTTPSMSConfig,
        *,
        network: Network | None = None,
        now: Callable[[], datetime] = _now,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        super().__init__(config)
        self.config: HTTPSMSConfig = config
        self.dedup = Dedup(config.dedup)
        self.limits = Limits(batch=BATCH)
        self._now, self._nonce, self._network = now, nonce, network or PUBLIC
        self._request, self._answer = RequestForm(config), AnswerForm(config)
        self._callback = CallbackForm(config)
        self._question = Filling.compile(config.lookup_url, ASKED_BY, "Address to ask")
        self._client: HTTPClient | None = None

    @classmethod
    def normalise(cls, address: str) -> str:
        reading = read_phone(address)
        if reading.value is None:
            raise BadAddress("This is no telephone number; write it as +86 138 0013 8000.")
        if not reading.value.can_receive_sms:
            raise BadAddress(
                "This number belongs to a landline or service; text messages need a mobile number."
            )
        return reading.value.e164

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        batch = _Batch(messages)
        lanes = min(self.config.connections, len(messages))
        await asyncio.gather(*(self._lane(batch) for _ in range(lanes)))
        return [receipt or _NOT_TRIED for receipt in batch.receipts]

    async def _lane(self, batch: _Batch) -> None:
        """When answer after answer is trouble, what waits is left alone: it is better untouched than unclear."""
        while batch.waiting and batch.troubles < self.config.connections:
            position = batch.waiting.popleft()
            receipt = batch.receipts[position] = await self._send_one(batch.messages[position])
            batch.troubles = batch.troubles + 1 if receipt.kind in _TROUBLE else 0

    async def _send_one(self, message: Message) -> Receipt:
        try:
            outgoing = self._request.fill(message, self._now(), self._nonce())
            client = self._opened()
            reply = await client.exchange(
                "POST", outgoing.target, outgoing.headers, outgoing.body, leave_by=message.leave_by
            )
        except BadAddress as error:
            return Receipt(Outcome.BAD_RECIPIENT, code="address", detail=str(error))
        except ChannelError as error:
            return Receipt(Outcome.CONFIG, code="config", detail=str(error))
        except HTTPFailure as failure:
            return unanswered(failure)
        hide = (outgoing.values.get(name, "") for name in _HIDDEN)  # looked at only when it is trouble
        return self._answer.receipt(reply, hide, self._now())

    async def lookup(self, message: Message) -> Receipt | None:
        """By our key alone. That nothing is known of it may change while a request is still under way."""
        if self.dedup is not Dedup.LOOKUP:
            return None
        try:
            asked = self._request.fill_question(self._question, message, self._now(), self._nonce())
            reply = await self._opened().exchange("GET", asked.target, asked.headers)
        except (ChannelError, HTTPFailure):
            return None
        return self._answer.found(reply)

    def events(self, inbound: Inbound) -> list[Event]:
        return self._callback.events(inbound, self._now())

    def acknowledgement(self) -> tuple[str, bytes]:
        said = self.config.receipt_answer
        if not said:
            return "text/plain", b""
        try:
            json.loads(said)
        except ValueError:
            kind = "text/xml" if said.startswith("<") else "text/plain"
            return kind, said.encode()
        return "application/json", said.encode()

    def _opened(self) -> HTTPClient:
        if self._client is None:
            config = self.config
            self._client = HTTPClient(
                network=self._network,
                connections=config.connections,
                timeout=config.timeout,
                connect_timeout=config.connect_timeout,
                ca_file=config.ca_file,
            )
        return self._client

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()


class _Batch:
    """The messages of one `send` that still wait, and the receipts of those that do not."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self.waiting: deque[int] = deque(range(len(messages)))
        self.receipts: list[Receipt | None] = [None] * len(messages)
        self.troubles = 0


_NOT_TRIED: Final = Receipt(
    Outcome.RETRY,
    code="not_tried",
    detail="The gateway was in trouble before this message's turn; it was not sent.",
)

__all__ = ["BadConfig", "HTTPSMSProvider"]
