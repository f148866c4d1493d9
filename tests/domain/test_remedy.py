"""Which remedy helps which delivery, and why not the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.moves import can_move
from yuemian.domain.remedy import (
    APPLIES,
    SENDS_ANEW,
    Case,
    Refusal,
    Remedy,
    refusal,
    remedies_for,
)
from yuemian.domain.states import NEEDING_ATTENTION, TOLD, DeliveryState

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
FAILED = Case(
    state=DeliveryState.TEMPORARY_FAILURE,
    deadline_at=NOW + timedelta(hours=3),
    is_true=True,
    is_erased=False,
    has_contact=True,
    has_text=True,
    is_under_way=False,
)


def test_what_failed_can_be_tried_again() -> None:
    assert refusal(FAILED, Remedy.RETRY, now=NOW) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"deadline_at": NOW}, Refusal.TOO_LATE),
        ({"is_true": False}, Refusal.UNTRUE),
        ({"is_erased": True}, Refusal.ERASED),
        ({"has_contact": False}, Refusal.NO_CONTACT),
        ({"has_text": False}, Refusal.NO_TEXT),
        ({"is_under_way": True}, Refusal.UNDER_WAY),
        ({"state": DeliveryState.SENT}, Refusal.NOT_SO),
        ({"state": DeliveryState.UNKNOWN}, Refusal.NOT_SO),
    ],
)
def test_a_retry_that_is_no_help_says_why(change: dict[str, object], why: Refusal) -> None:
    assert refusal(replace(FAILED, **change), Remedy.RETRY, now=NOW) is why  # type: ignore[arg-type]


@given(
    st.builds(
        Case,
        state=st.sampled_from(list(DeliveryState)),
        deadline_at=st.just(NOW + timedelta(hours=1)),
        is_true=st.booleans(),
        is_erased=st.booleans(),
        has_contact=st.booleans(),
        has_text=st.booleans(),
        is_under_way=st.booleans(),
    ),
    st.sampled_from(sorted(SENDS_ANEW)),
)
def test_nothing_that_may_have_arrived_is_sent_again_unless_a_person_said_it_did_not(
    case: Case, remedy: Remedy
) -> None:
    if case.state in TOLD and remedy is not Remedy.NOT_ARRIVED:
        assert refusal(case, remedy, now=NOW) is not None


def test_giving_up_is_always_possible() -> None:
    for state in NEEDING_ATTENTION:
        late = replace(FAILED, state=state, deadline_at=NOW, is_true=False, has_contact=False)
        assert refusal(late, Remedy.GIVE_UP, now=NOW) is None


def test_every_state_that_needs_a_person_has_a_remedy_even_when_it_is_too_late() -> None:
    for state in NEEDING_ATTENTION:
        for deadline_at in (NOW, NOW + timedelta(hours=1)):
            assert remedies_for(state, "", deadline_at=deadline_at, now=NOW)


def test_an_address_that_does_not_exist_is_not_offered_again() -> None:
    deadline_at = NOW + timedelta(hours=1)
    offered = remedies_for("permanent_failure", "invalid_contact", deadline_at=deadline_at, now=NOW)
    assert offered == [Remedy.SWITCH, Remedy.GIVE_UP]


def test_the_moves_that_remedies_make_are_in_the_map() -> None:
    assert all(can_move(DeliveryState, state, "queued") for state in APPLIES[Remedy.RELEASE])
    assert all(can_move(DeliveryState, state, "sent") for state in APPLIES[Remedy.ARRIVED])
    assert all(can_move(DeliveryState, state, "temporary_failure") for state in APPLIES[Remedy.NOT_ARRIVED])
    assert can_move(DeliveryState, "held", "cancelled")
