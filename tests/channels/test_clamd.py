"""The virus scanner's daemon, played on loopback: clean, infected, old, gone, cut off, killed midway."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from yuemian.channels.clamd import Clamd, Verdict, signatures_of


def version(made: datetime) -> bytes:
    return f"ClamAV 1.4.1/27460/{made:%a %b %d %H:%M:%S %Y}\0".encode()


class Daemon:
    """`dies_after`: it is killed when it has read so many bytes of a stream."""

    def __init__(self, made: datetime, answer: bytes, dies_after: int | None) -> None:
        self.made, self.answer, self.dies_after = made, answer, dies_after
        self.received: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self.listener.accept()
                with line, suppress(OSError, struct.error):
                    self.answer_one(line)

    def answer_one(self, line: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += line.recv(1)
        if command == b"zVERSION\0":
            line.sendall(version(self.made))
        elif (content := self.stream(line)) is not None:
            self.received.append(content)
            line.sendall(self.answer)

    def stream(self, line: socket.socket) -> bytes | None:
        content = b""
        while True:
            (length,) = struct.unpack(">I", read(line, 4))
            if not length:
                return content
            content += read(line, length)
            if self.dies_after is not None and len(content) >= self.dies_after:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return None


def read(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            return data
        data += part
    return data


@contextmanager
def daemon(
    made: datetime, answer: bytes, *, dies_after: int | None = None
) -> Iterator[tuple[str, list[bytes]]]:
    played = Daemon(made, answer, dies_after)
    threading.Thread(target=played.serve, daemon=True).start()
    try:
        yield f"tcp://127.0.0.1:{played.listener.getsockname()[1]}", played.received
    finally:
        played.listener.close()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Verdict.CLEAN),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", Verdict.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Verdict.UNKNOWN),
        (b"stream: OK FOUND OK\0", Verdict.UNKNOWN),
        (b"", Verdict.UNKNOWN),
    ],
)
def test_only_its_own_word_for_clean_is_taken_for_clean(
    now: datetime, answer: bytes, verdict: Verdict
) -> None:
    pieces = [bytes(200_000), b"x" * 7]
    with daemon(now, answer) as (address, received):
        assert Clamd(address, patience=3).scan(pieces, now=now) is verdict
    assert received == [b"".join(pieces)]


def test_old_signatures_are_none(now: datetime) -> None:
    with daemon(now - timedelta(hours=49), b"stream: OK\0") as (address, received):
        assert Clamd(address, patience=3).scan([b"x"], now=now) is Verdict.UNKNOWN
    assert received == []


def test_a_scanner_that_is_killed_midway_has_said_nothing(now: datetime) -> None:
    with daemon(now, b"stream: OK\0", dies_after=100_000) as (address, received):
        assert Clamd(address, patience=3).scan([bytes(8_000_000)], now=now) is Verdict.UNKNOWN
    assert received == []


def test_one_that_is_not_there_has_said_nothing(now: datetime) -> None:
    for address in ("tcp://127.0.0.1:1", "unix:/nowhere/clamd.ctl"):
        assert Clamd(address, patience=1).scan([b"x"], now=now) is Verdict.UNKNOWN


def test_the_day_of_its_signatures_is_read() -> None:
    assert signatures_of("ClamAV 1.4.1/27460/Wed Nov 25 08:25:14 2026") == datetime(
        2026, 11, 25, 8, 25, 14, tzinfo=UTC
    )
    for nothing in ("ClamAV 1.4.1", "", "ClamAV 1.4.1/27460/Wed Nov 45 08:25:14 2026"):
        assert signatures_of(nothing) is None
