"""Empties the tables behind a test that commits, where the suite has a server of its own.

Django's TRUNCATE writes new files for a hundred tables and six hundred indexes, several hundred times a run; rows stand
in two dozen tables, and few.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase
from psycopg.sql import SQL, Identifier


class Broom:
    """A superuser's connection: past row-level security, the roles' rights and the order of foreign keys."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._link = psycopg.connect(
            host=settings["HOST"], dbname=settings["NAME"], user="postgres", autocommit=True
        )
        found = self._link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = sorted(row[0] for row in found if row[0] != "django_migrations")
        tables = [Identifier(name) for name in names]
        # Like TRUNCATE it waits for whoever still writes; a page that was left may be at it.
        self._lock = SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(SQL(", ").join(tables))
        rows = [
            SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, Identifier(name)) for name in names
        ]
        self._full = SQL(" UNION ALL ").join(rows)

    def sweep(self) -> None:
        with self._link.transaction():
            self._link.execute(self._lock)
            self._link.execute("SET LOCAL session_replication_role = replica")
            for (name,) in self._link.execute(self._full).fetchall():
                self._link.execute(SQL("DELETE FROM {}").format(Identifier(name)))

    def close(self) -> None:
        self._link.close()


@contextmanager
def emptied_by_rows() -> Iterator[None]:
    """A server that DATABASE_URL names lets no superuser in: there Django's way stands."""
    if "DATABASE_URL" in os.environ:
        yield
        return
    broom = Broom(connection.settings_dict)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: broom.sweep())
        yield
    broom.close()
