"""Structured logs on stderr: JSON lines, readable on a terminal; listed fields only, no personal data."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

#: What may be logged. A field that is missing here is dropped and named in `dropped`.
FIELDS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "process",
        "pid",
        "error",
        "exception",
        "dropped",
        "method",
        "path",
        "status",
        "bytes",
        "duration_ms",
        "request",
        "organization",
        "user",
        "session",
        "branch",
        "job",
        "interview",
        "batch",
        "template",
        "notification",
        "notice",
        "delivery",
        "attempt",
        "conversation",
        "channel",
        "provider",
        "account",
        "mailbox",
        "outcome",
        "purpose",
        "state",
        "reason",
        "code",
        "topic",
        "worker",
        "task",
        "chore",
        "limit",
        "table",
        "count",
        "seconds",
        "port",
        "version",
        "signal",
    }
)
_LINK = re.compile(r"/c/[^/\s?#\"'<>]+")
_SCORECARD = re.compile(r"/s/[^/\s?#\"'<>]+")
_FEED = re.compile(r"/feeds/[^/\s?#\"'<>]+")
_HOOK = re.compile(r"(/hooks/[^/\s]+/[^/\s]+)/[^/\s?#\"'<>]+")
_EMAIL = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+")
_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ -]?\d){6,}(?![\w-])")
_QUIET = {"uvicorn.error": logging.WARNING, "django.request": logging.ERROR}

#: Their messages quote what they met: `invalid literal: '李雷'`, which no pattern recognises as a name.
_TELLS_VALUES = (ValueError, LookupError, TypeError, AssertionError)

Event = MutableMapping[str, Any]


def mask_path(path: str) -> str:
    """A candidate's link, a calendar's and a gateway's carry their keys in the path: they never reach a log."""
    path = _SCORECARD.sub("/s/[token]", _LINK.sub("/c/[token]", path))
    return _HOOK.sub(r"\1/[token]", _FEED.sub("/feeds/[token]", path))


def mask_text(text: str) -> str:
    """Free text, as in an exception's message: addresses, phone numbers and links are blotted out."""
    return _NUMBER.sub("[number]", _EMAIL.sub("[address]", mask_path(text)))


def configure(process: str) -> None:
    """Send structlog's and the standard library's records through one pipe."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Named(process),
        _describe_exception,
    ]
    final = _readable if sys.stderr.isatty() else _json_line
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _mask_foreign],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, keep_listed, final],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def keep_listed(_logger: object, _method: str, event: Event) -> Event:
    """Drop what is not listed, name what was dropped, mask the path."""
    strangers = sorted(set(event) - FIELDS)
    kept = {name: value for name, value in event.items() if name in FIELDS}
    if strangers:
        kept["dropped"] = strangers
    if "path" in kept:
        kept["path"] = mask_path(str(kept["path"]))
    kept["event"] = mask_path(str(kept["event"]))
    return kept


class _Named:
    """Adds which process speaks."""

    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        event["process"] = self._process
        return event


def _mask_foreign(_logger: object, _method: str, event: Event) -> Event:
    """Other libraries put what they like into their messages."""
    event["event"] = mask_text(str(event["event"]))
    return event


def _describe_exception(_logger: object, _method: str, event: Event) -> Event:
    """Class, at most a masked first line, and the places of the code; no local values, no database details."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = _named(error)
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return event


def _named(error: BaseException) -> str:
    """Class and first line; without the line where the language itself puts the offending value into it."""
    name = type(error).__name__
    if isinstance(error, _TELLS_VALUES) and not type(error).__module__.startswith("yuemian."):
        return name
    first = (str(error).splitlines() or [""])[0]
    return f"{name}: {mask_text(first)}"


def _json_line(_logger: object, _method: str, event: Event) -> str:
    return orjson.dumps(event, default=str).decode()


def _readable(_logger: object, _method: str, event: Event) -> str:
    frames = event.pop("exception", ())
    head = [str(event.pop("timestamp", ""))[11:19], str(event.pop("level", "")).upper().ljust(7)]
    head += [str(event.pop("process", "")).ljust(6), str(event.pop("event"))]
    event.pop("logger", None)
    fields = [f"{name}={value}" for name, value in event.items()]
    return "\n    ".join([" ".join(head + fields), *frames])
