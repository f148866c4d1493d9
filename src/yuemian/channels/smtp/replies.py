"""What a server's answer means for one message: a pure table of stage, code and enhanced code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yuemian.channels.base import Outcome, Receipt

_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_QUEUE_ID: Final = re.compile(r"queued as <?([\w.@-]{4,80})", re.IGNORECASE)
_RELAY: Final = re.compile(r"relay|authenticat|not permitted|sender", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>@:;,\"']+@[^\s<>@:;,\"']+")
THROTTLE_SECONDS: Final = 60.0


class Stage(StrEnum):
    """Which command an answer belongs to."""

    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    RSET = "rset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END = "end"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Reply:
    """One complete answer; `text` joins the lines of a multi-line one."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        match = _ENHANCED.match(self.text)
        return match.group(1) if match and match.group(1)[0] == str(self.code)[0] else ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.code < 400


def accepted(reply: Reply) -> Receipt:
    match = _QUEUE_ID.search(reply.text)
    return Receipt(Outcome.ACCEPTED, provider_id=match.group(1) if match else "", code=str(reply.code))


def refused(stage: Stage, reply: Reply) -> Receipt:
    """The receipt for an answer of 4xx, 5xx or nonsense; addresses are cut out of what is kept."""
    kind = _temporary(reply) if reply.code < 500 else _permanent(stage, reply)
    enhanced = reply.enhanced
    detail = _ADDRESS.sub("<address>", " ".join(reply.text.split()))[:300]
    return Receipt(
        kind,
        code=f"{reply.code} {enhanced}".strip(),
        detail=f"{stage.value}: {reply.code} {detail}",
        retry_after=THROTTLE_SECONDS if kind is Outcome.THROTTLED else None,
    )


def _temporary(reply: Reply) -> Outcome:
    """421 closes the door, 452 is full, 4.7.x is a policy such as greylisting: slow down for all three."""
    if reply.code in (421, 452) or reply.enhanced.startswith("4.7."):
        return Outcome.THROTTLED
    return Outcome.RETRY


def _permanent(stage: Stage, reply: Reply) -> Outcome:
    if reply.code in (530, 534, 535, 538) or stage in (
        Stage.GREETING,
        Stage.EHLO,
        Stage.STARTTLS,
        Stage.AUTH,
    ):
        return Outcome.CONFIG
    if stage is Stage.MAIL:
        too_big = reply.code == 552 or reply.enhanced == "5.3.4"
        return Outcome.CONTENT_REJECTED if too_big else Outcome.CONFIG
    if stage is Stage.RCPT:
        return _recipient(reply)
    if reply.enhanced.startswith(("5.1.", "5.2.")) and reply.enhanced not in ("5.1.7", "5.1.8"):
        return Outcome.BAD_RECIPIENT
    return Outcome.CONTENT_REJECTED if reply.code in (550, 552, 553, 554, 571) else Outcome.RETRY


def _recipient(reply: Reply) -> Outcome:
    enhanced = reply.enhanced
    if enhanced in ("5.1.7", "5.1.8"):  # the sender's address, answered late
        return Outcome.CONFIG
    if enhanced.startswith(("5.1.", "5.2.")):
        return Outcome.BAD_RECIPIENT
    if enhanced.startswith("5.7.") or (not enhanced and reply.code == 554):
        return Outcome.CONFIG if _RELAY.search(reply.text) else Outcome.CONTENT_REJECTED
    # 500, 502, 503, 504: the server did not understand us, which says nothing about the person.
    return Outcome.RETRY if reply.code in (500, 502, 503, 504) else Outcome.BAD_RECIPIENT
