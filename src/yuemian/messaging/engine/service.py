"""Puts a worker together from Django's settings and ties it to the process's signals."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from signal import Signals
from typing import Any

import structlog
from django.conf import settings

from yuemian.messaging.engine.accounts import Accounts
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.engine.worker import Options, Worker
from yuemian.trust.collecting import collect_rarely

log = structlog.get_logger(__name__)


def create_worker(options: Options | None = None, accounts: Accounts | None = None) -> Worker:
    """A worker of this installation. Must be called inside the event loop."""
    options = options or Options()
    database = Database(settings.ENGINE_DATABASE, connections=options.jobs + 2)
    if accounts is None:
        accounts = Accounts.from_environment(settings.SMTP_URL, settings.MAIL_FROM)
    return Worker(database, accounts, Renderer(settings.PUBLIC_URL), options)


async def serve(signals: Iterable[Signals], **options: Any) -> None:
    """Work until one of the signals comes; raises BadConfig when the mail account's address cannot work."""
    worker = create_worker(Options(**options))
    loop = asyncio.get_running_loop()
    for number in signals:
        loop.add_signal_handler(number, worker.stop)
    collect_rarely()
    log.info("worker_started", pid=os.getpid())
    await worker.run()
    log.info("worker_stopped", pid=os.getpid())
