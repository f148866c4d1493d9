"""The lower half of an SMTP connection: bytes to answers, and the opening: greeting, encryption, sign-in."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from functools import lru_cache
from typing import cast

from yuemian.channels.base import Outcome, Receipt
from yuemian.channels.http.network import Network

from .config import SMTPConfig
from .replies import Reply, Stage, refused

_LINE_CAP = 8192  # a server that talks longer without a line break is not speaking SMTP


class SMTPFailure(Exception):  # noqa: N818
    """The connection cannot be used; `receipt` is what every message waiting for it must be told."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.detail)
        self.receipt = receipt


def lost(reason: str) -> SMTPFailure:
    return SMTPFailure(Receipt(Outcome.RETRY, code="connection", detail=reason))


@lru_cache(maxsize=256)
def _reply(line: bytes) -> Reply:
    """Servers repeat themselves: most answers of a batch are the same few lines."""
    return Reply(int(line[:3]), line[4:].decode("utf-8", "replace"))


class SMTPLink(asyncio.Protocol):
    """Asks one question at a time; the pipelining upper half overrides `answered` and `ended`."""

    def __init__(self, config: SMTPConfig, network: Network | None = None) -> None:
        self.config, self._network = config, network
        self.is_lost = False
        self.is_closing = False  # the server said 421 or has had enough messages: no new envelope
        self.reason = "the server closed the connection"
        self.extensions: dict[str, str] = {}
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._lines: list[bytes] = []
        self._waiter: asyncio.Future[Reply] | None = None
        self._progress = 0.0

    def answered(self, reply: Reply) -> None:
        """An answer nobody waits for."""

    def ended(self) -> None:
        """The connection is gone."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._progress = self._loop.time()
        buffer = self._buffer + data if self._buffer else data
        start = 0
        while (end := buffer.find(b"\n", start)) >= 0:
            self._line(buffer[start:end])
            start = end + 1
        self._buffer = buffer[start:]
        if len(self._buffer) > _LINE_CAP or len(self._lines) > 200:
            self.abort("the server sent something that is not SMTP")

    def eof_received(self) -> None:
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        if exc is not None and self.reason.startswith("the server closed"):
            self.reason = f"the connection broke: {type(exc).__name__}"
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(lost(self.reason))
        self.ended()

    def _line(self, line: bytes) -> None:
        line = line.rstrip(b"\r")
        if len(line) >= 4 and line[3:4] == b"-":
            self._lines.append(line)
            return
        if not line[:3].isdigit():
            self.abort("the server sent something that is not SMTP")
            return
        if not self._lines:
            self._answer(_reply(line))
            return
        text = b"\n".join([part[4:] for part in (*self._lines, line)])
        self._lines.clear()
        self._answer(Reply(int(line[:3]), text.decode("utf-8", "replace")))

    def _answer(self, reply: Reply) -> None:
        if reply.code == 421:
            self.is_closing = True
            self.reason = "the server is closing (421)"
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(reply)
        else:
            self.answered(reply)

    def _write(self, data: bytes) -> None:
        if data and self._transport is not None and not self.is_lost:
            self._transport.write(data)

    def abort(self, reason: str) -> None:
        self.reason = reason
        self.is_closing = True
        if self._transport is not None and not self.is_lost:
            self._transport.abort()

    async def quit(self) -> None:
        """Say goodbye; nobody waits long for the answer."""
        if self.is_lost or self._transport is None:
            return
        try:
            await self._ask(b"QUIT\r\n", patience=2.0)
        except SMTPFailure:
            pass
        finally:
            self._transport.close()

    # --- opening

    async def open(self) -> None:
        """Connect, greet, encrypt, sign in; raises SMTPFailure whose receipt fits every waiting message."""
        config = self.config
        context = config.tls_context() if config.tls == "implicit" else None
        await self._connect(context)
        self._expect_good(Stage.GREETING, await self._ask(b""))
        await self._hello()
        if config.tls == "starttls":
            await self._start_tls()
            await self._hello()
        if config.user:
            await self._sign_in()

    async def _connect(self, context: ssl.SSLContext | None) -> None:
        config = self.config
        self._waiter = self._loop.create_future()  # the greeting may arrive with the connection
        try:
            async with asyncio.timeout(config.timeout):
                await self._loop.create_connection(
                    lambda: self,
                    await self._admitted() if self._network is not None else config.host,
                    config.port,
                    ssl=context,
                    server_hostname=config.host if context else None,
                )
        except (OSError, TimeoutError) as error:
            self._waiter.cancel()
            raise _unreachable(error) from None

    async def _admitted(self) -> str:
        """The address that was checked is the one connected to: a name could answer otherwise a second time."""
        assert self._network is not None
        found = await self._loop.getaddrinfo(self.config.host, self.config.port, type=socket.SOCK_STREAM)
        for each in found:
            address = str(each[4][0])
            if self._network.admits(address):
                return address
        detail = "The server's name leads into a private network; name it in YUEMIAN_PRIVATE_NETWORKS if this is meant."
        raise SMTPFailure(Receipt(Outcome.CONFIG, code="private_network", detail=detail))

    async def _ask(self, line: bytes, patience: float | None = None) -> Reply:
        if self._waiter is None:
            if self.is_lost:
                raise lost(self.reason)
            self._waiter = self._loop.create_future()
        self._write(line)
        try:
            async with asyncio.timeout(patience or self.config.timeout):
                return await self._waiter
        except TimeoutError:
            self.abort("no answer in time")
            raise lost("the server did not answer in time") from None
        finally:
            self._waiter = None

    def _expect_good(self, stage: Stage, reply: Reply) -> None:
        if not reply.is_good:
            self.abort("refused")
            raise SMTPFailure(refused(stage, reply))

    async def _hello(self) -> None:
        reply = await self._ask(f"EHLO {self.config.hello}\r\n".encode())
        if reply.code >= 500:
            reply = await self._ask(f"HELO {self.config.hello}\r\n".encode())
            self._expect_good(Stage.EHLO, reply)
            self.extensions = {}
            return
        self._expect_good(Stage.EHLO, reply)
        words = (line.partition(" ") for line in reply.text.split("\n")[1:])
        self.extensions = {name.upper(): value for name, _, value in words}

    async def _start_tls(self) -> None:
        if "STARTTLS" not in self.extensions:
            self.abort("no STARTTLS")
            detail = "The server offers no STARTTLS; use smtps://, or another port."
            raise SMTPFailure(Receipt(Outcome.CONFIG, code="tls", detail=detail))
        self._expect_good(Stage.STARTTLS, await self._ask(b"STARTTLS\r\n"))
        if self._buffer or self._lines:
            # Bytes sent in the clear must not be read as if they had come encrypted (CVE-2011-0411).
            self.abort("injected")
            detail = (
                "The server sent something between STARTTLS and the encryption; somebody may be listening."
            )
            raise SMTPFailure(Receipt(Outcome.CONFIG, code="tls", detail=detail))
        assert self._transport is not None
        try:
            async with asyncio.timeout(self.config.timeout):
                encrypted = await self._loop.start_tls(
                    self._transport, self, self.config.tls_context(), server_hostname=self.config.host
                )
        except (OSError, TimeoutError) as error:
            self.abort("no encryption")
            raise _unreachable(error) from None
        if encrypted is None:
            raise lost("the connection broke while it was encrypted")
        self._transport = encrypted

    async def _sign_in(self) -> None:
        user, password = self.config.user.encode(), self.config.password.encode()
        methods = self.extensions.get("AUTH", "").upper().split()
        if "PLAIN" in methods or not methods:
            token = base64.b64encode(b"\0" + user + b"\0" + password)
            reply = await self._ask(b"AUTH PLAIN " + token + b"\r\n")
        elif "LOGIN" in methods:
            reply = await self._ask(b"AUTH LOGIN\r\n")
            for secret in (user, password):
                if reply.code != 334:
                    break
                reply = await self._ask(base64.b64encode(secret) + b"\r\n")
        else:
            detail = f"The server only signs in by {' '.join(methods)}; we know PLAIN and LOGIN."
            raise SMTPFailure(Receipt(Outcome.CONFIG, code="auth", detail=detail))
        if reply.code != 235:
            self.abort("refused")
            raise SMTPFailure(refused(Stage.AUTH, reply))


def _unreachable(error: Exception) -> SMTPFailure:
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = f"The certificate is not trusted ({error.verify_message}); check host name and authority."
        return SMTPFailure(Receipt(Outcome.CONFIG, code="tls", detail=detail))
    if isinstance(error, TimeoutError):
        return lost("the server did not answer in time")
    return lost(f"the server cannot be reached: {type(error).__name__}")
