"""The doctor's checks of the machine and the environment."""

from __future__ import annotations

import os
import shutil
import smtplib
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from yuemian.channels.base import BadConfig
from yuemian.channels.smtp import SMTPConfig
from yuemian.config.cli import port
from yuemian.config.cli.findings import Finding, fail, ok, warn
from yuemian.config.environment import Environment

OLDEST_PYTHON = (3, 11)
GIB = 1024**3
_HERE = {"localhost", "127.0.0.1", "::1"}


def python(_settings: Environment) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield fail("python", f"Python {version} is too old", "Install Python 3.11 or newer.")
    else:
        yield ok("python", f"Python {version}")


def data_directory(settings: Environment) -> Iterator[Finding]:
    if not settings.data.is_dir():
        yield fail(
            "data", f"{settings.data} is not a directory", "Set YUEMIAN_DATA to a directory you may write to."
        )
    elif not os.access(settings.data, os.W_OK | os.X_OK):
        yield fail(
            "data",
            f"{settings.data} cannot be written",
            "Run as its owner, or set YUEMIAN_DATA to a directory you may write to.",
        )
    else:
        yield ok("data", f"The data directory is {settings.data}")


def disk(settings: Environment) -> Iterator[Finding]:
    free = shutil.disk_usage(_existing(settings.data)).free
    text = f"{free / GIB:.1f} GiB free on the disk of the data directory"
    if free < GIB / 4:
        yield fail("disk", text, "Free some space: the database stops when the disk is full.")
    elif free < 2 * GIB:
        yield warn("disk", text, "Plan for more space before the next large import.")
    else:
        yield ok("disk", text)


def keys(settings: Environment) -> Iterator[Finding]:
    path = settings.key_file
    if not path.exists():
        yield warn(
            "keys",
            f"There is no key file at {path} yet",
            "It is made on first use. If there was one before, restore it from your backup first: "
            "encrypted data cannot be read without it.",
        )
        return
    open_ones = [place for place in (path.parent, *path.parent.glob("*.key"), path) if _is_open(place)]
    if open_ones:
        names = " ".join(sorted({str(place) for place in open_ones}))
        yield fail("keys", "Other users of this machine may read the keys", f"Run: chmod go-rwx {names}")
    elif not os.access(path, os.R_OK):
        yield fail("keys", f"{path} cannot be read", "Run as its owner.")
    else:
        yield ok("keys", f"The keys in {path.parent} are private; keep a copy apart from the data")


def web_port(settings: Environment) -> Iterator[Finding]:
    where = f"{settings.host}:{settings.port}"
    found = port.look(settings)
    if found == port.FREE:
        yield ok("port", f"{where} is free")
    elif found == port.OURS:
        yield ok("port", f"Yuemian answers at {where}")
    elif found == port.FORBIDDEN:
        yield fail("port", f"This user may not listen on {where}", "Choose a PORT above 1023.")
    else:
        yield fail("port", f"Another program listens on {where}", "Stop it, or choose another PORT.")


def public_url(settings: Environment) -> Iterator[Finding]:
    parts = urlsplit(settings.public_url)
    is_here = parts.hostname in _HERE
    if is_here and settings.smtp_url:
        yield warn(
            "public_url",
            f"Links in messages point to {settings.public_url}, which only this machine can open",
            "Set YUEMIAN_PUBLIC_URL to the address that candidates can reach.",
        )
    elif parts.scheme == "http" and not is_here:
        yield warn(
            "public_url",
            f"{settings.public_url} is not encrypted",
            "Put an HTTPS proxy in front and set YUEMIAN_PUBLIC_URL to its https:// address.",
        )
    else:
        yield ok("public_url", f"Links point to {settings.public_url}")


def smtp(settings: Environment) -> Iterator[Finding]:
    if not settings.smtp_url:
        yield ok("smtp", "No mail server is set; rehearsal works without")
        return
    try:
        config = SMTPConfig.from_url(settings.smtp_url)
    except BadConfig as error:
        yield fail("smtp", "YUEMIAN_SMTP_URL cannot be used", str(error))
        return
    where = config.where
    try:
        _greet(config)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        yield fail(
            "smtp",
            f"The mail server {where} does not answer ({type(error).__name__})",
            "Check YUEMIAN_SMTP_URL and that this machine may connect there.",
        )
    else:
        yield ok("smtp", f"The mail server {where} answers")


def _greet(config: SMTPConfig) -> None:
    """Connect and read the greeting; no sign-in, nothing is sent."""
    if config.tls == "implicit":
        smtplib.SMTP_SSL(config.host, config.port, timeout=5, context=config.tls_context()).close()
    else:
        smtplib.SMTP(config.host, config.port, timeout=5).close()


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
