"""What the machine of results believes of the people it acts on, and the worker that sends for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import uvloop

from tests.messaging.engine.conftest import FakeProvider, create_database
from yuemian.channels.base import Message
from yuemian.domain.results import Outcome
from yuemian.interviews.models import Interview
from yuemian.messaging.engine.accounts import Account, Accounts
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.worker import Options, Worker
from yuemian.results.notices.content import LetterText


@dataclass
class Human:
    """What the machine believes of one candidate. `outcomes`: what was decided, the newest last."""

    interview: Interview
    email: str
    outcomes: list[Outcome] = field(default_factory=list)
    decided_at: list[datetime] = field(default_factory=list)
    is_told: bool = False
    is_erased: bool = False

    @property
    def candidate_id(self) -> UUID:
        return self.interview.application.candidate_id

    @property
    def holds(self) -> Outcome | None:
        return self.outcomes[-1] if self.outcomes else None


@dataclass
class Known:
    """What the machine believes, of all examples."""

    people: dict[UUID, Human] = field(default_factory=dict)
    waiting: list[Human] = field(default_factory=list)
    approved: dict[tuple[UUID, int], LetterText] = field(default_factory=dict)
    handed: set[tuple[UUID, UUID]] = field(default_factory=set)
    called_back: set[UUID] = field(default_factory=set)


class Engine:
    """One worker with its connections, for all examples."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._outside = FakeProvider()
        accounts = Accounts([Account(self._outside, "jobs@galaxy.example")], lambda *_: self._outside)
        self._worker = Worker(create_database(2), accounts, Renderer("http://localhost:8000"), Options())

    def __enter__(self) -> Engine:
        self._runner.run(self._worker.open())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._worker.close())
        self._runner.close()

    def send(self) -> list[Message]:
        """Everything that is due; returns what was handed over."""
        self._outside.sent = []
        self._runner.run(self._worker.drain())
        return self._outside.sent
