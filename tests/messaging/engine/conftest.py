"""A committed cast, and the engine with fakes at the provider port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import uvloop
from django.db import connection, transaction
from django.utils import timezone

from tests.factories import Cast, create_cast, create_interviews
from yuemian.channels.base import Dedup, Limits, Message, Outcome, Provider, Receipt
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import plan_items, send, summarize
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.weighing import Item
from yuemian.messaging.actions.plan import Occasion
from yuemian.messaging.engine.accounts import Account, Accounts
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.worker import Options, Worker
from yuemian.messaging.models import Batch, Delivery, Notification, ProviderAccount, TemplateVariant
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key


class FakeProvider(Provider):
    """Remembers what it was given; answers what the test says, one rule for every message."""

    name = "fake"
    channel = Channel.EMAIL
    limits = Limits(batch=500)

    def __init__(
        self, answer: Callable[[Message], Receipt] | None = None, *, dedup: Dedup = Dedup.NONE
    ) -> None:
        self.sent: list[Message] = []
        self.begun = 0
        self.closed = False
        self.was_asked = asyncio.Event()
        self.answer = answer or (lambda message: Receipt(Outcome.ACCEPTED, provider_id=message.key[:8]))
        self.dedup = dedup  # one class plays every kind of provider
        self.before_send: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.found: Receipt | None = None

    @classmethod
    def normalise(cls, address: str) -> str:
        return address

    async def send(self, messages: Sequence[Message]) -> list[Receipt]:
        self.begun += len(messages)
        if self.before_send:
            await self.before_send()
        self.sent += messages
        self.was_asked.set()
        return [self.answer(message) for message in messages]

    async def lookup(self, message: Message) -> Receipt | None:
        return self.found

    async def close(self) -> None:
        self.closed = True


class Story:
    """One organization whose rows are committed, and what a test does with them. Its `now` is the real one."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    @property
    def now(self) -> datetime:
        return timezone.now()

    def invite(
        self, count: int = 1, channels: Sequence[Channel] = (Channel.EMAIL,), **fields: Any
    ) -> list[Interview]:
        with acting_in(self.cast.organization.pk):
            interviews = create_interviews(self.cast, count, now=self.now, **fields)
            self.send(interviews, channels)
        return interviews

    def send(
        self,
        interviews: Sequence[Interview],
        channels: Sequence[Channel] = (Channel.EMAIL,),
        purpose: Purpose = Purpose.INVITATION,
        **options: Any,
    ) -> Batch:
        version, now = self.cast.templates[purpose], self.now
        with acting_in(self.cast.organization.pk):
            summary = summarize(interviews, version, purpose, channels, now=now)
            return send(self.cast.recruiter, summary, version, purpose, now=now, **options)

    def plan(self, interviews: Sequence[Interview], purpose: Purpose) -> list[UUID]:
        """One mail per interview, whatever the ordinary selection would say."""
        now, organization = self.now, self.cast.organization
        with acting_in(organization.pk):
            occasion = Occasion(
                organization=organization,
                purpose=purpose,
                version=self.cast.templates[purpose],
                subject_kind=SUBJECT_KIND,
                due_at=now,
                now=now,
                actor=self.cast.recruiter,
            )
            found = read_chosen(organization.pk, [interview.pk for interview in interviews])
            return plan_items(occasion, [Item(one, "zh-hans", [Channel.EMAIL], None) for one in found])

    def write(self, body: str) -> None:
        """Another text for the invitation's mails, past all checks."""
        with acting_in(self.cast.organization.pk):
            TemplateVariant.objects.filter(version=self.cast.templates[Purpose.INVITATION]).update(body=body)

    def go_live(self) -> None:
        with acting_in(self.cast.organization.pk):
            self.cast.organization.is_rehearsal = False
            self.cast.organization.mail_from = "hr@galaxy.example"
            self.cast.organization.save()

    def deliveries(self, *fields: str) -> list[Any]:
        with acting_in(self.cast.organization.pk):
            return list(Delivery.objects.order_by("id").values_list(*(fields or ("state", "reason"))))

    def standings(self) -> list[tuple[str, str]]:
        """Purpose and standing of every notification."""
        with acting_in(self.cast.organization.pk):
            found = Notification.objects.prefetch_related("deliveries").order_by("id")
            return [(each.purpose, each.standing()) for each in found]

    def account(self, name: str, channel: Channel = Channel.EMAIL, **fields: Any) -> UUID:
        """A provider account of the organization; `create_worker(accounts={name: provider})` plays it."""
        organization, id_ = self.cast.organization, uuid7()
        with acting_in(organization.pk):
            key = organization_key(organization.pk)
            sealed = Vault(organization.pk).seal(key, ProviderAccount.PLACE, id_, "{}")
            row = ProviderAccount(
                id=id_, organization=organization, channel=channel, provider="fake", name=name, key=key,
                config_sealed=sealed, created_at=self.now, **fields,
            )  # fmt: skip
            row.save(force_insert=True)
        return id_

    def health(self, *fields: str) -> dict[str, Any]:
        """By account: the given columns, or its health and its code."""
        wanted = ("name", *(fields or ("health", "health_code")))
        found = self.rows(ProviderAccount.objects.values_list(*wanted))
        return {name: rest[0] if len(rest) == 1 else tuple(rest) for name, *rest in found}

    def rows(self, query: Any) -> list[Any]:
        with acting_in(self.cast.organization.pk):
            return list(query)

    def act(self, what: Callable[[], Any]) -> Any:
        """Anything else, in a transaction of the organization."""
        with acting_in(self.cast.organization.pk):
            return what()

    def change(self, statement: str, *values: Any) -> None:
        """As the engine's role, for what only time or another process could do."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yuemian_engine")
            cursor.execute(statement, values)


@pytest.fixture
def story(transactional_db: None) -> Story:
    with transaction.atomic():
        cast = create_cast(now=timezone.now())
    return Story(cast)


@pytest.fixture
def live(story: Story) -> Story:
    """The same organization, out of rehearsal."""
    story.go_live()
    return story


def engine_settings() -> dict[str, Any]:
    settings = connection.settings_dict
    return {**settings, "OPTIONS": settings["OPTIONS"] | {"assume_role": "yuemian_engine"}}


def create_database(connections: int = 5) -> Database:
    settings = connection.settings_dict
    options = settings["OPTIONS"] | {"assume_role": "yuemian_engine"}
    return Database({**settings, "OPTIONS": options}, connections)


def create_worker(
    *providers: Provider,
    accounts: Mapping[str, Provider] | None = None,
    database: Database | None = None,
    **options: Any,
) -> Worker:
    """`providers` are the installation's own; `accounts` play the organization's rows, by their names."""

    def opened(row: ProviderAccount, _: Vault) -> Provider:
        return (accounts or {})[row.name]

    found = Accounts((Account(provider, "jobs@galaxy.example") for provider in providers), opened)
    return Worker(database or create_database(), found, Renderer("http://localhost:8000"), Options(**options))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return uvloop.run(work)


async def drain(worker: Worker) -> None:
    await worker.open()
    try:
        await worker.drain()
    finally:
        await worker.close()


def deliver(*providers: Provider, **options: Any) -> None:
    """Everything that is due now, by one worker."""

    async def work() -> None:
        await drain(create_worker(*providers, **options))

    run(work())


@pytest.fixture
def as_owner(story: Story) -> Callable[[str], None]:
    """A change by somebody else, committed: another page, another process, a restore."""

    def change(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yuemian_owner")
            cursor.execute(
                "SELECT set_config('yuemian.organization', %s, true)", [str(story.cast.organization.pk)]
            )
            cursor.execute(statement)

    return change
