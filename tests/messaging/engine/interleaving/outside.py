"""Providers on the far side of the wire: late, forgetful, busy, refusing; and what they have taken, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any
from uuid import UUID

from tests.messaging.engine.interleaving.turns import Stage
from yuemian.channels.base import (
    TOO_LATE,
    Dedup,
    Limits,
    Message,
    Outcome,
    Provider,
    Receipt,
    leaving_clock,
)
from yuemian.domain.states import Channel

_LATER = "taken a while after the answer was given up"
#: What becomes of a message, and how often. Nothing that slows an account down: its pace is kept by the real clock.
_FATES = {
    "taken": 60,
    "taken, the answer lost": 6,
    _LATER: 4,
    "lost on the way": 5,
    Outcome.RETRY: 10,
    Outcome.BAD_RECIPIENT: 5,
    Outcome.NO_CONSENT: 3,
    Outcome.CONTENT_REJECTED: 3,
    Outcome.CONFIG: 3,
}


@dataclass(frozen=True)
class Taken:
    """A message that a provider has accepted: somebody reads it."""

    delivery: UUID
    channel: Channel
    to: str
    text: str
    at: datetime


@dataclass
class _Leave:
    """Until when a message may leave, by the clock of the interleaving."""

    by: float  # as the engine wrote it
    until: datetime


class Outside:
    """What both workers' providers have in common: the world that they deliver to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.taken: list[Taken] = []
        self.fates: Counter[str] = Counter()
        self._keys: set[str] = set()
        self._leave: dict[str, _Leave] = {}
        self._asked_at: dict[UUID, datetime] = {}
        self._coming: list[tuple[datetime, Message, Channel, Dedup]] = []
        self._leased_until: dict[UUID, datetime] = {}
        #: Taken from a worker that another one may have given up by then.
        self.overdue: list[UUID] = []

    def may_leave_from(self, deliveries: Sequence[UUID], asked_at: datetime) -> None:
        """The engine has asked for their hand-over, or for a longer lease, at that moment."""
        self._asked_at.update(dict.fromkeys(deliveries, asked_at))

    def leased(self, deliveries: Sequence[UUID], until: datetime) -> None:
        """So long they are one worker's own."""
        self._leased_until.update(dict.fromkeys(deliveries, until))

    def receive(self, message: Message, channel: Channel, dedup: Dedup) -> Receipt:
        """The first byte, and whatever comes of it."""
        self.arrive()
        if self._is_late(message):
            self.fates[TOO_LATE] += 1
            return Receipt(Outcome.RETRY, code=TOO_LATE)
        if dedup is Dedup.KEY and message.key in self._keys:
            return Receipt(Outcome.ACCEPTED, provider_id=message.key[:8])
        fates = list(_FATES) if not self.stage.is_over else ["taken"]
        (fate,) = self.stage.chance.choices(fates, [_FATES[each] for each in fates])
        self.fates[fate] += 1
        if isinstance(fate, Outcome):
            return Receipt(fate, code=fate)
        if fate == _LATER:
            arrives_at = self.stage.clock.now + timedelta(seconds=self.stage.chance.randrange(5, 40))
            self._coming.append((arrives_at, message, channel, dedup))
        elif fate != "lost on the way":
            self._take(message, channel)
            delivery = UUID(message.delivery_id)
            if self.stage.clock.now > self._leased_until[delivery]:
                self.overdue.append(delivery)
        return Receipt(Outcome.ACCEPTED if fate == "taken" else Outcome.AMBIGUOUS, message.key[:8])

    def arrive(self) -> None:
        """What was under way in a provider's own house."""
        due = [each for each in self._coming if each[0] <= self.stage.clock.now]
        for each in due:
            self._coming.remove(each)
            _, message, channel, dedup = each
            if dedup is not Dedup.KEY or message.key not in self._keys:
                self._take(message, channel)

    def _take(self, message: Message, channel: Channel) -> None:
        self._keys.add(message.key)
        text = _read(message, self.stage.clock.now)
        self.taken.append(Taken(UUID(message.delivery_id), channel, message.to, text, self.stage.clock.now))

    def knows(self, message: Message) -> bool:
        self.arrive()
        return message.key in self._keys

    def _is_late(self, message: Message) -> bool:
        """As `Message.is_late`, by the clock of the interleaving: the engine's own stands still meanwhile."""
        known = self._leave.get(message.delivery_id)
        if known is None or known.by != message.leave_by:
            left = min(message.leave_by - leaving_clock(), timedelta(days=1).total_seconds())
            since = self._asked_at.get(UUID(message.delivery_id), self.stage.clock.now)
            known = _Leave(message.leave_by, since + timedelta(seconds=left))
            self._leave[message.delivery_id] = known
        return self.stage.clock.now > known.until


def _read(message: Message, now: datetime) -> str:
    """What its reader sees: of a mail the text part."""
    if message.form is None:
        return message.text
    parts = message_from_bytes(message.form.mail(message, now)).walk()
    (text,) = (part for part in parts if part.get_content_type() == "text/plain")
    content: Any = text.get_payload(decode=True)
    return str(content.decode())


class Late(Provider):
    """One worker's way to a provider. Between a message and its answer everything else may happen."""

    name = "fake"
    channel = Channel.EMAIL
    limits = Limits(batch=3, concurrency=2)

    def __init__(self, outside: Outside, who: str, dedup: Dedup) -> None:
        self._outside, self._who, self.dedup = outside, who, dedup

    @classmethod
    def normalise(cls, address: str) -> str:
        return address

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        receipts = []
        for message in messages:
            await self._outside.stage.turn(self._who, f"before the {self.channel}'s wire")
            receipts.append(self._outside.receive(message, self.channel, self.dedup))
        await self._outside.stage.turn(self._who, f"before the {self.channel}'s answer")
        return receipts

    async def lookup(self, message: Message) -> Receipt | None:
        await self._outside.stage.turn(self._who, "before a question")
        is_known = self._outside.knows(message)
        return Receipt(Outcome.ACCEPTED if is_known else Outcome.RETRY, provider_id=message.key[:8])

    async def close(self) -> None:
        pass


class LateTexts(Late):
    channel = Channel.SMS
