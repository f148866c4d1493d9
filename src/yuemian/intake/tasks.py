"""Checks large files outside the request, on a connection of its own; a check that died can be begun again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from uuid import UUID

import structlog
from django.db import connection

log = structlog.get_logger(__name__)

Work = Callable[[], None]
#: Runs work after the commit of the request that asked for it.
Runner = Callable[[UUID, Work], None]


def run_in_thread(import_id: UUID, work: Work) -> None:
    """A daemon thread: when the process ends the import stays in `checking`, and its page offers to go on."""
    Thread(target=_run, args=(import_id, work), name=f"import-{import_id}", daemon=True).start()


def _run(import_id: UUID, work: Work) -> None:
    try:
        work()
    except Exception:
        log.exception("import_check_failed", import_id=str(import_id))
    finally:
        connection.close()
