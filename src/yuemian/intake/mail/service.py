"""The mailroom of a worker: a reader for every mailbox of the installation, as they come, change and go."""

from __future__ import annotations

import threading
import time
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connections
from psycopg import InterfaceError as LinkBroken
from psycopg import OperationalError as LinkLost

from yuemian.intake.mail.reader import Reader
from yuemian.messaging.actions.mailbox import WAKE_READERS

log = structlog.get_logger(__name__)

AWAY: Final = (OperationalError, InterfaceError, LinkLost, LinkBroken)
#: Seconds: between two looks at which mailboxes there are, and before the database is asked again.
LOOK: Final = 60.0
PAUSE: Final = 1.0
_HEARTBEAT: Final = 0.5
#: Each has a thread and a connection; the other workers of an installation take the rest.
MOST: Final = 50


class Mailroom:
    """Runs beside the engine until `stop` is called."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._readers: dict[UUID, Reader] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="mailroom", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Let every reader finish the mail in hand; what is cut off is taken by the next one."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(patience)

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._look_after_readers()
                except AWAY as error:
                    log.warning("database_away", error=type(error).__name__)
                except Exception:
                    log.exception("mailroom_failed")
                finally:
                    connections.close_all()
                self._stopping.wait(PAUSE)
        finally:
            self._end(list(self._readers))

    def _look_after_readers(self) -> None:
        link: Any = connections.create_connection("default")
        try:
            with link.cursor() as cursor:
                cursor.execute(f"LISTEN {WAKE_READERS}")
            while not self._stopping.is_set():
                with link.cursor() as cursor:
                    cursor.execute("SELECT mailbox_id, organization_id, version FROM list_mailboxes()")
                    self._agree(cursor.fetchall())
                self._sleep(link.connection)
        finally:
            link.close()

    def _agree(self, found: list[tuple[UUID, UUID, int]]) -> None:
        """Readers for what there is, in its present version, and for nothing else."""
        wanted = {mailbox: (organization, version) for mailbox, organization, version in found[:MOST]}
        gone = [
            mailbox
            for mailbox, reader in self._readers.items()
            if not reader.is_alive or wanted.get(mailbox, (None, 0))[1] != reader.version
        ]
        self._end(gone)
        for mailbox, (organization, version) in wanted.items():
            if mailbox not in self._readers:
                reader = self._readers[mailbox] = Reader(mailbox, organization, version)
                reader.start()

    def _end(self, mailboxes: list[UUID]) -> None:
        ending = [self._readers.pop(mailbox) for mailbox in mailboxes]
        for reader in ending:
            reader.stop()
        for reader in ending:
            reader.join(5.0)

    def _sleep(self, link: Any) -> None:
        end = time.monotonic() + LOOK
        while not self._stopping.is_set() and (left := end - time.monotonic()) > 0:
            if list(link.notifies(timeout=min(left, _HEARTBEAT), stop_after=1)):
                return
