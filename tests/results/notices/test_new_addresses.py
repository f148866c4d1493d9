"""An address that nobody saw who approved brings the letter back, whoever adds it and to however many."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.results.stories import Tale
from yuemian.domain.results import NoticeState
from yuemian.hiring.actions import subscribe_in_rehearsal
from yuemian.results.models import Wait

N = NoticeState
PHONE = "+8613700000009"


def test_an_address_that_an_import_brings_calls_the_letter_back(tale: Tale) -> None:
    batch = tale.approved(tale.drafts(3))
    first, second, third = tale.of(batch)
    (interview, other) = (each.decision.interview for each in (first, second))
    tale.next_rounds([interview], phone=PHONE)
    assert tale.states(batch) == [N.APPROVED, N.APPROVED, N.DRAFT]
    tale.release(batch)
    tale.next_rounds([other], phone=PHONE)
    states = {each.pk: (each.state, each.came_back) for each in tale.of(batch)}
    assert states == {
        first.pk: (N.DRAFT, "contacts"),
        second.pk: (N.DRAFT, "contacts"),
        third.pk: (N.RELEASED, ""),
    }
    assert Wait.objects.get(interview=other).state == "decided"


def test_an_import_that_brings_nothing_new_takes_nothing_back(tale: Tale) -> None:
    (interview,) = tale.interviews(phone=PHONE)
    batch = tale.approved(tale.prepare(tale.decide([interview])))
    tale.next_rounds([interview], phone=PHONE)
    assert tale.states(batch) == [N.APPROVED]


def test_addresses_of_many_cost_as_many_statements_as_of_one(tale: Tale) -> None:
    few, many = tale.interviews(2), tale.interviews(9)
    counts = []
    for interviews in (few, many):
        with CaptureQueriesContext(connection) as queries:
            tale.next_rounds(interviews, phone=PHONE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_rehearsed_subscription_calls_the_letter_back(tale: Tale) -> None:
    batch = tale.approved(tale.drafts())
    subscribe_in_rehearsal(tale.cast.recruiter, [tale.only(batch).candidate], now=tale.now)
    assert (tale.only(batch).state, tale.only(batch).came_back) == (N.DRAFT, "contacts")
