"""A migration beside working workers: nobody sees a table without its policies, and what stands is not touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Timer

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction

from tests.factories import create_cast, create_interview
from yuemian.config.connection import connect
from yuemian.trust import database
from yuemian.trust.database import ENGINE, Busy, secure

pytestmark = pytest.mark.django_db(transaction=True)

_LOCKED = """
    SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'public'::regnamespace
      AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
_POLICIES = """
    SELECT tablename, policyname, roles::text, qual, with_check FROM pg_policies WHERE schemaname = 'public'
    ORDER BY tablename, policyname
"""


@pytest.fixture
def owner() -> Iterator[None]:
    """The test's connection as the role that migrates."""
    connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_owner"
    connection.close()
    yield
    connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"
    connection.close()


@pytest.fixture
def engine() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with connect(connection.settings_dict, as_role=False) as link:
        link.execute(f"SET ROLE {ENGINE}")
        yield link


def test_the_engine_sees_its_rows_between_any_two_steps_of_a_migration(
    owner: None, engine: psycopg.Connection[tuple[object, ...]], now: datetime
) -> None:
    with transaction.atomic():
        create_interview(create_cast(now=now), now=now)
    seen = set()

    def look(execute: Callable[..., object], *arguments: object) -> object:
        if not connection.in_atomic_block:
            seen.add(engine.execute("SELECT count(*) FROM interviews_interview").fetchone())
        return execute(*arguments)

    before = rows(_POLICIES)
    forget()
    with connection.execute_wrapper(look):
        migrate()
    assert seen == {(1,)}
    assert rows(_POLICIES) == before


def test_a_second_migration_locks_no_table(owner: None) -> None:
    migrate()
    with transaction.atomic():
        migrate()
        assert rows(_LOCKED) == []


@pytest.mark.parametrize(
    ("damage", "proof"),
    [
        (
            "DROP POLICY engine ON interviews_interview",
            "SELECT count(*) FROM pg_policies WHERE tablename = 'interviews_interview' AND policyname = 'engine'",
        ),
        (
            "ALTER TABLE trust_key NO FORCE ROW LEVEL SECURITY",
            "SELECT count(*) FROM pg_class WHERE relname = 'trust_key' AND relforcerowsecurity",
        ),
        (
            "REVOKE SELECT ON trust_key FROM yuemian_engine",
            "SELECT count(*) WHERE has_table_privilege('yuemian_engine', 'trust_key', 'SELECT')",
        ),
        (
            "DROP TRIGGER results_message_stays ON messaging_notification",
            "SELECT count(*) FROM pg_trigger WHERE tgname = 'results_message_stays'",
        ),
        (
            "CREATE OR REPLACE FUNCTION list_organizations() RETURNS SETOF uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
            "SELECT count(*) FROM pg_proc WHERE proname = 'list_organizations' AND prosecdef",
        ),
    ],
)
def test_what_was_changed_by_hand_or_by_an_older_version_is_put_right(
    owner: None, damage: str, proof: str
) -> None:
    migrate()
    with connection.cursor() as cursor:
        cursor.execute(damage)
    migrate()
    assert rows(proof) == [(1,)]


def test_a_table_in_use_is_changed_when_it_is_free(owner: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(database, "PAUSE", 0.05)
    forget()
    with connect(connection.settings_dict) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE interviews_interview IN ACCESS SHARE MODE")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "TRIES", 2)
            with pytest.raises(Busy, match="interviews_interview"):
                migrate()
        free = Timer(0.3, other.rollback)
        free.start()
        migrate()
        free.join()
    with transaction.atomic():
        migrate()
        assert rows(_LOCKED) == []


def migrate() -> None:
    secure(apps.get_app_config("trust"), "default")


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON COLUMN django_migrations.name IS NULL")


def rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
