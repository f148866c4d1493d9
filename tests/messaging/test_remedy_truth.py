"""A person may try again exactly what the engine would send: both ask the same question of the same facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import Cast
from tests.messaging.engine.test_last_look import claimed
from tests.messaging.test_remedy import trouble
from yuemian.domain.remedy import Remedy
from yuemian.domain.states import Purpose
from yuemian.interviews.apps import TRUTH
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.remedy import release_held, retry_failed
from yuemian.messaging.engine.claim import Truth
from yuemian.messaging.engine.verdict import verdict
from yuemian.messaging.models import Delivery, Notification
from yuemian.messaging.remedies import prospect
from yuemian.messaging.subjects import CALLED_OFF

HOUR = timedelta(hours=1)
#: What became of the interview since: what is written into it, and how long after its start one looks.
SINCE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "accepted": {"answer": "accepted"},
    "declined": {"answer": "declined"},
    "moved": {"revision": 2},
    "over": {"starts_at": timezone.now() - HOUR},
    "held": {"starts_at": timezone.now() - HOUR, "state": "completed", "answer": "accepted"},
    "cancelled": {"state": "cancelled"},
}
#: Sent by a person, by a step of the plan, and as the word that it does not take place.
STEPS = ("", "day_before", CALLED_OFF)

#: Of a letter and what follows it: the database keeps other messages from becoming one of these, or one from another.
OF_A_LETTER = {Purpose.RESULT, Purpose.LETTER, Purpose.ONBOARDING}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def failed(cast: Cast, now: datetime, since: str, state: str = "temporary_failure") -> UUID:
    (id_,) = trouble(cast, 1, state, now=now, deadline_at=now + timedelta(days=3))
    Interview.objects.update(**SINCE[since])
    return id_


def say(purpose: Purpose, step: str) -> None:
    Notification.objects.update(purpose=purpose, step_key=step)


@pytest.mark.parametrize("since", SINCE)
def test_a_retry_is_offered_exactly_where_the_engine_would_send(
    cast: Cast, now: datetime, since: str
) -> None:
    id_, differing = failed(cast, now, since), []
    with connection.cursor() as cursor:
        cursor.execute(TRUTH, [[Notification.objects.get().subject_id]])
        truth = Truth._make(cursor.fetchone())
    for purpose in set(Purpose) - OF_A_LETTER:
        for step in STEPS:
            say(purpose, step)
            row = claimed(purpose=purpose, step_key=step, subject_revision=1, now=now, deadline_at=now + HOUR)
            leaves = verdict(row, truth) is None
            offered = bool(prospect(cast.recruiter, [id_], Remedy.RETRY, "", now=now).helped)
            if offered is not leaves:
                differing.append((purpose, step, leaves))
    assert differing == []


@pytest.mark.parametrize(
    ("purpose", "step", "since", "helps"),
    [
        (Purpose.REMINDER, "day_before", "accepted", True),
        (Purpose.REMINDER, "", "accepted", False),
        (Purpose.REMINDER, "day_before", "declined", False),
        (Purpose.REMINDER, "day_before", "over", False),
        (Purpose.SURVEY, "survey", "held", True),
        (Purpose.STILL_DECIDING, "", "held", True),
        (Purpose.ATTENDANCE, "", "over", True),
        (Purpose.SURVEY, "survey", "cancelled", False),
        (Purpose.STAFF_NEWS, "", "held", True),
        (Purpose.CHANGE, "", "accepted", True),
        (Purpose.CHANGE, "", "moved", False),
        (Purpose.CANCELLATION, "", "cancelled", True),
        (Purpose.CANCELLATION, "", "nothing", False),
        (Purpose.INVITATION, "", "accepted", False),
        (Purpose.ANSWER, "", "cancelled", True),
    ],
)
def test_what_is_still_true_can_be_tried_again_and_let_go(
    cast: Cast, now: datetime, *, purpose: Purpose, step: str, since: str, helps: bool
) -> None:
    id_ = failed(cast, now, since, "held")
    say(purpose, step)
    assert release_held(cast.recruiter, [id_], now=now) == helps
    Delivery.objects.update(state="temporary_failure")
    assert retry_failed(cast.recruiter, [id_], now=now) == helps
