"""Static files named by their content's hash, published compressed when the web process starts."""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

_FINGERPRINTED = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")
_COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".json"}


class AssetMissingError(ValueError):
    """A template names a static file that no app has."""


class FingerprintedAssets(StaticFilesStorage):
    """`ui/console.css` becomes `/static/ui/console.0123456789ab.css`: cacheable for ever, never stale."""

    def url(self, name: str | None) -> str:
        return super().url(fingerprinted(name or ""))


@cache
def fingerprinted(name: str) -> str:
    source = finders.find(name)
    if not isinstance(source, str):
        raise AssetMissingError(f"No app has a static file named {name}; check the spelling in the template.")
    digest = hashlib.sha256(Path(source).read_bytes()).hexdigest()[:12]
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{digest}{dot}{suffix}"


def publish(directory: Path) -> list[Path]:
    """Copies every app's files there under fingerprinted names, gzip beside; returns what it wrote."""
    written = []
    for finder in finders.get_finders():
        for name, storage in finder.list(None):
            target = directory / fingerprinted(name)
            if not target.exists():
                _write(target, Path(storage.path(name)).read_bytes())
                written.append(target)
    return written


def _write(target: Path, content: bytes) -> None:
    """The compressed neighbour first: whoever sees the file may rely on both."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix in _COMPRESSIBLE:
        _replace(target.with_name(f"{target.name}.gz"), gzip.compress(content, 9, mtime=0))
    _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    temporary.write_bytes(content)
    temporary.replace(target)


class PublishedAssets(WhiteNoiseMiddleware):  # type: ignore[misc]  # untyped
    """Publishes what is new, then serves it; no separate collecting step to forget."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        directory = Path(settings.STATIC_ROOT)
        directory.mkdir(parents=True, exist_ok=True)
        publish(directory)
        super().__init__(get_response)

    def immutable_file_test(self, path: str, url: str) -> bool:  # noqa: ARG002  (WhiteNoise's signature)
        return _FINGERPRINTED.search(url) is not None
