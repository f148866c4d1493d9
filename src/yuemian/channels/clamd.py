"""Asks a ClamAV daemon about one file (INSTREAM). What cannot be asked is said so; it is never taken for clean."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

CONNECT: Final = 5.0
#: clamd's own limit of one scan is two minutes.
ANSWER: Final = 130.0
#: Signatures older than this count as none.
FRESH: Final = timedelta(hours=48)
_PIECE: Final = 64 * 1024
_LONGEST_ANSWER: Final = 4096


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"  # not there, out of date, cut off, or it said something else


class Clamd:
    """`address`: `unix:/run/clamav/clamd.ctl` or `tcp://host:3310`."""

    def __init__(self, address: str, *, patience: float = ANSWER) -> None:
        self._address = address
        self._patience = patience

    def scan(self, pieces: Iterable[bytes], *, now: datetime) -> Verdict:
        """Never raises for what the network or the daemon does."""
        try:
            if not self.is_fresh(now):
                return Verdict.UNKNOWN
            with closing(self._connect()) as line:
                line.sendall(b"zINSTREAM\0")
                for piece in pieces:
                    for at in range(0, len(piece), _PIECE):
                        part = piece[at : at + _PIECE]
                        line.sendall(struct.pack(">I", len(part)) + part)
                line.sendall(struct.pack(">I", 0))
                return _verdict(_answer(line))
        except (OSError, ValueError):
            return Verdict.UNKNOWN

    def is_fresh(self, now: datetime) -> bool:
        """Whether its signatures are of the last two days. Raises OSError when it is not there."""
        with closing(self._connect()) as line:
            line.sendall(b"zVERSION\0")
            made = signatures_of(_answer(line))
        return made is not None and now - made <= FRESH

    def _connect(self) -> socket.socket:
        if self._address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(CONNECT)
            try:
                line.connect(self._address.removeprefix("unix:"))
            except OSError:
                line.close()
                raise
        else:
            place = urlsplit(self._address)
            line = socket.create_connection((place.hostname or "127.0.0.1", place.port or 3310), CONNECT)
        line.settimeout(self._patience)
        return line


def signatures_of(answer: str) -> datetime | None:
    """`ClamAV 1.4.1/27460/Wed Nov 25 08:25:14 2026`; without signatures there is neither number nor day."""
    found = re.search(r"/\d+/(?:\w{3} )?(\w{3} +\d{1,2} \d{2}:\d{2}:\d{2} \d{4})\s*$", answer)
    if found is None:
        return None
    with suppress(ValueError):
        return datetime.strptime(" ".join(found[1].split()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    return None


def _answer(line: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\0") and len(data) < _LONGEST_ANSWER:
        part = line.recv(_LONGEST_ANSWER)
        if not part:
            break
        data += part
    return data.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict.CLEAN
    return (
        Verdict.INFECTED if answer.startswith("stream: ") and answer.endswith(" FOUND") else Verdict.UNKNOWN
    )
