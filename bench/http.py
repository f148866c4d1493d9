"""HTTP requests a second through our client, beside a bare asyncio client and aiohttp in the same run."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections import deque
from typing import Any, cast

import aiohttp
import uvloop

from yuemian.channels.http import HTTPClient, Network, Target

BODY = b"to=%2B8613800138000&text=" + b"%E9%9D%A2%E8%AF%95" * 25
ANSWER = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"code":0,"id":"abcdef"}'
)


class HTTPSink(asyncio.Protocol):
    """Takes every request whose length is named and answers at once; keeps nothing."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (head := self.buffer.find(b"\r\n\r\n")) >= 0:
            at = self.buffer.lower().find(b"content-length:", 0, head)
            size = int(self.buffer[at + 15 : self.buffer.find(b"\r\n", at)])
            if len(self.buffer) < head + 4 + size:
                return
            self.buffer = self.buffer[head + 4 + size :]
            assert self.transport is not None
            self.transport.write(ANSWER)


class Bare(asyncio.Protocol):
    """The ceiling: prebuilt bytes, an answer of known length, no check of anything."""

    def __init__(self, work: deque[int], request: bytes, done: asyncio.Future[None]) -> None:
        self.work, self.request, self.done = work, request, done
        self.transport: asyncio.Transport | None = None
        self.waiting = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.next()

    def next(self) -> None:
        assert self.transport is not None
        if self.work:
            self.work.popleft()
            self.waiting = len(ANSWER)
            self.transport.write(self.request)
        elif not self.done.done():
            self.transport.close()
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.waiting -= len(data)
        if self.waiting <= 0:
            self.next()


async def bare(port: int, count: int, connections: int) -> None:
    loop, work = asyncio.get_running_loop(), deque(range(count))
    head = f"POST /send HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ends = [loop.create_future() for _ in range(connections)]
    for end in ends:
        await loop.create_connection(lambda e=end: Bare(work, head.encode() + BODY, e), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)


async def ours(port: int, count: int, connections: int) -> None:
    work = deque(range(count))
    client = HTTPClient(network=Network(["127.0.0.0/8"]), connections=connections)
    target = Target.parse(f"http://127.0.0.1:{port}/send")
    headers = [("Content-Type", "application/x-www-form-urlencoded")]

    async def lane() -> None:
        while work:
            work.popleft()
            reply = await client.exchange("POST", target, headers, BODY)
            assert reply.status == 200

    await asyncio.gather(*(lane() for _ in range(connections)))
    await client.close()


async def with_aiohttp(port: int, count: int, connections: int) -> None:
    work = deque(range(count))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:

        async def lane() -> None:
            while work:
                work.popleft()
                async with session.post(f"http://127.0.0.1:{port}/send", data=BODY) as reply:
                    await reply.read()
                    assert reply.status == 200

        await asyncio.gather(*(lane() for _ in range(connections)))


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(HTTPSink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        uvloop.run(serve())
        return
    found = measure(arguments.count, arguments.connections)
    if arguments.json:
        print(json.dumps(found))
        return
    for row in found:
        share = row["per_second"] / found[0]["per_second"]
        print(
            f"{row['client']:<14} {row['per_second']:>8.0f}/s  {row['cpu_s_per_1000']:.4f} CPU-s per 1,000  {share:.0%}"
        )


def measure(count: int, connections: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "bench.http", "--serve"]
    found = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sink:
        assert sink.stdout is not None
        port = int(sink.stdout.readline())
        for name, run in (("bare asyncio", bare), ("our client", ours), ("aiohttp", with_aiohttp)):
            uvloop.run(run(port, 500, connections))
            before, began = _cpu(), time.perf_counter()
            uvloop.run(run(port, count, connections))
            cpu, took = _cpu() - before, time.perf_counter() - began
            found.append(
                {"client": name, "per_second": round(count / took), "cpu_s_per_1000": cpu * 1000 / count}
            )
        sink.terminate()
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
