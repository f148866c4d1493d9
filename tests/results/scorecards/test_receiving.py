"""Evaluations from outside: checked whole, taken once by their name, never over what somebody writes here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories import Cast
from tests.results.scorecards.held import create_held, draft
from yuemian.interviews.models import Interview
from yuemian.results.actions.scorecards import Closed, Received, receive, reopen, save
from yuemian.results.models import Scorecard
from yuemian.results.scorecards.evaluation import Evaluation, Wrong
from yuemian.results.scorecards.reading import scorecards_of
from yuemian.trust.vault import Vault

GOOD = Evaluation(
    source="moka",
    external_id="ev-1",
    recommendation="no",
    interviewer="王评委",
    summary="系统设计讲不深",
    entries=[
        {"key": "coding", "name": "编码", "rating": 4, "note": "写了两种解法", "is_shareable": True},
        {"key": "system_design", "rating": 2},
        {"key": "language", "is_skipped": True},
    ],
)


@pytest.fixture
def held(cast: Cast, now: datetime) -> Interview:
    return create_held(cast, now=now)


def take(cast: Cast, held: Interview, now: datetime, **changes: Any) -> Received:
    return receive(cast.organization.pk, held.pk, replace(GOOD, **changes), now=now)


def test_it_is_a_submitted_scorecard(cast: Cast, held: Interview, now: datetime) -> None:
    assert take(cast, held, now).outcome == "created"
    (card,) = scorecards_of(cast.recruiter, [held.pk], Vault(cast.organization.pk))[held.pk]
    assert (card.author, card.source, card.recommendation) == ("王评委", "moka", "no")
    assert [(e.key, e.name, e.rating, e.is_skipped) for e in card.entries] == [
        ("coding", "编码", 4, False),
        ("system_design", "system_design", 2, False),
        ("language", "language", None, True),
    ]


def test_the_same_again_changes_nothing_and_another_text_takes_its_place(
    cast: Cast, held: Interview, now: datetime
) -> None:
    first = take(cast, held, now).scorecard
    again = take(cast, held, now + timedelta(hours=1))
    assert (again.outcome, again.scorecard.pk, again.scorecard.edition) == ("same", first.pk, 1)
    changed = take(cast, held, now, entries=GOOD.entries[:1], recommendation="yes")
    assert (changed.outcome, changed.scorecard.pk) == ("changed", first.pk)
    (card,) = scorecards_of(cast.recruiter, [held.pk], Vault(cast.organization.pk))[held.pk]
    assert ([entry.key for entry in card.entries], card.recommendation) == (["coding"], "yes")
    assert Scorecard.objects.count() == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"source": ""}, "source"),
    ({"source": "x" * 41}, "source"),
    ({"external_id": " "}, "external_id"),
    ({"recommendation": "maybe"}, "recommendation"),
    ({"summary": "x" * 2001}, "summary"),
    ({"summary": 7}, "summary"),
    ({"interviewer": "x" * 81}, "interviewer"),
    ({"entries": [{"key": "Coding", "rating": 3}]}, "entries[0].key"),
    ({"entries": [{"rating": 3}]}, "entries[0].key"),
    ({"entries": [{"key": "coding", "rating": 6}]}, "entries[0].rating"),
    ({"entries": [{"key": "coding", "rating": True}]}, "entries[0].rating"),
    ({"entries": [{"key": "coding", "rating": "4"}]}, "entries[0].rating"),
    ({"entries": [{"key": "coding", "rating": 4, "is_skipped": True}]}, "entries[0].rating"),
    ({"entries": [{"key": "coding", "rating": 4, "note": "x" * 1001}]}, "entries[0].note"),
    ({"entries": [{"key": "coding", "rating": 4, "is_shareable": "yes"}]}, "entries[0].is_shareable"),
    ({"entries": [{"key": "coding", "rating": 4}, {"key": "coding", "rating": 3}]}, "entries[1].key"),
    ({"entries": [{"key": "coding", "rating": 4, "score": 9}]}, "entries[0].score"),
    ({"entries": ["coding"]}, "entries[0]"),
    ({"entries": [{"key": "coding"}]}, "entries"),
    ({"entries": [{"key": f"k{n}", "rating": 3} for n in range(31)]}, "entries"),
]


@pytest.mark.parametrize(("changes", "place"), WRONG)
def test_every_mistake_is_named(
    cast: Cast, held: Interview, now: datetime, changes: dict[str, Any], place: str
) -> None:
    with pytest.raises(Wrong) as refused:
        take(cast, held, now, **changes)
    assert set(refused.value.problems) == {place}
    assert not Scorecard.objects.exists()


def test_all_mistakes_are_named_at_once(cast: Cast, held: Interview, now: datetime) -> None:
    with pytest.raises(Wrong) as refused:
        take(cast, held, now, source="", recommendation="?", entries=[{"key": "a", "rating": 0}])
    assert set(refused.value.problems) >= {"source", "recommendation", "entries[0].rating"}


def test_a_known_interviewer_is_found_by_address_and_asked_no_more(
    cast: Cast, held: Interview, now: datetime
) -> None:
    card = take(cast, held, now, interviewer=cast.interviewer.email.upper()).scorecard
    assert card.interviewer_id == cast.interviewer.pk
    with pytest.raises(Closed):
        reopen(cast.recruiter, card.pk, now=now)


def test_it_never_takes_the_place_of_what_is_written_here(cast: Cast, held: Interview, now: datetime) -> None:
    save(cast.interviewer, held.pk, draft(), 0, now=now)
    with pytest.raises(Wrong) as refused:
        take(cast, held, now, interviewer=cast.interviewer.email)
    assert set(refused.value.problems) == {"interviewer"}


def test_one_name_belongs_to_one_interview_of_the_organization(
    cast: Cast, held: Interview, now: datetime
) -> None:
    take(cast, held, now)
    other = create_held(cast, now=now)
    with pytest.raises(Wrong) as refused:
        take(cast, other, now)
    assert set(refused.value.problems) == {"external_id"}


def test_another_organizations_interview_is_not_there(cast: Cast, held: Interview, now: datetime) -> None:
    with pytest.raises(Wrong) as refused:
        receive(cast.recruiter.pk, held.pk, GOOD, now=now)
    assert set(refused.value.problems) == {"interview"}
