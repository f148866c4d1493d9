"""The Today page: whose it is, what it says, one press for a whole list, who came, the list for reception."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_interviews


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def test_the_page_shows(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interviews(cast, 3, now=now)
    create_interview(cast, now=now, starts_at=now + timedelta(days=1))
    page = recruiter_client.get("/today")
    assert page.status_code == 200
    print(page.content.decode())
