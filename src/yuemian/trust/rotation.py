"""Rotate the master key: each organization's key is wrapped anew, in a transaction of its own, while everything runs.

What is sealed stays as it is, since the keys inside stay. Until the last one is wrapped anew both master keys are
needed, and both are in the key file.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from yuemian.trust import audit, keyfile
from yuemian.trust.keyring import Keyring, reread
from yuemian.trust.models import Key, KeyPurpose
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Locked, rewrap

REWRAPPED = "key.rewrapped"


class Unfinished(Exception):  # noqa: N818
    """The newest master key does not wrap every organization's key yet; call `yuemian keys rotate` first."""


class Use(NamedTuple):
    """How many organizations' keys a master key wraps."""

    number: int
    organizations: int
    is_in_file: bool


class Rotated(NamedTuple):
    """How many organizations' keys the newest master key wraps anew, and how many no key of the file opens."""

    newest: int
    done: int
    closed: int


def uses() -> list[Use]:
    """Of each master key that is in the file or still needed."""
    ring = reread()
    found = Counter(dict.fromkeys(ring.master, 0))
    for organization_id in _organizations():
        with acting_in(organization_id):
            found.update(-number for number in _keys().values_list("wrapped_by", flat=True))
    return [Use(number, count, number in ring.master) for number, count in sorted(found.items())]


def add() -> int:
    """A new master key in the file; nothing is wrapped by it yet. Raises Unfinished, KeyFileProblem."""
    _check_finished()
    keyfile.add_master(_path())
    return reread().newest


def rotate(*, now: datetime) -> Rotated:
    """Wrap by the newest master key what another one wraps. Can be ended at any moment and called again."""
    ring, done, closed = reread(), 0, 0
    for organization_id in _organizations():
        try:
            with acting_in(organization_id):
                done += _rewrap_one(organization_id, ring, now)
        except Locked:
            closed += 1
    return Rotated(ring.newest, done, closed)


def retire() -> list[int]:
    """Take out of the file what wraps nothing any more. Returns the numbers. Raises Unfinished, KeyFileProblem."""
    _check_finished()
    before = reread()
    keyfile.keep_masters(_path(), {before.newest})
    return sorted(before.master.keys() - reread().master.keys())


def _check_finished() -> None:
    """A key that the file lacks opens nothing here, and holds nobody up."""
    newest = reread().newest
    if any(use.organizations and use.is_in_file and use.number != newest for use in uses()):
        raise Unfinished(" ".join(str(Unfinished.__doc__).split()))


def _rewrap_one(organization_id: UUID, ring: Keyring, now: datetime) -> int:
    key = _keys().exclude(wrapped_by=-ring.newest).select_for_update(no_key=True).first()
    if key is None:
        return 0
    former = -key.wrapped_by
    rewrap(key, ring)
    key.save(update_fields=["wrapped", "wrapped_by"])
    audit.record(
        organization_id,
        audit.SYSTEM,
        REWRAPPED,
        at=now,
        key=key.number,
        from_master=former,
        to_master=ring.newest,
    )
    return 1


def _keys() -> QuerySet[Key]:
    return Key.objects.filter(purpose=KeyPurpose.ORGANIZATION, wrapped__isnull=False)


def _path() -> Path:
    path: Path = settings.KEY_FILE
    return path


def _organizations() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_organizations()")
        return [row[0] for row in cursor.fetchall()]
