"""From a message to the bytes of its request, as the settings describe it; compiled once per account."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, quote_plus

from yuemian.channels.base import BadAddress, BadConfig, Message
from yuemian.channels.http import Target

from .config import HTTPSMSConfig
from .signature import SORTED, sign, sorted_pairs
from .template import Filling, lines_of, literal

OURS: Final = frozenset(
    {"to", "text", "key", "sender", "template", "link", "locale", "user", "password", "callback_url"}
    | {"timestamp", "timestamp_ms", "time_utc", "time_beijing", "nonce"}
)
#: A look-up knows the key alone: it is asked long after the message itself is forgotten.
ASKED_BY: Final = OURS - {"to", "text", "link", "locale", "callback_url"}
_SIGNED: Final = OURS | SORTED | {"method", "path", "query", "body", "body_md5", "body_sha256", "field:"}
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HOLE: Final = re.compile(r"\{[^}]*\}")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_BEIJING: Final = timezone(timedelta(hours=8))
_OWN_HEADERS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A finished request; `values` are what it was made of, for hiding them in records."""

    target: Target
    headers: list[tuple[str, str]]
    body: bytes
    values: Mapping[str, str]


class RequestForm:
    """The settings of the request, checked and compiled. Raises BadConfig with the setting and the remedy."""

    def __init__(self, config: HTTPSMSConfig) -> None:
        self._config = config
        is_signed = config.sign != "none"
        known = OURS | ({"signature"} if is_signed else set())
        self.url = Filling.compile(config.url, OURS, "Address")
        Target.parse(_HOLE.sub("x", config.url))
        self._target = None if self.url.names else Target.parse(self.url.fill({}))
        self._fields = _map(config.fields, "=", known, "Fields") if config.body != "text" else []
        self._text = Filling.compile(config.fields, known, "Fields") if config.body == "text" else None
        self._query = _map(config.query, "=", known, "Query")
        self._headers = _map(config.headers, ":", known, "Headers")
        _check_headers(self._headers)
        self._sign_text = Filling.compile(config.sign_text.replace("\\n", "\n"), _SIGNED, "Signed text")
        self._sign_key = Filling.compile(config.sign_key, OURS, "Key of the signature")
        self._check(is_signed)
        _body(config.body, self._fields, self._text, dict.fromkeys(known, "x"))  # its shape must be possible

    def fill(self, message: Message, now: datetime, nonce: str) -> Outgoing:
        """Raises BadAddress when the gateway's form of numbers cannot hold this one."""
        values = self._values(message, now, nonce, to=self._number(message.to))
        target = self._target or Target.parse(_filled_url(self.url, values))
        return self._finish("POST", target, values, self._fields, self._text)

    def fill_question(self, url: Filling, message: Message, now: datetime, nonce: str) -> Outgoing:
        """The same account asks about a message: a GET with its headers, sign-in and signature.

        It asks by the key alone: whoever sweeps up after a dead worker knows no number and no text.
        """
        values = self._values(message, now, nonce, to="")
        return self._finish("GET", Target.parse(_filled_url(url, values)), values, [], None)

    def _values(self, message: Message, now: datetime, nonce: str, *, to: str) -> dict[str, str]:
        config, seconds = self._config, now.timestamp()
        second, time_utc, time_beijing = _clock(int(seconds))
        return {
            "to": to,
            "text": message.text,
            "key": message.key,
            "sender": config.sender,
            "template": config.template,
            "link": message.slots.get("link", ""),
            "locale": message.locale,
            "user": config.user,
            "password": config.password,
            "callback_url": config.callback_url,
            "timestamp": second,
            "timestamp_ms": str(int(seconds * 1000)),
            "time_utc": time_utc,
            "time_beijing": time_beijing,
            "nonce": nonce,
        }

    def _number(self, e164: str) -> str:
        if not _E164.fullmatch(e164):
            raise BadAddress("The number is not in the international form, such as +8613800138000.")
        if self._config.number == "e164":
            return e164
        digits, code = e164[1:], self._config.country_code
        if self._config.number == "digits":
            return digits
        if not digits.startswith(code):
            raise BadAddress(
                "The gateway takes only numbers that begin with +%(code)s; use another channel.", code=code
            )
        return digits[len(code) :]

    def _finish(
        self,
        method: str,
        target: Target,
        values: dict[str, str],
        fields: Sequence[tuple[str, Filling]],
        text: Filling | None,
    ) -> Outgoing:
        config = self._config
        if config.sign != "none":
            values["signature"] = self._signature(method, target, values, fields, text)
        query = "&".join([p for p in (target.query, _encoded(self._query, values, quote)) if p])
        body, kind = _body(config.body, fields, text, values) if method == "POST" else (b"", "")
        headers = [("Content-Type", kind)] if kind else []
        if config.auth == "basic":
            pair = base64.b64encode(f"{config.user}:{config.password}".encode()).decode()
            headers.append(("Authorization", f"Basic {pair}"))
        elif config.auth == "bearer":
            headers.append(("Authorization", f"Bearer {config.password}"))
        own = {name.lower() for name, _ in self._headers}
        headers = [each for each in headers if each[0].lower() not in own]
        headers += [(name, filling.fill(values)) for name, filling in self._headers]
        if query != target.query:
            target = Target(
                target.scheme, target.host, target.port, target.path, query, target.authority, target.origin
            )
        return Outgoing(target, headers, body, values)

    def _signature(
        self,
        method: str,
        target: Target,
        values: dict[str, str],
        fields: Sequence[tuple[str, Filling]],
        text: Filling | None,
    ) -> str:
        """Over everything but itself: fields and query that hold the signature are left out of the sorted ones."""
        wanted = self._sign_text.names
        plain = [(n, f) for n, f in fields if "signature" not in f.names]
        asked = [(n, f) for n, f in self._query if "signature" not in f.names]
        said = [(name, filling.fill(values)) for name, filling in (*plain, *asked)]
        query = "&".join([p for p in (target.query, _encoded(asked, values, quote)) if p])
        more = {"method": method, "path": target.path, "query": query} | values
        if wanted & SORTED:
            more |= sorted_pairs(said)
        more |= {f"field:{name}": value for name, value in said}
        if wanted & {"body", "body_md5", "body_sha256"}:
            body = _body(self._config.body, fields, text, values)[0] if method == "POST" else b""
            more["body"] = body.decode()
            more["body_md5"] = hashlib.md5(body, usedforsecurity=False).hexdigest()
            more["body_sha256"] = hashlib.sha256(body).hexdigest()
        config = self._config
        return sign(
            config.sign, config.sign_encoding, self._sign_key.fill(values), self._sign_text.fill(more)
        )

    def _check(self, is_signed: bool) -> None:
        parts = [*self._fields, *self._query, *self._headers]
        used = self.url.names.union(*(f.names for _, f in parts), self._text.names if self._text else ())
        if "to" not in used:
            raise BadConfig("No field holds {to}; without it the gateway knows no recipient.")
        if not used & {"text", "link", "template"}:
            raise BadConfig("No field holds {text}, {link} or {template}; the message would be empty.")
        if self._config.dedup == "key" and "key" not in used:
            raise BadConfig("Doubles are to be avoided by key, but no field holds {key}; add one.")
        if not is_signed:
            return
        if "signature" not in used:
            raise BadConfig(
                "The request is signed, but no field, query or header holds {signature}; add one."
            )
        signed = self._sign_text.names
        in_body = any("signature" in f.names for _, f in self._fields) or (
            self._text is not None and "signature" in self._text.names
        )
        if in_body and signed & {"body", "body_md5", "body_sha256"}:
            raise BadConfig("The signature stands in the body and is made of it; sign {sorted} instead.")
        names = {name for name, f in (*self._fields, *self._query) if "signature" not in f.names}
        missing = {name.partition(":")[2] for name in signed if name.startswith("field:")} - names
        if missing:
            raise BadConfig("Signed text: there is no field “%(name)s”.", name=min(missing))


@lru_cache(maxsize=4)
def _clock(second: int) -> tuple[str, str, str]:
    """The spellings of one second: hundreds of requests share it."""
    now = datetime.fromtimestamp(second, UTC)
    return str(second), f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now.astimezone(_BEIJING):%Y%m%d%H%M%S}"


def _map(text: str, sign_: str, known: Iterable[str], where: str) -> list[tuple[str, Filling]]:
    known = frozenset(known)
    return [(name, Filling.compile(value, known, where)) for name, value in lines_of(text, sign_, where)]


def _check_headers(headers: Sequence[tuple[str, Filling]]) -> None:
    for name, filling in headers:
        if not _TOKEN.fullmatch(name):
            raise BadConfig("Headers: “%(name)s” is no name of a header.", name=name[:40])
        if name.lower() in _OWN_HEADERS:
            raise BadConfig("Headers: %(name)s is set by Yuemian itself; remove it.", name=name)
        if filling.names & {"text"}:
            raise BadConfig("Headers: {text} has letters that a header cannot hold; put it into a field.")


def _filled_url(url: Filling, values: Mapping[str, str]) -> str:
    return url.fill({name: quote(values[name], safe="") for name in url.names})


def _encoded(fields: Sequence[tuple[str, Filling]], values: Mapping[str, str], encode: Any) -> str:
    return "&".join([f"{_name(encode, name)}={encode(f.fill(values), safe='')}" for name, f in fields])


@lru_cache(maxsize=1024)
def _name(encode: Any, name: str) -> str:
    """Of a field, as encoded: the same in every request of an account."""
    return str(encode(name, safe=""))


def _body(
    kind: str, fields: Sequence[tuple[str, Filling]], text: Filling | None, values: Mapping[str, str]
) -> tuple[bytes, str]:
    if text is not None:
        return text.fill(values).encode(), "text/plain; charset=utf-8"
    if kind == "form":
        return _encoded(fields, values, quote_plus).encode(), "application/x-www-form-urlencoded"
    tree: dict[str, Any] = {}
    for name, filling in fields:
        _put(tree, name, filling.fill(values) if filling.names else literal(filling.fill({})))
    return json.dumps(_listed(tree), ensure_ascii=False, separators=(",", ":")).encode(), "application/json"


def _put(tree: dict[str, Any], name: str, value: Any) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
        if not isinstance(tree, dict):
            raise BadConfig("Fields: “%(name)s” lies below a field that has a value of its own.", name=name)
    tree[last] = value


def _listed(tree: Any) -> Any:
    """Objects whose names count from 0 are lists: `to.0 = {to}` writes ["…"]."""
    if not isinstance(tree, dict):
        return tree
    if tree and list(tree) == [str(n) for n in range(len(tree))]:
        return [_listed(value) for value in tree.values()]
    return {name: _listed(value) for name, value in tree.items()}
