"""A whole installation as a stranger would start it: `yuemian up` with database, web process and worker of its own."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import running_browser
from tests.houses import ROOT, environment_of, new_house, remove_house, show_house

#: Everything is on this machine, but two cores may be busy with the rest of the suite.
PATIENCE = 30_000
#: What people's browsers say; "HeadlessChrome" would rightly count as a machine on the candidate page.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)


class Mailbox:
    """A real SMTP server on loopback that keeps what it accepts, and knows nobody at the addresses in `refused`.

    `thinks`: so many seconds over each mail before it says so.
    """

    def __init__(self) -> None:
        self.thinks = 0.0
        self.raw: list[bytes] = []
        self.refused: set[str] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        await asyncio.sleep(self.thinks)
        self.raw.append(envelope.content)
        return "250 OK"

    def mails(self) -> list[EmailMessage]:
        parser = BytesParser(policy=default)
        return [mail for raw in list(self.raw) if isinstance(mail := parser.parsebytes(raw), EmailMessage)]


@dataclass
class House:
    """A running installation: where it is, how to sign in, and the mail server it uses."""

    address: str
    passphrase: str
    data: Path
    process: subprocess.Popen[bytes]
    mailbox: Mailbox


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="module")
def house(mailbox: tuple[Mailbox, int]) -> Iterator[House]:
    box, smtp_port = mailbox
    data, port = new_house(show_house(), "yuemian-journey-"), free_port()
    environment = environment_of(data) | {
        "PORT": str(port),
        "YUEMIAN_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?tls=none",
        "YUEMIAN_MAIL_FROM": "jobs@galaxy.example",
        "YUEMIAN_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    with (data / "house.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "yuemian.config.cli", "up"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        address = f"http://localhost:{port}"
        wait_until(
            lambda: answers(f"{address}/readyz") or process.poll() is not None, 300, data / "house.log"
        )
        assert process.poll() is None, (data / "house.log").read_text()
        wait_until((data / "demo-accounts.txt").exists, 30, data / "house.log")
        found = re.search(r"[a-z]+(?:-[a-z]+){3}-\d+", (data / "demo-accounts.txt").read_text())
        assert found
        yield House(address, found[0], data, process, box)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        remove_house(data)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def desk(house: House, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`desk("linyue@galaxy.example")`: a desktop browser in which this person has signed in."""
    contexts: list[BrowserContext] = []

    def sign_in(email: str, **options: Any) -> Page:
        given: dict[str, Any] = {
            "viewport": {"width": 1440, "height": 900},
            "locale": "zh-CN",
            "user_agent": AGENT,
        } | options
        context = browser.new_context(**given)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{house.address}/sign-in")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", house.passphrase)
        page.click("form button.primary")
        page.wait_for_url("**/today")
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A candidate's phone."""
    contexts: list[BrowserContext] = []

    def take_out(**options: Any) -> Page:
        given: dict[str, Any] = {
            "viewport": {"width": 375, "height": 812},
            "locale": "zh-CN",
            "has_touch": True,
            "user_agent": AGENT,
        } | options
        context = browser.new_context(**given)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield take_out
    for context in contexts:
        context.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def wait_until(is_so: Callable[[], bool], seconds: float, log: Path | None = None) -> None:
    """Poll; on giving up show the end of the log."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain\n{log.read_text()[-3000:] if log else ''}")
        time.sleep(0.1)
