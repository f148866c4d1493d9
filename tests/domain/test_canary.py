"""The first few of a large send: what their fate means for the rest."""

from __future__ import annotations

import pytest

from yuemian.domain.canary import Fate, Figure, canary_size, judge


@pytest.mark.parametrize(
    ("people", "is_rehearsal", "size"),
    [(49, False, 0), (50, False, 5), (10_000, False, 5), (10_000, True, 0), (0, False, 0)],
)
def test_only_a_large_send_to_real_people_has_one(people: int, is_rehearsal: bool, size: int) -> None:
    assert canary_size(people, is_rehearsal=is_rehearsal) == size


@pytest.mark.parametrize(
    ("figures", "fate"),
    [
        ([("sent", "", 5)], Fate.GO),
        ([("sent", "", 4), ("delivered", "", 1)], Fate.GO),
        ([("sent", "", 4), ("sending", "", 1)], Fate.WAIT),
        ([("queued", "rate_limited", 5)], Fate.WAIT),
        ([("sent", "", 5), ("created", "", 5)], Fate.GO),  # reserves, whose turn will hardly come
        ([("sent", "", 4), ("queued", "", 1), ("created", "", 9)], Fate.WAIT),
        ([("sent", "", 4), ("permanent_failure", "invalid_contact", 1), ("queued", "", 1)], Fate.WAIT),
        ([("sent", "", 2), ("permanent_failure", "invalid_contact", 3), ("created", "", 5)], Fate.PAUSE),
        ([("queued", "provider_error", 1), ("sent", "", 4)], Fate.WAIT),
        ([("skipped", "recipient_already_replied", 5)], Fate.GO),
        ([("sent", "", 4), ("permanent_failure", "invalid_contact", 1)], Fate.GO),
        ([("sent", "", 2), ("permanent_failure", "invalid_contact", 3)], Fate.PAUSE),
        ([("sent", "", 4), ("permanent_failure", "content_rejected", 1)], Fate.PAUSE),
        ([("sent", "", 4), ("technical_failure", "template_error", 1)], Fate.PAUSE),
        ([("sent", "", 4), ("unknown", "outcome_unknown", 1)], Fate.PAUSE),
        ([("held", "credentials_refused", 5)], Fate.PAUSE),
        ([("held", "not_configured", 1), ("queued", "", 4)], Fate.PAUSE),
        ([("temporary_failure", "provider_error", 1), ("sent", "", 4)], Fate.PAUSE),
    ],
)
def test_the_rest_goes_waits_or_stays(figures: list[tuple[str, str, int]], fate: Fate) -> None:
    assert judge(Figure(*figure) for figure in figures).fate is fate


def test_the_pause_names_the_commonest_reason() -> None:
    figures = [Figure("held", "credentials_refused", 3), Figure("permanent_failure", "invalid_contact", 2)]
    assert judge(figures).reason == "credentials_refused"


def test_a_trouble_without_a_reason_is_named_by_its_state() -> None:
    assert judge([Figure("technical_failure", "", 5)]).reason == "technical_failure"
