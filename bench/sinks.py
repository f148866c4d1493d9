"""Servers that take everything at once and keep nothing: what they cost is not what is measured."""

from __future__ import annotations

import argparse
import asyncio
import ssl
from collections import deque
from pathlib import Path
from typing import cast

import uvloop

_EHLO = b"250-sink\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250 8BITMIME\r\n"
_ANSWERS = {b"MAIL": b"250 ok\r\n", b"RCPT": b"250 ok\r\n", b"RSET": b"250 ok\r\n", b"EHLO": _EHLO}


class SMTPSink(asyncio.Protocol):
    """Answers at once, or `late` seconds later to imitate a distant server; counts what it took."""

    taken = 0

    def __init__(self, late: float = 0.0) -> None:
        self.late = late
        self.transport: asyncio.Transport | None = None
        self.buffer = b""
        self.is_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's transports are no subclass
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        buffer, answers, at = self.buffer + data, deque[bytes](), 0
        while True:
            if self.is_text:
                end = buffer.find(b"\r\n.\r\n", at)
                if end < 0:
                    break
                at, self.is_text = end + 5, False
                SMTPSink.taken += 1
                answers.append(b"250 ok queued as 1\r\n")
                continue
            end = buffer.find(b"\n", at)
            if end < 0:
                break
            verb = buffer[at : at + 4].upper()
            at = end + 1
            if verb == b"DATA":
                self.is_text = True
                answers.append(b"354 go\r\n")
            else:
                answers.append(_ANSWERS.get(verb, b"221 bye\r\n" if verb == b"QUIT" else b"500 what\r\n"))
        self.buffer = buffer[at:]
        if answers:
            self._answer(b"".join(answers))

    def _answer(self, data: bytes) -> None:
        assert self.transport is not None
        if self.late:
            asyncio.get_running_loop().call_later(self.late, self.transport.write, data)
        else:
            self.transport.write(data)


async def serve(port: int, late: float, certificate: Path | None) -> None:
    """With a certificate (a folder of authority.pem and key.pem) it speaks TLS from the first byte."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "authority.pem", certificate / "key.pem")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTPSink(late), "127.0.0.1", port, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--late", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--certificate", type=Path)
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.port, arguments.late, arguments.certificate))


if __name__ == "__main__":
    main()
