"""One kept HTTP/1.1 connection: a request written whole, one answer read within bounds."""

from __future__ import annotations

import asyncio
import select
from dataclasses import dataclass
from typing import Any, Final, cast

import httptools

from .trouble import Unclear

_HEAD_CAP: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Link(asyncio.Protocol):
    """Used by one request at a time; `is_usable` after an answer says whether another may follow."""

    def __init__(self, *, body_cap: int) -> None:
        self.idle_since = 0.0
        self.keep_for: float | None = None  # what the server's Keep-Alive header promises
        self.is_usable = True
        self._cap = body_cap
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser: Any = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[Reply] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._poll: select.poll | None = None
        self._has_head = self._is_until_end = False
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def exchange(self, request: bytes, patience: float) -> Reply:
        """Write and wait. Every failure is Unclear: from here on the request may have been read."""
        assert self._transport is not None
        self._received = 0
        self._waiter = self._loop.create_future()
        self._deadline = self._loop.time() + patience
        if self._watch is None:
            self._watch = self._loop.call_at(self._deadline, self._look, patience)
        self._transport.write(request)
        try:
            return await self._waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self._waiter = None

    def has_ended(self) -> bool:
        """Whether the idle connection is gone, or about to be: a server says goodbye by making it readable."""
        if not self.is_usable or self._transport is None or self._transport.is_closing():
            return True
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(self._poll.poll(0))

    def abort(self) -> None:
        self._end()
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        self._end()
        if self._transport is not None:
            self._transport.close()

    def _end(self) -> None:
        self.is_usable = False
        if self._watch is not None:
            self._watch.cancel()

    # --- what arrives

    def data_received(self, data: bytes) -> None:
        if self._waiter is None or self._waiter.done():
            self.abort()  # nobody has asked
            return
        self._received += len(data)
        if self._received > self._cap + _HEAD_CAP:
            self._fail("too_long", f"The answer was longer than {self._cap // 1024} KiB.")
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("not_http", "The answer was not HTTP.")

    def eof_received(self) -> None:
        self.is_usable = False
        if self._is_until_end and self._has_head:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        if self._is_until_end and self._has_head and exc is None:
            self._finish()
        self._fail("cut_off", "The connection broke after the request was written, before its answer.")

    def on_message_begin(self) -> None:
        if self._waiter is None or self._waiter.done():
            self.is_usable = False  # a second answer to one question
        self._reset()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._has_head = True
        headers, status = self._headers, self._parser.get_status_code()
        is_framed = "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()
        self._is_until_end = not is_framed and status not in (204, 304) and status >= 200

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        if (
            self._parser.get_status_code() >= 200
        ):  # 100 Continue and its kin announce an answer, they are none
            self._finish()

    def _reset(self) -> None:
        self._has_head = self._is_until_end = False
        self._headers, self._pieces = {}, []

    def _finish(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        reply = Reply(self._parser.get_status_code(), self._headers, b"".join(self._pieces))
        if len(reply.body) > self._cap:
            self._fail("too_long", f"The answer was longer than {self._cap // 1024} KiB.")
            return
        if self._is_until_end or not self._parser.should_keep_alive():
            self.is_usable = False
        if "keep-alive" in reply.headers:
            self.keep_for = _promised(reply.headers["keep-alive"])
        self.idle_since = self._loop.time()
        self._waiter.set_result(reply)

    def _fail(self, code: str, message: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(Unclear(code, message))
        self.abort()

    def _look(self, patience: float) -> None:
        """One timer serves many requests: it is set anew only when it fires."""
        self._watch = None
        if self._waiter is None:
            return
        if self._deadline > self._loop.time():
            self._watch = self._loop.call_at(self._deadline, self._look, patience)
            return
        self._fail("timeout", f"The request was written, but no answer came within {patience:g} seconds.")


def _promised(header: str) -> float | None:
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "timeout" and value.isascii() and value.isdigit():
            return float(value)
    return None
