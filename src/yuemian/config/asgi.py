"""The web process: live events as plain ASGI, every other page through Django's WSGI handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any, cast

import django
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from yuemian.config.access import AccessLog, App
from yuemian.config.events import Hub, Receive, Scope, Send
from yuemian.config.listening import Listener, Sessions, Statements
from yuemian.config.patience import Patient

#: Threads that answer pages; each keeps one connection to the database.
THREADS = 10
#: Probes come by address, whatever the public host name is.
_PROBES = ("/healthz", "/readyz", "/metrics")


class Dispatcher:
    """Chooses by path, and opens and closes the hub with the process."""

    def __init__(
        self,
        pages: App,
        hub: Hub,
        *,
        opening: Callable[[], Awaitable[None]],
        closing: Callable[[], Awaitable[None]],
    ) -> None:
        self._pages = pages
        self._hub = hub
        self._opening = opening
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == "/events":
            await self._hub(scope, receive, send)
        else:
            await self._pages(_with_known_host(scope), receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._opening()
        await self._hub.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._hub.stop()
        await self._closing()
        await send({"type": "lifespan.shutdown.complete"})


def _with_known_host(scope: Scope) -> Scope:
    if scope["path"] not in _PROBES:
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "headers": [*headers, (b"host", b"localhost")]}


def _build() -> tuple[AccessLog, Hub]:
    django.setup()
    from yuemian.portal.express import Express  # noqa: PLC0415  (imports models)
    from yuemian.portal.rendering import warm_up  # noqa: PLC0415

    database: dict[str, Any] = settings.DATABASES["default"]
    sessions, statements = Sessions(database), Statements(database)
    hub = Hub(Listener(database), sessions.organization, cookie=settings.SESSION_COOKIE_NAME)
    # Both sides describe the same protocols in types of their own.
    pages = cast("App", WSGIMiddleware(cast("Any", get_wsgi_application()), workers=THREADS))
    pages = Express(statements.ask, Patient(pages))

    async def opening() -> None:
        await sessions.open()
        await statements.open()
        Thread(target=warm_up, name="warm-up", daemon=True).start()

    async def closing() -> None:
        await statements.close()
        await sessions.close()

    return AccessLog(Dispatcher(pages, hub, opening=opening, closing=closing)), hub


application, hub = _build()
