"""The raw ceiling: COPY in, prebuilt bytes out, one update per chunk; no truth, rendering, encryption or events."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connections
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

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


async def run_ceiling(count: int, port: int) -> None:
    settings = connections["default"].settings_dict
    connection = await AsyncConnection.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
        autocommit=True,
    )
    provider = SMTPProvider(SMTPConfig(host="127.0.0.1", port=port, tls="none", sender="hr@jobs.example.com"))
    async with connection:
        await connection.execute(
            "CREATE TEMPORARY TABLE ceiling (id int PRIMARY KEY, address text, body text, state text, at timestamptz)"
        )
        await _copy(connection, count)
        form = Prebuilt()
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            messages = [Message(str(n), str(n), f"c{n}@example.com", "", "", form=form) for n in numbers]
            await provider.send(messages)
            await connection.execute(
                "UPDATE ceiling SET state = 'sent', at = now() WHERE id BETWEEN %s AND %s",
                [numbers[0], numbers[-1]],
            )
        await provider.close()


async def _copy(connection: AsyncConnection[TupleRow], count: int) -> None:
    now = datetime.now(UTC)
    async with connection.cursor().copy("COPY ceiling FROM STDIN") as copy:
        for n in range(count):
            await copy.write_row((n, f"c{n}@example.com", TEXT, "queued", now))
