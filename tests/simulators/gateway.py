"""A text-message gateway as strict as its document, in three kinds: it knows our key, can be asked by it, or neither.

The document it follows: POST /send, JSON, `Authorization: Bearer`, exactly the fields to (E.164), from, text (at most
1,000 characters), reference, callback; the header Idempotency-Key equal to reference. Signed with HMAC-SHA256 over
timestamp, nonce and body in X-Signature, five minutes' grace, no nonce twice. 202 with {"id"}; refusals with
{"error": {"code"}}. `python -m tests.simulators.gateway` serves it as a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qs

from tests.simulators.http_server import DROP, HANG, Request, ScriptedHTTP, answer, running

TOKEN: Final = "gateway-token-7f3a"
SECRET: Final = "gateway-secret-91bc"
_FIELDS: Final = {"to", "from", "text", "reference", "callback"}


class Kind(StrEnum):
    KEY = "key"
    LOOKUP = "lookup"
    NEITHER = "neither"


class Fault(StrEnum):
    """What a gateway in trouble does with a request that was good."""

    DROP_BEFORE = "drop_before"  # not taken, no answer
    DROP_AFTER = "drop_after"  # taken, no answer
    HANG_AFTER = "hang_after"  # taken, and silent for ever
    ERROR_BEFORE = "error_before"  # not taken, 500
    ERROR_AFTER = "error_after"  # taken, 500
    THROTTLE = "throttle"  # not taken, 429 with Retry-After
    BUSY = "busy"  # not taken, its own word for it
    NONSENSE = "nonsense"  # taken, an answer that says nothing


_NOT_TAKEN: Final[dict[Fault | None, bytes | str]] = {
    Fault.DROP_BEFORE: DROP,
    Fault.ERROR_BEFORE: answer(500, "oops"),
    Fault.THROTTLE: answer(429, '{"error":{"code":"rate_limited"}}', "Retry-After: 2"),
    Fault.BUSY: answer(503, '{"error":{"code":"temporarily_unavailable"}}'),
}
#: Not taken, and the sender cannot know it.
_SILENT: Final = frozenset({Fault.DROP_BEFORE, Fault.ERROR_BEFORE})
_TAKEN: Final[dict[Fault, bytes | str]] = {
    Fault.DROP_AFTER: DROP,
    Fault.HANG_AFTER: HANG,
    Fault.ERROR_AFTER: answer(500, "oops"),
    Fault.NONSENSE: answer(200, "<html>welcome</html>"),
}


def _message_problem(message: dict[str, Any], key: str | None) -> tuple[int, str] | None:
    if set(message) != _FIELDS or not all(isinstance(value, str) for value in message.values()):
        return 400, "wrong_fields"
    if not re.fullmatch(r"\+[1-9]\d{6,14}", message["to"]):
        return 422, "invalid_number"
    if not 0 < len(message["text"]) <= 1000:
        return 422, "rejected_content"
    return (400, "wrong_key") if key != message["reference"] else None


@dataclass
class Gateway:
    """`fault(request_number)` may name one; `accepted` counts deliveries to a phone by reference."""

    kind: Kind = Kind.KEY
    fault: Callable[[int], Fault | None] = lambda _number: None
    clock: Callable[[], float] | None = None  # None: signatures of any time are taken
    accepted: Counter[str] = field(default_factory=Counter)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    seen: int = 0
    #: References whose sender cannot know what became of them, as this gateway can neither be asked nor knows its key;
    #: several gateways of one sender share the set.
    unclear: set[str] = field(default_factory=set)
    #: References that came again all the same, to whichever of them.
    again: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> bytes | str:
        if request.method == "GET" and request.path == "/messages":
            return self._lookup(request)
        problem = self._problem(request)
        if problem is not None:
            self.refused.append(problem[1])
            return answer(
                problem[0], json.dumps({"error": {"code": problem[1]}}), "Content-Type: application/json"
            )
        self.seen += 1
        return self._take(json.loads(request.body))

    def _take(self, message: dict[str, Any]) -> bytes | str:
        fault, reference = self.fault(self.seen), message["reference"]
        if reference in self.unclear:
            self.again.append(reference)
        if self.kind is Kind.NEITHER and (fault in _SILENT or fault in _TAKEN):
            self.unclear.add(reference)
        if fault in _NOT_TAKEN:
            return _NOT_TAKEN[fault]
        if not (self.kind is Kind.KEY and reference in self.ids):
            self.accepted[reference] += 1
            self.texts[reference] = message
            self.ids[reference] = f"m{sum(self.accepted.values())}"
        good = answer(202, json.dumps({"id": self.ids[reference], "status": "queued"}))
        return good if fault is None else _TAKEN[fault]

    def _problem(self, request: Request) -> tuple[int, str] | None:
        if (request.method, request.path) != ("POST", "/send"):
            return 404, "no_such_address"
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, "unauthorized"
        signed = self._signature_problem(request)
        if signed is not None:
            return 401, signed
        if request.headers.get("content-type") != "application/json":
            return 415, "not_json"
        return _message_problem(json.loads(request.body), request.headers.get("idempotency-key"))

    def _signature_problem(self, request: Request) -> str | None:
        moment, nonce = request.headers.get("x-timestamp", ""), request.headers.get("x-nonce", "")
        text = f"{moment}\n{nonce}\n".encode() + request.body
        if request.headers.get("x-signature") != hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest():
            return "wrong_signature"
        if self.clock is not None and abs(self.clock() - int(moment)) > 300:
            return "too_old"
        if nonce in self.nonces:
            return "nonce_twice"
        self.nonces.add(nonce)
        return None

    def _lookup(self, request: Request) -> bytes:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer(401, '{"error":{"code":"unauthorized"}}')
        if self.kind is not Kind.LOOKUP:
            return answer(404, '{"error":{"code":"no_such_address"}}')
        reference = parse_qs(request.query).get("reference", [""])[0]
        if reference not in self.ids:
            return answer(200, '{"found":false}')
        return answer(200, json.dumps({"found": True, "message": {"id": self.ids[reference]}}))


def settings_for(kind: Kind, url: str) -> dict[str, Any]:
    """The settings of `http_sms` that fit the document above."""
    settings = {
        "url": f"{url}/send",
        "password": TOKEN,
        "user": SECRET,  # this vendor has two secrets; the second signs
        "sender": "10690001",
        "auth": "bearer",
        "body": "json",
        "fields": "to = {to}\nfrom = {sender}\ntext = {text}\nreference = {key}\ncallback = {callback_url}",
        "headers": "Idempotency-Key: {key}\nX-Timestamp: {timestamp}\nX-Nonce: {nonce}\nX-Signature: {signature}",
        "sign": "hmac-sha256",
        "sign_key": "{user}",
        "sign_text": "{timestamp}\\n{nonce}\\n{body}",
        "success_status": "200, 201, 202",
        "success": "id",
        "id_path": "id",
        "code_path": "error.code",
        "outcomes": (
            "invalid_number = bad_recipient\nrejected_content = content_rejected\nrate_limited = throttled\n"
            "temporarily_unavailable = retry\nunauthorized = config\nwrong_* = config"
        ),
        "dedup": "none" if kind is Kind.NEITHER else str(kind),
        "timeout": 0.4,
        "connect_timeout": 2.0,
        "callback_url": "https://hr.example.com/hooks/http_sms/1/t",
    }
    if kind is Kind.LOOKUP:
        settings |= {
            "lookup_url": f"{url}/messages?reference={{key}}",
            "lookup_found": "found = true",
            "lookup_missing": "found = false",
            "lookup_id": "message.id",
        }
    return settings


def mixed_faults(share: float, seed: int) -> Callable[[int], Fault | None]:
    """Any fault, for this share of the requests."""
    draw = random.Random(seed)
    return lambda _number: draw.choice(list(Fault)) if draw.random() < share else None


async def _serve(kind: Kind, port: int, share: float, seed: int) -> None:
    gateway = Gateway(kind, mixed_faults(share, seed))

    def script(request: Request) -> bytes | str:
        if request.path == "/accepted":
            return answer(200, json.dumps(gateway.accepted))
        return gateway(request)

    async with running(ScriptedHTTP(script, port=port)) as server:
        print(server.port, flush=True)  # noqa: T201
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=list(Kind), default=Kind.KEY)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that meet a fault")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(_serve(Kind(arguments.kind), arguments.port, arguments.faults, arguments.seed))


if __name__ == "__main__":
    main()
