"""Starts the process that cleans or draws, feeds it one file, and bounds how long and how much it answers."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from yuemian.domain.onboarding.files import Refusal

#: Where `yuemian` itself is found: the process gets no path from its environment.
_SOURCE: Final = str(Path(__file__).resolve().parents[3])
_CODE: Final = (
    "import importlib, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "importlib.import_module('yuemian.onboarding.cleaning.' + sys.argv.pop(1)).main(*sys.argv[1:])"
)
#: By the wall's clock; the processor's time is bounded within.
PATIENCE: Final = 30.0
_LARGEST_ANSWER: Final = 24 * 1024 * 1024
#: One at a time in each process that takes or shows files: memory stays below 700 MB whatever arrives at once.
_TURN: Final = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Cleaned:
    """A file as it may be kept, or why it may not. `is_shut`: the process had neither network nor programs."""

    content: bytes = b""
    kind: str = ""
    pages: int = 0
    refusal: Refusal | None = None
    is_shut: bool = False


def clean(pieces: Iterable[bytes], kind: str, *, patience: float = PATIENCE) -> Cleaned:
    """`kind` is the type that the name promises."""
    return read_answer(_ask(["worker", kind], pieces, patience))


def draw(paper: bytes, *, patience: float = PATIENCE) -> list[bytes]:
    """The pages of a PDF of our own making as JPEGs; none when it asks for more memory or time than one may have."""
    return read_pages(_ask(["drawing"], [paper], patience))


def _ask(what: list[str], pieces: Iterable[bytes], patience: float) -> bytes:
    with _TURN:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _CODE, _SOURCE, *what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            close_fds=True,
        )
        clock = threading.Timer(patience, process.kill)
        clock.start()
        try:
            assert process.stdin
            assert process.stdout
            _feed(process.stdin, pieces)
            return process.stdout.read(_LARGEST_ANSWER + 1)
        finally:
            clock.cancel()
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]


def _feed(pipe: IO[bytes], pieces: Iterable[bytes]) -> None:
    """It may have ended, or been ended, before it read everything."""
    with suppress(BrokenPipeError, OSError):
        for piece in pieces:
            pipe.write(piece)
        pipe.close()


def read_answer(answer: bytes) -> Cleaned:
    """Whoever was killed for its memory or time answers nothing, or half of something."""
    too_heavy = Cleaned(refusal=Refusal.TOO_HEAVY)
    if len(answer) < 4 or len(answer) > _LARGEST_ANSWER:
        return too_heavy
    (length,) = struct.unpack(">I", answer[:4])
    try:
        head = json.loads(answer[4 : 4 + length])
        if refusal := head.get("refusal"):
            return Cleaned(refusal=Refusal(refusal), is_shut=bool(head["is_shut"]))
        content = answer[4 + length :]
        return Cleaned(content, str(head["kind"]), int(head["pages"]), is_shut=bool(head["is_shut"]))
    except (ValueError, KeyError, AttributeError):
        return too_heavy


def read_pages(answer: bytes) -> list[bytes]:
    """All of them or none: half a paper shown would be taken for the whole."""
    pages: list[bytes] = []
    at = 0
    while at + 4 <= len(answer) <= _LARGEST_ANSWER:
        (length,) = struct.unpack(">I", answer[at : at + 4])
        if length == 0:
            return pages
        pages.append(answer[at + 4 : at + 4 + length])
        at += 4 + length
    return []
