"""The SMTP provider: spreads a batch over kept connections and answers truthfully for every message."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from yuemian.channels.base import (
    STOOD_STILL,
    TOO_LATE,
    BadAddress,
    BadConfig,
    ChannelError,
    Dedup,
    Limits,
    Message,
    Outcome,
    Provider,
    Receipt,
)
from yuemian.channels.http.network import Network
from yuemian.channels.mail.address import normalise_address
from yuemian.domain.states import Channel

from .config import SMTPConfig
from .connection import Job, SMTPConnection
from .link import SMTPFailure, lost

MAX_TRIES = (
    2  # a kept connection may have died unseen; once more on a fresh one, then it is the engine's turn
)
PER_CONNECTION = 20  # below this many messages another connection costs more than it brings
_DOT = re.compile(rb"(^|\n)\.")
_BARE_BREAK = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def wire_bytes(raw: bytes) -> bytes:
    """Every line ended by CRLF and leading dots doubled; bare breaks are what SMTP smuggling is made of."""
    if raw.count(b"\n") != raw.count(b"\r\n") or raw.count(b"\r") != raw.count(b"\r\n"):
        raw = _BARE_BREAK.sub(b"\r\n", raw)
    return _DOT.sub(rb"\1..", raw) if b"\n." in raw or raw.startswith(b".") else raw


class _Batch:
    """The messages of one `send`: handed out to connections, settled exactly once each."""

    def __init__(self, size: int) -> None:
        self.waiting: deque[Job] = deque()
        self.receipts: list[Receipt | None] = [None] * size
        self.settled = 0

    def next_job(self) -> Job | None:
        return self.waiting.popleft() if self.waiting else None

    def finish(self, job: Job, receipt: Receipt) -> None:
        if self.receipts[job.position] is None:
            self.receipts[job.position] = receipt
            self.settled += 1

    def give_back(self, job: Job, reason: str) -> None:
        """The text never left: trying again is safe."""
        job.tries += 1
        job.refusal = None
        if self.is_late(job):
            return
        if job.tries < MAX_TRIES:
            self.waiting.append(job)
        else:
            self.finish(job, Receipt(Outcome.RETRY, code="connection", detail=reason))

    def is_late(self, job: Job) -> bool:
        """Whether it must not leave any more. Then it is settled, and so is all that waits and is late, too."""
        if not job.message.is_late:
            return False
        for late in (job, *(each for each in self.waiting if each.message.is_late)):
            self.finish(late, Receipt(Outcome.RETRY, code=TOO_LATE, detail=STOOD_STILL))
        self.waiting = deque(each for each in self.waiting if self.receipts[each.position] is None)
        return True

    def fail_waiting(self, receipt: Receipt) -> None:
        while self.waiting:
            self.finish(self.waiting.popleft(), receipt)


class SMTPProvider(Provider):
    """Mail through one server. SMTP has neither key nor look-up: a cut after the text stays ambiguous."""

    name: ClassVar[str] = "smtp"
    channel: ClassVar[Channel] = Channel.EMAIL
    Config: ClassVar[type[SMTPConfig]] = SMTPConfig
    dedup: Dedup = Dedup.NONE
    limits: Limits = Limits(batch=500)

    def __init__(self, config: SMTPConfig, *, network: Network | None = None) -> None:
        super().__init__(config)
        self.config: SMTPConfig = config
        self._network = network
        self._idle: list[SMTPConnection] = []

    @classmethod
    def from_url(cls, url: str) -> SMTPProvider:
        return cls(SMTPConfig.from_url(url))

    @classmethod
    def normalise(cls, address: str) -> str:
        return normalise_address(address)

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        batch = _Batch(len(messages))
        now = datetime.now(UTC)
        for position, message in enumerate(messages):
            try:
                batch.waiting.append(self._job(position, message, now))
            except BadConfig as error:
                batch.receipts[position] = Receipt(Outcome.CONFIG, code="config", detail=str(error))
            except BadAddress as error:
                batch.receipts[position] = Receipt(Outcome.BAD_RECIPIENT, code="address", detail=str(error))
            except ChannelError as error:
                batch.receipts[position] = Receipt(Outcome.CONTENT_REJECTED, code="form", detail=str(error))
        lanes = min(self.config.connections, -(-len(batch.waiting) // PER_CONNECTION))
        if lanes:
            failures = await asyncio.gather(*(self._lane(batch) for _ in range(lanes)))
            batch.fail_waiting(next((f.receipt for f in failures if f is not None), _unsettled()))
        return [receipt or _unsettled() for receipt in batch.receipts]

    def _job(self, position: int, message: Message, now: datetime) -> Job:
        given, form = message, message.form
        if form is None:
            raise BadConfig("A mail needs a prepared form; the template's version has none.")
        if not message.sender:
            message = replace(message, sender=self.config.sender, sender_name=self.config.sender_name)
        sender = message.envelope_from or message.sender
        try:
            sender = normalise_address(sender)
        except BadAddress as error:
            raise BadConfig(
                "The sender's address of the mail account is wrong. %(problem)s", problem=str(error)
            ) from None
        to = normalise_address(message.to)
        raw = form.mail(message, now)
        return Job(position, given, sender, to, raw if form.is_wire_ready else wire_bytes(raw))

    async def _lane(self, batch: _Batch) -> SMTPFailure | None:
        """Work until nothing waits; the failure that ended it early, if one did.

        Another lane may still be at work, so what waits is only failed when all lanes have ended.
        """
        fruitless = 0
        while batch.waiting:
            try:
                connection = await self._connection()
            except SMTPFailure as failure:
                return failure
            before = batch.settled
            await connection.run(batch)
            await self._put_back(connection)
            fruitless = 0 if batch.settled > before else fruitless + 1
            if fruitless >= MAX_TRIES:
                return lost(connection.reason)
        return None

    async def _connection(self) -> SMTPConnection:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            is_usable = not connection.is_lost and not connection.is_closing
            if is_usable and now - connection.idle_since < self.config.idle:
                return connection
            await connection.quit()
        connection = SMTPConnection(self.config, self._network)
        try:
            await connection.open()
        except BaseException:
            connection.abort("not opened")
            raise
        return connection

    async def _put_back(self, connection: SMTPConnection) -> None:
        if connection.is_closing or connection.is_lost:
            await connection.quit()
        else:
            self._idle.append(connection)

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.quit()


def _unsettled() -> Receipt:
    return Receipt(
        Outcome.AMBIGUOUS, code="internal", detail="The connection settled without naming this mail."
    )
