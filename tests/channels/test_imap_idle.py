"""Waiting for mail: what a server tells in the same breath in which it agrees to tell is heard."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from yuemian.channels.http import Network
from yuemian.channels.imap import Box, IMAPConfig

ANSWERS = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
    "SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n",
}


class Server:
    """One connection; `idling` is what follows the word that it idles, in the same packet."""

    def __init__(self, idling: bytes) -> None:
        self._idling, self._listening = idling, socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        link, _ = self._listening.accept()
        with link, link.makefile("rb") as lines:
            link.sendall(b"* OK ready\r\n")
            tag = b""
            for line in lines:
                words = line.split()
                if words == [b"DONE"]:
                    link.sendall(tag + b" OK done\r\n")
                    continue
                tag, command = words[0], words[1].decode().upper()
                if command == "IDLE":
                    link.sendall(b"+ idling\r\n" + self._idling)
                    continue
                link.sendall(ANSWERS.get(command, b"") + tag + b" OK done\r\n")
                if command == "LOGOUT":
                    return

    def close(self) -> None:
        self._listening.close()
        self._thread.join(20)


@pytest.fixture(params=[b"* 2 EXISTS\r\n", b""], ids=["told at once", "told nothing"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made = Server(request.param)
    yield made
    made.close()


def test_news_that_comes_with_the_agreement_is_heard(server: Server, request: pytest.FixtureRequest) -> None:
    config = IMAPConfig("127.0.0.1", server.port, "none", "hr", "secret")
    asked: list[float] = []

    def is_over() -> bool:
        """Called once for each turn of waiting."""
        asked.append(time.monotonic())
        return len(asked) > 3

    with Box(config, Network(["127.0.0.0/8"])) as box:
        box.wait(60, 60, is_over)
    assert bool(asked) is ("nothing" in request.node.name)
