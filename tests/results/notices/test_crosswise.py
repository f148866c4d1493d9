"""Whoever decides anew and whoever releases, recalls or renames take the same rows: nobody waits crosswise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from tests.beside import Beside
from tests.messaging.engine.conftest import Story, live, story
from tests.results.stories import Tale
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Channel
from yuemian.hiring.actions import set_contact_use
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.hiring.signals import person_changed
from yuemian.interviews.models import Interview
from yuemian.results.actions.decide import Choice, decide, undo
from yuemian.results.actions.locking import lock_interviews
from yuemian.results.actions.release import CalledBack, NothingToRelease, recall_batch, release_batch
from yuemian.results.models import Decision, ResultBatch, ResultNotice
from yuemian.trust.tenancy import acting_in

__all__ = ["live", "story"]
DAY = timedelta(days=1)


@pytest.fixture
def tale(live: Story, settings: object) -> Iterator[Tale]:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # type: ignore[attr-defined]  # only says that mail can be planned
    with acting_in(live.cast.organization.pk):
        found = Tale(live.cast, live.now)
    yield found
    connections.close_all()


def approved(tale: Tale) -> ResultBatch:
    with acting_in(tale.cast.organization.pk):
        batch = tale.drafts(starts_at=tale.now - DAY)
        tale.submit(batch)
        tale.approve(batch)
        return batch


def released(tale: Tale) -> ResultBatch:
    with acting_in(tale.cast.organization.pk):
        return tale.released(starts_at=tale.now - DAY)


def interview_of(tale: Tale, batch: ResultBatch) -> Interview:
    return Decision.objects.select_related("interview").get(pk=tale.only(batch).decision_id).interview


def decide_beside(tale: Tale, batch: ResultBatch, work: object) -> Beside:
    """The other one begins after the interview was locked here, and before its notice is."""
    with acting_in(tale.cast.organization.pk):
        interview = interview_of(tale, batch)
        lock_interviews([interview.pk])
        other = Beside(tale.cast.organization.pk, work)  # type: ignore[arg-type]
        assert other.waits()
        decide(tale.cast.lead, [Choice(interview.pk, Outcome.HOLD)], now=tale.now)
    return other


def state_of(tale: Tale, batch: ResultBatch) -> NoticeState:
    with acting_in(tale.cast.organization.pk):
        return NoticeState(tale.only(batch).state)


def test_a_release_beside_a_new_decision_finds_nothing_to_release(tale: Tale) -> None:
    batch = approved(tale)
    other = decide_beside(tale, batch, lambda: release_batch(tale.cast.lead, batch.pk, now=tale.now))
    with pytest.raises(NothingToRelease):
        other.ends()
    assert state_of(tale, batch) is NoticeState.VOID


def test_a_recall_beside_a_new_decision_finds_nothing_to_recall(tale: Tale) -> None:
    batch = released(tale)
    other = decide_beside(tale, batch, lambda: recall_batch(tale.cast.lead, batch.pk, now=tale.now))
    assert other.ends() == CalledBack(0, 0)
    assert state_of(tale, batch) is NoticeState.VOID


def test_another_name_beside_a_new_decision_is_written_and_the_letter_is_void(tale: Tale) -> None:
    batch = released(tale)

    def rename() -> None:
        candidate = Candidate.objects.get(pk=tale.only(batch).candidate_id)
        candidate.name += "改"
        candidate.save(update_fields=["name"])
        person_changed.send(Candidate, candidate=candidate, at=tale.now)

    decide_beside(tale, batch, rename).ends()
    assert state_of(tale, batch) is NoticeState.VOID


def test_a_later_round_decided_beside_a_release_calls_its_letter_back(tale: Tale) -> None:
    with acting_in(tale.cast.organization.pk):
        (early,) = tale.interviews(starts_at=tale.now - 3 * DAY)
        (late,) = tale.next_rounds([early])
        batch = tale.approved(tale.prepare(tale.decide([early], Outcome.ADVANCE)))
    with acting_in(tale.cast.organization.pk):
        lock_interviews([early.pk])
        choice = Choice(late.pk, Outcome.PASS)
        other = Beside(tale.cast.organization.pk, lambda: decide(tale.cast.recruiter, [choice], now=tale.now))
        assert other.waits()
        assert release_batch(tale.cast.lead, batch.pk, now=tale.now).count == 1
    other.ends()
    assert state_of(tale, batch) is NoticeState.DRAFT


def test_an_undo_beside_a_new_decision_takes_nothing_back(tale: Tale) -> None:
    with acting_in(tale.cast.organization.pk):
        batch = tale.drafts(starts_at=tale.now - DAY)
    other = decide_beside(tale, batch, lambda: undo(tale.cast.recruiter, tale.now, now=tale.now))
    assert other.ends() == []
    with acting_in(tale.cast.organization.pk):
        assert Decision.objects.current().get().outcome == Outcome.HOLD
        assert not ResultNotice.objects.live().exists()


def test_an_import_beside_a_release_calls_the_letter_back(tale: Tale) -> None:
    batch = approved(tale)
    with acting_in(tale.cast.organization.pk):
        interview = interview_of(tale, batch)
        lock_interviews([interview.pk])
        other = Beside(
            tale.cast.organization.pk, lambda: tale.next_rounds([interview], phone="+8613700000009")
        )
        assert other.waits()
        assert release_batch(tale.cast.lead, batch.pk, now=tale.now).count == 1
    other.ends()
    assert state_of(tale, batch) is NoticeState.DRAFT


@pytest.mark.parametrize("is_last", [False, True])
def test_an_address_that_goes_out_of_use_beside_a_recall(tale: Tale, is_last: bool) -> None:
    """It takes away deliveries, and the recall does; both come to the interview first."""
    batch = released(tale)
    with acting_in(tale.cast.organization.pk):
        mine = ContactPoint.objects.filter(candidate=tale.only(batch).candidate_id)
        point = mine.get(channel=Channel.EMAIL)
        if is_last:
            mine.exclude(pk=point.pk).delete()
        lock_interviews([interview_of(tale, batch).pk])
        other = Beside(
            tale.cast.organization.pk,
            lambda: set_contact_use(tale.cast.recruiter, point.pk, is_in_use=False, now=tale.now),
        )
        assert other.waits()
        assert recall_batch(tale.cast.lead, batch.pk, now=tale.now) == CalledBack(1, 0)
    other.ends()
    assert state_of(tale, batch) is NoticeState.RECALLED
