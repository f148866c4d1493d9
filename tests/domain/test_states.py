"""The transition maps: complete, closed, and refused moves say what would be allowed."""

from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain import states
from yuemian.domain.moves import MOVES, ForbiddenMove, can_move, check_move
from yuemian.domain.priority import priority
from yuemian.domain.states import (
    FINAL,
    IN_FLIGHT,
    TOLD,
    WAITING,
    Answer,
    DeliveryState,
    InterviewState,
    NotificationState,
    Purpose,
    Stage,
    merge_receipt,
    standing,
)

RECEIPTS = [
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.TEMPORARY_FAILURE,
    DeliveryState.PERMANENT_FAILURE,
]


@pytest.mark.parametrize("kind", list(MOVES))
def test_every_state_has_a_row_and_no_row_leads_to_itself(kind: type[StrEnum]) -> None:
    assert set(MOVES[kind]) == set(kind)
    for old, allowed in MOVES[kind].items():
        assert allowed <= set(kind)
        assert old not in allowed


@pytest.mark.parametrize("kind", list(MOVES))
def test_every_state_can_be_reached_from_the_first_one(kind: type[StrEnum]) -> None:
    reached, frontier = set(), [next(iter(kind))]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        frontier.extend(MOVES[kind][state] - reached)
    assert reached == set(kind)


@given(st.data())
def test_a_check_passes_exactly_where_the_map_allows(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(MOVES)))
    old, new = data.draw(st.sampled_from(list(kind))), data.draw(st.sampled_from(list(kind)))
    if can_move(kind, old.value, new.value):
        check_move(kind, old, new)
    else:
        with pytest.raises(ForbiddenMove):
            check_move(kind, old, new)


def test_a_refused_move_says_what_would_be_allowed() -> None:
    with pytest.raises(
        ForbiddenMove, match="A delivery that is 'created' cannot become 'sent': it can only become"
    ):
        check_move(DeliveryState, "created", "sent")
    with pytest.raises(ForbiddenMove, match="that is where it ends"):
        check_move(InterviewState, "cancelled", "scheduled")


def test_a_word_that_is_no_state_is_refused() -> None:
    with pytest.raises(ValueError, match="superseded"):
        check_move(DeliveryState, "queued", "superseded")


def test_a_message_that_may_have_arrived_is_never_called_off_or_held() -> None:
    for state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN):
        assert not MOVES[DeliveryState][state] & (
            states.CALLED_OFF | {DeliveryState.HELD, DeliveryState.SENDING}
        )


def test_a_sent_message_is_never_queued_again() -> None:
    assert not can_move(DeliveryState, "sent", "queued")
    assert not can_move(DeliveryState, "delivered", "queued")


def test_the_groups_cover_every_delivery_state() -> None:
    rest = {DeliveryState.SENT, DeliveryState.UNKNOWN}
    assert WAITING | IN_FLIGHT | FINAL | rest == set(DeliveryState)
    assert not WAITING & TOLD
    assert not FINAL & IN_FLIGHT


def test_an_answer_can_be_changed_to_any_other() -> None:
    for old in Answer:
        for new in Answer:
            assert can_move(Answer, old, new) is (old is not new)


def test_a_result_cannot_be_sent_before_it_was_approved() -> None:
    assert not can_move(NotificationState, "pending_approval", "scheduled")
    assert not can_move(NotificationState, "rejected", "approved")
    assert can_move(NotificationState, "scheduled", "pending_approval")


def test_an_application_never_becomes_onboarded_without_onboarding() -> None:
    assert [s for s in Stage if can_move(Stage, s, Stage.ONBOARDED)] == [Stage.ONBOARDING]


@given(st.lists(st.sampled_from(RECEIPTS)))
def test_receipts_in_any_order_and_number_end_at_the_strongest_truth(reports: list[DeliveryState]) -> None:
    state = DeliveryState.SENT
    for report in reports:
        state = merge_receipt(state, report)
    if DeliveryState.PERMANENT_FAILURE in reports:
        assert state is DeliveryState.PERMANENT_FAILURE
    elif DeliveryState.DELIVERED in reports:
        assert state is DeliveryState.DELIVERED


@pytest.mark.parametrize("waiting", [DeliveryState.QUEUED, DeliveryState.HELD])
@pytest.mark.parametrize("reported", [DeliveryState.DELIVERED, DeliveryState.PERMANENT_FAILURE])
def test_a_receipt_is_believed_of_what_waits_only_when_it_may_have_arrived(
    waiting: DeliveryState, reported: DeliveryState
) -> None:
    assert merge_receipt(waiting, reported, is_unclear=True) is reported
    assert merge_receipt(waiting, reported) is waiting


def test_the_same_receipt_twice_changes_nothing() -> None:
    assert merge_receipt(DeliveryState.DELIVERED, DeliveryState.DELIVERED) is DeliveryState.DELIVERED


def test_a_change_of_today_goes_before_everything_a_candidate_gets() -> None:
    today = priority(Purpose.CHANGE, same_day=True)
    # Somebody sits before the screen and waits for a test or a code.
    assert all(today < priority(p) for p in Purpose if p not in {Purpose.TEST, Purpose.CODE})
    order = [Purpose.RESULT, Purpose.INVITATION, Purpose.REMINDER, Purpose.SURVEY]
    assert [priority(p) for p in order] == sorted(priority(p) for p in order)


@pytest.mark.parametrize(
    ("deliveries", "expected"),
    [
        ([], "scheduled"),
        (["queued", "created"], "scheduled"),
        (["held", "held"], "scheduled"),
        (["sending"], "processing"),
        (["sent", "queued"], "processing"),
        (["cancelled", "held"], "processing"),
        (["sent", "cancelled"], "completed"),
        (["unknown"], "completed"),
        (["permanent_failure", "expired"], "completed"),
        (["cancelled", "skipped"], "cancelled"),
        (["expired", "cancelled"], "cancelled"),
        (["expired", "expired"], "expired"),
    ],
)
def test_how_far_a_notification_is_follows_from_its_deliveries(deliveries: list[str], expected: str) -> None:
    states = [DeliveryState(each) for each in deliveries]
    assert standing(NotificationState.SCHEDULED, states) == expected
    assert standing(NotificationState.PENDING_APPROVAL, states) == "pending_approval"
