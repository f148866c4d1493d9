"""An HTTP server on loopback whose every answer is scripted down to the byte, for the faults real gateways have."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

DROP = "drop"  # close the connection without an answer
HANG = "hang"  # never answer
RESET = "reset"  # break the connection hard


@dataclass(frozen=True)
class Request:
    """What arrived, exactly; `connection` counts from 1."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    connection: int


#: DROP, HANG, RESET, or the answer's bytes.
Script = Callable[[Request], bytes | str]


def answer(status: int = 200, body: bytes | str = b"", *headers: str) -> bytes:
    body = body.encode() if isinstance(body, str) else body
    lines = "".join(f"{line}\r\n" for line in headers)
    return f"HTTP/1.1 {status} Word\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


@dataclass
class ScriptedHTTP:
    """`closes` ends the connection after each answer without having said so, as some servers do."""

    script: Script = lambda _request: answer(200, "ok")
    tls: ssl.SSLContext | None = None
    closes: bool = False
    port: int = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while (request := await _read(reader, number)) is not None:
                self.requests.append(request)
                said = self.script(request)
                if said == HANG:
                    await asyncio.sleep(3600)
                if said == RESET:
                    writer.transport.abort()
                if isinstance(said, str):
                    return
                writer.write(said)
                await writer.drain()
                if self.closes or b"connection: close" in said.lower():
                    return
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader, connection: int) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, query, headers, body, connection)


@asynccontextmanager
async def running(server: ScriptedHTTP) -> AsyncIterator[ScriptedHTTP]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", server.port, ssl=server.tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
