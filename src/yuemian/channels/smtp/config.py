"""Where and how to hand over mail, from one URL."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from yuemian.channels.base import BadConfig, said, setting

_TLS: Final = ("starttls", "implicit", "none")
_NUMBERS: Final = ("connections", "per_connection", "timeout", "data_timeout", "idle")


@dataclass(frozen=True)
class SMTPConfig:
    """One mail account; times in seconds."""

    host: str = setting("Server", help_text=said("The name in its certificate, such as smtp.example.com"))
    port: int = setting("Port", help_text=said("587 with STARTTLS, 465 with implicit TLS"), default=587)
    tls: str = setting(
        "Encryption", help_text=said("starttls, implicit or none (loopback only)"), default="starttls"
    )
    user: str = setting("User", default="")
    password: str = setting("Password", secret=True, default="")
    sender: str = setting(
        "Sender address", help_text=said("A domain you control, aligned with SPF or DKIM"), default=""
    )
    sender_name: str = setting("Sender name", default="")
    hello: str = setting("EHLO name", help_text=said("This machine's public name"), default="localhost")
    ca_file: str = setting(
        "Certificate authority", help_text=said("Only for a private authority"), default=""
    )
    connections: int = setting("Connections", help_text=said("At most this many at once"), default=4)
    per_connection: int = setting("Mails per connection", default=1000)
    timeout: float = setting("Patience for an answer", default=30.0)
    # RFC 5321 allows ten minutes; impatience here turns a slow server into mails of unknown fate.
    data_timeout: float = setting("Patience after the text", default=180.0)
    idle: float = setting("Keep idle connections for", default=20.0)

    def __post_init__(self) -> None:
        if not self.host:
            raise BadConfig("The SMTP server is missing; write it as smtp://user:password@host:587.")
        if self.tls not in _TLS:
            raise BadConfig(
                "The encryption “%(word)s” is unknown; choose one of %(known)s.",
                word=self.tls,
                known=", ".join(_TLS),
            )
        if self.tls == "none" and self.user and not is_loopback(self.host):
            raise BadConfig("A password would travel unencrypted; use tls=starttls or smtps://.")
        if self.connections < 1 or self.per_connection < 1 or min(self.timeout, self.data_timeout) <= 0:
            raise BadConfig("Connections, mails per connection and timeouts must be greater than 0.")

    @classmethod
    def from_url(cls, url: str) -> SMTPConfig:
        """`smtp://user:pass@host:587?tls=starttls&from=hr@example.com`, `smtps://host` for implicit TLS."""
        try:
            parts = urlsplit(url)
        except ValueError:  # its words would repeat the password
            parts = urlsplit("")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadConfig("The mail address of the server must look like smtp://user:password@host:587.")
        try:
            port = parts.port or (465 if parts.scheme == "smtps" else 587)
            query = {
                name: values[-1]
                for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
            }
            numbers = {n: float(query.pop(n)) for n in _NUMBERS if n in query}
        except ValueError:
            raise BadConfig("The SMTP address has a number that is none; check port and options.") from None
        default_tls = "none" if is_loopback(parts.hostname) else "starttls"
        tls = "implicit" if parts.scheme == "smtps" else query.pop("tls", default_tls)
        known = {"from": "sender", "name": "sender_name", "hello": "hello", "ca": "ca_file"}
        options: dict[str, Any] = {field: query.pop(name) for name, field in known.items() if name in query}
        if query:
            raise BadConfig("The SMTP address has an unknown option “%(name)s”; remove it.", name=min(query))
        options.update(
            {n: int(v) if n in ("connections", "per_connection") else v for n, v in numbers.items()}
        )
        return cls(
            host=parts.hostname,
            port=port,
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            **options,
        )

    @property
    def where(self) -> str:
        """As pages and the doctor name it."""
        return f"{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise BadConfig(
                "The certificate authority file cannot be read (%(problem)s); check its path.", problem=error
            ) from None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
