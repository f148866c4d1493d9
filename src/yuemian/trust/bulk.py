"""Thousands of rows in one statement: COPY into a temporary table, then INSERT … SELECT.

COPY itself refuses tables under row-level security; the INSERT passes their policies like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql


def insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert tuples of the named model fields inside the caller's transaction. Returns how many.

    Values are what psycopg adapts (UUID, datetime, str, int, bytes, Jsonb); every column without a database
    default must be among `fields`.
    """
    columns = [_column(model, name) for name in fields]
    table = sql.Identifier(model._meta.db_table)
    incoming = sql.Identifier(f"incoming_{model._meta.model_name}")
    names = sql.SQL(", ").join([sql.Identifier(column) for column in columns])
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                incoming, names, table
            )
        )
        with raw.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(incoming, names)) as copy:
            for row in rows:
                copy.write_row(row)
        raw.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(table, names, names, incoming))
        count: int = raw.rowcount
        raw.execute(sql.SQL("DROP TABLE {}").format(incoming))
    return count


def any_of(ids: Iterable[UUID]) -> models.Func:
    """For `filter(pk__in=any_of(ids))`: one array, where a list is quoted and parsed id by id."""
    field: models.Field[Any, Any] = models.UUIDField()
    array = models.Value(list(ids), output_field=ArrayField(field))
    return models.Func(array, template="(SELECT unnest(%(expressions)s))", output_field=field)


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    assert field.column
    return field.column
