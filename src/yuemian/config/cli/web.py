"""`yuemian web`: uvicorn around the ASGI application, in one process."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import psycopg
import uvicorn

from yuemian.config import environment, logs
from yuemian.config.cli import keys
from yuemian.config.cli.children import end_with_supervisor

#: Seconds for requests under way when the process is asked to stop.
GRACE = 5


class _Server(uvicorn.Server):
    """Ends the live streams first: they would never end by themselves, and shutting down waits for them."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        application: Any = sys.modules.get("yuemian.config.asgi")
        hub = getattr(application, "hub", None)  # absent while still being imported
        if hub is not None:
            hub.close()
        super().handle_exit(sig, frame)


def run(_rest: list[str]) -> int:
    end_with_supervisor()
    settings = environment.read()
    logs.configure("web")
    with suppress(psycopg.OperationalError):  # the pages say themselves that it does not answer
        keys.prove(settings)
    proxies = settings.trusted_proxies
    server = _Server(
        uvicorn.Config(
            "yuemian.config.asgi:application",
            host=settings.host,
            port=settings.port,
            loop="auto" if sys.platform == "win32" else "uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies or None,
            timeout_keep_alive=65,
            timeout_graceful_shutdown=GRACE,
        )
    )
    server.run()
    return 0 if server.started else 1
