"""Where an upload waits while it is looked into: never in clear, never under its own name, never for long.

Each piece is enciphered under a key that only the running process holds: what a crash leaves behind is unreadable, and
swept away by the next upload.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

PIECE: Final = 64 * 1024
_NONCE: Final = 12
_TAG: Final = 16
#: A file older than this belongs to a process that is gone.
_ABANDONED: Final = 3600.0

Opener = Callable[[Path], IO[bytes]]


def _open_new(path: Path) -> IO[bytes]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "w+b", buffering=0)


class Quarantined:
    """One upload. `close` deletes it, whatever became of it."""

    def __init__(self, *, opener: Opener = _open_new) -> None:
        """Raises OSError when there is no room."""
        directory = directory_of()
        self._path = directory / secrets.token_hex(16)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._file = opener(self._path)
        self._pieces = 0
        self._waiting = bytearray()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Raises OSError when there is no room."""
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) >= PIECE:
            self._seal(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]

    def finish(self) -> None:
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()

    def pieces(self) -> Iterator[bytes]:
        """The content in clear, piece by piece, as often as it is asked for."""
        self._file.seek(0)
        for number in range(self._pieces):
            record = self._file.read(_NONCE + PIECE + _TAG)
            yield self._cipher.decrypt(record[:_NONCE], record[_NONCE:], number.to_bytes(4, "big"))

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _seal(self, piece: bytes) -> None:
        nonce = os.urandom(_NONCE)
        record = nonce + self._cipher.encrypt(nonce, piece, self._pieces.to_bytes(4, "big"))
        written = self._file.write(record)
        if written != len(record):
            raise OSError("The disk took a part of the piece only.")
        self._pieces += 1


def directory_of() -> Path:
    """Ours alone, beside the data and outside of everything that is served."""
    path: Path = settings.DATA_DIRECTORY / "quarantine"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def sweep() -> int:
    """Delete what processes that are gone have left. Returns how many."""
    count, oldest = 0, time.time() - _ABANDONED
    for path in directory_of().iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
                count += 1
    return count
