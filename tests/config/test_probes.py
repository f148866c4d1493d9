"""What machines ask: `/healthz` and `/readyz`."""

from __future__ import annotations

from django.db import connection
from django.test import Client

from yuemian.config.views import _Migrations


def test_healthz_answers_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"name": "yuemian", "status": "ok"}


def test_readyz_answers_200_when_the_database_is_migrated(db: None, client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_missing_migration_is_noticed(db: None) -> None:
    migrations = _Migrations()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'interviews'")
    assert not migrations.are_applied()
