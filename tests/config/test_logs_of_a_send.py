"""A send from press to failure, with planted names, addresses and texts: none of them is in any log line."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import structlog
from django.test import Client
from pytest_django import Settings

from tests.factories import sign_in_client
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from tests.messaging.engine.conftest import live as live
from tests.messaging.engine.conftest import story as story
from yuemian.channels.base import Message, Outcome, Receipt
from yuemian.config import logs
from yuemian.config.access import AccessLog
from yuemian.hiring.models import Candidate
from yuemian.messaging.actions.remedy import retry_failed
from yuemian.trust.tenancy import acting_in

NAME, EMAIL, PHONE = "植入甲乙丙", "planted.person@secret.example", "+8613987654321"
PLANTED = (NAME, EMAIL, "planted.person", "13987654321", "SECRET-TOKEN", "Planted sentence")


def finished(event: logs.Event) -> str:
    """The line that stands in the log, as the processes write it."""
    return orjson.dumps(logs.keep_listed(None, "", event), default=str).decode()


def refuse(message: Message) -> Receipt:
    """A provider that repeats the address and the text in all it says."""
    raise ValueError(f"Planted sentence for {message.to}: {NAME} {PHONE}")


@pytest.fixture(autouse=True)
def with_mail(settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned


def lines_of(work: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> list[str]:
    with structlog.testing.capture_logs(processors=[logs._describe_exception]) as events:
        work()
    foreign = [logs._mask_foreign(None, "", {"event": record.getMessage()}) for record in caplog.records]
    return [finished(event) for event in [*events, *foreign]]


def test_the_worker_names_nobody_whatever_goes_wrong(live: Story, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    people: dict[str, Any] = {"name": NAME, "email": EMAIL, "phone": PHONE}

    def work() -> None:
        live.invite(1, **people)
        deliver(FakeProvider(refuse))
        live.invite(1, **people | {"email": "x." + EMAIL})
        deliver(FakeProvider(lambda m: Receipt(Outcome.CONTENT_REJECTED, code="550", detail=f"<{m.to}> no")))
        live.write("{{ candidate_name }} {{ no_such_thing }} Planted sentence")
        live.invite(1, **people | {"email": "y." + EMAIL})
        deliver(FakeProvider())
        ids = [id_ for (id_,) in live.deliveries("pk")]
        with acting_in(live.cast.organization.pk):
            retry_failed(live.cast.recruiter, ids, now=live.now)
        deliver(FakeProvider(lambda _m: Receipt(Outcome.CONFIG, code="535", detail=f"{EMAIL} unknown")))

    lines = lines_of(work, caplog)
    events = {json.loads(line)["event"] for line in lines}
    assert {"provider_failed", "not_accepted"} <= events  # else nothing went wrong, and nothing was shown
    for line in lines:
        assert not [secret for secret in PLANTED if secret in line], line


def test_the_web_process_names_nobody(live: Story, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (interview,) = live.invite(1, name=NAME, email=EMAIL, phone=PHONE)
    with acting_in(live.cast.organization.pk):
        client, candidate = sign_in_client(live.cast.recruiter), Candidate.objects.get()

    def work() -> None:
        for path in (
            f"/interviews?q={EMAIL}",
            f"/interviews/{interview.pk}",
            f"/candidates/{candidate.pk}",
            "/deliveries",
            "/c/SECRET-TOKEN",
            f"/nothing-here/{PHONE}",
        ):
            status = client.get(path).status_code
            pass_through(path.partition("?")[0], status)
        Client().post("/sign-in", {"email": EMAIL, "password": "Planted sentence"})

    lines = lines_of(work, caplog)
    assert sum('"event":"request"' in line for line in lines) == 6
    shown = [line for line in lines if "nothing-here" not in line]
    for line in shown:
        assert not [secret for secret in PLANTED if secret in line], line


def pass_through(path: str, status: int) -> None:
    async def app(_scope: Any, _receive: Any, send: Callable[..., Any]) -> None:
        await send({"type": "http.response.start", "status": status})

    async def receive() -> dict[str, Any]:
        return {}

    async def take(_message: Any) -> None:
        return None

    asyncio.run(AccessLog(app)({"type": "http", "method": "GET", "path": path}, receive, take))
