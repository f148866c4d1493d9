"""The hub's ports on the real PostgreSQL: NOTIFY arrives, sessions are found, ended ones are not."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.factories import create_cast, sign_in_client
from yuemian.accounts.models import Session
from yuemian.config.connection import arguments
from yuemian.config.listening import CHANNEL, Listener, Sessions
from yuemian.trust.tenancy import acting_in


def test_a_notification_of_another_transaction_is_heard(db: None) -> None:
    database = connection.settings_dict

    async def story() -> str:
        async with aclosing(Listener(database).listen()) as listener, asyncio.timeout(10):
            assert await anext(listener) == ""
            with psycopg.connect(**arguments(database)) as other:
                other.execute("SELECT pg_notify(%s, %s)", [CHANNEL, '{"topic": "interviews"}'])
            return await anext(listener)

    assert asyncio.run(story()) == '{"topic": "interviews"}'


def test_a_lost_connection_is_an_error_and_not_silence(db: None) -> None:
    database = connection.settings_dict

    async def story() -> None:
        async with aclosing(Listener(database).listen()) as listener, asyncio.timeout(10):
            await anext(listener)
            _end_listeners()
            await anext(listener)

    with pytest.raises(psycopg.OperationalError):
        asyncio.run(story())


@pytest.mark.django_db(transaction=True)
def test_a_session_is_found_by_its_cookie_until_it_ends(now: datetime) -> None:
    with transaction.atomic():
        cast = create_cast(now=now)
        token = sign_in_client(cast.recruiter).cookies[settings.SESSION_COOKIE_NAME].value

    assert _look_up(token) == (cast.organization.pk,)
    assert _look_up("somebody-elses") == ()
    assert _look_up("非 ascii") == ()
    with acting_in(cast.organization.pk):
        Session.objects.update(ended_at=now)
    assert _look_up(token) == ()


def _look_up(token: str) -> tuple[Any, ...]:
    async def story() -> tuple[Any, ...]:
        sessions = Sessions(connection.settings_dict)
        await sessions.open()
        try:
            access = await sessions.organization(token)
        finally:
            await sessions.close()
        return (access.organization_id,) if access else ()

    return asyncio.run(story())


def _end_listeners() -> None:
    with psycopg.connect(**arguments(connection.settings_dict), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
