"""Requests over kept connections, each to an address that was checked before it was connected to."""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from yuemian.channels.base import STOOD_STILL, TOO_LATE, BadConfig, leaving_clock

from .link import Link, Reply
from .network import PUBLIC, Network
from .target import Target
from .trouble import NotWritten

Resolve = Callable[[str, int], Awaitable[list[str]]]
_GRACE: Final = 1.0  # given up this long before the server would: a request must not meet its goodbye


class HTTPClient:
    """One account's connections in one event loop. Redirects are answers, not orders: they are not followed."""

    def __init__(
        self,
        *,
        network: Network = PUBLIC,
        connections: int = 8,
        timeout: float = 15.0,
        connect_timeout: float = 5.0,
        idle: float = 15.0,
        body_cap: int = 64 * 1024,
        ca_file: str = "",
        resolve: Resolve | None = None,
    ) -> None:
        self._network, self._timeout, self._connect_timeout = network, timeout, connect_timeout
        self._idle_time, self._cap, self._ca_file = idle, body_cap, ca_file
        self._resolve = resolve or _resolve
        self._gate = asyncio.Semaphore(connections)
        self._idle: dict[tuple[str, str, int], list[Link]] = {}
        self._tls: ssl.SSLContext | None = None

    async def exchange(
        self,
        method: str,
        target: Target,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        *,
        leave_by: float = math.inf,
    ) -> Reply:
        """The answer, whatever its status. Raises NotWritten (certainly no effect) or Unclear (perhaps one).

        Nothing is written after `leave_by`: a process that was frozen must not do what another one has taken over.
        """
        request = _request(method, target, headers, body)
        async with self._gate:
            link = self._kept(target.origin) or await self._connect(target)
            if leaving_clock() > leave_by:
                link.close()
                raise NotWritten(TOO_LATE, STOOD_STILL)
            reply = await link.exchange(request, self._timeout)
            if link.is_usable:
                self._idle.setdefault(target.origin, []).append(link)
            else:
                link.close()
            return reply

    async def close(self) -> None:
        idle, self._idle = self._idle, {}
        for links in idle.values():
            for link in links:
                link.close()

    def _kept(self, origin: tuple[str, str, int]) -> Link | None:
        links = self._idle.get(origin)
        now = asyncio.get_running_loop().time()
        while links:
            link = links.pop()
            promised = self._idle_time if link.keep_for is None else link.keep_for - _GRACE
            if now - link.idle_since < min(self._idle_time, promised) and not link.has_ended():
                return link
            link.close()
        return None

    async def _connect(self, target: Target) -> Link:
        context = self._context() if target.is_encrypted else None
        try:
            async with asyncio.timeout(self._connect_timeout):
                return await self._connect_to_one_of(await self._addresses(target), target, context)
        except TimeoutError:
            raise NotWritten("unreachable", "The gateway did not accept a connection in time.") from None

    async def _addresses(self, target: Target) -> list[str]:
        """Resolved, checked, and then connected to: no second look-up that could answer otherwise."""
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise NotWritten(
                "no_such_host", "The gateway's name cannot be resolved; check its spelling."
            ) from None
        allowed = [address for address in found if self._network.admits(address)]
        if found and not allowed:
            raise NotWritten(
                "private_network",
                "The gateway's name leads into a private network; name that network in YUEMIAN_PRIVATE_NETWORKS "
                "if this is meant.",
                is_settings=True,
            )
        if not target.is_encrypted:
            allowed = [address for address in allowed if self._network.is_private(address)]
            if not allowed:
                raise NotWritten(
                    "not_encrypted",
                    "Plain http is for private networks alone; write the address with https://.",
                    is_settings=True,
                )
        return allowed

    async def _connect_to_one_of(
        self, addresses: list[str], target: Target, context: ssl.SSLContext | None
    ) -> Link:
        problem: OSError | None = None
        for address in addresses:
            try:
                _, link = await asyncio.get_running_loop().create_connection(
                    lambda: Link(body_cap=self._cap),
                    address,
                    target.port,
                    ssl=context,
                    server_hostname=target.host if context else None,
                )
            except OSError as error:
                problem = error
            else:
                return link
        raise _refused(problem)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            try:
                self._tls = ssl.create_default_context(cafile=self._ca_file or None)
            except (OSError, ssl.SSLError):
                raise NotWritten(
                    "certificate",
                    "The certificate authority's file cannot be read; check its path.",
                    is_settings=True,
                ) from None
        return self._tls


def _refused(problem: OSError | None) -> NotWritten:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return NotWritten(
            "certificate",
            f"The certificate is not trusted ({problem.verify_message}); check host name and authority.",
            is_settings=True,
        )
    if isinstance(problem, ssl.SSLError):
        return NotWritten("tls", "The encrypted connection could not be set up; is this an https port?")
    return NotWritten("unreachable", f"The gateway cannot be reached ({type(problem).__name__}).")


async def _resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _request(method: str, target: Target, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    path = f"{target.path}?{target.query}" if target.query else target.path
    head = f"{method} {path} HTTP/1.1\r\nHost: {target.authority}\r\nContent-Length: {len(body)}\r\n"
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    text = f"{head}{lines}Accept-Encoding: identity\r\nUser-Agent: Yuemian\r\n\r\n"
    expected = len(headers) + 6
    if text.count("\n") != expected or text.count("\r") != expected or "\0" in text:
        raise BadConfig(
            "A header or path of the request would hold a line break; take it out of the settings."
        )
    try:
        return text.encode("latin-1") + body
    except UnicodeEncodeError:
        raise BadConfig(
            "A header can only hold Latin letters; encode the value or send it as a field."
        ) from None
