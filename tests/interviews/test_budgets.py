"""Budgets: what is set, what was spent today, and a forecast that says how far it can be trusted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from tests.factories import Cast, create_cast, create_interviews, sign_in_client
from tests.interviews.plan_stories import DAY, create_plan
from yuemian.domain.cadence import Anchor, Pick, Step
from yuemian.domain.forecast import Expected, Planned, Rate, Rates, forecast
from yuemian.domain.states import Attendance, Channel, InterviewState, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.budget_chart import chart
from yuemian.interviews.cost_forecast import Price, outlook, prices_of, route_of
from yuemian.interviews.models import Interview
from yuemian.messaging.models import (
    ChannelDay,
    ChannelPolicy,
    ChannelStatistic,
    Notification,
    ProviderAccount,
)
from yuemian.trust.models import AuditEntry, Key
from yuemian.trust.tenancy import SETTING, enter

ENGLISH = {"accept-language": "en"}
E, S, W = Channel.EMAIL, Channel.SMS, Channel.WECHAT
INVITE = Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY)
REMIND = Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, DAY)
TEXT = Step("text", Purpose.REMINDER, Anchor.BEFORE_START, DAY, pick=Pick.LISTED, channels=(S,))
BOTH = Step("both", Purpose.REMINDER, Anchor.BEFORE_START, 2 * DAY, pick=Pick.ALL, channels=(E, S))
NUDGE = Step("nudge", Purpose.NUDGE, Anchor.AFTER_SENT, DAY, pick=Pick.LISTED, channels=(S,))


@pytest.fixture
def now() -> datetime:
    """Three in the afternoon in Shanghai, so that nothing waits for the morning."""
    return timezone.now().replace(hour=7, minute=0, second=0, microsecond=0)


@pytest.fixture
def owner(cast: Cast) -> Client:
    return sign_in_client(cast.owner)


def account(cast: Cast, channel: Channel, cost: str, **fields: Any) -> ProviderAccount:
    given: dict[str, Any] = {"name": f"{channel} {cost}", "created_at": timezone.now()} | fields
    return ProviderAccount.objects.create(
        organization=cast.organization, channel=channel, provider="test", cost=Decimal(cost),
        key=Key.objects.filter(organization_id=cast.organization.pk).order_by("created_at")[0],
        config_sealed=b"", **given,
    )  # fmt: skip


def counted(cast: Cast, channel: Channel, *, sent: int, reached: int, answered: int) -> None:
    ChannelStatistic.objects.create(
        organization=cast.organization, segment="", channel=channel, hour_band=3, is_workday=True, is_rehearsal=True,
        sent=sent, reached=reached, answered=answered, updated_at=timezone.now(),
    )  # fmt: skip


def sum_of(cast: Cast, channel: Channel, now: datetime) -> Expected:
    found = [each for (_, c), each in outlook(cast.organization, now=now).expected.items() if c == channel]
    total = Expected(now.date(), channel)
    for each in found:
        total.certain += each.certain
        total.likely += each.likely
        total.at_most += each.at_most
        total.is_upper_bound |= each.is_upper_bound
    return total


def unbind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [SETTING])


# --- What is set ------------------------------------------------------------------------------------------------


def test_budgets_are_set_changed_and_lifted(cast: Cast, owner: Client) -> None:
    page = owner.get("/settings/budgets")
    assert list(page.context["form"].fields) == ["email", "sms", "wechat"], "in rehearsal there are all"
    owner.post("/settings/budgets", {"email": "", "sms": "12.50"})
    owner.post("/settings/budgets", {"email": "", "sms": "12.5"})
    assert ChannelPolicy.objects.get(channel="sms").daily_budget == Decimal("12.50")
    assert AuditEntry.objects.filter(action="budgets.saved").count() == 1, "the same again is no change"
    owner.post("/settings/budgets", {"email": "0", "sms": ""})
    assert dict(ChannelPolicy.objects.values_list("channel", "daily_budget")) == {
        "email": Decimal(0),
        "sms": None,
    }


@pytest.mark.parametrize("amount", ["-1", "much", "1.234", "123456789.00"])
def test_an_amount_that_is_none_is_refused_at_its_field(cast: Cast, owner: Client, amount: str) -> None:
    answer = owner.post("/settings/budgets", {"sms": amount})
    assert answer.status_code == 422
    assert "sms" in answer.context["form"].errors
    assert not ChannelPolicy.objects.exists()


@pytest.mark.parametrize("person", ["recruiter", "lead", "interviewer", "auditor"])
def test_only_administrators_see_budgets(cast: Cast, person: str) -> None:
    client = sign_in_client(getattr(cast, person))
    for path in ("/settings/budgets", "/settings/budgets/forecast"):
        assert client.get(path).status_code == 403
    assert client.post("/settings/budgets", {"sms": "1"}).status_code == 403


def test_today_shows_what_was_sent_and_that_a_budget_is_used_up(cast: Cast, owner: Client) -> None:
    today = timezone.now().astimezone(cast.shanghai.zone).date()
    day = {"organization": cast.organization, "channel": "sms"}
    ChannelDay.objects.create(**day, day=today, sent=200, cost=Decimal("9.0000"))
    ChannelDay.objects.create(**day, day=today - DAY, sent=500, cost=Decimal("22.5000"))
    ChannelPolicy.objects.create(organization=cast.organization, channel="sms", daily_budget=Decimal(9))
    page = owner.get("/settings/budgets", headers=ENGLISH)
    row = page.context["rows"][1]
    assert (row["sent"], row["cost"], row["is_spent"]) == (200, "CN¥9.00", True)
    assert row["price"] == "CN¥0.045 a message, as of late"


# --- Prices -------------------------------------------------------------------------------------------------------


def test_what_was_paid_lately_counts_before_what_accounts_say(cast: Cast, now: datetime) -> None:
    account(cast, S, "0.05", weight=100)
    account(cast, S, "0.03", weight=300)
    account(cast, S, "9.00", weight=100, is_active=False)
    prices = prices_of(cast.organization, [E, S], now=now)
    assert (prices[S].amount, prices[S].is_measured) == (Decimal("0.035"), False)
    assert prices[E].amount is None
    day = {"organization": cast.organization, "channel": "sms"}
    ChannelDay.objects.create(**day, day=now.date() - 2 * DAY, sent=29, cost=Decimal("2.9"))
    assert not prices_of(cast.organization, [S], now=now)[S].is_measured
    ChannelDay.objects.create(**day, day=now.date() - 3 * DAY, sent=31, cost=Decimal("3.1"))
    assert prices_of(cast.organization, [S], now=now)[S] == Price(Decimal("0.1"), is_measured=True)


# --- The forecast ---------------------------------------------------------------------------------------------------


def test_the_forecast_counts_what_the_agendas_hold(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[INVITE, BOTH, TEXT], is_automatic=True)
    create_interviews(cast, 10, now=now, starts_at=now + 4 * DAY)
    found = sum_of(cast, S, now)
    assert (found.certain, found.at_most) == (20, 30), "two reminders each, and the invitation if mail fails"
    assert found.is_upper_bound, "nobody knows yet how often mail fails"
    assert sum_of(cast, E, now).certain == 20


def test_known_rates_make_it_smaller_and_certain_of_itself(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[INVITE, NUDGE], is_automatic=True)
    create_interviews(cast, 10, now=now, starts_at=now + 4 * DAY)
    unknown = sum_of(cast, S, now)
    counted(cast, E, sent=100, reached=90, answered=60)
    known = sum_of(cast, S, now)
    assert (unknown.likely, unknown.is_upper_bound) == (20.0, True)
    assert known.likely == pytest.approx(10 * 0.1 + 10 * 0.4)
    assert not known.is_upper_bound


@pytest.mark.parametrize(
    ("reach", "purpose", "missed", "ahead", "texts"),
    [
        ((E, W, S), Purpose.REMINDER, 0, 4 * DAY, (0, 0.1)),
        ((E, W, S), Purpose.REMINDER, 1, 4 * DAY, (1, 1.0)),
        ((E, W, S), Purpose.STILL_DECIDING, 1, 4 * DAY, (0, 0.1)),
        ((E, S), Purpose.INVITATION, 0, timedelta(hours=20), (1, 1.0)),
        ((E, S), Purpose.INVITATION, 0, timedelta(hours=25), (0, 0.1)),
    ],
)
def test_a_text_message_that_routing_adds_is_certain(
    reach: tuple[Channel, ...], purpose: Purpose, missed: int, ahead: timedelta, texts: tuple[int, float]
) -> None:
    step = Step("step", purpose, Anchor.BEFORE_START, DAY)
    route = route_of(step, reach, missed=missed, until_interview=ahead)
    rates = Rates(failures={E: Rate(10, 100), W: Rate(100, 100)})
    today = date(2026, 12, 1)
    found = forecast([Planned(today, route.channels, at_once=route.at_once)], rates)[today, S]
    certain, likely = texts
    assert found.certain == certain
    assert found.likely == pytest.approx(likely)


@pytest.mark.parametrize(("came", "certain"), [(Attendance.ATTENDED, 0), (Attendance.NO_SHOW, 1)])
def test_whoever_missed_an_interview_costs_a_text_message_more(
    cast: Cast, now: datetime, came: Attendance, certain: int
) -> None:
    create_plan(cast, now=now, steps=[REMIND], is_automatic=True)
    before, again = create_interviews(cast, 2, now=now, starts_at=now + 4 * DAY)
    Interview.objects.filter(pk=before.pk).update(
        application=again.application, starts_at=now - DAY, attendance=came, state=InterviewState.COMPLETED
    )
    counted(cast, E, sent=100, reached=90, answered=60)
    assert sum_of(cast, S, now).certain == certain


def test_what_waits_in_the_queue_is_in_it_on_its_day(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 3, now=now, starts_at=now + 20 * DAY)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, [S], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now, due_at=now + 2 * DAY)
    assert Notification.objects.count() == 3
    found = outlook(cast.organization, now=now)
    day = (now + 2 * DAY).astimezone(cast.shanghai.zone).date()
    assert found.expected[(day, S)].certain == 3


def test_nothing_beyond_the_seven_days_is_counted(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now, steps=[TEXT], is_automatic=True)
    create_interviews(cast, 3, now=now, starts_at=now + 9 * DAY)
    assert not outlook(cast.organization, now=now).expected


def test_the_page_fetches_the_forecast_and_shows_it_without_script_too(
    cast: Cast, owner: Client, now: datetime
) -> None:
    create_plan(cast, now=now, steps=[INVITE, TEXT], is_automatic=True)
    create_interviews(cast, 4, now=now, starts_at=timezone.now() + 2 * DAY)
    account(cast, S, "0.05")
    ChannelPolicy.objects.create(organization=cast.organization, channel="sms", daily_budget=Decimal("0.10"))
    assert "budget-chart" not in owner.get("/settings/budgets").content.decode()
    part = owner.get("/settings/budgets/forecast", headers=ENGLISH).content.decode()
    assert "<html" not in part
    assert part.count('class="budget-chart"') == 3
    assert "Above the budget on:" in part
    assert "At most: too little has been sent" in part
    assert 'class="limit"' in part
    assert 'class="budget-chart"' in owner.get("/settings/budgets?forecast=1").content.decode()


def test_another_companys_interviews_and_money_are_not_in_it(cast: Cast, now: datetime) -> None:
    unbind()
    other = create_cast(now=now, name="远山科技")
    create_plan(other, now=now, steps=[TEXT], is_automatic=True)
    create_interviews(other, 3, now=now, starts_at=now + 3 * DAY)
    account(other, S, "0.05")
    counted(other, S, sent=100, reached=90, answered=60)
    assert sum_of(other, S, now).at_most == 3
    unbind()
    enter(cast.organization.pk)
    found = outlook(cast.organization, now=now)
    assert (found.expected, found.total, found.rates.silence.cases) == ({}, 0, 0)
    assert prices_of(cast.organization, [S], now=now)[S].amount is None


# --- The chart --------------------------------------------------------------------------------------------------------


def test_bars_share_one_scale_with_the_budget() -> None:
    days = [datetime(2026, 12, 1).date() + timedelta(days=n) for n in range(3)]  # noqa: DTZ001
    expected = [
        Expected(days[0], S, certain=10, likely=20.0, at_most=30),
        None,
        Expected(days[2], S, 5, 5.0, 5),
    ]
    drawn = chart(days, expected, Price(Decimal("0.1")), Decimal("4.00"))
    full, empty, quarter = drawn.bars
    assert drawn.budget_y == 22, "the budget is the highest"
    assert (full.height, full.certain_height) == (60, 30)
    assert (empty.height, empty.messages) == (0, 0)
    assert quarter.height == 15
    assert (drawn.messages, drawn.cost, drawn.over) == (25, Decimal("2.50"), [])
    over = chart(days, expected, Price(Decimal("0.1")), Decimal("1.00")).over
    assert [bar.day for bar in over] == [days[0]]
    unpriced = chart(days, expected, Price(None), Decimal("1.00"))
    assert (unpriced.budget_y, unpriced.cost, unpriced.over) == (None, None, [])


@pytest.mark.parametrize(("language", "words"), [("zh-hans", ["周二", "周三"]), ("en", ["Tue", "Wed"])])
def test_the_chart_names_days_as_every_other_page_does(language: str, words: list[str]) -> None:
    days = [datetime(2026, 12, number).date() for number in (1, 2)]  # noqa: DTZ001
    with override(language):
        assert [bar.weekday for bar in chart(days, [None, None], Price(None), None).bars] == words
