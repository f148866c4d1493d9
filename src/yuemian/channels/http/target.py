"""An address that requests go to, taken apart once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from yuemian.channels.base import BadConfig

_VISIBLE: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Target:
    """Scheme, host and port of a URL with its path and query as they are written on the wire."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    authority: str = ""  # the Host header: the port only where it is not the scheme's own
    origin: tuple[str, str, int] = ("", "", 0)

    @classmethod
    def parse(cls, url: str) -> Target:
        """Raises BadConfig with the remedy."""
        if not _VISIBLE.fullmatch(url):
            raise BadConfig("The address has blanks or letters that must be percent-encoded.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadConfig("The address cannot be read; write it as https://sms.example.com/send.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadConfig("The address must look like https://sms.example.com/send.")
        if parts.username or parts.password:
            raise BadConfig("Take user and password out of the address; they have fields of their own.")
        if parts.fragment:
            raise BadConfig("Take the part after # out of the address; it is never sent.")
        if port == 0:
            raise BadConfig("The address names port 0; give the gateway's own port.")
        default = 443 if parts.scheme == "https" else 80
        port = port or default
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        authority = host if port == default else f"{host}:{port}"
        origin = (parts.scheme, parts.hostname, port)
        return cls(*origin, parts.path or "/", parts.query, authority, origin)

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}{f'?{self.query}' if self.query else ''}"
