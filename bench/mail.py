"""Mail: microseconds to render and build one, and mails per second through SMTP to a sink on loopback."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import uvloop

from yuemian.channels.base import Message, Outcome
from yuemian.channels.mail import CONTENT_STYLES, MailForm, ShellTexts, facts_html, message_id, shell, slots
from yuemian.channels.smtp import SMTPConfig, SMTPProvider
from yuemian.domain.placeholder import samples
from yuemian.domain.richtext import to_html
from yuemian.domain.template import compile_template, render

SUBJECT = "【{{ organization_name }}】{{ round_name }}邀请 {{ interview_day }}"
ENVELOPE = b"MAIL FROM:<hr@jobs.example.com>\r\nRCPT TO:<c1@example.com>\r\nDATA\r\n"
BODY = (
    "{{ candidate_name }}，您好：\n\n感谢您投递**{{ job_title }}**，邀请您参加{{ round_name }}。\n\n"
    "时间：{{ interview_when }}\n地点：{{ place_name }}，{{ place_address }}\n\n"
    "请带：\n{{ materials|bullets }}\n\n请点这里答复：{{ answer_link }}\n\n"
    "联系人：{{ contact_name }} {{ contact_phone }}"
)
TEXTS = ShellTexts(
    "星河科技",
    "查看并答复",
    "按钮打不开？请复制这个地址：",
    ["由招聘系统自动发出。", "请勿在回信中写证件号。"],
)


@dataclass
class Figure:
    name: str
    per_second: float
    cpu_us_each: float


def measure(name: str, count: int, work: Callable[[], object]) -> Figure:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    figure = Figure(name, count / wall, cpu / count * 1e6)
    print(f"{name:<44} {figure.per_second:>10,.0f}/s  {cpu / count * 1e6:>8.1f} µs CPU each")
    return figure


def message(number: int, form: MailForm, shown: dict[str, str], text: str) -> Message:
    return Message(
        delivery_id=str(number),
        key=str(number),
        to=f"c{number}@example.com",
        to_name="王小雨",
        subject="【星河科技】初试邀请 11月25日 周三",
        text=text,
        sender="hr@jobs.example.com",
        sender_name="星河科技招聘",
        message_id=message_id(str(number), 1, "jobs.example.com"),
        slots=shown,
        form=form,
    )


@contextmanager
def sink(late: float, binary: str | None) -> Iterator[int]:
    own = [sys.executable, "-m", "bench.sinks", "--late", str(late)]
    command = [*binary.split(), "127.0.0.1:25925", "100"] if binary else own
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if binary:
        port = 25925
        time.sleep(0.5)
    else:
        assert process.stdout is not None
        port = int(process.stdout.readline())
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


async def send_all(port: int, connections: int, messages: list[Message], batch: int) -> None:
    provider = SMTPProvider(SMTPConfig(host="127.0.0.1", port=port, tls="none", connections=connections))
    for start in range(0, len(messages), batch):
        receipts = await provider.send(messages[start : start + batch])
        assert all(receipt.kind is Outcome.ACCEPTED for receipt in receipts)
    await provider.close()


class BareClient(asyncio.Protocol):
    """The ceiling: the same bytes, pipelined the same way, with no regard to what the server says."""

    def __init__(self, raws: list[bytes], done: asyncio.Future[None]) -> None:
        self.raws, self.done, self.at, self.seen = raws, done, 0, 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(ENVELOPE)

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        for _ in range(data.count(b"354")):
            raw, self.at = self.raws[self.at], self.at + 1
            self.transport.write(raw + b".\r\n" + (ENVELOPE if self.at < len(self.raws) else b""))
        self.seen += data.count(b"queued")
        if self.seen == len(self.raws) and not self.done.done():
            self.done.set_result(None)


async def send_bare(port: int, raws: list[bytes]) -> None:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    transport, _ = await asyncio.get_running_loop().create_connection(
        lambda: BareClient(raws, done), "127.0.0.1", port
    )
    await done
    transport.close()


def build_figures(count: int, form: MailForm) -> list[Figure]:
    compiled = compile_template(SUBJECT, BODY)
    context = samples("zh-hans")
    text = render(compiled, context).text
    link = str(context["answer_link"])
    facts = [("时间", str(context["interview_when"])), ("地点", str(context["place_name"]))]

    def shown() -> dict[str, str]:
        content, card = to_html(text, CONTENT_STYLES), facts_html(facts)
        return slots(
            preheader="x", heading="初试邀请", content=content, facts=card, link=link, after="<p>李芳</p>"
        )

    mail, now = message(1, form, shown(), text), datetime.now(UTC)
    print(f"one mail has {len(form.mail(mail, now)):,} bytes")
    return [
        measure("render subject and text", count, lambda: [render(compiled, context) for _ in range(count)]),
        measure("text to HTML, facts, slots", count, lambda: [shown() for _ in range(count)]),
        measure(
            "mail bytes from the prepared form", count, lambda: [form.mail(mail, now) for _ in range(count)]
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--late", type=float, default=0.0, help="let the sink answer so many seconds late")
    parser.add_argument(
        "--smtp-sink", help="command of Postfix's smtp-sink (with -u USER), to use it instead of our own"
    )
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    form = MailForm(shell(TEXTS, "zh-hans"))
    figures = build_figures(min(arguments.count, 20_000), form)
    text = render(compile_template(SUBJECT, BODY), samples("zh-hans")).text
    content = to_html(text, CONTENT_STYLES)
    shown = slots(
        preheader="x",
        heading="初试邀请",
        content=content,
        facts="",
        link="https://jobs.example.com/i/x",
        after="<p>李芳</p>",
    )
    messages = [message(n, form, shown, text) for n in range(arguments.count)]
    with sink(arguments.late, arguments.smtp_sink) as port:
        raws = [form.mail(messages[0], datetime.now(UTC))] * arguments.count
        name = "ceiling: ready bytes, bare client"
        figures.append(measure(name, arguments.count, lambda: uvloop.run(send_bare(port, raws))))
        for connections in (1, 4, 8):
            figures.append(
                measure(
                    f"build and send, {connections} connection(s)",
                    arguments.count,
                    lambda n=connections: uvloop.run(send_all(port, n, messages, arguments.batch)),  # type: ignore[misc]
                )
            )
    if arguments.json:
        print(json.dumps([vars(figure) for figure in figures]))


if __name__ == "__main__":
    main()
