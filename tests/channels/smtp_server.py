"""A small SMTP server on loopback whose every answer can be scripted, for the faults real servers have."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

DROP = "drop"  # close the connection without an answer
HANG = "hang"  # never answer
Script = Callable[["Session", str], str | None]

GOOD = {
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "END": "250 2.0.0 Ok: queued as ABC123",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
    "GREETING": "220 test.example ESMTP",
    "STARTTLS": "220 2.0.0 Ready",
    "AUTH": "235 2.7.0 Authentication successful",
    "AUTH-LINE": "235 2.7.0 Authentication successful",
}


@dataclass
class Mail:
    sender: str
    to: list[str]
    raw: bytes


@dataclass
class Session:
    number: int
    texts: int = 0  # how many texts this connection has brought
    sender: str = ""
    recipients: list[str] = field(default_factory=list)
    is_tls: bool = False


@dataclass
class ScriptedSMTP:
    """`script(session, line)` may return another answer for a line, DROP, HANG or None for the usual one."""

    script: Script = lambda _session, _line: None
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 10485760", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN")
    tls: ssl.SSLContext | None = None
    is_implicit: bool = False
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(len(self.sessions) + 1, is_tls=self.is_implicit)
        self.sessions.append(session)
        try:
            await self._talk(session, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _talk(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not await self._say(session, "GREETING", "", writer):
            return
        expects_secret = 0
        while line := (await reader.readline()).decode("latin-1").rstrip("\r\n"):
            self.lines.append(line)
            verb = "AUTH-LINE" if expects_secret else line.split(" ")[0].upper()
            expects_secret = max(0, expects_secret - 1)
            if "PIPELINING" not in self.extensions and len(reader._buffer):  # type: ignore[attr-defined]
                self.violations.append(f"pipelined after {line}")
            if verb == "EHLO":
                await self._ehlo(session, line, writer)
            elif not await self._say(session, verb, line, writer):
                return
            elif verb == "STARTTLS" and self.tls is not None:
                await writer.start_tls(self.tls)
                session.is_tls = True
            elif verb == "DATA" and not await self._data(session, reader, writer):
                return
            if verb == "QUIT":
                return

    async def _ehlo(self, session: Session, line: str, writer: asyncio.StreamWriter) -> None:
        scripted = self.script(session, line)
        words = ["test.example", *(e for e in self.extensions if not (e == "STARTTLS" and session.is_tls))]
        usual = "\r\n".join(f"250{'-' if n < len(words) else ' '}{w}" for n, w in enumerate(words, 1))
        writer.write(f"{scripted or usual}\r\n".encode())

    async def _say(self, session: Session, verb: str, line: str, writer: asyncio.StreamWriter) -> bool:
        answer = self.script(session, line or verb) or self._usual(session, verb)
        if answer == HANG:
            await asyncio.sleep(3600)
        if answer == DROP:
            return False
        if verb == "MAIL" and answer.startswith("2"):
            session.sender = line
        if verb == "RCPT" and answer.startswith("2"):
            session.recipients.append(line.split("<")[1].split(">", maxsplit=1)[0])
        if verb == "RSET":
            session.sender, session.recipients = "", []
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()
        return not answer.startswith("421")

    def _usual(self, session: Session, verb: str) -> str:
        if verb == "MAIL" and session.sender:
            return "503 5.5.1 nested MAIL command"
        if verb == "RCPT" and not session.sender:
            return "503 5.5.1 need MAIL command"
        if verb == "DATA" and not session.recipients:
            return "554 5.5.1 no valid recipients"
        return GOOD.get(verb, "500 5.5.2 what?")

    async def _data(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if not (self.script(session, "DATA") or self._usual(session, "DATA")).startswith("354"):
            return True
        lines = []
        while (raw := await reader.readline()) != b".\r\n":
            if not raw:
                return False
            lines.append(raw[1:] if raw.startswith(b".") else raw)
        session.texts += 1
        answer = self.script(session, "END") or GOOD["END"]
        if answer.startswith("2") or answer == "taken-then-drop":
            self.mails.append(Mail(session.sender, list(session.recipients), b"".join(lines)))
        session.sender, session.recipients = "", []
        if answer == HANG:
            await asyncio.sleep(3600)
        if answer in (DROP, "taken-then-drop"):
            return False
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()
        return not answer.startswith("421")


@asynccontextmanager
async def running(server: ScriptedSMTP) -> AsyncIterator[ScriptedSMTP]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.serve(reader, writer)

    context = server.tls if server.is_implicit else None
    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
