"""What candidates may say on the way, what stands of it, and who is who at reception."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.arrival import (
    DELAYS,
    Arrival,
    Said,
    SignalKind,
    Via,
    is_news,
    is_same_person,
    may_say,
    standing,
)

START = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
END = START + timedelta(hours=1)
HERE, LATE, LOST, WORD = SignalKind.HERE, SignalKind.LATE, SignalKind.LOST, SignalKind.WORD


def said(kind: SignalKind, minute: int, minutes: int | None = None, **more: bool) -> Said:
    return Said(kind, START + timedelta(minutes=minute), minutes, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "minute", "is_possible"),
    [
        (HERE, -61, False), (HERE, -60, True), (HERE, 59, True), (HERE, 60, False),
        (LATE, -181, False), (LATE, -180, True), (LOST, -180, True), (WORD, 59, True), (WORD, 60, False),
    ],
)  # fmt: skip
def test_each_thing_has_its_time(kind: SignalKind, minute: int, is_possible: bool) -> None:
    assert may_say(kind, START, END, START + timedelta(minutes=minute)) is is_possible


def test_the_last_delay_stands_until_arrival() -> None:
    so_far = [said(LATE, -20, 10), said(LATE, -10, 20)]
    assert standing(so_far) == Arrival(late_minutes=20, open_since=so_far[0].at)
    arrived = standing([*so_far, said(HERE, 18)])
    assert arrived == Arrival(arrived_at=START + timedelta(minutes=18), via=Via.PAGE)


def test_what_somebody_looks_after_no_longer_waits() -> None:
    assert standing([said(LOST, -5, is_settled=True)]) == Arrival(is_lost=True)
    both = standing([said(LOST, -5, is_settled=True), said(WORD, -2)])
    assert both.open_since == START - timedelta(minutes=2)


def test_the_first_arrival_counts() -> None:
    assert standing([said(HERE, -5), said(HERE, 5)]).arrived_at == START - timedelta(minutes=5)


signals = st.lists(
    st.builds(
        said,
        st.sampled_from(SignalKind),
        st.integers(-180, 59),
        st.sampled_from(DELAYS),
        is_settled=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda each: each.at,
)


@given(signals, st.randoms())
def test_the_order_of_reading_does_not_matter(given_signals: list[Said], random: object) -> None:
    shuffled = list(given_signals)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing(shuffled) == standing(given_signals)


@given(signals)
def test_whoever_arrived_is_neither_late_nor_lost(given_signals: list[Said]) -> None:
    arrival = standing(given_signals)
    assert (arrival.arrived_at is not None) == any(each.kind == HERE for each in given_signals)
    if arrival.arrived_at is not None:
        assert (arrival.late_minutes, arrival.is_lost) == (None, False)


def test_only_news_is_told() -> None:
    assert is_news([], HERE, None, has_words=False)
    assert not is_news([said(HERE, -5)], HERE, None, has_words=False)
    assert not is_news([said(LATE, -5, 10)], LATE, 10, has_words=False)
    assert is_news([said(LATE, -5, 10)], LATE, 20, has_words=False)
    assert is_news([said(LATE, -5, 10)], LATE, 10, has_words=True)
    assert not is_news([said(LOST, -5)], LOST, None, has_words=False)
    assert is_news([said(LOST, -5, is_settled=True)], LOST, None, has_words=False)
    assert not is_news([said(HERE, -5)], LATE, 10, has_words=False)
    assert not is_news([], WORD, None, has_words=False)


@pytest.mark.parametrize(
    ("name", "number", "given_name", "digits", "is_theirs"),
    [
        ("王小雨", "+8613800001234", "王", "1234", True),
        ("王小雨", "+8613800001234", "王小", "1234", True),
        ("王小雨", "+8613800001234", "小", "1234", False),
        ("王小雨", "+8613800001234", "王", "1243", False),
        ("Alex Chen", "+65 8123 4567", "a", "4567", True),
        ("Alex Chen", "+65 8123 4567", "C", "4567", True),
        ("艾山·买买提", "+8613800001234", "买", "1234", True),
        ("王小雨", "", "王", "", False),
        ("王小雨", "+8613800001234", "", "1234", False),
        ("", "+8613800001234", "", "1234", False),
    ],
)
def test_who_somebody_says_to_be(
    name: str, number: str, given_name: str, digits: str, is_theirs: bool
) -> None:
    assert is_same_person(name, number, given_name, digits) is is_theirs
