"""Where mail comes in: server, encryption, sign-in, and the folders that mail is moved to."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Final

from yuemian.channels.base import BadConfig, setting
from yuemian.channels.smtp.config import is_loopback

TLS: Final = ("implicit", "starttls", "none")


@dataclass(frozen=True)
class IMAPConfig:
    """One mailbox; times in seconds. Labels and help stand in the form of its page."""

    host: str
    port: int = 993
    tls: str = "implicit"
    user: str = ""
    password: str = setting("Password", secret=True, default="")
    processed: str = "Processed"
    unsorted: str = "Unsorted"
    #: How the receiving server calls itself in the Authentication-Results that it adds; empty: none is believed.
    checks_by: str = ""
    ca_file: str = ""
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if not self.host or any(letter.isspace() for letter in self.host):
            raise BadConfig("The server's name is missing or has blanks; write it as imap.example.com.")
        if not 0 < self.port < 65536:
            raise BadConfig("The port must lie between 1 and 65535; IMAP mostly uses 993.")
        if self.tls not in TLS:
            raise BadConfig(
                "The encryption “%(word)s” is unknown; choose one of %(known)s.",
                word=self.tls,
                known=", ".join(TLS),
            )
        if self.tls == "none" and not is_loopback(self.host):
            raise BadConfig("A password would travel unencrypted; use TLS.")
        if any(ord(letter) < 32 for letter in self.user + self.password + self.processed + self.unsorted):
            raise BadConfig("User, password and folders must not hold line breaks or control characters.")
        if not self.processed or not self.unsorted or self.processed == self.unsorted:
            raise BadConfig(
                "Name two different folders: one for mail that was taken, one for mail nobody could place."
            )

    def tls_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise BadConfig(
                "The certificate authority file cannot be read (%(problem)s); check its path.", problem=error
            ) from None
