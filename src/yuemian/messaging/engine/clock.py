"""The clock of a worker: runs the registered chores in the web role, on time, once per organization at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils.module_loading import import_string
from psycopg import InterfaceError as LinkBroken
from psycopg import OperationalError as LinkLost

from yuemian.messaging.clock import CHORES, WAKE_CLOCK, Chore
from yuemian.trust.tenancy import acting_in

log = structlog.get_logger(__name__)

#: What an unreachable or restarting server looks like, through Django and beside it.
AWAY: Final = (OperationalError, InterfaceError, LinkLost, LinkBroken)
#: Seconds: between two looks at most, before the database is asked again, after a chore failed for an organization.
LONGEST: Final = 60.0
PAUSE: Final = 1.0
REST: Final = 60.0
#: How soon a request to stop is noticed.
_HEARTBEAT: Final = 0.5

Work = Callable[[UUID, datetime], int]


class Clock:
    """Runs until `stop` is called: in a thread of its own by `start`, or one round at a time by `tick`."""

    def __init__(self, chores: Mapping[str, Chore] | None = None) -> None:
        self._chores = CHORES if chores is None else chores
        self._stopping = threading.Event()
        self._next: dict[str, float] = {}
        self._resting: dict[tuple[str, UUID], float] = {}
        self._thread: threading.Thread | None = None
        self.listening = threading.Event()

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="clock", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Let the chore under way finish its slice; what is cut off begins again elsewhere."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(patience)

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._keep_time()
            except AWAY as error:
                log.warning("database_away", error=type(error).__name__)
            except Exception:
                log.exception("clock_failed")
            finally:
                self.listening.clear()
                connections.close_all()
            self._stopping.wait(PAUSE)

    def tick(self) -> float:
        """Everything that is due now. Returns the seconds until something else is, at most LONGEST."""
        for chore in list(self._chores.values()):
            work: Work = import_string(chore.run)
            self._take_turns(chore, work, self._whose_turn(chore))
        return self._seconds_left()

    def _keep_time(self) -> None:
        # A connection of its own: the one the chores use has transactions, in which nothing is heard.
        listener: Any = connections.create_connection("default")
        try:
            with listener.cursor() as cursor:
                cursor.execute(f"LISTEN {WAKE_CLOCK}")
            self.listening.set()
            while not self._stopping.is_set():
                self._sleep(listener.connection, self.tick())
        finally:
            listener.close()

    def _sleep(self, link: Any, seconds: float) -> None:
        """Until the time has come, somebody wakes the clock, or it is to stop."""
        end = time.monotonic() + seconds
        while not self._stopping.is_set() and (left := end - time.monotonic()) > 0:
            if list(link.notifies(timeout=min(left, _HEARTBEAT), stop_after=1)):
                return

    # --- whose turn it is

    def _whose_turn(self, chore: Chore) -> list[UUID]:
        if chore.due:
            now = _database_time()
            found: Iterable[UUID] = [id_ for id_, at in import_string(chore.due)().items() if at <= now]
        elif time.monotonic() < self._next.get(chore.name, 0.0):
            return []
        else:
            self._next[chore.name] = time.monotonic() + chore.every.total_seconds()
            found = _organizations()
        return [id_ for id_ in found if time.monotonic() >= self._resting.get((chore.name, id_), 0.0)]

    def _seconds_left(self) -> float:
        left = [LONGEST]
        now = _database_time()
        for chore in self._chores.values():
            if chore.due:
                due: Mapping[UUID, datetime] = import_string(chore.due)()
                left += [
                    max((at - now).total_seconds(), self._rest_left(chore, organization_id))
                    for organization_id, at in due.items()
                ]
            else:
                left.append(self._next.get(chore.name, 0.0) - time.monotonic())
        return max(0.0, min(left))

    def _rest_left(self, chore: Chore, organization_id: UUID) -> float:
        return self._resting.get((chore.name, organization_id), 0.0) - time.monotonic()

    # --- the work

    def _take_turns(self, chore: Chore, work: Work, organizations: Iterable[UUID]) -> None:
        """A slice for each, again and again: a company with ten thousand due interviews holds up nobody else."""
        waiting = deque(organizations)
        while waiting and not self._stopping.is_set():
            organization_id = waiting.popleft()
            if self._slice(chore, work, organization_id):
                waiting.append(organization_id)

    def _slice(self, chore: Chore, work: Work, organization_id: UUID) -> int:
        try:
            if chore.is_detached:
                done = work(organization_id, _database_time())
            else:
                done = self._held_slice(chore, work, organization_id)
        except AWAY:
            raise
        except Exception:
            log.exception("chore_failed", chore=chore.name, organization=str(organization_id))
            self._let_rest(chore, organization_id, REST)
            return 0
        if done:
            log.info("chore_done", chore=chore.name, organization=str(organization_id), count=done)
        return done

    def _held_slice(self, chore: Chore, work: Work, organization_id: UUID) -> int:
        with acting_in(organization_id):
            if not _take_hold(chore, organization_id):
                # Another worker is at it; what it leaves, a later look finds.
                self._let_rest(chore, organization_id, PAUSE)
                return 0
            return work(organization_id, _database_time())

    def _let_rest(self, chore: Chore, organization_id: UUID, seconds: float) -> None:
        self._resting[chore.name, organization_id] = time.monotonic() + seconds


def _take_hold(chore: Chore, organization_id: UUID) -> bool:
    """Until the transaction ends, this worker alone runs the chore there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 12))", [f"{chore.name} {organization_id}"]
        )
        return bool(cursor.fetchone()[0])


def _database_time() -> datetime:
    """Machines' clocks differ and jump; the database's is the one that everything queued is compared with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _organizations() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_organizations()")
        return [row[0] for row in cursor.fetchall()]
