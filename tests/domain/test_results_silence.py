"""Who waits for word, by when it is due, what interviewers say together, and what can be decided at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.results import (
    Obstacle,
    Outcome,
    Recommendation,
    Rule,
    Silence,
    Verdicts,
    apart,
    days_silent,
    due_by,
    escalates_at,
    expected_by,
    holding_rules,
    how_silent,
    obstacle,
    suggested,
    verdicts,
    workdays_after,
)
from yuemian.domain.results.rule import SHIPPED
from yuemian.domain.states import Answer, InterviewState
from yuemian.domain.workdays import is_workday

SHANGHAI = ZoneInfo("Asia/Shanghai")
moments = st.timedeltas(timedelta(0), timedelta(days=1400)).map(
    lambda span: datetime(2024, 1, 1, tzinfo=UTC) + span
)
regions = st.sampled_from(["CN", "SG", "DE", "XX"])
zones = st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati"]).map(
    ZoneInfo
)
said = st.lists(st.sampled_from(Recommendation), max_size=6)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(0, 30), regions)
def test_so_many_workdays_lie_between(day: date, count: int, region: str) -> None:
    found = workdays_after(day, count, region)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert sum(is_workday(each, region) for each in between) == count
    assert count == 0 or is_workday(found, region)


def test_a_holiday_moves_the_promise_and_a_make_up_day_counts() -> None:
    # 2025: National Day 1 to 8 October; Sunday 28 September and Saturday 11 October are workdays.
    before = datetime(2025, 9, 30, 10, tzinfo=SHANGHAI)
    assert due_by(before, 1, SHANGHAI, "CN") == datetime(2025, 10, 9, 18, tzinfo=SHANGHAI)
    assert due_by(before, 3, SHANGHAI, "CN") == datetime(2025, 10, 11, 18, tzinfo=SHANGHAI)
    assert due_by(datetime(2025, 9, 27, 10, tzinfo=SHANGHAI), 1, SHANGHAI, "CN").day == 28


@given(moments, st.integers(0, 30), zones, regions)
def test_more_days_are_never_due_earlier_nor_before_the_interview(
    since: datetime, count: int, zone: ZoneInfo, region: str
) -> None:
    due = due_by(since, count, zone, region)
    assert since <= due <= due_by(since, count + 1, zone, region)
    assert escalates_at(due, count, zone, region) >= due


@given(moments, st.lists(st.timedeltas(timedelta(0), timedelta(days=60)), min_size=2, max_size=10))
def test_silence_only_gets_louder(expected: datetime, spans: list[timedelta]) -> None:
    order = list(Silence)
    levels = [
        order.index(how_silent(expected, expected - timedelta(days=5) + span)) for span in sorted(spans)
    ]
    assert levels == sorted(levels)


def test_levels_at_their_edges() -> None:
    due = datetime(2026, 11, 30, 10, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert how_silent(due, due - timedelta(days=1)) is Silence.CALM
    assert how_silent(due, due) is Silence.SOON
    assert how_silent(due, due + second) is Silence.LATE
    assert how_silent(due, due + timedelta(days=7) + second) is Silence.FORGOTTEN


@given(
    moments, st.timedeltas(timedelta(0), timedelta(days=40)), st.timedeltas(timedelta(0), timedelta(days=40))
)
def test_a_word_after_the_promise_begins_the_wait_anew(
    ended: datetime, promise: timedelta, word: timedelta
) -> None:
    promised, heard = ended + promise, ended + word
    due = expected_by(ended, promised, heard, SHANGHAI, "CN")
    assert due == promised if heard < promised else due > heard
    assert days_silent(ended, heard, heard + timedelta(days=3, hours=2)) == 3
    assert expected_by(ended, promised, None, SHANGHAI, "CN") == promised


@given(said)
def test_only_unanimous_recommendations_suggest_something(given: list[Recommendation]) -> None:
    outcome = suggested(given)
    positive = [each in {Recommendation.STRONG_YES, Recommendation.YES} for each in given]
    if outcome is Outcome.ADVANCE:
        assert all(positive)
    elif outcome is Outcome.REJECT:
        assert not any(positive)
    else:
        assert verdicts(given) in {Verdicts.NONE, Verdicts.SPLIT}
    assert outcome not in {Outcome.PASS, Outcome.HOLD}


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.lists(st.integers(1, 5), max_size=5)))
def test_two_steps_are_a_contradiction_and_one_is_none(ratings: dict[str, list[int]]) -> None:
    expected = {key for key, each in ratings.items() if any(a - b >= 2 for a in each for b in each)}
    assert apart(ratings) == expected


@given(
    st.sampled_from(InterviewState),
    st.sampled_from(Answer),
    st.timedeltas(timedelta(days=-9), timedelta(days=9)),
)
def test_only_what_took_place_is_decided_on(state: InterviewState, answer: Answer, ago: timedelta) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    why = obstacle(state, answer, now - ago, now)
    if state is InterviewState.COMPLETED:
        assert why is None
    elif why is None:
        assert state is InterviewState.SCHEDULED
        assert ago >= timedelta(0)
        assert answer not in {Answer.DECLINED, Answer.RESCHEDULE_REQUESTED}
    elif why is Obstacle.TO_COME:
        assert ago < timedelta(0)


rules = st.none() | st.builds(
    Rule,
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 30),
    st.none() | st.booleans(),
)


@given(st.lists(rules, max_size=3))
def test_the_nearest_word_counts_and_silence_asks_the_wider_place(said: list[Rule | None]) -> None:
    found = holding_rules(said)
    for name in ("promise_workdays", "escalate_workdays", "is_pass_reserved"):
        words = [getattr(each, name) for each in said if each and getattr(each, name) is not None]
        assert getattr(found, name) == (words[0] if words else getattr(SHIPPED, name))
