"""What a gateway reports later: receipts and candidates' replies, believed only when signed as agreed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import parse_qsl

from yuemian.channels.base import (
    BadCallback,
    BadConfig,
    BadSignature,
    Event,
    EventKind,
    Inbound,
)

from .config import HTTPSMSConfig
from .signature import SORTED, is_equal, sign, sorted_pairs
from .template import Filling, Path, Reading, Table

AGE: Final = timedelta(minutes=5)
MOST_ITEMS: Final = 1000
_BEIJING: Final = timezone(timedelta(hours=8))
_SIGNED: Final = (
    SORTED
    | {"url", "path", "query", "body", "body_md5", "body_sha256", "user", "password"}
    | {
        "field:",
        "header:",
    }
)
_KINDS: Final = ("sent", "delivered", "deferred", "bounced", "rejected", "unsubscribed", "unknown")


@dataclass(frozen=True, slots=True)
class _Place:
    """`header X-Signature`, `field sign` or `query sign`."""

    kind: str = ""
    name: str = ""

    @classmethod
    def compile(cls, text: str, where: str) -> _Place:
        kind, _, name = text.strip().partition(" ")
        if not text.strip():
            return cls()
        if kind not in ("header", "field", "query") or not name.strip():
            raise BadConfig("%(where)s: write header X-Name, field name or query name.", where=where)
        return cls(kind, name.strip())

    def find(self, parts: Mapping[str, Mapping[str, str]]) -> str:
        name = self.name.lower() if self.kind == "header" else self.name
        return parts.get(self.kind, {}).get(name, "")


class CallbackForm:
    """The settings of callbacks, compiled. Raises BadConfig."""

    def __init__(self, config: HTTPSMSConfig) -> None:
        self._config = config
        self._items = Path.compile(config.receipt_items, "Where the list is")
        self._paths = {
            name: Path.compile(getattr(config, f"receipt_{name}"), name.capitalize())
            for name in ("id", "key", "status", "code", "time", "event")
        }
        self._text = Path.compile(config.reply_text, "Text of replies")
        self._from = Path.compile(config.reply_from, "Number of replies")
        self._reply_id = Path.compile(config.reply_id, "Id of replies")
        self._states = Table.compile(config.receipt_states, _KINDS, "What statuses mean")
        self._signature = _Place.compile(config.receipt_signature, "Where the signature is")
        self._moment = _Place.compile(config.receipt_moment, "Where its time is")
        signed = config.receipt_sign_text.replace("\\n", "\n")
        self._sign_text = Filling.compile(signed, _SIGNED, "Signed text of receipts")
        self._check()

    def _check(self) -> None:
        config = self._config
        if config.receipt_format == "none":
            return
        if not self._text and not (self._paths["status"] and (self._paths["id"] or self._paths["key"])):
            raise BadConfig("Receipts need the status and either the gateway's id or our key.")
        if self._text and not self._from:
            raise BadConfig("Replies need the number they come from.")
        if config.receipt_sign == "none":
            return
        if not (self._signature.kind and self._sign_text.names):
            raise BadConfig("Signed receipts need the signed text and where the signature is.")
        if not self._sign_text.names & {
            "body",
            "body_md5",
            "body_sha256",
            "sorted",
            "sorted_bare",
            "sorted_encoded",
        }:
            raise BadConfig("The signature of receipts must cover {body} or the sorted fields.")
        if not (config.receipt_secret or config.password):
            raise BadConfig("Signed receipts need a key; enter it, or the password.")

    def events(self, inbound: Inbound, now: datetime) -> list[Event]:
        """Raises BadSignature before anything is read, BadCallback for what cannot be read, BadConfig unset."""
        config = self._config
        if config.receipt_format == "none":
            raise BadConfig("This account expects no callbacks; remove the address at the gateway.")
        fields = _pairs(inbound.body) if config.receipt_format == "form" else []
        query = _pairs(inbound.query.encode("latin-1", "replace"))
        parts = {
            "header": {name.lower(): value for name, value in inbound.headers.items()},
            "field": dict(fields),
            "query": dict(query),
        }
        self._verify(inbound, parts, [*fields, *(query if config.receipt_format == "query" else [])], now)
        return [self._event(item) for item in self._found(inbound, fields, query)]

    def _verify(
        self,
        inbound: Inbound,
        parts: Mapping[str, Mapping[str, str]],
        fields: list[tuple[str, str]],
        now: datetime,
    ) -> None:
        config = self._config
        if config.receipt_sign != "none":
            text = self._sign_text.fill(self._signed(inbound, parts, fields))
            given = self._signature.find(parts)
            for prefix in ("sha256=", "sha1="):
                given = given.removeprefix(prefix)
            key = config.receipt_secret or config.password
            if not is_equal(sign(config.receipt_sign, config.receipt_sign_encoding, key, text), given):
                raise BadSignature("The signature does not fit; check the key on both sides.")
        if self._moment.kind:
            self._verify_age(self._moment.find(parts), now)

    def _signed(
        self, inbound: Inbound, parts: Mapping[str, Mapping[str, str]], fields: list[tuple[str, str]]
    ) -> dict[str, str]:
        base, own = self._config.callback_url, self._signature
        values = {
            "url": f"{base}?{inbound.query}" if inbound.query else base,
            "path": inbound.path,
            "query": inbound.query,
            # Bytes that are no UTF-8 stay what they are: `sign` turns them back.
            "body": inbound.body.decode("utf-8", "surrogateescape"),
            "body_md5": hashlib.md5(inbound.body, usedforsecurity=False).hexdigest(),
            "body_sha256": hashlib.sha256(inbound.body).hexdigest(),
            "user": self._config.user,
            "password": self._config.password,
        }
        is_own = {own.name} if own.kind in ("field", "query") else set()
        values |= sorted_pairs([(name, value) for name, value in fields if name not in is_own])
        for name in self._sign_text.names:
            kind, _, inner = name.partition(":")
            if inner:
                values[name] = parts[kind].get(inner.lower() if kind == "header" else inner, "")
        return values

    def _verify_age(self, text: str, now: datetime) -> None:
        try:
            age = abs(now.timestamp() - float(text))
        except ValueError:
            age = float("inf")
        if not age <= AGE.total_seconds():
            raise BadSignature("The callback is older than five minutes, or has no time; check both clocks.")

    def _found(
        self, inbound: Inbound, fields: list[tuple[str, str]], query: list[tuple[str, str]]
    ) -> list[Any]:
        if self._config.receipt_format in ("form", "query"):
            return [{**dict(query), **dict(fields)}]
        try:
            data = json.loads(inbound.body)
        except (ValueError, RecursionError):
            raise BadCallback("The callback is not JSON.") from None
        found = self._items.look(data) if self._items else data
        items = found if isinstance(found, list) else [found]
        if not all(isinstance(item, dict) for item in items) or len(items) > MOST_ITEMS:
            raise BadCallback("The callback holds no list of reports; check where the list is.")
        return items

    def _event(self, item: Mapping[str, Any]) -> Event:
        reading = Reading("", dict(item))
        read = {name: path.find(reading) or "" for name, path in self._paths.items()}
        if self._text and (text := self._text.find(reading)) is not None:
            sender = self._from.find(reading) or ""
            own = self._reply_id.find(reading) or _digest(item)
            return Event(
                EventKind.REPLIED,
                f"r:{own}"[:120],
                provider_id=read["id"][:120],
                recipient=sender,
                at=self._time(read["time"]),
                text=text,
                raw=dict(item),
            )
        kind = self._states.find(read["status"])
        known = read["event"] or ":".join(
            (read["id"] or read["key"], read["status"], read["code"], read["time"])
        )
        return Event(
            EventKind(kind) if kind else EventKind.UNKNOWN,
            known if len(known) <= 120 else _digest(known),
            provider_id=read["id"][:120],
            delivery_id=read["key"],
            at=self._time(read["time"]),
            code=(read["code"] or read["status"])[:40],
            raw=dict(item),
        )

    def _time(self, text: str) -> datetime | None:
        """A time that cannot be read is no reason to lose the report."""
        form = self._config.receipt_time_form
        if not text or form == "none":
            return None
        try:
            if form in ("unix", "unix_ms"):
                return datetime.fromtimestamp(float(text) / (1000 if form == "unix_ms" else 1), UTC)
            at = datetime.fromisoformat(text)
        except (ValueError, OverflowError, OSError):
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=_BEIJING if form == "beijing" else UTC)
        return at.astimezone(UTC)


def _pairs(data: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise BadCallback("The callback has more than 200 fields.") from None


def _digest(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]
