"""What is done to restored data before it meets the world: a copy rehearses, the real thing holds what waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from yuemian.accounts.actions import put_in_rehearsal
from yuemian.interviews.tasks import plan_overdue
from yuemian.messaging.actions.standstill import disconnect, hold_waiting
from yuemian.messaging.engine.clock import Clock
from yuemian.trust.tenancy import acting_in

_ALIVE = """
SELECT count(*) FROM messaging_workerlife
WHERE stopped_at IS NULL AND seen_at > now() - interval '30 seconds'
"""


class WorkerAtWork(Exception):  # noqa: N818
    """A worker is at work on this database, or was when a fresh backup was made; stop it, wait half a minute, and call
    this again."""


@dataclass
class Rehearsing:
    """What `rehearse` found to do."""

    organizations: int = 0
    accounts: int = 0
    mailboxes: int = 0
    calendars: int = 0


def rehearse(now: datetime | None = None) -> Rehearsing:
    """Every organization of this database in rehearsal, and its own connections off. Safe to repeat."""
    now = now or datetime.now(UTC)
    done = Rehearsing()
    for organization_id in _organizations():
        with acting_in(organization_id):
            done.organizations += 1
            done.calendars += put_in_rehearsal(organization_id, now=now)
            accounts, mailboxes = disconnect(organization_id, now=now)
            done.accounts += accounts
            done.mailboxes += mailboxes
    return done


def hold(now: datetime | None = None) -> int:
    """Hold all that waits, and with it what comes due between the backup and now. Raises WorkerAtWork.

    No future step is stored, so the steps that came due meanwhile are planned first, at night too; the worker would do
    so as soon as it may, and send once more what had been sent.
    """
    if _worker_is_alive():
        raise WorkerAtWork(" ".join(str(WorkerAtWork.__doc__).split()))
    Clock().tick()
    now, count = now or datetime.now(UTC), 0
    for organization_id in _organizations():
        with acting_in(organization_id):
            plan_overdue(organization_id, now)
            count += hold_waiting(organization_id, now=now)
    return count


def _worker_is_alive() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ALIVE)
        return bool(cursor.fetchone()[0])


def _organizations() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_organizations()")
        return [row[0] for row in cursor.fetchall()]
