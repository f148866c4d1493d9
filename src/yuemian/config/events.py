"""The live-event hub: server-sent events for signed-in browsers, as plain ASGI beside Django."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
import structlog

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT = 15.0
#: At most two events a second per topic and client: writing to every socket is what costs.
INTERVAL = 0.5
CAP = 500
RETRY_MS = 3000
#: A page reads its rows a moment before it is rendered.
OVERLAP = 1.0
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)
#: Sent to everybody when events may have been missed: whoever hears it fetches anew what it shows.
RESYNC = "resync"
_TOPIC = re.compile(r"[a-z][a-z0-9_.:-]{0,99}")
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Access(NamedTuple):
    organization_id: UUID
    session_id: UUID


class Notifier(Protocol):
    """Where events come from. Ends or raises when the connection is lost; the hub then listens anew."""

    def listen(self) -> AsyncIterator[str]: ...


#: Whose session a cookie's value belongs to; None when it has ended or never was.
SessionOrganization = Callable[[str], Awaitable[Access | None]]


class Client:
    """One open stream: what it still has to be told, at most once per topic."""

    def __init__(self, organization_id: UUID) -> None:
        self.organization_id = organization_id
        self.news = asyncio.Event()
        self._waiting: dict[str, dict[str, Any]] = {}
        self._not_before: dict[str, float] = {}

    def tell(self, topic: str, data: dict[str, Any]) -> None:
        """Keep the newest; `merged` says how many events it stands for, so that a page knows to fetch all."""
        earlier = self._waiting.get(topic)
        merged = earlier["merged"] + 1 if earlier else 1
        self._waiting[topic] = data | {"merged": merged}
        self.news.set()

    def take_due(self, now: float) -> list[tuple[str, dict[str, Any]]]:
        """What may be sent now; the rest stays until its half second is over."""
        self.news.clear()
        due = [topic for topic in self._waiting if self._not_before.get(topic, 0.0) <= now]
        self._not_before = {topic: at for topic, at in self._not_before.items() if at > now}
        for topic in due:
            self._not_before[topic] = now + INTERVAL
        return [(topic, self._waiting.pop(topic)) for topic in due]

    def next_due(self) -> float | None:
        return min((self._not_before.get(topic, 0.0) for topic in self._waiting), default=None)


class Hub:
    """Fans events of one channel out to the clients of the organization each belongs to."""

    def __init__(
        self,
        notifier: Notifier,
        session_organization: SessionOrganization,
        *,
        cookie: str,
        heartbeat: float = HEARTBEAT,
        cap: int = CAP,
    ) -> None:
        self._notifier = notifier
        self._session_organization = session_organization
        self._cookie = cookie
        self._heartbeat = heartbeat
        self._cap = cap
        self._clients: dict[UUID, set[Client]] = {}
        self._open: Counter[UUID] = Counter()
        self._last_news: dict[UUID, float] = {}
        self._closing = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        self._closing.set()
        if self._listener:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    def close(self) -> None:
        """End all streams; may be called from a signal handler. Browsers then connect to the next process."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._closing.set)

    def publish(self, payload: str) -> None:
        """One notification: to the clients of its organization, or to nobody when it is not well formed."""
        try:
            data = orjson.loads(payload)
            organization_id = UUID(data.pop("organization"))
            topic = data.pop("topic")
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("event_not_understood")
            return
        if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
            log.warning("event_topic_refused")
            return
        self._last_news[organization_id] = time.time()
        for client in self._clients.get(organization_id, ()):
            client.tell(topic, data)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _refuse(send, 405)
            return
        token = _cookie(scope, self._cookie)
        try:
            access = await self._session_organization(token) if token else None
        except Exception:
            log.warning("event_session_unknown", exc_info=True)
            await _refuse(send, 503)
            return
        if access is None:
            await _refuse(send, 401)
        elif self._open[access.organization_id] >= self._cap:
            await _refuse(send, 429)
        else:
            missed = self._last_news.get(access.organization_id, 0.0) >= _since(scope) - OVERLAP
            await self._stream(access, token, receive, send, is_late=missed)

    async def _stream(
        self, access: Access, token: str, receive: Receive, send: Send, *, is_late: bool
    ) -> None:
        client = Client(access.organization_id)
        if is_late:
            client.tell(RESYNC, {})
        group = self._clients.setdefault(access.organization_id, set())
        group.add(client)
        self._open[access.organization_id] += 1
        left = asyncio.create_task(_disconnected(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await _write(send, f"retry: {RETRY_MS}\n\n")
            await self._serve(client, access, token, left, send)
            if not left.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            pass  # the browser has gone; nothing to tell anybody
        finally:
            left.cancel()
            self._forget(client)

    async def _serve(
        self, client: Client, access: Access, token: str, left: asyncio.Task[None], send: Send
    ) -> None:
        """Write what is due until the browser leaves, the session ends or the process does."""
        beat_at = time.monotonic() + self._heartbeat
        doubts = 0
        closing = asyncio.create_task(self._closing.wait())
        try:
            while not (left.done() or closing.done()):
                for topic, data in client.take_due(time.monotonic()):
                    await _write(send, f"event: {topic}\ndata: {orjson.dumps(data).decode()}\n\n")
                if time.monotonic() >= beat_at:
                    doubts = await self._doubts(access, token, doubts)
                    if doubts > 1:
                        return
                    await _write(send, ": \n\n")
                    beat_at = time.monotonic() + self._heartbeat
                wake_at = min(beat_at, client.next_due() or beat_at)
                await _first_of(left, closing, client.news, wake_at - time.monotonic())
        finally:
            closing.cancel()

    async def _doubts(self, access: Access, token: str, doubts: int) -> int:
        """0: still the same session. An ended one counts double, a database that does not answer once."""
        try:
            return 0 if await self._session_organization(token) == access else 2
        except Exception:  # noqa: BLE001  (a short outage of the database must not cut every stream)
            return doubts + 1

    def _forget(self, client: Client) -> None:
        group = self._clients[client.organization_id]
        group.discard(client)
        self._open[client.organization_id] -= 1
        if not group:
            del self._clients[client.organization_id]
            del self._open[client.organization_id]

    async def _listen(self) -> None:
        """Listen for ever; after a gap everybody is told to look again."""
        failures = 0
        while True:
            try:
                async for payload in self._notifier.listen():
                    if failures and not payload:
                        self._resync()
                    failures = 0
                    if payload:
                        self.publish(payload)
            except Exception:
                log.warning("event_listener_lost", exc_info=True)
            failures += 1
            await asyncio.sleep(BACKOFF[min(failures, len(BACKOFF)) - 1])

    def _resync(self) -> None:
        for group in self._clients.values():
            for client in group:
                client.tell(RESYNC, {})


async def _first_of(
    left: asyncio.Task[None], closing: asyncio.Task[bool], news: asyncio.Event, seconds: float
) -> None:
    heard = asyncio.create_task(news.wait())
    try:
        await asyncio.wait(
            {left, closing, heard}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        heard.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"cache-control", b"no-store"), (b"content-length", b"0")]
    if status == 405:
        headers.append((b"allow", b"GET"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _since(scope: Scope) -> float:
    """When the page that connects was rendered, in seconds; without a word of it: now."""
    found = re.search(rb"(?:^|&)since=(\d{1,15})(?:&|$)", scope.get("query_string", b""))
    return int(found[1]) / 1000 if found else time.time() + OVERLAP


def _cookie(scope: Scope, name: str) -> str:
    for header, value in scope["headers"]:
        if header == b"cookie":
            with suppress(CookieError):
                morsel = SimpleCookie(value.decode("latin-1")).get(name)
                if morsel:
                    return str(morsel.value)
    return ""
