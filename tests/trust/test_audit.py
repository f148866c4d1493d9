"""The audit chain shows every later change."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from tests.factories import Cast
from yuemian.trust import audit
from yuemian.trust.audit import SYSTEM
from yuemian.trust.models import AuditEntry


def as_owner(statement: str) -> None:
    """What somebody with the owner's rights could do to the table."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE yuemian_app")


def write(cast: Cast, now: datetime, count: int = 5) -> None:
    for number in range(count):
        audit.record(cast.organization.pk, SYSTEM, "test.happened", at=now, number=number)


def test_an_untouched_chain_verifies(cast: Cast, now: datetime) -> None:
    write(cast, now)
    assert audit.verify(cast.organization.pk) is None
    assert list(AuditEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


def test_a_changed_entry_is_named(cast: Cast, now: datetime) -> None:
    write(cast, now)
    as_owner("UPDATE trust_auditentry SET action = 'nothing.happened' WHERE sequence = 3")
    fault = audit.verify(cast.organization.pk)
    assert fault
    assert fault.sequence == 3


def test_a_deleted_entry_is_named(cast: Cast, now: datetime) -> None:
    write(cast, now)
    as_owner("DELETE FROM trust_auditentry WHERE sequence = 4")
    fault = audit.verify(cast.organization.pk)
    assert fault
    assert fault.sequence == 4


def test_swapped_entries_are_named(cast: Cast, now: datetime) -> None:
    write(cast, now)
    as_owner("UPDATE trust_auditentry SET sequence = 99 WHERE sequence = 3")
    as_owner("UPDATE trust_auditentry SET sequence = 3 WHERE sequence = 4")
    as_owner("UPDATE trust_auditentry SET sequence = 4 WHERE sequence = 99")
    fault = audit.verify(cast.organization.pk)
    assert fault
    assert fault.sequence == 3
