"""Fixtures of the whole suite: the database as the web role sees it, and the named cast."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client, override_settings
from hypothesis import settings
from playwright.sync_api import expect

from tests.emptying import emptied_by_rows
from tests.factories import Cast, create_cast, sign_in_client
from tests.order import in_order

# No test is timed; on a busy machine a deadline fails what is right.
settings.register_profile("yuemian", deadline=None)
settings.load_profile("yuemian")
expect.set_options(timeout=30_000)

#: A Wednesday morning in Shanghai; tests pass it as `now`.
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Eleven thousand tests stay until the end: nobody looks for garbage among them, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["tests.hashing.QuickArgon2"]):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The suite's own server comes with a migrated database: the test's is a copy of it."""
    if "DATABASE_URL" not in os.environ:
        connection.settings_dict["TEST"]["TEMPLATE"] = "yuemian"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Migrated by the owner; from here on the suite has the web role's rights, row-level security included."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            # Only here: transactional tests empty the tables after themselves.
            cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO yuemian_app")
        connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"
        connection.close()
        with emptied_by_rows():
            yield
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_owner"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def cast(db: None, now: datetime) -> Cast:
    """星河科技 with its people, two branches, jobs and published templates; the transaction is bound to it."""
    return create_cast(now=now)


@pytest.fixture
def recruiter_client(cast: Cast) -> Client:
    """A browser in which the recruiter has signed in."""
    return sign_in_client(cast.recruiter)
