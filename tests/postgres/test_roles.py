"""The roles on a server that is not ours: created when permitted, explained when not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.postgres.conftest import SMALL
from yuemian.postgres import RolesMissing, Server, ensure_roles, running_server, setup_statements
from yuemian.postgres.roles import APP, ENGINE, OWNER, ROLES


@pytest.fixture
def foreign(data: Path) -> Iterator[Server]:
    """A server with a database `shared` of the user `tenant`, who enters through a map of its own."""
    with running_server(data, settings=SMALL) as server:
        with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE yuemian")
            for role in reversed(ROLES):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
            connection.execute("CREATE ROLE tenant LOGIN")
            connection.execute("CREATE DATABASE shared OWNER tenant")
            doors = next((data / "postgres").glob("[0-9]*")) / "pg_ident.conf"
            with doors.open("a") as file:
                file.write("yuemian /^(.*)$ tenant\n")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def test_a_user_who_may_create_roles_sets_everything_up_and_again_changes_nothing(foreign: Server) -> None:
    _as_administrator(foreign, "ALTER ROLE tenant CREATEROLE")
    with psycopg.connect(foreign.conninfo("tenant", "shared"), autocommit=True) as connection:
        ensure_roles(connection)
        ensure_roles(connection)
        _assert_ready(connection)


def test_a_plain_user_is_told_the_statements_and_they_suffice(foreign: Server) -> None:
    with psycopg.connect(foreign.conninfo("tenant", "shared"), autocommit=True) as connection:
        with pytest.raises(RolesMissing, match="GRANT yuemian_app, yuemian_engine TO yuemian_owner"):
            ensure_roles(connection)
        for statement in setup_statements("tenant", "shared"):
            _as_administrator(foreign, statement)
        ensure_roles(connection)
        _assert_ready(connection)


def _assert_ready(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute(f"SET ROLE {OWNER}")
    connection.execute("CREATE TABLE IF NOT EXISTS letters (id int)")
    connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP}, {ENGINE}")
    connection.execute(f"GRANT SELECT ON letters TO {APP}, {ENGINE}")
    for role in (APP, ENGINE):
        connection.execute(f"SET ROLE {role}")
        connection.execute("SELECT * FROM letters")
        row = connection.execute(
            "SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False,)
    connection.execute("RESET ROLE")


def _as_administrator(server: Server, statement: str) -> None:
    with psycopg.connect(server.conninfo("postgres", "shared"), autocommit=True) as connection:
        connection.execute(statement)
