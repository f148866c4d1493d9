"""The audit chain is one lock for a whole company: an action takes it last, when it has all its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.factories import Cast
from tests.interviews.slots import create_series
from tests.portal.stories import invite
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.domain.states import Channel
from yuemian.hiring.actions import correct
from yuemian.hiring.actions.contacts import choose_channel, set_contact_use
from yuemian.hiring.models import Candidate
from yuemian.hiring.signals import person_changed
from yuemian.interviews.actions.absence import cannot_come
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.release import recall_batch

DAY = timedelta(days=1)
_LOCKS = re.compile(r"\b(FOR (NO KEY )?UPDATE|UPDATE [\"a-z]|DELETE FROM|DO UPDATE)")


@pytest.fixture
def tale(cast: Cast, now: datetime, settings: Settings) -> Tale:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    return Tale(cast, now)


@pytest.fixture
def person(tale: Tale) -> Candidate:
    """Whose letter is on its way: whatever changes of them calls it back."""
    (notice,) = tale.of(tale.released(starts_at=tale.now - DAY))
    return Candidate.objects.select_related("key").get(pk=notice.candidate_id)


def locks_after_the_entry(deed: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        deed()
    said = [each["sql"] for each in queries.captured_queries]
    first = next(number for number, sql in enumerate(said) if "append_audit" in sql)
    return [sql for sql in said[first + 1 :] if "append_audit" not in sql and _LOCKS.search(sql)]


def test_of_a_candidates_wishes(tale: Tale, person: Candidate) -> None:
    wishes = {"locale": "en"}
    assert not locks_after_the_entry(lambda: correct.prefer(person, wishes, is_discreet=False, now=tale.now))


def test_of_an_address_that_is_confirmed(tale: Tale, person: Candidate) -> None:
    point = correct.propose_address(person, Channel.EMAIL, "new@secret.example", now=tale.now)
    assert not locks_after_the_entry(lambda: correct.confirm_address(person, point, now=tale.now))


def test_of_an_address_that_was_corrected(tale: Tale, person: Candidate) -> None:
    asked = correct.ask_correction(person, "email", "new@secret.example", now=tale.now)
    found = locks_after_the_entry(
        lambda: correct.decide_correction(tale.cast.owner, asked, is_accepted=True, now=tale.now)
    )
    assert not found


@pytest.mark.parametrize("is_in_use", [True, False])
def test_of_an_address_in_use_or_not(tale: Tale, person: Candidate, is_in_use: bool) -> None:
    point = person.contact_points.filter(channel=Channel.EMAIL).get()
    person.contact_points.filter(pk=point.pk).update(state="suppressed" if is_in_use else "active")
    found = locks_after_the_entry(
        lambda: set_contact_use(tale.cast.owner, point.pk, is_in_use=is_in_use, now=tale.now)
    )
    assert not found


def test_of_a_channel_that_the_candidate_chose(tale: Tale, person: Candidate) -> None:
    found = locks_after_the_entry(
        lambda: choose_channel(person, Channel.EMAIL, is_wanted=False, now=tale.now)
    )
    assert not found


def test_of_letters_that_come_back(tale: Tale, person: Candidate) -> None:
    person.name += "改"
    person.save(update_fields=["name"])
    found = locks_after_the_entry(lambda: person_changed.send(Candidate, candidate=person, at=tale.now))
    assert not found


def test_of_letters_that_leave_and_are_called_back(tale: Tale) -> None:
    batch = tale.drafts(2, Outcome.PASS)
    tale.submit(batch)
    tale.approve(batch)
    assert not locks_after_the_entry(lambda: tale.release(batch))
    assert not locks_after_the_entry(lambda: recall_batch(tale.cast.lead, batch.pk, now=tale.now))


def test_of_letters_whose_decision_is_another_now(tale: Tale, person: Candidate) -> None:
    (interview,) = person.applications.get().interviews.all()
    found = locks_after_the_entry(
        lambda: decide(tale.cast.lead, [Choice(interview.pk, Outcome.HOLD)], now=tale.now)
    )
    assert not found


def test_of_an_interviewer_who_cannot_come(cast: Cast, now: datetime) -> None:
    """The day is closed before, and written down after, all the candidates were asked for another time."""
    create_series(cast, now=now)
    interviews = [invite(cast, now=now, name=name).interview for name in ("甲", "乙")]
    day = interviews[0].starts_at.date()
    found = locks_after_the_entry(
        lambda: cannot_come(
            cast.recruiter,
            cast.interviewer,
            [each.pk for each in interviews],
            day=day,
            until=now + DAY,
            reason="",
            now=now,
        )
    )
    assert not found
