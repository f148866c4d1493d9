"""The candidate page: GETs and answers per second through real web processes, with p50 and p99.

`python -m bench.portal [--seconds 8] [--connections 16] [--processes 2]` starts a PostgreSQL of its own, invites
candidates, starts the web processes on loopback ports, and drives them from one client process.
"""

# ruff: noqa: PLC0415  (models can be imported only once the server of this run is up and Django is set up)
from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
CANDIDATES = 400


@dataclass
class Person:
    """A candidate with the port of their web process and a nonce that is old enough."""

    token: str
    nonce: str
    port: int
    turn: int = 0


@dataclass
class Exchange:
    """One kept connection to a web process."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, head: str, body: bytes = b"") -> tuple[int, bytes]:
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", answer)
        content = await self.reader.readexactly(int(length.group(1))) if length else b""
        return int(answer[9:12]), content


def head(method: str, path: str, port: int, length: int = 0) -> str:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: localhost:{port}",
        f"User-Agent: {AGENT}",
        "Accept-Encoding: gzip",
    ]
    if length:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}"]
    return "\r\n".join(lines) + "\r\n\r\n"


async def get(exchange: Exchange, person: Person) -> None:
    status, _ = await exchange.ask(head("GET", f"/c/{person.token}", person.port))
    assert status == 200, status


async def ceiling(exchange: Exchange, person: Person) -> None:
    """A page that does nothing, through the same server, middleware and client."""
    status, _ = await exchange.ask(head("GET", "/healthz", person.port))
    assert status == 200, status


async def answer(exchange: Exchange, person: Person) -> None:
    """A new answer each time, by the second press: the page's own nonce would doubt so quick a change of mind."""
    person.turn += 1
    word = ("accepted", "declined")[person.turn % 2]
    form = {"token": person.token, "confirm": person.nonce.split()[person.turn % 2], "answer": word}
    body = urlencode(form).encode()
    status, _ = await exchange.ask(head("POST", "/c/answer", person.port, len(body)), body)
    assert status == 303, status


async def drive(
    people: list[Person],
    work: Callable[[Exchange, Person], Awaitable[None]],
    seconds: float,
    connections: int,
) -> list[float]:
    """How long each request took, in ascending order."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def client(number: int, mine: list[Person]) -> None:
        phone = (
            f"127.0.1.{number + 1}"  # each at an address of their own: presses are counted by address, too
        )
        exchange = Exchange(*await asyncio.open_connection("127.0.0.1", mine[0].port, local_addr=(phone, 0)))
        at = 0
        while (start := time.perf_counter()) < end:
            await work(exchange, mine[at % len(mine)])
            times.append(time.perf_counter() - start)
            at += 1
        exchange.writer.close()

    ports = sorted({person.port for person in people})
    groups = [[p for p in people if p.port == port] for port in ports]
    shares = [
        groups[n % len(groups)][n // len(groups) :: connections // len(groups)] for n in range(connections)
    ]
    await asyncio.gather(*(client(number, share) for number, share in enumerate(shares)))
    return sorted(times)


def measure(
    people: list[Person],
    work: Callable[[Exchange, Person], Awaitable[None]],
    seconds: float,
    connections: int,
    webs: list[int],
) -> float:
    """Prints one line; requests per second."""
    asyncio.run(drive(people, work, 4, connections))  # plans, templates, words: all in memory
    before = processor_seconds(webs)
    times = asyncio.run(drive(people, work, seconds, connections))
    spent = (processor_seconds(webs) - before) / len(times) * 1000
    p50, p99 = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
    rate = len(times) / seconds
    print(
        f"{work.__name__:<10} {rate:>8,.0f}/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   "
        f"{spent:5.2f} ms of CPU each in the web processes"
    )
    return rate


def processor_seconds(processes: list[int]) -> float:
    """What these processes have used since they started (Linux)."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def prepare(ports: list[int]) -> list[Person]:
    """Invite the candidates; runs after Django is set up."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tests.factories import create_cast, create_interviews
    from tests.portal.conftest import furnish
    from tests.portal.stories import invite
    from yuemian.portal import nonce

    now, people = timezone.now(), []
    with transaction.atomic():
        cast = create_cast(now=now)
        furnish(cast)
        for number, interview in enumerate(create_interviews(cast, CANDIDATES, now=now)):
            who = invite(cast, now=now, interview=interview)
            given = [
                nonce.issue(who.token, f"summary:{word}", 1, now=now - timedelta(seconds=5))
                for word in ("accepted", "declined")
            ]
            people.append(Person(who.token, " ".join(given), ports[number % len(ports)]))
    with connection.cursor() as cursor:
        cursor.connection.execute("RESET ROLE")  # only the owner may
        cursor.execute("ANALYZE")  # as autovacuum does within a minute
    connection.close()
    return people


@contextmanager
def serve(port: int, environment: dict[str, str]) -> Iterator[int]:
    """One web process as `yuemian web` runs it; only the limits on presses are lifted. Gives its process id."""
    code = (
        "from datetime import timedelta; from yuemian.config.cli import web; from yuemian.config import asgi; "
        "from yuemian.portal import actions; from yuemian.trust.limits import Limit; "
        "actions.PER_LINK = actions.PER_ADDRESS = Limit('bench', 10**9, timedelta(hours=1)); web.run([])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment | {"PORT": str(port), "YUEMIAN_DATABASE_ROLE": "app", "YUEMIAN_PROCESS": "web"},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, seconds: float = 120) -> None:
    """A process starts slowly on a machine that is busy. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"no web process on port {port} after {seconds:.0f} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def standing_server(data: Path) -> Iterator[None]:
    """A migrated PostgreSQL of this run; this process works in it as the web process would."""
    data.chmod(0o711)
    os.environ |= {"YUEMIAN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "yuemian.config.settings"}
    from yuemian.postgres import running_server

    with running_server(data):
        os.environ["YUEMIAN_DATABASE_ROLE"] = "owner"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()

    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="yuemian-bench-"))
        stack.enter_context(standing_server(Path(data)))
        ports = [free_port() for _ in range(given.processes)]
        people = prepare(ports)
        webs = [stack.enter_context(serve(port, dict(os.environ))) for port in ports]
        raw = measure(people, ceiling, given.seconds, given.connections, webs)
        for work in (get, answer):
            rate = measure(people, work, given.seconds, given.connections, webs)
            print(f"{'':<10} {rate / raw:>8.0%} of the page that does nothing")


if __name__ == "__main__":
    main()
