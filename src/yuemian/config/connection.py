"""psycopg connections for what runs beside Django, from the same database entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

#: Options of Django's backend that libpq does not know.
_DJANGOS = frozenset({"assume_role", "isolation_level", "pool", "server_side_binding"})


def arguments(database: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of psycopg.connect for Django's database entry."""
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: str(database[key]) for name, key in names.items() if database.get(key)}
    options = {name: value for name, value in database["OPTIONS"].items() if name not in _DJANGOS}
    return {"connect_timeout": 5} | given | options


def assumed_role(database: Mapping[str, Any]) -> str | None:
    """The role to take on after entering an external server."""
    role = database["OPTIONS"].get("assume_role")
    return str(role) if role else None


def connect(database: Mapping[str, Any], *, as_role: bool = True) -> psycopg.Connection[TupleRow]:
    """An autocommit connection, with the process's role unless told otherwise."""
    connection = psycopg.connect(**arguments(database), autocommit=True)
    role = assumed_role(database)
    if as_role and role:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    return connection
