"""A forecast is never above what could happen and never below what is certain, and says when it does not know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.forecast import FEWEST_CASES, Expected, Planned, Rate, Rates, forecast
from yuemian.domain.states import Channel

DAY = date(2026, 12, 1)
E, S, W = Channel.EMAIL, Channel.SMS, Channel.WECHAT
KNOWN = Rates(silence=Rate(40, 100), failures={E: Rate(10, 100), S: Rate(1, 100)})
RATE = st.integers(0, 200).flatmap(lambda cases: st.builds(Rate, st.integers(0, cases), st.just(cases)))
RATES = st.builds(Rates, silence=RATE, failures=st.dictionaries(st.sampled_from(Channel), RATE))
PLANNED = st.builds(
    Planned,
    day=st.dates(DAY, date(2026, 12, 7)),
    channels=st.lists(st.sampled_from(Channel), max_size=4).map(tuple),
    at_once=st.integers(1, 4),
    needs_silence=st.booleans(),
)


def one(step: Planned, rates: Rates, channel: Channel) -> Expected:
    return forecast([step], rates)[(step.day, channel)]


@pytest.mark.parametrize(
    ("step", "channel", "certain", "likely"),
    [
        (Planned(DAY, (E,)), E, 1, 1.0),
        (Planned(DAY, (E, S)), S, 0, 0.1),
        (Planned(DAY, (E, S, W)), W, 0, 0.001),
        (Planned(DAY, (E, S), at_once=2), S, 1, 1.0),
        (Planned(DAY, (E, S, W), at_once=2), W, 0, 0.001),
        (Planned(DAY, (S,), needs_silence=True), S, 0, 0.4),
        (Planned(DAY, (E, S), needs_silence=True), S, 0, 0.04),
    ],
)
def test_known_rates_weigh_what_may_happen(
    step: Planned, channel: Channel, certain: int, likely: float
) -> None:
    expected = one(step, KNOWN, channel)
    assert (expected.certain, expected.at_most, expected.is_upper_bound) == (certain, 1, False)
    assert expected.likely == pytest.approx(likely)


def test_few_cases_teach_nothing_and_that_is_said() -> None:
    few = Rates(silence=Rate(1, FEWEST_CASES - 1))
    expected = one(Planned(DAY, (S,), needs_silence=True), few, S)
    assert (expected.likely, expected.certain, expected.is_upper_bound) == (1.0, 0, True)
    enough = Rates(silence=Rate(1, FEWEST_CASES))
    assert not one(Planned(DAY, (S,), needs_silence=True), enough, S).is_upper_bound


def test_an_unknown_failure_rate_makes_only_the_next_channel_an_upper_bound() -> None:
    found = forecast([Planned(DAY, (E, S))], Rates(silence=Rate(40, 100)))
    assert not found[(DAY, E)].is_upper_bound
    assert found[(DAY, S)].is_upper_bound


@given(st.lists(PLANNED, max_size=20), RATES)
def test_what_is_likely_lies_between_what_is_certain_and_what_is_possible(
    planned: list[Planned], rates: Rates
) -> None:
    found = forecast(planned, rates)
    assert sum(each.at_most for each in found.values()) == sum(len(set(step.channels)) for step in planned)
    for expected in found.values():
        assert expected.certain <= expected.likely + 1e-6
        assert expected.likely <= expected.at_most + 1e-6
        assert expected.messages <= expected.at_most


def test_cost_is_money_to_the_cent_and_messages_are_whole() -> None:
    expected = Expected(DAY, S, likely=12.3)
    assert expected.messages == 13
    assert expected.cost(Decimal("0.045")) == Decimal("0.55")
    assert Expected(DAY, S, likely=0.1 + 0.2 + 0.7).messages == 1
