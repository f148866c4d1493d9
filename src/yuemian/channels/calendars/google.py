"""Google Calendar's freeBusy by a service account: the narrowest scope, fifty people with one request."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from yuemian.channels.base import BadConfig, said, setting
from yuemian.channels.http import PUBLIC, HTTPClient, HTTPFailure, Reply, Target
from yuemian.domain.availability import Busy, FreeBusyAnswer, Unknown, WhyUnknown, busy_between

from .base import FreeBusy, unknown_status
from .token import TOKENS, NoToken, fetch_token, json_of, token_key

if TYPE_CHECKING:
    from yuemian.channels.http import Network

SCOPE: Final = "https://www.googleapis.com/auth/calendar.freebusy"
API: Final = "https://www.googleapis.com"
_SIGN_IN: Final = "https://oauth2.googleapis.com/token"
_MOST: Final = 50
_LIMITED: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})


@dataclass(frozen=True)
class GoogleConfig:
    credentials: str = setting(
        "Key of the service account",
        help_text=said("The whole content of the JSON file that the Google Cloud console gives you."),
        secret=True,
        lines=True,
    )
    subject: str = setting(
        "Act for",
        default="",
        help_text=said(
            "With domain-wide delegation: the address of a member of your domain. Empty: people share their "
            "calendars with the service account."
        ),
    )
    api: str = setting("Address", default=API, internal=True)


class Google(FreeBusy):
    name: ClassVar[str] = "google"
    Config: ClassVar[type[GoogleConfig]] = GoogleConfig

    def __init__(self, config: GoogleConfig, *, network: Network | None = None) -> None:
        super().__init__(config, network=network)
        self._account = _account(config.credentials)
        self._sign_in = str(self._account.get("token_uri") or _SIGN_IN)
        if self._sign_in != _SIGN_IN and urlsplit(self._sign_in)[:2] != urlsplit(config.api)[:2]:
            raise BadConfig("The key names a sign-in address that is not Google's; download it anew.")
        self._private_key = _private_key(str(self._account["private_key"]))
        self._key = token_key("google", config.credentials, config.subject, config.api)
        self._http = HTTPClient(
            timeout=10.0, connect_timeout=3.0, body_cap=1024 * 1024, network=network or PUBLIC
        )

    async def close(self) -> None:
        await self._http.close()

    async def _ask(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]:
        found: list[FreeBusyAnswer] = []
        for at in range(0, len(people), _MOST):
            found += await self._some(people[at : at + _MOST], start, end)
        return found

    async def _some(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]:
        body = orjson.dumps(
            {
                "timeMin": _rfc3339(start),
                "timeMax": _rfc3339(end),
                "timeZone": "UTC",
                "items": [{"id": person} for person in people],
            }
        )
        try:
            reply = await self._post(body)
            if reply.status == 401:  # revoked before its time: once anew
                TOKENS.forget(self._key)
                reply = await self._post(body)
        except NoToken as refused:
            return [refused.unknown for _ in people]
        if reply.status != 200:
            unknown = _refusal(reply)
            return [unknown for _ in people]
        calendars = json_of(reply.body).get("calendars")
        known: Mapping[str, Any] = calendars if isinstance(calendars, dict) else {}
        return [_answer(known.get(person), start, end) for person in people]

    async def _post(self, body: bytes) -> Reply:
        headers = [
            ("Authorization", f"Bearer {await self._token()}"),
            ("Content-Type", "application/json"),
        ]
        target = Target.parse(f"{self.config.api}/calendar/v3/freeBusy")
        return await self._http.exchange("POST", target, headers, body)

    async def _token(self) -> str:
        known = TOKENS.kept(self._key)
        if known:
            return known
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": self._assertion(int(time.time())),
        }
        token, seconds = await fetch_token(self._http, self._sign_in, form)
        TOKENS.keep(self._key, token, seconds)
        return token

    def _assertion(self, now: int) -> str:
        account = self._account
        head = {"alg": "RS256", "typ": "JWT", "kid": account.get("private_key_id", "")}
        claims = {
            "iss": account["client_email"],
            "scope": SCOPE,
            "aud": self._sign_in,
            "iat": now,
            "exp": now + 3600,
        }
        if self.config.subject:
            claims["sub"] = self.config.subject
        signed = b".".join(_base64(orjson.dumps(part)) for part in (head, claims))
        signature = self._private_key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return (signed + b"." + _base64(signature)).decode()


def _account(text: str) -> dict[str, Any]:
    try:
        account = orjson.loads(text)
    except orjson.JSONDecodeError:
        account = None
    wanted = ("client_email", "private_key")
    if not isinstance(account, dict) or not all(isinstance(account.get(name), str) for name in wanted):
        raise BadConfig("This is no key of a service account; paste the whole JSON file.")
    return account


def _private_key(text: str) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError):
        raise BadConfig("The private key in the JSON file cannot be read; download it anew.") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadConfig("The private key in the JSON file cannot be read; download it anew.")
    return key


def _answer(calendar: Any, start: datetime, end: datetime) -> FreeBusyAnswer:
    """A calendar that is not shared is listed with an error and an empty list: that is not free."""
    if not isinstance(calendar, dict):
        return Unknown(WhyUnknown.UNREADABLE, "The answer does not name the calendar.")
    errors = calendar.get("errors")
    if errors:
        reasons = {str(each.get("reason")) for each in errors if isinstance(each, dict)}
        why = WhyUnknown.NOT_SHARED if "notFound" in reasons else WhyUnknown.UNREADABLE
        return Unknown(why, f"Google says: {', '.join(sorted(reasons))[:80]}")
    try:
        times = [Busy(_read(each["start"]), _read(each["end"])) for each in calendar["busy"]]
    except (LookupError, TypeError, ValueError):
        return Unknown(WhyUnknown.UNREADABLE, "A time in the answer cannot be read.")
    return busy_between(times, start, end)


def _refusal(reply: Reply) -> Unknown:
    try:
        error = json_of(reply.body).get("error")
    except HTTPFailure:
        error = None
    errors = error.get("errors", []) if isinstance(error, dict) else []
    reasons = {str(each.get("reason")) for each in errors if isinstance(each, dict)}
    if reasons & _LIMITED:
        return Unknown(WhyUnknown.THROTTLED, "Google asks us to slow down.")
    return unknown_status(reply.status)


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
