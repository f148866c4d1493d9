"""The page on which somebody says that an interviewer cannot come: whom it tells, and by whose clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview
from tests.interviews.slots import create_series
from yuemian.interviews.models import Interview

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def test_who_was_left_out_stays_left_out_when_the_form_comes_back(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    noon = (now + timedelta(days=2)).astimezone(cast.shanghai.zone).replace(hour=12, minute=0)
    asked, spared = (
        create_interview(cast, now=now, starts_at=noon + timedelta(hours=n), name=name, phone=f"+861390000000{n}")
        for n, name in ((1, "甲"), (2, "乙"))
    )  # fmt: skip
    fields = {"interviewer": str(cast.interviewer.pk), "day": str(noon.date()), "until": "", "reason": ""}
    response = recruiter_client.post("/slots/absence", fields | {"ids": [str(asked.pk)]})
    text = response.content.decode()
    assert response.status_code == 422
    assert re.findall(r'name="ids" value="([^"]+)" checked', text) == [str(asked.pk)]
    assert f'value="{spared.pk}"' in text
    assert not Interview.objects.filter(state="draft").exists()


def test_a_day_is_one_of_the_interviewers_clock(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_series(cast, now=now, time_zone=LOS_ANGELES.key)
    day = (now + timedelta(days=3)).astimezone(LOS_ANGELES).replace(hour=9, minute=0)
    morning, evening, other = (
        create_interview(cast, now=now, starts_at=at, name=name, phone=f"+861390000000{n}")
        for n, (name, at) in enumerate(
            [
                ("早上", day),
                ("晚上", day + timedelta(hours=11)),
                ("前一天晚上", day - timedelta(hours=13)),
            ]
        )
    )
    text = recruiter_client.get(
        f"/slots/absence?interviewer={cast.interviewer.pk}&day={day.date()}"
    ).content.decode()
    shown = set(re.findall(r'name="ids" value="([^"]+)"', text))
    assert shown == {str(morning.pk), str(evening.pk)}
    assert str(other.pk) not in shown
    assert "洛杉矶时间" in text
