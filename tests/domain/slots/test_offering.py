"""What one candidate is offered: never what is full, too soon, or when somebody concerned has no time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.slots import (
    Engagement,
    Policy,
    Refusal,
    Series,
    SlotKey,
    Span,
    Window,
    expand,
    offered,
    refusal,
)

SHANGHAI, HOUR = ZoneInfo("Asia/Shanghai"), timedelta(hours=1)
ID = UUID(int=7)
#: Wednesday, 09:00 in Shanghai; the slots of Thursday and Friday are 9, 10 and 11 there.
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
DAYS = [Window(time(9), time(12), weekday) for weekday in (4, 5)]
THURSDAY = [datetime(2026, 11, 26, hour, tzinfo=UTC) for hour in (1, 2, 3)]
FRIDAY = [datetime(2026, 11, 27, hour, tzinfo=UTC) for hour in (1, 2, 3)]


def series(**fields: Any) -> Series:
    given: dict[str, Any] = {
        "windows": DAYS,
        "length": HOUR,
        "zone": SHANGHAI,
        "ahead": timedelta(days=3),
    } | fields
    return Series(**given)


def starts(
    of: Series,
    seats: dict[datetime, int] | None = None,
    engagements: list[Engagement] | None = None,
    now: datetime = NOW,
) -> list[datetime]:
    found = offered(ID, of, seats=seats or {}, engagements=engagements or [], now=now)
    return [offer.key.start for offer in found]


def test_everything_is_offered_from_the_notice_on_as_far_ahead_as_the_series_says() -> None:
    assert starts(series()) == [*THURSDAY, *FRIDAY]
    assert starts(series(notice=timedelta(hours=25, minutes=30))) == [THURSDAY[2], *FRIDAY]
    assert starts(series(ahead=timedelta(days=1, hours=2))) == THURSDAY[:2]


def test_a_full_slot_is_not_offered_and_a_group_fills_up() -> None:
    assert starts(series(), {THURSDAY[0]: 1}) == [*THURSDAY[1:], *FRIDAY]
    group = offered(ID, series(capacity=3), seats={THURSDAY[0]: 2, THURSDAY[1]: 3}, engagements=[], now=NOW)
    assert [(offer.key.start, offer.free) for offer in group[:2]] == [(THURSDAY[0], 1), (THURSDAY[2], 3)]


def test_a_day_that_has_had_its_maximum_offers_only_groups_that_have_begun() -> None:
    assert starts(series(per_day=1), {THURSDAY[0]: 1}) == FRIDAY
    assert starts(series(per_day=1, capacity=2), {THURSDAY[0]: 1}) == [THURSDAY[0], *FRIDAY]


def test_another_interview_of_the_same_people_keeps_the_buffer() -> None:
    other = Engagement(Span(THURSDAY[1], THURSDAY[1] + HOUR))
    assert starts(series(), engagements=[other])[:3] == [THURSDAY[0], THURSDAY[2], FRIDAY[0]]
    paused = series(length=HOUR / 2, buffer=HOUR / 2)
    assert starts(paused, engagements=[other])[0] == THURSDAY[0]
    spans = [each for each in starts(paused, engagements=[other]) if each < FRIDAY[0]]
    assert all(
        each + HOUR / 2 + HOUR / 2 <= other.span.start or each >= other.span.end + HOUR / 2 for each in spans
    )


def test_who_sits_in_a_slot_of_a_group_is_no_clash_for_those_who_join() -> None:
    mate = Engagement(Span(THURSDAY[0], THURSDAY[0] + HOUR), SlotKey(ID, THURSDAY[0]))
    group = series(capacity=2)
    assert THURSDAY[0] in starts(group, {THURSDAY[0]: 1}, [mate])
    stranger = Engagement(mate.span, SlotKey(UUID(int=8), THURSDAY[0]))
    assert THURSDAY[0] not in starts(group, {}, [stranger])


def test_only_what_was_asked_for_is_looked_at() -> None:
    within = Span(FRIDAY[0], FRIDAY[1])
    found = offered(ID, series(), seats={}, engagements=[], now=NOW, within=within)
    assert [offer.key.start for offer in found] == [FRIDAY[0]]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(10, 200)), max_size=6),
    st.integers(1, 3),
    st.dictionaries(st.sampled_from([*THURSDAY, *FRIDAY]), st.integers(0, 3)),
    st.integers(0, 30),
    st.one_of(st.none(), st.integers(1, 3)),
)
def test_nothing_that_is_offered_breaks_a_rule(
    others: list[tuple[int, int]], capacity: int, seats: dict[datetime, int], buffer: int, per_day: int | None
) -> None:
    engagements = [
        Engagement(Span(NOW + HOUR * at, NOW + HOUR * at + timedelta(minutes=minutes)))
        for at, minutes in others
    ]
    of = series(capacity=capacity, buffer=timedelta(minutes=buffer), per_day=per_day)
    offers = offered(ID, of, seats=seats, engagements=engagements, now=NOW)
    assert {offer.span for offer in offers} <= set(expand(of, NOW, NOW + of.ahead))
    for offer in offers:
        start = offer.key.start
        assert start >= NOW + of.notice
        assert offer.free == capacity - seats.get(start, 0) > 0
        assert not any(each.span.overlaps(offer.span.padded(of.buffer)) for each in engagements)
        same_day = [each for each, count in seats.items() if count and each.date() == start.date()]
        assert per_day is None or seats.get(start, 0) or len(same_day) < per_day


@pytest.mark.parametrize(
    ("policy", "asked", "hours", "expected"),
    [
        (Policy(), 0, 48, None),
        (Policy(), 2, 48, Refusal.TOO_OFTEN),
        (Policy(), 0, 12, None),
        (Policy(), 0, 11, Refusal.TOO_LATE),
        (Policy(), 5, 11, Refusal.TOO_LATE),
        (Policy(most=0), 0, 48, Refusal.NOT_HERE),
        (Policy(offers_slots=False, proposals=0), 0, 48, Refusal.NOT_HERE),
        (Policy(offers_slots=False), 0, 48, None),
    ],
)
def test_a_candidate_may_ask_so_often_and_so_late(
    policy: Policy, asked: int, hours: int, expected: Refusal | None
) -> None:
    at = NOW + timedelta(hours=hours)
    assert refusal(policy, asked=asked, starts_at=at, now=NOW, is_settled=True) == expected
    assert refusal(policy, asked=asked, starts_at=at, now=NOW, is_settled=False) is None


def test_a_span_without_others_is_what_is_left_of_it() -> None:
    def clock(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 30, hour, minute, tzinfo=UTC)

    whole = Span(clock(9), clock(12))
    assert whole.without([]) == [whole]
    assert whole.without([Span(clock(10), clock(11))]) == [
        Span(clock(9), clock(10)),
        Span(clock(11), clock(12)),
    ]
    assert whole.without([Span(clock(8), clock(9, 30)), Span(clock(11), clock(13))]) == [
        Span(clock(9, 30), clock(11))
    ]
    assert whole.without([Span(clock(7), clock(9)), Span(clock(12), clock(13))]) == [whole]
    assert whole.without([Span(clock(9), clock(10)), Span(clock(10), clock(12))]) == []
