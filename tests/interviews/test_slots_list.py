"""The list of bookable times: what it calls open is what the week shows as free."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview
from tests.interviews.slots import create_policy, create_series, offers, press
from tests.portal.stories import invite
from yuemian.interviews.actions.reschedule import choose_slot
from yuemian.interviews.models import SlotSeries

HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def open_of(client: Client, series: SlotSeries) -> int:
    lines = client.get("/slots").context["lines"]
    return next(int(line["open"]) for line in lines if line["series"] == series)


def test_an_interview_outside_the_series_closes_the_times_that_it_touches(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_policy(cast, now=now, is_automatic=True)
    series = create_series(cast, now=now)
    other = create_series(cast, now=now, name="别人", interviewer=cast.lead)
    who = invite(cast, now=now, starts_at=now + timedelta(days=20))
    starts = [each.span.start for each in offers(who.interview, now)]
    first = next(each for each in starts if each.astimezone(series.zone).hour == 9)
    before, untouched = open_of(recruiter_client, series), open_of(recruiter_client, other)
    create_interview(cast, now=now, starts_at=first + HOUR / 2, phone="+8613900000009")
    assert open_of(recruiter_client, series) == before - 2
    assert open_of(recruiter_client, other) == untouched


def test_who_sits_in_a_slot_closes_only_that(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    series = create_series(cast, now=now, buffer=timedelta(minutes=15))
    who = invite(cast, now=now, starts_at=now + timedelta(days=20))
    before = open_of(recruiter_client, series)
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    assert open_of(recruiter_client, series) == before - 1
