"""A next round is set on the clock of the place where each person is interviewed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast
from tests.results.decisions.people import interviewed
from tests.results.decisions.test_views_results import ask_to, pressed
from yuemian.interviews.models import Interview

BERLIN = "Europe/Berlin"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def asked(cast: Cast, client: Client, now: datetime) -> tuple[str, dict[str, Any]]:
    people = interviewed(cast, 3, now=now)
    Interview.objects.filter(pk=people[1].pk).update(time_zone=BERLIN)
    page = ask_to(client, [each.pk for each in people], "advance")
    form = pressed(page) | {"outcome": "advance", "round": "复试", "minutes": "45"}
    return page.content.decode(), form | {"date": (now + timedelta(days=3)).date().isoformat()}


def clocks() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in Interview.objects.filter(round="复试").order_by("starts_at"):
        found.setdefault(each.time_zone, []).append(f"{each.starts_at.astimezone(each.zone):%H:%M}")
    return found


@pytest.mark.parametrize(
    ("is_in_turn", "second"), [({}, "10:00"), ({"is_in_turn": "on"}, "10:45")], ids=["at once", "in turn"]
)
def test_ten_is_ten_on_every_clock(
    cast: Cast, recruiter_client: Client, now: datetime, is_in_turn: dict[str, str], second: str
) -> None:
    text, form = asked(cast, recruiter_client, now)
    assert "北京时间 · 柏林时间" in text
    answer = recruiter_client.post("/results/press", form | is_in_turn | {"follow": "time", "time": "10:00"})
    assert answer.status_code == 302
    assert clocks() == {"Asia/Shanghai": ["10:00", second], BERLIN: ["10:00"]}


def test_a_day_to_choose_by_ends_on_every_clock(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    _text, form = asked(cast, recruiter_client, now)
    recruiter_client.post("/results/press", form | {"follow": "choose", "until": form["date"]})
    assert clocks() == {"Asia/Shanghai": ["23:59", "23:59"], BERLIN: ["23:59"]}


def test_an_hour_that_one_of_the_clocks_skips_is_refused(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    _text, form = asked(cast, recruiter_client, now)
    march = date(now.year + 1, 3, 31)
    sunday = march - timedelta(days=march.isoweekday() % 7)
    skipped = form | {"follow": "time", "date": sunday.isoformat(), "time": "02:30"}
    assert recruiter_client.post("/results/press", skipped).status_code == 422
    assert clocks() == {}
