"""The two requests that everybody makes, opening the page and pressing an answer, straight on the event loop.

Each is one statement; answers that come at once share one. What is out of the ordinary (an unknown link, a doubtful
press, words with the answer, a database that does not answer) goes the long way through the page's own views, which
decide everything anew: this lane only ever says yes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import psycopg
import structlog
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from psycopg_pool import PoolTimeout

from yuemian.domain.person_or_machine import AFTER_DELIVERY, Press, doubt, doubt_summary, read_report
from yuemian.portal import actions, nonce
from yuemian.portal.actions import ANSWERS, PAGE, SAME_VISIT, summary_scope
from yuemian.portal.door import OPEN, mark_of, opened_by, values_to_open
from yuemian.portal.showing import agent_of, back_to, is_suspect_fetch
from yuemian.portal.together import Ask, Together
from yuemian.portal.views import show
from yuemian.trust import audit, limits
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.limits import Limit
from yuemian.trust.middleware import harden, is_from_another_site
from yuemian.ui.middleware import vary_by_language

log = structlog.get_logger("yuemian.portal")

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_PAGE = re.compile(r"/c/([A-Za-z0-9_-]{43})")
_ANSWERS = frozenset(str(answer) for answer in ANSWERS)
#: A form with an answer alone is far smaller; more goes the long way.
_LARGEST = 4096
#: Stand in the audit entry until the statement knows better.
_ORGANIZATION, _CANDIDATE, _INTERVIEW = (UUID(int=number) for number in (0xA1, 0xA2, 0xA3))
_MOMENT = datetime.fromtimestamp(0, UTC)


class Express:
    """An ASGI application in front of all others; `ask` raises psycopg's errors."""

    def __init__(self, ask: Ask, long_way: App) -> None:
        self._ask = ask
        self._presses = Together(ask)
        self._long_way = long_way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path, body = scope["method"], scope["path"], b""
        response: HttpResponse | None = None
        try:
            if method in {"GET", "HEAD"} and (found := _PAGE.fullmatch(path)):
                response = await self._open(_request(scope, b""), found[1])
            elif method == "POST" and path == "/c/answer":
                body, receive = await _read(receive)
                response = await self._answer(_request(scope, body)) if len(body) <= _LARGEST else None
        except (psycopg.Error, PoolTimeout, ConnectionError, DisallowedHost) as error:
            log.warning("portal.express_failed", error=type(error).__name__)
        if response is None:
            await self._long_way(scope, receive, send)
        else:
            await _send(response, method, path, send)

    async def _open(self, request: HttpRequest, token: str) -> HttpResponse | None:
        now = timezone.now()
        is_fetch, is_suspect = request.method == "GET", is_suspect_fetch(request)
        row = await self._ask(OPEN, values_to_open(token, now=now, is_fetch=is_fetch, is_suspect=is_suspect))
        door = opened_by(token, (row[0], row[1], row[2]), now=now)
        return None if door is None else show(request, door)

    async def _answer(self, request: HttpRequest) -> HttpResponse | None:
        press = None if is_from_another_site(request) else _press(request)
        if press is None:
            return None
        token = request.POST["token"]
        outcome = await self._presses.press(token, press)
        return back_to(token, "#answer") if outcome == "done" else None


def _press(request: HttpRequest) -> str | None:
    """What `press_answers` takes; None when already the form speaks against counting it at once."""
    form, now = request.POST, timezone.now()
    token, action = form.get("token", ""), form.get("answer", "")
    if action not in _ANSWERS or form.get("note", "").strip():
        return None
    confirmed = nonce.read(form.get("confirm", ""), token, summary_scope(action), now=now)
    was_confirmed = confirmed is not None and doubt_summary(confirmed.age) is None
    handed = confirmed if was_confirmed else nonce.read(form.get("nonce", ""), token, PAGE, now=now)
    if handed is None:
        return None
    press = Press(agent_of(request), handed.age, read_report(form.get("report", "")))
    if not was_confirmed and doubt(press) is not None:
        return None
    mark = mark_of(token)
    before, after = _entry(action, handed.revision)
    facts = {
        "link": mark,
        "moment": now,
        "answer": action,
        "confirmed": was_confirmed,
        "revision": handed.revision,
        "soon": _seconds(AFTER_DELIVERY),
        "response": uuid7(),
        "limits": [
            _counted(actions.PER_LINK, mark),
            _counted(actions.PER_ADDRESS, request.META.get("REMOTE_ADDR", "")),
        ],
        "own": [_counted(SAME_VISIT, mark, action)],
        "others": [
            limits.key_of(SAME_VISIT, mark, other).hex() for other in actions.ACTIONS if other != action
        ],
        "entry": uuid7(),
        "before": before.replace(_at(_MOMENT), _at(now)),
        "after": after,
        "organization": _ORGANIZATION,
        "candidate": _CANDIDATE,
        "interview": _INTERVIEW,
    }
    return orjson.dumps(facts).decode()


@lru_cache(maxsize=1024)
def _entry(answer: str, revision: int) -> tuple[str, str]:
    """The audit entry's two halves, with marks for what is not known yet."""
    values = audit.values_to_append(
        _ORGANIZATION,
        Actor("candidate", _CANDIDATE),
        "interview.answered",
        at=_MOMENT,
        subject=("interview", _INTERVIEW),
        revision=revision,
        answer=answer,
    )
    return values[-2], values[-1]


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _counted(limit: Limit, *parts: str) -> tuple[str, str, int]:
    return limits.key_of(limit, *parts).hex(), _seconds(limit.window), limit.hits


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds()} s"


def _request(scope: Scope, body: bytes) -> HttpRequest:
    """Raises DisallowedHost."""
    request = ASGIRequest(scope, io.BytesIO(body))
    request.get_host()
    return request


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The body as far as it is of interest, and what gives all of it to somebody else."""
    messages: list[Message] = []
    size, is_more = 0, True
    while is_more and size <= _LARGEST:
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
        is_more = messages[-1].get("more_body", False)
    body = b"".join(message.get("body", b"") for message in messages)
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return body, again


async def _send(response: HttpResponse, method: str, path: str, send: Send) -> None:
    vary_by_language(response)
    harden(response, path)
    response.headers.setdefault("Content-Length", str(len(response.content)))
    headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.content})
