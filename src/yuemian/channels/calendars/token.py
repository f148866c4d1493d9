"""Access tokens of calendar services: fetched by client credentials, kept in this process until just before the end."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import orjson

from yuemian.channels.http import HTTPClient, HTTPFailure, Target
from yuemian.domain.availability import Unknown, WhyUnknown

#: Renewed this many seconds early.
_EARLY: Final = 60.0
_KEPT: Final = 500


class NoToken(Exception):  # noqa: N818
    """The service gave no token."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.detail)
        self.unknown = unknown


class Tokens:
    """By a hash of all that they were asked with, so that a changed secret never meets an old token."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[str, float]] = {}

    def kept(self, key: bytes) -> str:
        token, until = self._kept.get(key, ("", 0.0))
        return token if time.monotonic() < until else ""

    def keep(self, key: bytes, token: str, seconds: float) -> None:
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[key] = token, time.monotonic() + seconds - _EARLY

    def forget(self, key: bytes) -> None:
        self._kept.pop(key, None)


TOKENS: Final = Tokens()


def token_key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


async def fetch_token(http: HTTPClient, url: str, form: Mapping[str, str]) -> tuple[str, float]:
    """The token and its seconds. Raises NoToken, HTTPFailure."""
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    reply = await http.exchange("POST", Target.parse(url), headers, urlencode(form).encode())
    if reply.status in (429, 503):
        raise NoToken(Unknown(WhyUnknown.THROTTLED, f"The sign-in service answered {reply.status}."))
    if reply.status in (400, 401, 403):
        raise NoToken(
            Unknown(WhyUnknown.REFUSED, f"The sign-in service refused the credentials ({reply.status}).")
        )
    content = json_of(reply.body) if reply.status == 200 else {}
    token, seconds = content.get("access_token"), content.get("expires_in")
    if not isinstance(token, str) or not token.isascii() or not isinstance(seconds, (int, float)):
        raise NoToken(
            Unknown(WhyUnknown.UNREADABLE, f"The sign-in service answered {reply.status} without a token.")
        )
    return token, float(seconds)


def json_of(body: bytes) -> dict[str, object]:
    """Raises HTTPFailure for anything but an object."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPFailure("not_http", "The service's answer is no JSON.") from None
    if not isinstance(content, dict):
        raise HTTPFailure("not_http", "The service's answer is no JSON object.")
    return content
