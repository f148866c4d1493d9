"""Sending from the board."""

from __future__ import annotations

from datetime import datetime

from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interviews


def test_the_send_page_shows(cast: Cast, recruiter_client: Client) -> None:
    ids = [i.pk for i in create_interviews(cast, 3, now=timezone.now())]
    answer = recruiter_client.post("/send", {"ids": ids}, follow=True)
    assert answer.status_code == 200
