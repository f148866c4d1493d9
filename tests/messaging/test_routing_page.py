"""The page of smart routing: what was learned, what it is worth, the switch, and who may see it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from tests.factories import Cast, sign_in_client
from yuemian.accounts.models import Organization
from yuemian.messaging.models import ChannelStatistic
from yuemian.messaging.routing_history import EVERYBODY, FIXED, LEARNED

PAGE = "/settings/routing"


@pytest.fixture
def browser(cast: Cast) -> Client:
    client = sign_in_client(cast.owner)
    client.cookies["language"] = "en"
    return client


def figures(
    cast: Cast, now: datetime, segment: str, sent: int, answered: int, channel: str = "email"
) -> None:
    ChannelStatistic.objects.create(
        organization=cast.organization, segment=segment, channel=channel, hour_band=3, is_workday=True,
        is_rehearsal=True, sent=sent, reached=answered, answered=answered, updated_at=now,
    )  # fmt: skip


def test_before_anything_is_counted_it_says_how_to_begin(browser: Client) -> None:
    context = browser.get(PAGE).context
    assert context["counted"] == 0
    assert not context["verdict"].is_enough


def test_each_channel_shows_its_figures_and_range(browser: Client, cast: Cast, now: datetime) -> None:
    figures(cast, now, EVERYBODY, 180, 132, "sms")
    lines = {line.tally.sent: line for line in browser.get(PAGE).context["lines"]}
    assert (lines[180].tally.answered, lines[180].rate) == (132, 70)  # (132 + 8) of (180 + 20)
    assert lines[180].low < 70 < lines[180].high
    assert lines[0].rate == 40
    assert "70 %" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("learned", "fixed", "is_enough", "tone"),
    [
        ((29, 20), (400, 100), False, "info"),
        ((400, 300), (40, 10), True, "success"),
        ((400, 100), (40, 30), True, "warning"),
        ((400, 200), (40, 20), True, "info"),
    ],
    ids=["too few", "better", "worse", "no difference"],
)
def test_the_comparison_speaks_only_when_it_can(
    browser: Client,
    cast: Cast,
    now: datetime,
    learned: tuple[int, int],
    fixed: tuple[int, int],
    is_enough: bool,
    tone: str,
) -> None:
    figures(cast, now, LEARNED, *learned)
    figures(cast, now, FIXED, *fixed)
    verdict = browser.get(PAGE).context["verdict"]
    assert (verdict.is_enough, verdict.tone) == (is_enough, tone)
    assert (verdict.learned.sent, verdict.fixed.sent) == (learned[0], fixed[0])


def test_the_switch_works_both_ways(browser: Client) -> None:
    for word, is_learned in (("0", False), ("1", True)):
        assert browser.post(PAGE, {"is_learned": word}).status_code == 302
        assert Organization.objects.get().is_routing_learned is is_learned


def test_a_recruiter_may_not(recruiter_client: Client) -> None:
    assert recruiter_client.get(PAGE).status_code == 403
    assert recruiter_client.post(PAGE, {"is_learned": "0"}).status_code == 403
    assert Organization.objects.get().is_routing_learned
