"""The raw ceiling: COPY in, prebuilt bytes out, one update per chunk; no truth, rendering, encryption or events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.db import connections
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from bench.http import bare
from yuemian.channels.base import Message
from yuemian.channels.smtp import SMTPConfig, SMTPProvider

CHUNK = 2000
TEXT = (
    "候选人，您好：\r\n\r\n感谢您投递后端工程师，邀请您参加初试。\r\n\r\n"
    "时间：2026年11月25日 周三 14:00（北京时间）\r\n"
    "地点：星河大厦 12 层，上海市浦东新区世纪大道 100 号\r\n\r\n请点这里答复：https://jobs.example.com/c/token\r\n"
)


class Prebuilt:
    """A mail of about 490 bytes with one number in it."""

    is_wire_ready = True

    def mail(self, message: Message, now: datetime) -> bytes:  # noqa: ARG002
        head = f"From: hr@jobs.example.com\r\nTo: {message.to}\r\nSubject: invitation\r\n\r\n"
        return (head + TEXT).encode()

    def html(self, message: Message) -> str:  # noqa: ARG002
        return ""


async def run_ceiling(count: int, address: str) -> None:
    """`address` is the sink's SMTP URL."""
    config = replace(SMTPConfig.from_url(address), sender="hr@jobs.example.com")
    provider, form = SMTPProvider(config), Prebuilt()

    async def send(numbers: range) -> None:
        messages = [Message(str(n), str(n), f"c{n}@example.com", "", "", form=form) for n in numbers]
        await provider.send(messages)

    await _run(count, send)
    await provider.close()


async def run_http_ceiling(count: int, address: str) -> None:
    """`address` is the sink's; eight kept connections, one request after the other on each."""
    port = urlsplit(address).port or 80

    async def send(numbers: range) -> None:
        await bare(port, len(numbers), 8)

    await _run(count, send)


async def run_copy(count: int) -> None:
    await _run(count, None)


async def _run(count: int, send: Callable[[range], Awaitable[None]] | None) -> None:
    settings = connections["default"].settings_dict
    connection = await AsyncConnection.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
        autocommit=True,
    )
    async with connection:
        await connection.execute(
            "CREATE TEMPORARY TABLE ceiling (id int PRIMARY KEY, address text, body text, state text, at timestamptz)"
        )
        await _copy(connection, count)
        for start in range(0, count, CHUNK) if send else ():
            numbers = range(start, min(start + CHUNK, count))
            assert send is not None
            await send(numbers)
            await connection.execute(
                "UPDATE ceiling SET state = 'sent', at = now() WHERE id BETWEEN %s AND %s",
                [numbers[0], numbers[-1]],
            )


async def _copy(connection: AsyncConnection[TupleRow], count: int) -> None:
    now = datetime.now(UTC)
    async with connection.cursor().copy("COPY ceiling FROM STDIN") as copy:
        for n in range(count):
            await copy.write_row((n, f"c{n}@example.com", TEXT, "queued", now))
