"""Whose turn it is: what moves a conversation, what never loses somebody who waits, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain import conversation as turns
from yuemian.domain.conversation import Standing, Urgency, can_reply_until, stand_in, urgency
from yuemian.domain.states import Channel, ConversationState

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
S = ConversationState


def test_the_first_unanswered_message_is_the_one_that_waits() -> None:
    standing = turns.asked(Standing(), NOW)
    again = turns.asked(standing, LATER)
    assert (again.waiting_since, again.asked_at, again.ranked_at) == (NOW, LATER, NOW)
    assert again.first_asked_at == NOW


def test_an_answer_ends_the_waiting_and_leaves_the_turn_to_the_candidate() -> None:
    answered = turns.answered(turns.asked(Standing(), NOW), LATER)
    assert (answered.state, answered.waiting_since, answered.first_reply_at) == (S.PENDING, None, LATER)
    again = turns.answered(turns.asked(answered, LATER), LATER + timedelta(days=1))
    assert again.first_reply_at == LATER


def test_what_the_company_says_unasked_is_no_first_reply() -> None:
    assert turns.answered(Standing(), NOW).first_reply_at is None


def test_an_automatic_line_answers_nobody() -> None:
    asked = turns.asked(Standing(), NOW)
    assert turns.told(asked, LATER) == replace(asked, last_message_at=LATER)


@pytest.mark.parametrize("move", [turns.left_to_candidate, turns.resolved])
def test_a_message_opens_what_was_put_away(move: Callable[[Standing, datetime], Standing]) -> None:
    away = move(turns.asked(Standing(), NOW), NOW)
    back = turns.asked(away, LATER)
    assert (back.state, back.waiting_since) == (S.OPEN, LATER)


def test_a_message_wakes_a_sleeper_who_has_waited_all_along() -> None:
    asleep = turns.snoozed(turns.asked(Standing(), NOW), LATER, NOW)
    assert (asleep.state, asleep.waiting_since, asleep.ranked_at) == (S.SNOOZED, NOW, LATER)
    awake = turns.asked(asleep, NOW + timedelta(hours=1))
    assert (awake.state, awake.waiting_since, awake.snoozed_until) == (S.OPEN, NOW, None)


def test_time_wakes_a_sleeper_and_nothing_else() -> None:
    asleep = turns.snoozed(turns.asked(Standing(), NOW), LATER, NOW)
    assert turns.woken(asleep, LATER).state is S.OPEN
    resolved = turns.resolved(asleep, NOW)
    assert turns.woken(resolved, LATER) == resolved


def test_a_sleep_that_is_over_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="to come"):
        turns.snoozed(Standing(), NOW, NOW)


def test_muted_and_resolved_stays_resolved_and_nobody_waits() -> None:
    muted = turns.resolved(replace(turns.asked(Standing(), NOW), is_muted=True), NOW)
    heard = turns.asked(muted, LATER)
    assert (heard.state, heard.waiting_since, heard.asked_at) == (S.RESOLVED, None, LATER)


def test_muted_but_not_resolved_is_heard() -> None:
    pending = replace(turns.answered(Standing(), NOW), is_muted=True)
    assert turns.asked(pending, LATER).state is S.OPEN


def standings() -> st.SearchStrategy[Standing]:
    """Whatever a conversation can have become by what is said and done."""
    steps = st.sampled_from(
        ["asked", "answered", "told", "pending", "open", "resolved", "undo", "snooze", "wake"]
    )
    return st.lists(steps, max_size=8).map(_lived)


def _lived(steps: list[str]) -> Standing:
    standing, at = Standing(), NOW - timedelta(days=10)
    moves = {
        "asked": turns.asked,
        "answered": turns.answered,
        "told": turns.told,
        "pending": turns.left_to_candidate,
        "open": turns.opened,
        "resolved": turns.resolved,
        "undo": turns.unresolved,
        "wake": turns.woken,
    }
    for step in steps:
        at += timedelta(hours=1)
        if step == "snooze":
            standing = turns.snoozed(standing, at + timedelta(days=60), at)
        else:
            standing = moves[step](standing, at)
    return standing


@given(standings())
def test_taking_back_a_resolving_leaves_everything_as_it_was(standing: Standing) -> None:
    if standing.state is S.RESOLVED or standing.ranked_at is None:
        return
    back = turns.unresolved(turns.resolved(standing, NOW), NOW + timedelta(seconds=5))
    assert (back.state, back.waiting_since, back.snoozed_until) == (
        standing.state,
        standing.waiting_since,
        standing.snoozed_until,
    )


@given(standings())
def test_nobody_waits_in_what_is_resolved_or_the_candidates_turn(standing: Standing) -> None:
    if standing.state in {S.RESOLVED, S.PENDING}:
        assert standing.waiting_since is None
    if standing.state is S.SNOOZED:
        assert standing.snoozed_until is not None


def test_a_sleep_that_ended_meanwhile_is_not_taken_up_again() -> None:
    resolved = turns.resolved(turns.snoozed(turns.asked(Standing(), NOW), LATER, NOW), NOW)
    back = turns.unresolved(resolved, LATER + timedelta(hours=1))
    assert (back.state, back.waiting_since) == (S.OPEN, NOW)


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "fresh"), (3.99, "fresh"), (4, "ageing"), (23.99, "ageing"), (24, "old")]
)
def test_waiting_ages_in_steps(hours: float, expected: str) -> None:
    assert urgency(NOW, NOW + timedelta(hours=hours)) == Urgency(expected)


def test_only_a_channel_with_a_window_closes() -> None:
    assert can_reply_until(Channel.WECHAT, NOW) == NOW + timedelta(hours=48)
    for channel in (None, Channel.EMAIL, Channel.SMS):
        assert can_reply_until(channel, NOW) is None
    assert can_reply_until(Channel.WECHAT, None) is None


@pytest.mark.parametrize(
    ("deputies", "expected"),
    [
        ({}, "a"),
        ({"a": "b"}, "b"),
        ({"a": "b", "b": "c"}, "c"),
        ({"a": None}, "a"),
        ({"a": "b", "b": None}, "a"),
        ({"a": "b", "b": "a"}, "a"),
        ({"a": "b", "b": "c", "c": "b"}, "a"),
        ({"a": "a"}, "a"),
        ({"b": "c"}, "a"),
    ],
)
def test_deputies_stand_in_until_the_chain_ends(deputies: dict[str, str | None], expected: str) -> None:
    assert stand_in("a", deputies) == expected
