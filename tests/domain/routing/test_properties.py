"""What holds for every person, request and history: wishes, limits, repeatability, and that every sentence is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yuemian.domain.breaker import Circuit
from yuemian.domain.cadence import Pick
from yuemian.domain.routing import (
    Lane,
    Person,
    PointState,
    ReasonedSentence,
    Route,
    RouteRequest,
    Setting,
    Why,
    choose_route,
)
from yuemian.domain.routing.learning import (
    HOLDOUT,
    NOTHING,
    START,
    Comparison,
    Estimate,
    History,
    Tally,
    draw_for,
    expect,
    interval,
    is_in_holdout,
    personal_rate,
    shrunk,
)
from yuemian.domain.states import Channel, Purpose

CHANNELS = st.sampled_from(list(Channel))
HOURS = st.integers(0, 23)


@st.composite
def tallies(draw: st.DrawFn, most: int = 60) -> Tally:
    sent = draw(st.integers(0, most))
    reached = draw(st.integers(0, sent))
    return Tally(sent, reached, draw(st.integers(0, reached)))


@st.composite
def people(draw: st.DrawFn) -> Person:
    interviews = draw(st.integers(0, 5))
    return Person(
        points=draw(st.dictionaries(CHANNELS, st.sampled_from(list(PointState)))),
        preferred=draw(st.none() | CHANNELS),
        tallies=draw(st.dictionaries(CHANNELS, tallies(9))),
        missed=draw(st.integers(0, interviews)),
        interviews=interviews,
        is_holdout=draw(st.booleans()),
    )


LANES = st.builds(
    Lane,
    cost=st.integers(0, 3),
    circuit=st.sampled_from(list(Circuit)),
    budget_left=st.none() | st.integers(0, 4),
)
HISTORIES = st.dictionaries(st.tuples(CHANNELS, st.integers(0, 7), st.booleans()), tallies())


@st.composite
def settings(draw: st.DrawFn) -> Setting:
    """Similar people are among all people, as in the database."""
    similar, others = draw(HISTORIES), draw(HISTORIES)
    everybody: History = {
        key: similar.get(key, NOTHING) + others.get(key, NOTHING) for key in {*similar, *others}
    }
    slot = draw(st.none() | st.tuples(st.integers(0, 7), st.booleans()))
    return Setting(
        lanes=draw(st.dictionaries(CHANNELS, LANES)),
        expected={channel: expect(everybody, similar, channel, slot) for channel in Channel},
        is_learned=draw(st.booleans()),
    )


REQUESTS = st.builds(
    RouteRequest,
    purpose=st.sampled_from(list(Purpose)),
    pick=st.sampled_from(list(Pick)),
    channels=st.lists(CHANNELS, unique=True),
    used=st.lists(CHANNELS, unique=True),
    until_interview=st.none() | st.timedeltas(timedelta(minutes=5), timedelta(days=5)),
)
DRAWS = st.floats(0, 1, exclude_max=True)


def usable(person: Person, setting: Setting) -> set[Channel]:
    return {channel for channel in setting.lanes if person.points.get(channel) == PointState.ACTIVE}


@given(people(), REQUESTS, settings(), DRAWS)
def test_only_addresses_in_use_are_used_each_once(
    person: Person, asked: RouteRequest, setting: Setting, draw: float
) -> None:
    route = choose_route(person, asked, setting, draw=draw)
    assert set(route.channels) <= usable(person, setting)
    assert len(set(route.channels)) == len(route.channels)
    assert 1 <= route.at_once <= max(1, len(route.channels))


@given(people(), REQUESTS, settings(), DRAWS)
def test_whoever_can_be_reached_is(
    person: Person, asked: RouteRequest, setting: Setting, draw: float
) -> None:
    found, able = choose_route(person, asked, setting, draw=draw).channels, usable(person, setting)
    if asked.pick in {Pick.LISTED, Pick.ALL} and asked.channels:
        able &= set(asked.channels)
    assert bool(found) == bool(able)


@given(people(), REQUESTS, settings(), DRAWS)
def test_the_own_choice_comes_first_wherever_the_request_allows_it(
    person: Person, asked: RouteRequest, setting: Setting, draw: float
) -> None:
    route = choose_route(person, asked, setting, draw=draw)
    allowed = usable(person, setting)
    if asked.pick is Pick.NEXT and allowed - set(asked.used):
        allowed -= set(asked.used)
    if asked.pick in {Pick.LISTED, Pick.ALL} and asked.channels:
        allowed &= set(asked.channels)
    if asked.pick is Pick.NEXT and person.preferred in asked.used:
        return  # used already: whether it comes again depends on what else may be afforded
    if person.preferred in allowed:
        assert route.channels[0] == person.preferred
        assert not route.is_explored


@given(people(), REQUESTS, settings(), DRAWS)
def test_the_same_history_gives_the_same_route(
    person: Person, asked: RouteRequest, setting: Setting, draw: float
) -> None:
    def reordered(values: Any) -> dict[Any, Any]:
        return dict(reversed(values.items()))

    again = replace(person, points=reordered(person.points), tallies=reordered(person.tallies))
    setting_again = replace(setting, expected=reordered(setting.expected))
    first = choose_route(person, asked, setting, draw=draw)
    assert choose_route(again, asked, setting_again, draw=draw) == first


@given(settings(), st.data())
def test_at_equal_rates_a_higher_price_never_moves_a_channel_forward(
    setting: Setting, data: st.DataObject
) -> None:
    lanes = {channel: Lane(cost=data.draw(st.integers(0, 5))) for channel in Channel}
    person = Person(dict.fromkeys(Channel, PointState.ACTIVE))
    flat = Setting(lanes)
    dearer = data.draw(CHANNELS)
    raised = {**lanes, dearer: replace(lanes[dearer], cost=lanes[dearer].cost + data.draw(st.integers(1, 5)))}
    before = choose_route(person, RouteRequest(Purpose.INVITATION), flat).channels
    after = choose_route(person, RouteRequest(Purpose.INVITATION), Setting(raised)).channels
    assert after.index(dearer) >= before.index(dearer)
    rest = [channel for channel in before if channel != dearer]
    assert [channel for channel in after if channel != dearer] == rest
    assert [lanes[channel].cost for channel in before] == sorted(lane.cost for lane in lanes.values())


@given(people(), settings())
def test_more_answers_on_a_channel_never_move_it_back(person: Person, setting: Setting) -> None:
    asked = RouteRequest(Purpose.INVITATION, until_interview=timedelta(days=3))
    route = choose_route(person, asked, setting)
    if not route.channels:
        return
    first = route.channels[0]
    better = person.tally(first) + Tally(1, 1, 1)
    again = choose_route(
        replace(person, tallies={**person.tallies, first: better}),
        asked,
        replace(setting, lanes={channel: replace(lane, cost=0) for channel, lane in setting.lanes.items()}),
    )
    plain = choose_route(
        person,
        asked,
        replace(setting, lanes={channel: replace(lane, cost=0) for channel, lane in setting.lanes.items()}),
    )
    if plain.channels[0] == first:
        assert again.channels[0] == first


# --- Every sentence is true ----------------------------------------------------------------------------------


def told(why: ReasonedSentence, name: str) -> Channel:
    return Channel(str(why.values[name]))


def figures(why: ReasonedSentence) -> tuple[Any, Any]:
    return why.values["answered"], why.values["sent"]


Case = tuple[Person, RouteRequest, Setting, Route]


def _answers_here(case: Case) -> bool:
    person, _, _, route = case
    own = person.tally(route.channels[0])
    return figures(route.explanation) == (own.answered, own.sent) and own.answered > 0


def _silent(case: Case) -> bool:
    person, _, setting, route = case
    other = told(route.explanation, "other")
    own = person.tally(other)
    is_lowered = personal_rate(setting.expected[other], own) < setting.expected[other].rate
    return figures(route.explanation) == (own.answered, own.sent) and own.sent > 0 and is_lowered


def _of_people(level: str, name: str) -> Callable[[Case], bool]:
    def check(case: Case) -> bool:
        _, _, setting, route = case
        tally: Tally = getattr(setting.expected[told(route.explanation, name)], level)
        return figures(route.explanation) == (tally.answered, tally.sent)

    return check


def _hour(case: Case) -> bool:
    _, _, setting, route = case
    expected = setting.expected[route.channels[0]]
    return (
        figures(route.explanation) == (expected.then.answered, expected.then.sent) and expected.then.sent > 0
    )


def _cheaper(case: Case) -> bool:
    _, _, setting, route = case
    return setting.lanes[route.channels[0]].cost < setting.lanes[told(route.explanation, "other")].cost


def _spent(case: Case) -> bool:
    _, _, setting, route = case
    return not setting.lanes[told(route.explanation, "other")].is_affordable


def _unhealthy(case: Case) -> bool:
    _, _, setting, route = case
    return not setting.lanes[told(route.explanation, "other")].is_healthy


def _urgent(case: Case) -> bool:
    _, asked, _, route = case
    until = asked.until_interview
    assert until is not None
    near = abs(timedelta(hours=int(route.explanation.values["hours"])) - until) <= timedelta(minutes=55)
    return near and until < timedelta(days=1) and told(route.explanation, "other") == route.channels[1]


TRUTH: dict[Why, Callable[[Case], bool]] = {
    Why.NO_CHANNEL: lambda case: not case[3].channels,
    Why.OWN_CHOICE: lambda case: case[3].channels[0] == case[0].preferred,
    Why.ONLY_CHANNEL: lambda case: len(usable(case[0], case[2])) == 1,
    Why.ANSWERS_HERE: _answers_here,
    Why.SILENT_ELSEWHERE: _silent,
    Why.SIMILAR_PEOPLE: _of_people("segment", "channel"),
    Why.SIMILAR_ELSEWHERE: _of_people("segment", "other"),
    Why.EVERYBODY: _of_people("organization", "channel"),
    Why.EVERYBODY_ELSEWHERE: _of_people("organization", "other"),
    Why.AT_THIS_HOUR: _hour,
    Why.USUAL_ORDER: lambda case: len(usable(case[0], case[2])) > 1,
    Why.LEARNING_OFF: lambda case: not case[2].is_learned,
    Why.HOLDOUT: lambda case: case[0].is_holdout and case[2].is_learned,
    Why.EXPLORED: lambda case: (
        case[3].is_explored and told(case[3].explanation, "other") != case[3].channels[0]
    ),
    Why.CHEAPER: _cheaper,
    Why.UNHEALTHY: _unhealthy,
    Why.BUDGET_SPENT: _spent,
    Why.MISSED_BEFORE: lambda case: (
        case[3].explanation.values["missed"] == case[0].missed > 0
        and case[3].explanation.values["interviews"] == case[0].interviews
        and told(case[3].explanation, "channel") == case[3].channels[1]
    ),
    Why.URGENT: _urgent,
    Why.NEXT_CHANNEL: lambda case: told(case[3].explanation, "other") in case[1].used,
    Why.AGAIN: lambda case: case[3].channels[0] in case[1].used,
    Why.AS_ORDERED: lambda case: case[1].pick in {Pick.LISTED, Pick.ALL},
    Why.ALL_AT_ONCE: lambda case: (
        case[3].explanation.values["count"] == len(case[3].channels) == case[3].at_once
    ),
}


@given(people(), REQUESTS, settings(), DRAWS)
@example(
    Person({Channel.EMAIL: PointState.ACTIVE, Channel.SMS: PointState.ACTIVE}),
    RouteRequest(Purpose.INVITATION),
    Setting({Channel.EMAIL: Lane(), Channel.SMS: Lane()}),
    0.0,
)
def test_every_sentence_is_true(person: Person, asked: RouteRequest, setting: Setting, draw: float) -> None:
    route = choose_route(person, asked, setting, draw=draw)
    why = route.explanation
    assert TRUTH[why.code]((person, asked, setting, route)), why
    first_is_told = {Why.MISSED_BEFORE, Why.ALL_AT_ONCE, Why.NO_CHANNEL}
    if why.code not in first_is_told:
        assert told(why, "channel") == route.channels[0]
    assert ReasonedSentence.decode(route.note) == why


# --- Learning ------------------------------------------------------------------------------------------------


@given(tallies(), st.floats(0, 1), st.floats(0.1, 100))
def test_a_shrunk_rate_lies_between_what_was_seen_and_what_was_expected(
    tally: Tally, towards: float, weight: float
) -> None:
    seen = tally.answered / tally.sent if tally.sent else towards
    rate = shrunk(tally, towards, weight)
    assert min(seen, towards) - 1e-9 <= rate <= max(seen, towards) + 1e-9


@given(HISTORIES, HISTORIES, CHANNELS, st.none() | st.tuples(st.integers(0, 7), st.booleans()))
def test_expectations_are_shares(
    organization: History, segment: History, channel: Channel, slot: tuple[int, bool] | None
) -> None:
    expected = expect(organization, segment, channel, slot)
    assert 0 < expected.rate <= 1
    if not organization and not segment:
        assert expected.rate == START


def test_without_history_every_channel_promises_the_same() -> None:
    assert {expect({}, {}, channel, (3, True)).rate for channel in Channel} == {START}


@given(st.uuids(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_comparison_group_keeps_the_members_of_a_smaller(id_: UUID, one: float, two: float) -> None:
    small, large = sorted((one, two))
    assert not is_in_holdout(id_, small) or is_in_holdout(id_, large)


def test_a_tenth_of_the_people_is_compared_with_and_always_the_same() -> None:
    ids = [UUID(int=number) for number in range(20_000)]
    members = [id_ for id_ in ids if is_in_holdout(id_)]
    assert abs(len(members) / len(ids) - HOLDOUT) < 0.01
    assert members == [id_ for id_ in ids if is_in_holdout(id_)]


def test_draws_are_even_and_repeatable() -> None:
    draws = [draw_for("explore", number, 1) for number in range(20_000)]
    assert draws == [draw_for("explore", number, 1) for number in range(20_000)]
    assert all(0 <= draw < 1 for draw in draws)
    assert all(abs(sum(low <= d < low + 0.1 for d in draws) / 20_000 - 0.1) < 0.01 for low in (0, 0.4, 0.9))
    assert draw_for("a", "bc") != draw_for("ab", "c")


@given(st.integers(0, 500), st.integers(1, 500))
@example(answered=0, more=215)
def test_an_interval_holds_its_share_and_stays_a_share(answered: int, more: int) -> None:
    low, high = interval(answered, answered + more)
    assert 0 <= low <= answered / (answered + more) <= high <= 1


def test_intervals_match_published_ones() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857-872 (81 of 263) and 17:873-890, table II (56/70 - 48/80).
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert Comparison(Tally(70, 0, 56), Tally(80, 0, 48)).bounds == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert interval(0, 0) == (0, 1)


def test_an_estimate_is_drawn_to_the_start_while_little_is_known() -> None:
    little, much = Estimate.of(Tally(2, 2, 2)), Estimate.of(Tally(2000, 2000, 1800))
    assert START < little.rate < 0.5
    assert little.low < START < little.high
    assert much.rate == pytest.approx(0.9, abs=0.01)
    assert much.high - much.low < little.high - little.low


@pytest.mark.parametrize(("learned", "fixed", "enough"), [(30, 30, True), (29, 400, False), (400, 29, False)])
def test_a_comparison_needs_enough_on_both_sides(learned: int, fixed: int, enough: bool) -> None:
    assert Comparison(Tally(learned), Tally(fixed)).is_enough == enough
