"""One log line per request: method, masked path, status, time; no address, no query, no cookie."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from yuemian.config.events import Receive, Scope, Send
from yuemian.config.metrics import note_request

log = structlog.get_logger("yuemian.access")

App = Callable[[Scope, Receive, Send], Awaitable[None]]
#: Asked every few seconds by machines; their answers are in their own logs.
_SILENT = ("/healthz", "/readyz", "/metrics", "/static/")


class AccessLog:
    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_SILENT):
            await self._app(scope, receive, send)
            return
        status = 0
        begin = time.perf_counter()

        async def watch(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            seconds = time.perf_counter() - begin
            note_request(scope["method"], status, seconds, is_stream=scope["path"] == "/events")
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )
