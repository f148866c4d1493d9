"""Whoever keeps a person's data and whoever erases it at the same moment: one is first, and the other is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from tests.beside import Beside
from tests.factories import Cast, create_cast, create_interview
from yuemian.hiring.actions.erase import GoneAlready, erase_by_hand, erase_due, hold
from yuemian.hiring.models import Candidate, Erasure, ErasureOrigin
from yuemian.trust.tenancy import acting_in

NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    with transaction.atomic():
        found = create_cast(now=NOW)
    yield found
    connections.close_all()


@pytest.fixture
def person(cast: Cast) -> Candidate:
    """Whose data has come due."""
    with acting_in(cast.organization.pk):
        candidate = create_interview(cast, now=NOW).application.candidate
        Erasure.objects.create(
            organization=cast.organization,
            candidate=candidate,
            origin=ErasureOrigin.RETENTION,
            asked_at=NOW - DAY,
            due_at=NOW,
        )
        return candidate


def due(cast: Cast, now: datetime = NOW) -> int:
    return erase_due(cast.organization.pk, now=now, limit=20)


def test_a_hold_beside_what_comes_due_keeps_the_person(cast: Cast, person: Candidate) -> None:
    with acting_in(cast.organization.pk):
        Candidate.objects.select_for_update(no_key=True).get(pk=person.pk)
        other = Beside(cast.organization.pk, lambda: due(cast))
        other.waits()  # it comes to this person, and has locked nothing that a hold needs
        hold(cast.owner, person, "劳动争议", now=NOW)
    assert other.ends() == 0
    with acting_in(cast.organization.pk):
        assert due(cast) == 0
        assert Erasure.objects.get().state == "held"
        assert Candidate.objects.get(pk=person.pk).erased_at is None


def test_a_hold_that_comes_too_late_says_so(cast: Cast, person: Candidate) -> None:
    with acting_in(cast.organization.pk):
        erase_by_hand(cast.owner, person, now=NOW)
        other = Beside(cast.organization.pk, lambda: hold(cast.owner, person, "劳动争议", now=NOW))
        assert other.waits()
    with pytest.raises(GoneAlready):
        other.ends()
