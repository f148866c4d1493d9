"""How long a request's body may take: a body that trickles in must not hold a thread for hours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from yuemian.config.events import Receive, Scope, Send

#: Seconds that every body has, and the slowest pace (bytes a second) of what it says it is long.
GRACE: Final = 30.0
SLOWEST: Final = 8 * 1024
LONGEST: Final = 900.0

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Patient:
    """Ends a body that comes too slowly as if the client had gone; the application sees what has arrived."""

    def __init__(self, app: App, *, grace: float = GRACE) -> None:
        self._app = app
        self._grace = grace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        until = asyncio.get_running_loop().time() + min(self._grace + _length(scope) / SLOWEST, LONGEST)
        is_whole = False

        async def hurried() -> Any:
            nonlocal is_whole
            if is_whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                is_whole = True
                return {"type": "http.disconnect"}
            is_whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        await self._app(scope, hurried, send)


def _length(scope: Scope) -> int:
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said) if said.isdigit() and len(said) < 12 else 0
