"""The live-event hub: who hears what, how often, and when a stream ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from yuemian.config.events import INTERVAL, Access, Client, Hub

OURS, THEIRS = uuid4(), uuid4()


class FakeNotifier:
    """Plays payloads; None loses the connection, as a restarted database does."""

    def __init__(self) -> None:
        self.played: asyncio.Queue[str | None] = asyncio.Queue()

    async def listen(self) -> AsyncIterator[str]:
        yield ""
        while (payload := await self.played.get()) is not None:
            yield payload
        raise ConnectionError("the server closed the connection")

    def play(self, topic: str, organization: UUID = OURS, **ids: str) -> None:
        self.played.put_nowait(orjson.dumps({"organization": organization, "topic": topic, **ids}).decode())


class FakeSessions:
    def __init__(self) -> None:
        self.open: dict[str, Access] = {"ours": Access(OURS, uuid4()), "theirs": Access(THEIRS, uuid4())}
        self.is_down = False

    async def organization(self, token: str) -> Access | None:
        if self.is_down:
            raise ConnectionError("the database does not answer")
        return self.open.get(token)


class Browser:
    """One request to the hub, driven through ASGI."""

    def __init__(self, hub: Hub, cookie: str, method: str = "GET", query: str = "") -> None:
        headers = [(b"cookie", f"language=en; session={cookie}".encode())] if cookie else []
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.received = ""
        self._changed = asyncio.Event()
        self._gone = asyncio.Event()
        scope: dict[str, Any] = {"type": "http", "method": method, "path": "/events", "headers": headers}
        scope["query_string"] = query.encode()
        self.request = asyncio.create_task(hub(scope, self._receive, self._send))

    async def _receive(self) -> MutableMapping[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.received += message["body"].decode()
        self._changed.set()

    async def until(self, text: str) -> None:
        async with asyncio.timeout(5):
            while text not in self.received:
                self._changed.clear()
                await self._changed.wait()

    async def finished(self) -> None:
        async with asyncio.timeout(5):
            await self.request

    def leave(self) -> None:
        self._gone.set()


Story = Callable[[Hub, FakeNotifier, FakeSessions], Awaitable[None]]


def play(story: Story, **options: Any) -> None:
    async def run() -> None:
        notifier, sessions = FakeNotifier(), FakeSessions()
        hub = Hub(notifier, sessions.organization, cookie="session", **options)
        await hub.start()
        await story(hub, notifier, sessions)
        await hub.stop()

    asyncio.run(run())


def test_an_event_reaches_its_organization_and_no_other() -> None:
    async def story(hub: Hub, notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        ours, theirs = Browser(hub, "ours"), Browser(hub, "theirs")
        await ours.until("retry:")
        await theirs.until("retry:")
        notifier.play("interviews", OURS, interview="i-1")
        notifier.play("interviews", THEIRS, interview="i-2")
        await ours.until('event: interviews\ndata: {"interview":"i-1","merged":1}\n\n')
        await theirs.until('"i-2"')
        assert "i-2" not in ours.received
        assert "i-1" not in theirs.received
        assert str(OURS) not in ours.received
        assert ours.status == 200
        assert ours.headers[b"content-type"].startswith(b"text/event-stream")
        assert ours.headers[b"cache-control"] == b"no-store"
        assert ours.headers[b"x-accel-buffering"] == b"no"
        ours.leave()
        await ours.finished()

    play(story)


def test_a_page_rendered_before_the_last_news_is_told_to_look_again() -> None:
    async def story(hub: Hub, notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        before = int(time.time() * 1000)
        first = Browser(hub, "ours")
        await first.until("retry:")
        notifier.play("interviews", OURS)
        await first.until("event: interviews")
        late, current = (
            Browser(hub, "ours", query=f"since={before}"),
            Browser(hub, "ours", query="since=9999999999999"),
        )
        await late.until("event: resync")
        await current.until("retry:")
        assert "resync" not in current.received
        for browser in (first, late, current):
            browser.leave()
            await browser.finished()

    play(story)


@pytest.mark.parametrize(
    ("cookie", "method", "status"), [("", "GET", 401), ("ended", "GET", 401), ("ours", "POST", 405)]
)
def test_without_a_session_or_with_another_method_there_is_no_stream(
    cookie: str, method: str, status: int
) -> None:
    async def story(hub: Hub, _notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        browser = Browser(hub, cookie, method)
        await browser.finished()
        assert browser.status == status

    play(story)


def test_a_database_that_does_not_answer_is_503_at_the_door() -> None:
    async def story(hub: Hub, _notifier: FakeNotifier, sessions: FakeSessions) -> None:
        sessions.is_down = True
        browser = Browser(hub, "ours")
        await browser.finished()
        assert browser.status == 503

    play(story)


def test_an_ended_session_loses_its_stream_at_the_next_heartbeat() -> None:
    async def story(hub: Hub, notifier: FakeNotifier, sessions: FakeSessions) -> None:
        browser = Browser(hub, "ours")
        await browser.until(": \n\n")
        del sessions.open["ours"]
        await browser.finished()

    play(story, heartbeat=0.02)


def test_a_cookie_that_now_belongs_to_another_organization_ends_the_stream() -> None:
    async def story(hub: Hub, _notifier: FakeNotifier, sessions: FakeSessions) -> None:
        browser = Browser(hub, "ours")
        await browser.until("retry:")
        sessions.open["ours"] = Access(THEIRS, uuid4())
        await browser.finished()

    play(story, heartbeat=0.02)


def test_an_organization_cannot_open_more_streams_than_its_cap() -> None:
    async def story(hub: Hub, _notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        first = Browser(hub, "ours")
        await first.until("retry:")
        second, other = Browser(hub, "ours"), Browser(hub, "theirs")
        await second.finished()
        assert second.status == 429
        await other.until("retry:")
        first.leave()
        await first.finished()
        third = Browser(hub, "ours")
        await third.until("retry:")

    play(story, cap=1)


def test_after_a_lost_connection_everybody_is_told_to_look_again() -> None:
    async def story(hub: Hub, notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        browser = Browser(hub, "ours")
        await browser.until("retry:")
        notifier.played.put_nowait(None)
        await browser.until("event: resync\n")
        notifier.play("interviews")
        await browser.until("event: interviews\n")

    play(story)


def test_payloads_that_are_not_understood_are_dropped_and_the_next_one_arrives() -> None:
    async def story(hub: Hub, notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        browser = Browser(hub, "ours")
        await browser.until("retry:")
        for payload in ("{", "[]", "1", '{"topic": "x"}', '{"organization": "x", "topic": "x"}'):
            notifier.played.put_nowait(payload)
        notifier.play("bad\ndata: forged")
        notifier.play("batch:1")
        await browser.until("event: batch:1\n")
        assert "forged" not in browser.received

    play(story)


def test_closing_ends_every_stream() -> None:
    async def story(hub: Hub, _notifier: FakeNotifier, _sessions: FakeSessions) -> None:
        browser = Browser(hub, "ours")
        await browser.until("retry:")
        hub.close()
        await browser.finished()

    play(story)


def test_the_first_event_goes_at_once_and_the_last_one_of_a_burst_is_never_lost() -> None:
    client = Client(OURS)
    client.tell("interviews", {"interview": "1"})
    assert client.take_due(100.0) == [("interviews", {"interview": "1", "merged": 1})]
    for number in range(2, 50):
        client.tell("interviews", {"interview": str(number)})
    assert client.take_due(100.0 + INTERVAL / 2) == []
    assert client.next_due() == 100.0 + INTERVAL
    assert client.take_due(100.0 + INTERVAL) == [("interviews", {"interview": "49", "merged": 48})]
    assert client.next_due() is None


def test_topics_do_not_slow_each_other() -> None:
    client = Client(OURS)
    client.tell("interviews", {})
    assert len(client.take_due(100.0)) == 1
    client.tell("interviews", {})
    client.tell("batch:1", {})
    assert [topic for topic, _ in client.take_due(100.1)] == ["batch:1"]
