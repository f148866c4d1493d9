"""Somebody else at the same moment, on a connection of their own, who comes to a lock that the test holds."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from uuid import UUID

from django.db import connection, connections

from yuemian.trust.tenancy import acting_in


class Beside:
    """Begins at once. The test's own transaction asks whether they wait, goes on, commits, and hears how it ended."""

    def __init__(self, organization_id: UUID, work: Callable[[], object]) -> None:
        self._organization, self._work = organization_id, work
        self._pid: SimpleQueue[int] = SimpleQueue()
        self._result: object = None
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def waits(self) -> bool:
        """Once it is known: whether they wait for the test's transaction, or have come to their end without."""
        pid = self._pid.get()
        while self._thread.is_alive():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid() = ANY(pg_blocking_pids(%s))", [pid])
                if cursor.fetchone()[0]:
                    return True
        return False

    def ends(self) -> object:
        """What came of it, after the test's transaction; what failed there fails here."""
        self._thread.join(60)
        assert not self._thread.is_alive(), "still waiting"
        if self._failure is not None:
            raise self._failure
        return self._result

    def _run(self) -> None:
        try:
            with acting_in(self._organization):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    self._pid.put(cursor.fetchone()[0])
                self._result = self._work()
        except BaseException as error:  # noqa: BLE001
            self._failure = error
        finally:
            connections.close_all()
