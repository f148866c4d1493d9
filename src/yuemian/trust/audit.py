"""The audit chain: who did what to which row, each entry hashed over the one before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from yuemian.trust.models import AuditEntry

START = bytes(32)
#: A check of the whole chain; its details say what it found.
CHECKED = "audit.checked"
#: One call of the function in functions.sql; `values_to_append` gives its values.
APPEND = "append_audit(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, a candidate (by link), or the system itself."""

    kind: str
    id: UUID | None = None


SYSTEM = Actor("system")


@dataclass(frozen=True)
class Fault:
    """The first entry that does not fit, and why."""

    sequence: int
    problem: str


def record(
    organization_id: UUID,
    actor: Actor,
    action: str,
    *,
    at: datetime,
    subject: tuple[str, UUID] | None = None,
    **details: Any,
) -> None:
    """Append to the organization's chain, inside the caller's transaction.

    `details` hold ids, counts, field names and hashes; never a person's name, address or text.
    """
    with connection.cursor() as cursor:
        values = values_to_append(organization_id, actor, action, at=at, subject=subject, **details)
        cursor.execute(f"SELECT {APPEND}", values)


def values_to_append(
    organization_id: UUID,
    actor: Actor,
    action: str,
    *,
    at: datetime,
    subject: tuple[str, UUID] | None = None,
    **details: Any,
) -> list[Any]:
    """What APPEND takes, for a caller that puts it into a statement of its own."""
    entry = AuditEntry(
        organization_id=organization_id,
        sequence=0,
        at=at.astimezone(UTC),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject_kind=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        details=orjson.loads(orjson.dumps(details, default=str)),
    )
    before, after = _canonical(entry).split(b'"sequence":0', 1)
    return [
        entry.pk,
        entry.organization_id,
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        orjson.dumps(entry.details).decode(),
        before.decode() + '"sequence":',
        after.decode(),
    ]


def chain_hash(entry: AuditEntry) -> bytes:
    """SHA-256 over the previous hash and the entry's canonical JSON (sorted keys, as RFC 8785 for our types)."""
    return hashlib.sha256(bytes(entry.previous_hash) + _canonical(entry)).digest()


def _canonical(entry: AuditEntry) -> bytes:
    content = {
        "organization": str(entry.organization_id),
        "sequence": entry.sequence,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": [entry.actor_kind, str(entry.actor_id) if entry.actor_id else None],
        "action": entry.action,
        "subject": [entry.subject_kind, str(entry.subject_id) if entry.subject_id else None],
        "details": entry.details,
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def verify(organization_id: UUID) -> Fault | None:
    """Walk the whole chain; None when every entry fits. A cut-off tail shows only against an outside anchor."""
    previous, expected = START, 1
    for entry in (
        AuditEntry.objects.filter(organization_id=organization_id).order_by("sequence").iterator(2000)
    ):
        if entry.sequence != expected:
            return Fault(expected, "an entry is missing")
        if bytes(entry.previous_hash) != previous:
            return Fault(entry.sequence, "it does not follow the entry before it")
        if bytes(entry.hash) != chain_hash(entry):
            return Fault(entry.sequence, "its content was changed")
        previous, expected = bytes(entry.hash), expected + 1
    return None


def check(organization_id: UUID, actor: Actor, *, at: datetime) -> Fault | None:
    """Verify, and append what was found: the trail itself keeps when it was checked last."""
    fault = verify(organization_id)
    found = {"sequence": fault.sequence, "problem": fault.problem} if fault else {"fits": True}
    record(organization_id, actor, CHECKED, at=at, **found)
    return fault


def last_check(organization_id: UUID) -> AuditEntry | None:
    """The newest entry of a check. Walks back from the end: a night's worth of entries at most."""
    entries = AuditEntry.objects.filter(organization_id=organization_id, action=CHECKED)
    return entries.order_by("-sequence").first()
