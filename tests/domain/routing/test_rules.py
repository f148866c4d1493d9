"""The rules of choosing a channel, one row each: who, what is asked, how the channels stand → what and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

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
from yuemian.domain.routing.learning import Expectation, Tally
from yuemian.domain.routing.sentence import VALUES
from yuemian.domain.states import Channel, Purpose

MAIL, SMS, WECHAT = Channel.EMAIL, Channel.SMS, Channel.WECHAT
ACTIVE, INVALID = PointState.ACTIVE, PointState.INVALID
SUPPRESSED, OPTED_OUT = PointState.SUPPRESSED, PointState.OPTED_OUT
BOTH = {MAIL: ACTIVE, SMS: ACTIVE}
THREE = {**BOTH, WECHAT: ACTIVE}
FREE = {MAIL: Lane(), SMS: Lane(cost=5), WECHAT: Lane(cost=1)}
INVITE, REMIND = RouteRequest(Purpose.INVITATION), RouteRequest(Purpose.REMINDER)
SOON = timedelta(hours=3)


def people(**counts: tuple[int, int]) -> dict[Channel, Tally]:
    """`sms=(4, 3)`: four sent, three answered."""
    return {Channel(name): Tally(sent, answered, answered) for name, (sent, answered) in counts.items()}


def expecting(**rates: float) -> dict[Channel, Expectation]:
    """What an organization with a long history of similar people expects."""
    found = {}
    for name, rate in rates.items():
        tally = Tally(200, round(200 * rate), round(200 * rate))
        found[Channel(name)] = Expectation(rate, tally, tally, rate)
    return found


@dataclass(frozen=True)
class Row:
    rule: str
    person: Person
    route: str
    why: Why
    step: RouteRequest = INVITE
    setting: Setting = field(default_factory=lambda: Setting(FREE))
    values: Mapping[str, Any] = field(default_factory=dict)
    draw: float = 1.0


def shown(route: Route) -> str:
    """`email+sms, wechat`: the first two at once, then WeChat."""
    parts = ["+".join(route.first), *route.channels[route.at_once :]]
    return ", ".join(part for part in parts if part)


SIMPLE, TRIPLE = Person(BOTH), Person(THREE)
CHOSEN = replace(SIMPLE, preferred=SMS)
MISSED = replace(SIMPLE, missed=2, interviews=3)
GOOD_SMS = Setting(FREE, expecting(email=0.3, sms=0.6))
DOWN = {**FREE, MAIL: Lane(circuit=Circuit.OPEN)}
SPENT = {**FREE, SMS: Lane(cost=5, budget_left=4)}

RULES = [
    # What can be used at all
    Row("nobody to reach", Person({}), "", Why.NO_CHANNEL),
    Row("an address that does not work is none", Person({MAIL: INVALID}), "", Why.NO_CHANNEL),
    Row("a suppressed address is none", Person({MAIL: SUPPRESSED, SMS: ACTIVE}), "sms", Why.ONLY_CHANNEL),
    Row("whoever opted out is left alone", Person({MAIL: ACTIVE, SMS: OPTED_OUT}), "email", Why.ONLY_CHANNEL),
    Row(
        "a channel the organization lacks", TRIPLE, "email", Why.ONLY_CHANNEL, setting=Setting({MAIL: Lane()})
    ),
    Row("the only channel", Person({SMS: ACTIVE}), "sms", Why.ONLY_CHANNEL, values={"channel": "sms"}),
    # The person's own choice
    Row("the own choice comes first", CHOSEN, "sms, email", Why.OWN_CHOICE, values={"channel": "sms"}),
    Row(
        "no statistics overrule it",
        replace(SIMPLE, preferred=MAIL),
        "email, sms",
        Why.OWN_CHOICE,
        setting=Setting(FREE, expecting(email=0.05, sms=0.9)),
    ),
    Row("chance never does", CHOSEN, "sms, email", Why.OWN_CHOICE, draw=0.0),
    Row(
        "nor the person's own silence there",
        replace(CHOSEN, tallies=people(sms=(9, 0), email=(9, 9))),
        "sms, email",
        Why.OWN_CHOICE,
    ),
    Row("nor its price or its budget", CHOSEN, "sms, email", Why.OWN_CHOICE, setting=Setting(SPENT)),
    Row(
        "nor a failing provider",
        replace(SIMPLE, preferred=MAIL),
        "email, sms",
        Why.OWN_CHOICE,
        setting=Setting(DOWN),
    ),
    Row("nor the comparison group", replace(CHOSEN, is_holdout=True), "sms, email", Why.OWN_CHOICE),
    Row("nor the off switch", CHOSEN, "sms, email", Why.OWN_CHOICE, setting=Setting(FREE, is_learned=False)),
    Row(
        "a choice that cannot be used any more gives way",
        Person({MAIL: ACTIVE, SMS: OPTED_OUT}, preferred=SMS),
        "email",
        Why.ONLY_CHANNEL,
    ),
    Row(
        "a choice of the only channel is a choice",
        Person({SMS: ACTIVE}, preferred=SMS),
        "sms",
        Why.OWN_CHOICE,
    ),
    # What was learned
    Row(
        "without history the cheapest", TRIPLE, "email, wechat, sms", Why.CHEAPER, values={"other": "wechat"}
    ),
    Row(
        "without history and prices the usual order",
        TRIPLE,
        "email, sms, wechat",
        Why.USUAL_ORDER,
        setting=Setting({MAIL: Lane(), SMS: Lane(), WECHAT: Lane()}),
    ),
    Row(
        "who answers on WeChat is asked there",
        replace(TRIPLE, tallies=people(wechat=(4, 3), email=(3, 0))),
        "wechat, sms, email",
        Why.ANSWERS_HERE,
        values={"channel": "wechat", "answered": 3, "sent": 4},
    ),
    Row(
        "who never answers mails is asked elsewhere",
        replace(SIMPLE, tallies=people(email=(3, 0))),
        "sms, email",
        Why.SILENT_ELSEWHERE,
        values={"channel": "sms", "other": "email", "answered": 0, "sent": 3},
    ),
    Row(
        "similar people's answers decide for a newcomer",
        SIMPLE,
        "sms, email",
        Why.SIMILAR_PEOPLE,
        setting=GOOD_SMS,
        values={"channel": "sms", "answered": 120, "sent": 200},
    ),
    Row(
        "or their silence elsewhere",
        SIMPLE,
        "sms, email",
        Why.SIMILAR_ELSEWHERE,
        setting=Setting(FREE, expecting(email=0.1)),
        values={"channel": "sms", "other": "email", "answered": 20, "sent": 200},
    ),
    Row(
        "else everybody's",
        SIMPLE,
        "sms, email",
        Why.EVERYBODY,
        setting=Setting(FREE, {SMS: Expectation(0.6, Tally(2, 2, 2), Tally(90, 60, 60), 0.6)}),
        values={"answered": 60, "sent": 90},
    ),
    Row(
        "or everybody's silence elsewhere",
        SIMPLE,
        "sms, email",
        Why.EVERYBODY_ELSEWHERE,
        setting=Setting(FREE, {MAIL: Expectation(0.1, Tally(), Tally(90, 60, 3), 0.1)}),
        values={"other": "email", "answered": 3, "sent": 90},
    ),
    Row(
        "the time of sending can turn it",
        SIMPLE,
        "sms, email",
        Why.AT_THIS_HOUR,
        setting=Setting(
            FREE,
            {
                MAIL: Expectation(0.3, Tally(), Tally(500, 200, 200), 0.4, Tally(90, 20, 20), 7),
                SMS: Expectation(0.39, Tally(), Tally(500, 190, 190), 0.39, Tally(80, 31, 31), 7),
            },
        ),
        values={"band": 7, "answered": 31, "sent": 80},
    ),
    Row(
        "equal promises: the cheaper",
        SIMPLE,
        "email, sms",
        Why.CHEAPER,
        setting=Setting(FREE, expecting(email=0.49, sms=0.5)),
        values={"channel": "email", "other": "sms"},
    ),
    Row(
        "a clear promise is worth its price",
        SIMPLE,
        "sms, email",
        Why.SIMILAR_PEOPLE,
        setting=Setting(FREE, expecting(email=0.45, sms=0.5)),
    ),
    Row(
        "own answers outweigh similar people",
        replace(SIMPLE, tallies=people(email=(4, 4))),
        "email, sms",
        Why.ANSWERS_HERE,
        setting=GOOD_SMS,
        values={"answered": 4, "sent": 4},
    ),
    Row(
        "one unlucky message does not",
        replace(SIMPLE, tallies=people(sms=(1, 0))),
        "sms, email",
        Why.SIMILAR_PEOPLE,
        setting=GOOD_SMS,
    ),
    # Learning that is off, compared with, or curious
    Row(
        "switched off, the usual order",
        SIMPLE,
        "email, sms",
        Why.LEARNING_OFF,
        setting=replace(GOOD_SMS, is_learned=False),
    ),
    Row(
        "the comparison group gets the usual order",
        replace(SIMPLE, is_holdout=True),
        "email, sms",
        Why.HOLDOUT,
        setting=GOOD_SMS,
    ),
    Row(
        "switched off there is nothing to compare",
        replace(SIMPLE, is_holdout=True),
        "email, sms",
        Why.LEARNING_OFF,
        setting=replace(GOOD_SMS, is_learned=False),
    ),
    Row(
        "chance tries the other channel",
        SIMPLE,
        "email, sms",
        Why.EXPLORED,
        setting=GOOD_SMS,
        draw=0.049,
        values={"channel": "email", "other": "sms"},
    ),
    Row("but only in its share", SIMPLE, "sms, email", Why.SIMILAR_PEOPLE, setting=GOOD_SMS, draw=0.05),
    Row(
        "the first half of the share takes the second channel",
        TRIPLE,
        "wechat, email, sms",
        Why.EXPLORED,
        draw=0.01,
    ),
    Row("the other half the third", TRIPLE, "sms, email, wechat", Why.EXPLORED, draw=0.03),
    Row(
        "not in the comparison group",
        replace(SIMPLE, is_holdout=True),
        "email, sms",
        Why.HOLDOUT,
        setting=GOOD_SMS,
        draw=0.0,
    ),
    Row(
        "not when it is urgent",
        SIMPLE,
        "sms+email",
        Why.URGENT,
        step=replace(INVITE, until_interview=SOON),
        setting=GOOD_SMS,
        draw=0.0,
    ),
    Row("not on a failing provider", SIMPLE, "sms, email", Why.UNHEALTHY, setting=Setting(DOWN), draw=0.0),
    # Providers and money
    Row(
        "a provider that is down goes last",
        TRIPLE,
        "wechat, sms, email",
        Why.UNHEALTHY,
        setting=Setting(DOWN),
        values={"channel": "wechat", "other": "email"},
    ),
    Row(
        "so does one that is being probed",
        SIMPLE,
        "sms, email",
        Why.UNHEALTHY,
        setting=Setting({**FREE, MAIL: Lane(circuit=Circuit.HALF_OPEN)}),
    ),
    Row(
        "a failing provider is better than none",
        Person({MAIL: ACTIVE}),
        "email",
        Why.ONLY_CHANNEL,
        setting=Setting(DOWN),
    ),
    Row(
        "a spent budget takes the channel out",
        SIMPLE,
        "email",
        Why.BUDGET_SPENT,
        setting=Setting(SPENT, expecting(email=0.3, sms=0.6)),
        values={"channel": "email", "other": "sms"},
    ),
    Row(
        "not when it is urgent, though",
        SIMPLE,
        "sms+email",
        Why.URGENT,
        step=replace(INVITE, until_interview=SOON),
        setting=Setting(SPENT, expecting(email=0.3, sms=0.6)),
    ),
    Row(
        "nor when nothing else is left",
        Person({SMS: ACTIVE}),
        "sms",
        Why.ONLY_CHANNEL,
        setting=Setting(SPENT),
    ),
    Row(
        "a budget that just suffices is one",
        SIMPLE,
        "sms, email",
        Why.SIMILAR_PEOPLE,
        setting=replace(GOOD_SMS, lanes={**FREE, SMS: Lane(cost=5, budget_left=5)}),
    ),
    # Who missed interviews, and what is urgent
    Row(
        "who missed an interview gets a text message too",
        MISSED,
        "email+sms",
        Why.MISSED_BEFORE,
        values={"channel": "sms", "missed": 2, "interviews": 3},
    ),
    Row(
        "or a mail, when the text message is the first",
        MISSED,
        "sms+email",
        Why.MISSED_BEFORE,
        setting=GOOD_SMS,
        values={"channel": "email"},
    ),
    Row(
        "the text message rather than WeChat",
        replace(MISSED, points=THREE),
        "email+sms, wechat",
        Why.MISSED_BEFORE,
    ),
    Row("the own choice stays the first", replace(MISSED, preferred=MAIL), "email+sms", Why.MISSED_BEFORE),
    Row("before an interview only", MISSED, "email, sms", Why.CHEAPER, step=RouteRequest(Purpose.SURVEY)),
    Row("with the reminder too", MISSED, "email+sms", Why.MISSED_BEFORE, step=REMIND),
    Row(
        "not when that budget is spent",
        MISSED,
        "email",
        Why.CHEAPER,
        setting=Setting({**SPENT, SMS: Lane(cost=5, budget_left=0)}),
    ),
    Row(
        "nothing to add with one channel",
        Person({MAIL: ACTIVE}, missed=1, interviews=1),
        "email",
        Why.ONLY_CHANNEL,
    ),
    Row(
        "a change of today goes out twice",
        SIMPLE,
        "email+sms",
        Why.URGENT,
        step=RouteRequest(Purpose.CHANGE, until_interview=SOON),
        values={"channel": "email", "other": "sms", "hours": 3},
    ),
    Row(
        "a change of next week does not",
        SIMPLE,
        "email, sms",
        Why.CHEAPER,
        step=RouteRequest(Purpose.CHANGE, until_interview=timedelta(days=7)),
    ),
    Row(
        "nothing hurries once the interview has begun",
        SIMPLE,
        "email, sms",
        Why.CHEAPER,
        step=RouteRequest(Purpose.CHANGE, until_interview=-SOON),
    ),
    Row(
        "a reminder is not urgent by being late",
        SIMPLE,
        "email, sms",
        Why.CHEAPER,
        step=replace(REMIND, until_interview=SOON),
    ),
    # What a step asks for
    Row(
        "the next channel after the first",
        SIMPLE,
        "sms",
        Why.NEXT_CHANNEL,
        step=replace(REMIND, pick=Pick.NEXT, used=(MAIL,)),
        values={"channel": "sms", "other": "email"},
    ),
    Row(
        "the best of those not used yet",
        TRIPLE,
        "sms, wechat",
        Why.NEXT_CHANNEL,
        step=replace(REMIND, pick=Pick.NEXT, used=(MAIL,)),
        setting=Setting(FREE, expecting(email=0.3, sms=0.6, wechat=0.5)),
    ),
    Row(
        "all used: the best again",
        SIMPLE,
        "sms, email",
        Why.AGAIN,
        step=replace(REMIND, pick=Pick.NEXT, used=(MAIL, SMS)),
        setting=GOOD_SMS,
        values={"channel": "sms"},
    ),
    Row(
        "nothing used yet: simply the best",
        SIMPLE,
        "sms, email",
        Why.SIMILAR_PEOPLE,
        step=replace(REMIND, pick=Pick.NEXT),
        setting=GOOD_SMS,
    ),
    Row(
        "the own choice first, if not used yet",
        CHOSEN,
        "sms",
        Why.OWN_CHOICE,
        step=replace(REMIND, pick=Pick.NEXT, used=(MAIL,)),
    ),
    Row(
        "an order as it was given",
        TRIPLE,
        "wechat, email",
        Why.AS_ORDERED,
        step=replace(INVITE, pick=Pick.LISTED, channels=(WECHAT, MAIL)),
    ),
    Row(
        "an order without usable channels",
        Person({MAIL: ACTIVE}),
        "",
        Why.NO_CHANNEL,
        step=replace(INVITE, pick=Pick.LISTED, channels=(SMS,)),
    ),
    Row(
        "the own choice comes first among the ordered",
        CHOSEN,
        "sms, email",
        Why.OWN_CHOICE,
        step=replace(INVITE, pick=Pick.LISTED, channels=(MAIL, SMS)),
    ),
    Row(
        "everything at once",
        TRIPLE,
        "email+sms+wechat",
        Why.ALL_AT_ONCE,
        step=replace(INVITE, pick=Pick.ALL),
        values={"count": 3},
    ),
    Row(
        "everything can be one channel",
        Person({MAIL: ACTIVE}),
        "email",
        Why.AS_ORDERED,
        step=replace(INVITE, pick=Pick.ALL),
    ),
]


@pytest.mark.parametrize("row", RULES, ids=lambda row: row.rule)
def test_rule(row: Row) -> None:
    route = choose_route(row.person, row.step, row.setting, draw=row.draw)
    assert (shown(route), route.explanation.code) == (row.route, row.why)
    assert {**route.explanation.values, **row.values} == route.explanation.values
    assert route.is_explored == (row.why == Why.EXPLORED)
    assert route.is_holdout == row.person.is_holdout
    if route.is_explored or (
        row.why in {Why.HOLDOUT, Why.SIMILAR_PEOPLE, Why.ANSWERS_HERE} and row.step.pick is Pick.BEST
    ):
        assert route.is_compared


def test_every_reason_for_a_channel_has_a_rule() -> None:
    assert {row.why for row in RULES} == set(Why)
    assert set(VALUES) == set(Why)


def test_a_sentence_survives_being_stored() -> None:
    for row in RULES:
        sentence = choose_route(row.person, row.step, row.setting, draw=row.draw).explanation
        assert ReasonedSentence.decode(sentence.encode()) == sentence
        assert len(sentence.encode()) <= 200


@pytest.mark.parametrize(
    "text", ["", "as said by phone", "own_choice", "own_choice;channel", "x;channel=sms"]
)
def test_any_other_text_is_no_sentence(text: str) -> None:
    assert ReasonedSentence.decode(text) is None


@pytest.mark.parametrize("member", ["holdout", "learned"])
def test_a_compared_delivery_keeps_its_group_beside_the_sentence(member: str) -> None:
    route = choose_route(replace(SIMPLE, is_holdout=member == "holdout"), INVITE, GOOD_SMS)
    assert route.note.endswith(f";arm={member}")
    assert ReasonedSentence.decode(route.note) == route.explanation


@pytest.mark.parametrize(
    ("person", "asked"),
    [
        (CHOSEN, INVITE),
        (MISSED, INVITE),
        (Person({MAIL: ACTIVE}), INVITE),
        (SIMPLE, replace(INVITE, until_interview=SOON)),
        (SIMPLE, replace(INVITE, pick=Pick.NEXT, used=(MAIL,))),
        (SIMPLE, replace(INVITE, pick=Pick.LISTED, channels=(MAIL,))),
    ],
)
def test_where_learning_decides_nothing_nothing_is_compared(person: Person, asked: RouteRequest) -> None:
    for is_holdout in (False, True):
        route = choose_route(replace(person, is_holdout=is_holdout), asked, GOOD_SMS, draw=0.0)
        assert not route.is_compared
        assert not route.is_explored
        assert route.note == route.explanation.encode()


def test_a_sentence_needs_its_values() -> None:
    with pytest.raises(ValueError, match="told with"):
        ReasonedSentence(Why.OWN_CHOICE, {"channel": "sms", "sent": 4})
