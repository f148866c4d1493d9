"""Reads the environment once, checks it, and says in one sentence what is wrong with it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PACKAGE = Path(__file__).resolve().parent.parent

#: Database roles. The owner migrates; the app serves pages inside one organization at a time;
#: the engine sees the rows it must deliver, of every organization, and little else.
OWNER, APP, ENGINE = "yuemian_owner", "yuemian_app", "yuemian_engine"
ROLES = {"owner": OWNER, "app": APP, "engine": ENGINE}


class EnvironmentError_(Exception):  # noqa: N801, N818
    """A variable of the environment cannot be used."""


@dataclass(frozen=True)
class Environment:
    data: Path
    host: str
    port: int
    public_url: str
    secret_key: str
    key_file: Path
    allowed_hosts: list[str]
    trusted_proxies: list[str]
    database: dict[str, Any]
    #: The same database as the delivery engine enters it, beside Django's own connection.
    engine_database: dict[str, Any]
    database_is_embedded: bool
    smtp_url: str
    mail_from: str
    metrics_token: str
    private_networks: list[str]
    #: Of the virus scanner; empty: there is none.
    clamd: str


def read() -> Environment:
    """The whole configuration. Raises EnvironmentError_ with the variable's name and the remedy."""
    data = Path(_text("YUEMIAN_DATA", "") or _default_data()).expanduser().resolve()
    host = _text("YUEMIAN_HOST", "127.0.0.1")
    port = _port("PORT", 8000)
    public_url = _public_url(port)
    url = _text("DATABASE_URL", "")
    return Environment(
        data=data,
        host=host,
        port=port,
        public_url=public_url,
        secret_key=_secret_key(data),
        key_file=Path(_text("YUEMIAN_KEY_FILE", str(data / "keys" / "master.key"))),
        allowed_hosts=_hosts(public_url),
        trusted_proxies=_networks("YUEMIAN_TRUSTED_PROXIES"),
        database=database(url, data),
        engine_database=database(url, data, ENGINE),
        database_is_embedded=not url,
        smtp_url=_smtp_url(),
        mail_from=_text("YUEMIAN_MAIL_FROM", ""),
        metrics_token=_metrics_token(),
        private_networks=_networks("YUEMIAN_PRIVATE_NETWORKS"),
        clamd=_clamd(),
    )


def database(url: str, data: Path, role: str | None = None) -> dict[str, Any]:
    """Django's database entry for a role: the one named in YUEMIAN_DATABASE_ROLE (app unless set), or another.

    The embedded server knows each role by peer authentication; an external one is entered as the DSN's
    user, who then takes on the role (`SET ROLE`).
    """
    role = role or ROLES[_text("YUEMIAN_DATABASE_ROLE", "app")]
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "application_name": f"yuemian-{_text('YUEMIAN_PROCESS', 'command')}",
            # An interview with its people joins ten tables under row-level security: searching every order of
            # them takes PostgreSQL 43 ms, the order as written 1 ms, and the plans are the same.
            "options": "-c join_collapse_limit=4",
        },
        "TEST": {"NAME": _text("YUEMIAN_TEST_DATABASE", "test_yuemian")},
    }
    if _text("YUEMIAN_PROCESS", "") == "web":
        # Each thread keeps its connection: connecting anew for each page costs two to three times as much.
        # Not Django's pool: with assume_role it waits for itself.
        entry |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if not url:
        from yuemian.postgres import socket_directory  # noqa: PLC0415  (kept lazy: an external server needs none of it)

        return entry | {"NAME": "yuemian", "USER": role, "HOST": str(socket_directory(data)), "PORT": "5432"}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvironmentError_(
            "DATABASE_URL must look like postgresql://user:password@host:5432/database (several hosts with commas)"
        )
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    names = [host.rpartition(":")[0] if ":" in host else host for host in hosts.split(",")]
    ports = [host.rpartition(":")[2] if ":" in host else "5432" for host in hosts.split(",")]
    entry["OPTIONS"] |= dict(parse_qsl(parts.query)) | {"assume_role": role}
    return entry | {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": unquote(",".join(names)),
        "PORT": ",".join(ports),
    }


def _text(name: str, default: str) -> str:
    """A variable's value, or the content of the file that NAME_FILE points to."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise EnvironmentError_(
                f"{name}_FILE points to {path}, which cannot be read: {error.strerror}"
            ) from error
    return os.environ.get(name, "").strip() or default


def _list(name: str) -> list[str]:
    return [item.strip() for item in _text(name, "").split(",") if item.strip()]


def _public_url(port: int) -> str:
    url = _text("YUEMIAN_PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    try:
        parts = urlsplit(url)
        is_whole = url.startswith(("http://", "https://")) and parts.hostname and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or parts.username is not None:
        raise EnvironmentError_(
            f"YUEMIAN_PUBLIC_URL is {url!r}; give the address people type, such as https://interviews.example.com"
        )
    if parts.path or parts.query or parts.fragment:
        raise EnvironmentError_(
            f"YUEMIAN_PUBLIC_URL is {url!r}, with a path; "
            "give Yuemian a host name of its own, such as https://interviews.example.com"
        )
    return url


def _smtp_url() -> str:
    url = _text("YUEMIAN_SMTP_URL", "")
    if url:
        from yuemian.channels.smtp import SMTPConfig  # noqa: PLC0415  (kept lazy: most commands send no mail)

        try:
            config = SMTPConfig.from_url(url)
            if config.ca_file:
                config.tls_context()
        except ValueError as error:
            raise EnvironmentError_(
                f"YUEMIAN_SMTP_URL cannot be used: {error} Percent-encode @, : and / in user and password"
            ) from error
    return url


def _clamd() -> str:
    address = _text("YUEMIAN_CLAMD", "")
    if address and not address.startswith(("unix:/", "tcp://")):
        raise EnvironmentError_(
            f"YUEMIAN_CLAMD is {address!r}; give unix:/run/clamav/clamd.ctl or tcp://host:3310"
        )
    return address


def _metrics_token() -> str:
    token = _text("YUEMIAN_METRICS_TOKEN", "")
    if token and len(token) < 16:
        raise EnvironmentError_("YUEMIAN_METRICS_TOKEN is too short; give at least 16 random characters")
    return token


def _networks(name: str) -> list[str]:
    found = _list(name)
    for text in found:
        try:
            ip_network(text, strict=False)
        except ValueError as error:
            raise EnvironmentError_(
                f"{name} holds {text!r}, which is no network; write it as 10.1.0.0/16"
            ) from error
    return found


def _port(name: str, default: int) -> int:
    text = _text(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise EnvironmentError_(f"{name} is {text!r}; give a port number from 1 to 65535")
    return int(text)


def _hosts(public_url: str) -> list[str]:
    own = urlsplit(public_url).hostname or "localhost"
    return sorted({own, "localhost", "127.0.0.1", "[::1]", *_list("YUEMIAN_ALLOWED_HOSTS")})


def _default_data() -> Path:
    """`var/` of a checkout, else the user's data directory."""
    checkout = PACKAGE.parent.parent
    if (checkout / "pyproject.toml").exists():
        return checkout / "var"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "yuemian"


def _secret_key(data: Path) -> str:
    """YUEMIAN_SECRET_KEY, or one made on first start and kept in the data directory."""
    given = _text("YUEMIAN_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise EnvironmentError_("YUEMIAN_SECRET_KEY is too short; give at least 32 random characters")
        return given
    path = data / "keys" / "session.key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")
