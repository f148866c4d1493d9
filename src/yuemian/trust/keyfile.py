"""The key file: read, made, changed and tried without a database."""

from __future__ import annotations

import base64
import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class KeyFileProblem(Exception):  # noqa: N818
    """The key file cannot be used; restore it from your backup, or data stays unreadable."""


@dataclass(frozen=True)
class Keyring:
    """Master keys by number (the highest wraps new keys) and the secret of the blind indexes."""

    master: dict[int, bytes]
    index: bytes

    @property
    def newest(self) -> int:
        return max(self.master)

    def blind_index(self, organization_id: UUID, column: str, value: str) -> bytes:
        """128 bits of HMAC-SHA256 over column and normalised value, keyed per organization."""
        key = hmac.digest(self.index, organization_id.bytes, "sha256")
        return hmac.digest(key, column.encode() + b"\0" + value.encode(), "sha256")[:16]

    def opens(self, organization_id: UUID, number: int, wrapped_by: int, wrapped: bytes) -> bool:
        """Whether an organization's key was wrapped by a master key of this file."""
        master = self.master.get(-wrapped_by)
        if master is None:
            return False
        try:
            AESGCM(master).decrypt(wrapped[:12], wrapped[12:], wrap_context(organization_id, number))
        except InvalidTag:
            return False
        return True


def wrap_context(organization_id: UUID, number: int) -> bytes:
    """What a wrapped key is bound to, so that it opens in its own row alone."""
    return b"key\0" + organization_id.bytes + number.to_bytes(8, "big")


def missing(path: Path) -> KeyFileProblem:
    return KeyFileProblem(
        f"There is no key file at {path}, and the database holds what only the one it was made with can open; "
        "restore it from your backup, or set YUEMIAN_KEY_FILE to where it is"
    )


def read(path: Path) -> Keyring:
    """Raises FileNotFoundError, and KeyFileProblem with the remedy."""
    try:
        return parse(path.read_bytes(), path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyFileProblem(f"The key file {path} cannot be read: {error.strerror}") from error


def create(path: Path) -> None:
    """Write a new key file readable by its owner alone; an existing one is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, Keyring({1: secrets.token_bytes(32)}, secrets.token_bytes(32)))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def add_master(path: Path) -> Keyring:
    """A new master key beside the present ones; from now on it wraps new keys. Raises KeyFileProblem."""
    with _alone(path):
        ring = read(path)
        return _replace(path, Keyring(ring.master | {ring.newest + 1: secrets.token_bytes(32)}, ring.index))


def keep_masters(path: Path, numbers: Collection[int]) -> Keyring:
    """Without all others; the newest stays. Raises KeyFileProblem."""
    with _alone(path):
        ring = read(path)
        kept = {number: key for number, key in ring.master.items() if number in {*numbers, ring.newest}}
        return _replace(path, Keyring(kept, ring.index))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of two who change the file at once, the second reads what the first has written."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    except OSError as error:
        raise KeyFileProblem(
            f"The key file {path} cannot be written: {error.strerror}; change it where it is kept, as its owner"
        ) from error
    finally:
        os.close(folder)


def _replace(path: Path, ring: Keyring) -> Keyring:
    """Whoever reads meanwhile sees the former file or this one, whole; owner and rights stay."""
    place = path.resolve()
    draft = _draft(place, ring)
    try:
        former = place.stat()
        if (former.st_uid, former.st_gid) != (draft.stat().st_uid, draft.stat().st_gid):
            os.chown(draft, former.st_uid, former.st_gid)
        draft.chmod(former.st_mode & 0o777)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    _settle(place.parent)
    return ring


def _draft(path: Path, ring: Keyring) -> Path:
    """Written aside, whole and on the disk, so that a concurrent start sees a whole file or none."""
    keys = {str(number): _text(key) for number, key in sorted(ring.master.items())}
    text = json.dumps({"master": keys, "index": _text(ring.index)})
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _settle(folder: Path) -> None:
    """That the name leads to the new file is on the disk, too: what is wrapped next must open after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def parse(content: bytes, path: Path) -> Keyring:
    """Raises KeyFileProblem with the remedy when the file is not a whole, strong key file."""
    try:
        data = json.loads(content)
        master = {int(number): base64.b64decode(key, validate=True) for number, key in data["master"].items()}
        index = base64.b64decode(data["index"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyFileProblem(f"{path} is not a key file of Yuemian; restore it from your backup") from error
    if not master or len(index) != 32 or any(len(key) != 32 for key in master.values()):
        raise KeyFileProblem(f"{path} holds a key that is not 32 bytes long; restore it from your backup")
    return Keyring(master, index)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
