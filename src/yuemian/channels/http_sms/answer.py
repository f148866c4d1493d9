"""From a gateway's answer to what became of the message: certainly taken, certainly not, or unclear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from yuemian.channels.base import BadConfig, Outcome, Receipt
from yuemian.channels.http import HTTPFailure, NotWritten, Reply, redacted

from .config import HTTPSMSConfig
from .template import Path, Reading, Rule, Table

THROTTLE_SECONDS: Final = 30.0
_LONGEST_PAUSE: Final = 24 * 3600.0
# What the status alone says. Redirects (but 303, which may follow an act) and refusals by name or address mean that a
# person must mend the settings; 408, 421 and 425 say that the request was not looked at.
_STATUSES: Final = {
    Outcome.CONFIG: (
        300,
        301,
        302,
        305,
        307,
        308,
        401,
        402,
        403,
        404,
        405,
        406,
        407,
        410,
        411,
        415,
        426,
        501,
        505,
    ),
    Outcome.CONTENT_REJECTED: (400, 413, 414, 422, 431, 451),
    Outcome.RETRY: (408, 421, 425),
    Outcome.THROTTLED: (429,),
}
_BY_STATUS: Final = {status: outcome for outcome, statuses in _STATUSES.items() for status in statuses}


class AnswerForm:
    """The rules of the answer, compiled. Raises BadConfig."""

    def __init__(self, config: HTTPSMSConfig) -> None:
        self._statuses = _statuses(config.success_status)
        self._success = Rule.compile(config.success, "Success")
        self._id = Path.compile(config.id_path, "The gateway's id")
        self._code = Path.compile(config.code_path, "The gateway's code")
        self._outcomes = Table.compile(config.outcomes, [str(each) for each in Outcome], "What codes mean")
        self._otherwise = Outcome(config.otherwise)
        self._found = Rule.compile(config.lookup_found, "It was taken")
        self._missing = Rule.compile(config.lookup_missing, "It never arrived")
        self._found_id = Path.compile(config.lookup_id, "The gateway's id there")
        if config.dedup == "lookup" and not ("{key}" in config.lookup_url and self._found):
            raise BadConfig("To ask the gateway, give an address with {key} and the rule “It was taken”.")

    def receipt(self, reply: Reply, hide: Iterable[str], now: datetime) -> Receipt:
        reading = Reading.of_json(reply.text)
        code = self._code.find(reading) or ""
        if reply.status in self._statuses and self._success.holds(reading):
            return Receipt(
                Outcome.ACCEPTED, (self._id.find(reading) or "")[:120], code=_short(code or str(reply.status))
            )
        kind = self._refused(reply.status, code)
        return Receipt(
            kind,
            provider_id=(self._id.find(reading) or "")[:120] if kind is Outcome.ACCEPTED else "",
            retry_after=_retry_after(reply, now) if kind in (Outcome.THROTTLED, Outcome.RETRY) else None,
            code=_short(code or f"http {reply.status}"),
            detail=f"{reply.status}: {redacted(reply.text, hide)}",
        )

    def _refused(self, status: int, code: str) -> Outcome:
        """The vendor's own word first, then what was said of the status, then what the status means anywhere."""
        said = (self._outcomes.find(code) if code else None) or self._outcomes.find(f"http {status}")
        if said is not None:
            return Outcome(said)
        if status in self._statuses or code:
            return self._otherwise
        return _BY_STATUS.get(status, Outcome.AMBIGUOUS)

    def found(self, reply: Reply) -> Receipt | None:
        """What a look-up says; None when it says neither."""
        reading = Reading.of_json(reply.text)
        if 200 <= reply.status < 300 and self._found.holds(reading):
            return Receipt(Outcome.ACCEPTED, (self._found_id.find(reading) or "")[:120], code="found")
        is_missing = self._missing.holds(reading) if self._missing else reply.status == 404
        return Receipt(Outcome.RETRY, code="never_received") if is_missing else None


def unanswered(failure: HTTPFailure) -> Receipt:
    """No answer: harmless before the first byte, unclear after it."""
    if isinstance(failure, NotWritten):
        kind = Outcome.CONFIG if failure.is_settings else Outcome.RETRY
    else:
        kind = Outcome.AMBIGUOUS
    return Receipt(kind, code=failure.code, detail=str(failure))


def _retry_after(reply: Reply, now: datetime) -> float | None:
    text = reply.headers.get("retry-after", "").strip()
    seconds: float | None = None
    if text.isascii() and text.isdigit():
        seconds = float(text)
    elif text:
        try:
            at = parsedate_to_datetime(text)
            seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp()
        except (ValueError, TypeError, OverflowError):
            seconds = None
    if seconds is None:
        return THROTTLE_SECONDS if reply.status == 429 else None
    return min(max(seconds, 0.0), _LONGEST_PAUSE)


def _statuses(text: str) -> frozenset[int]:
    words = text.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() and 200 <= int(word) <= 299 for word in words):
        raise BadConfig("Status of success: numbers from 200 to 299, such as 200, 202.")
    return frozenset(int(word) for word in words)


@lru_cache(maxsize=256)
def _short(code: str) -> str:
    """A gateway has few codes and says them often."""
    return redacted(code)[:40]
