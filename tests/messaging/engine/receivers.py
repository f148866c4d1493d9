"""The other side of the chaos: three text-message gateways and a mail server, each as bad as real ones can be.

A process of its own, so that nothing of the engine's fate touches it. Prints its ports as JSON; `GET /accepted` on the
first of them answers what reached a person, by the sender's reference, and how many requests each side has seen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any, Final

from tests.channels.smtp_server import DROP, HANG, ScriptedSMTP, Session
from tests.channels.smtp_server import running as mail_running
from tests.simulators.gateway import Gateway, Kind, mixed_faults
from tests.simulators.http_server import Request, ScriptedHTTP, answer, running

_MESSAGE_ID: Final = re.compile(rb"^Message-ID: <([^>]+)>", re.IGNORECASE | re.MULTILINE)
#: What a mail server in trouble says after the text: taken and gone, gone, later, silent for ever.
_AFTER_THE_TEXT: Final = ("taken-then-drop", DROP, "451 4.3.0 try again later", HANG)
_BEFORE_IT: Final = (DROP, "421 4.3.2 shutting down", "450 4.2.0 busy")


class Receivers:
    """All four sides, with one share of faults."""

    def __init__(self, share: float, seed: int) -> None:
        self._chance, self._share = random.Random(seed), share
        unclear: set[str] = set()
        self.gateways = {
            kind: Gateway(kind, mixed_faults(share, seed + n), unclear=unclear)
            for n, kind in enumerate(Kind, start=1)
        }
        self.mail = ScriptedSMTP(self._mail_fault)

    def _mail_fault(self, session: Session, line: str) -> str | None:
        if self._chance.random() >= self._share:
            return None
        if line == "END":
            return self._chance.choice(_AFTER_THE_TEXT)
        # Rarer, because a mail has one text and several commands.
        if line.startswith(("MAIL", "RCPT")) and self._chance.random() < 0.2:
            return self._chance.choice(_BEFORE_IT)
        return None

    def report(self) -> dict[str, Any]:
        mails = Counter(_message_id(mail.raw) for mail in self.mail.mails)
        return {
            "accepted": {kind: dict(gateway.accepted) for kind, gateway in self.gateways.items()}
            | {"mail": dict(mails)},
            "seen": {kind: gateway.seen for kind, gateway in self.gateways.items()},
            "again": [reference for gateway in self.gateways.values() for reference in gateway.again],
            "refused": [code for gateway in self.gateways.values() for code in gateway.refused],
        }

    async def serve(self) -> None:
        async with AsyncExitStack() as stack:
            ports: dict[str, int] = {}
            for kind, gateway in self.gateways.items():
                server = await stack.enter_async_context(running(ScriptedHTTP(self._script(gateway))))
                ports[kind] = server.port
            ports["mail"] = (await stack.enter_async_context(mail_running(self.mail))).port
            sys.stdout.write(f"{json.dumps(ports)}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()

    def _script(self, gateway: Gateway) -> Any:
        def script(request: Request) -> bytes | str:
            if request.path == "/accepted":
                return answer(200, json.dumps(self.report()))
            return gateway(request)

        return script


def _message_id(raw: bytes) -> str:
    found = _MESSAGE_ID.search(raw)
    return found[1].decode() if found else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    asyncio.run(Receivers(arguments.faults, arguments.seed).serve())


if __name__ == "__main__":
    main()
