"""Which organization a transaction may see: set once per transaction, unset means zero rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

#: The setting that the row-level security policies read.
SETTING = "yuemian.organization"
#: Binds a transaction that is not bound yet, and says to whom it is bound now.
_ENTER = "SELECT set_config(%s, coalesce(nullif(current_setting(%s, true), ''), %s), true)"


class WrongOrganization(Exception):  # noqa: N818
    """This transaction already works for another organization; finish it before you change."""


@contextmanager
def acting_in(organization_id: UUID) -> Iterator[None]:
    """A transaction (or a savepoint of the running one) that sees exactly this organization's rows."""
    with transaction.atomic():
        enter(organization_id)
        yield


def enter(organization_id: UUID) -> None:
    """Bind the running transaction to an organization. Raises WrongOrganization when bound to another."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [SETTING, SETTING, str(organization_id)])
        bound = cursor.fetchone()[0]
    if bound != str(organization_id):
        raise WrongOrganization(WrongOrganization.__doc__)


def current() -> UUID | None:
    """The organization this transaction is bound to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting(%s, true), '')", [SETTING])
        row = cursor.fetchone()
    return UUID(row[0]) if row and row[0] else None
