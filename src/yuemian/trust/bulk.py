"""Thousands of rows in one statement: COPY into a temporary table, then INSERT … SELECT.

COPY itself refuses tables under row-level security; the INSERT passes their policies like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql


def insert(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    shared: Mapping[str, Any] | None = None,
) -> int:
    """Insert tuples of the named model fields inside the caller's transaction. Returns how many.

    `shared` holds the fields whose value all rows have in common; they travel once. Values are what psycopg adapts
    (UUID, datetime, str, int, bytes, Jsonb); every column without a database default must be among the fields.
    """
    table = sql.Identifier(model._meta.db_table)
    incoming = sql.Identifier(f"incoming_{model._meta.model_name}")
    names, common = _columns(model, fields), _columns(model, shared or ())
    into = sql.SQL(", ").join([*names, *common])
    travelling = sql.SQL(", ").join(names)
    values = sql.SQL(", ").join([*names, *(sql.Placeholder() for _ in common)])
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                incoming, travelling, table
            )
        )
        with raw.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(incoming, travelling)) as copy:
            for row in rows:
                copy.write_row(row)
        statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}")
        raw.execute(statement.format(table, into, values, incoming), list((shared or {}).values()))
        count: int = raw.rowcount
        raw.execute(sql.SQL("DROP TABLE {}").format(incoming))
    return count


def _columns(model: type[models.Model], fields: Iterable[str]) -> list[sql.Identifier]:
    return [sql.Identifier(_column(model, name)) for name in fields]


def any_of(ids: Iterable[UUID]) -> models.Func:
    """For `filter(pk__in=any_of(ids))`: one array, where a list is quoted and parsed id by id."""
    return models.Func(
        models.Value(id_array(ids)),
        template="(SELECT unnest(%(expressions)s::uuid[]))",
        output_field=models.UUIDField(),
    )


def id_array(ids: Iterable[UUID]) -> str:
    """What `%s::uuid[]` takes; thousands of ids go faster as one text than through psycopg's lists."""
    return "{" + ",".join([id_.hex for id_ in ids]) + "}"


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    assert field.column
    return field.column
