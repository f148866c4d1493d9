"""Whether a receipt tells the truth: looked up, and compared with the key, the rows and the audit chain."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import Organization
from yuemian.hiring.actions.erase import receipt_hash
from yuemian.hiring.models import Candidate, Erasure
from yuemian.hiring.own_holdings import NOBODY
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in


class Finding(NamedTuple):
    """One thing that was looked at."""

    is_good: bool
    sentence: str


def examine(receipt: str) -> list[Finding]:
    """For the administrator; English, like every command."""
    hashed = receipt_hash(receipt)
    if hashed is None:
        return [Finding(False, "This is no receipt: it has 24 letters and digits in six groups.")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT erasure_id, organization_id FROM find_erasure(%s)", [hashed])
        row = cursor.fetchone()
    if row is None:
        return [Finding(False, "No erasure has this receipt.")]
    with acting_in(row[1]):
        return _examine(row[0], row[1], hashed)


def _examine(erasure_id: UUID, organization_id: UUID, hashed: bytes) -> list[Finding]:
    erasure = Erasure.objects.select_related("candidate__key").get(pk=erasure_id)
    organization = Organization.objects.get(pk=organization_id)
    candidate = erasure.candidate
    fault = audit.verify(organization_id)
    return [
        Finding(True, f"{organization.name} erased a person at {erasure.done_at:%Y-%m-%d %H:%M} UTC."),
        Finding(candidate.key.wrapped is None, f"Key {candidate.key.number} is destroyed."),
        Finding(_is_nameless(candidate), "The person's row holds no name, address or wish."),
        Finding(_is_recorded(erasure, hashed), "The audit trail recorded this erasure with this receipt."),
        Finding(
            fault is None,
            "The audit chain is whole." if fault is None else f"Entry {fault.sequence}: {fault.problem}.",
        ),
    ]


def _is_nameless(candidate: Candidate) -> bool:
    is_blank = (candidate.name, candidate.name_key, candidate.external_id) == (NOBODY, "", "")
    return is_blank and not candidate.contact_points.exists()


def _is_recorded(erasure: Erasure, hashed: bytes) -> bool:
    entries = AuditEntry.objects.filter(
        organization_id=erasure.organization_id, action="candidate.erased", subject_id=erasure.candidate_id
    )
    return any(entry.details.get("receipt") == hashed.hex() for entry in entries)
