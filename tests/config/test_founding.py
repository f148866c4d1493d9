"""Founding a real organization from the command line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories import PASSWORD
from yuemian.accounts.models import User
from yuemian.config.founding import CannotFound, found
from yuemian.messaging.models import Template


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """The command runs with the owner's role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        yield
        cursor.execute("SET LOCAL ROLE yuemian_app")


def given(**changes: Any) -> Namespace:
    usual = {
        "name": "远山科技",
        "name_en": "",
        "branch": "",
        "time_zone": "Asia/Shanghai",
        "region": "cn",
        "locale": "zh-hans",
        "admin_name": "周远",
        "admin_email": "zhou@yuanshan.example",
    }
    return Namespace(**usual | changes)


def test_a_company_starts_in_rehearsal_with_an_administrator_and_the_templates(
    as_owner: None, now: datetime
) -> None:
    organization = found(given(), PASSWORD, now=now)
    assert organization.is_rehearsal
    assert User.objects.get().has_password(PASSWORD)
    assert Template.objects.count() > 5


@pytest.mark.parametrize("changes", [{"time_zone": "Mars/Base"}, {"admin_email": "no address"}])
def test_what_cannot_be_used_is_refused_with_a_sentence(
    as_owner: None, now: datetime, changes: dict[str, str]
) -> None:
    with pytest.raises(CannotFound):
        found(given(**changes), PASSWORD, now=now)


def test_a_weak_password_is_refused(as_owner: None, now: datetime) -> None:
    with pytest.raises(CannotFound):
        found(given(), "password1234", now=now)
