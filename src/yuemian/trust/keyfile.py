"""The key file: read, made and tried without a database."""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
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
    text = json.dumps(
        {"master": {"1": _text(secrets.token_bytes(32))}, "index": _text(secrets.token_bytes(32))}
    )
    # Written aside and linked into place, so that a concurrent start sees a whole file or none.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


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
