"""How a result was told is asked once, a day after its notice has left, and never before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import install_texts
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.domain.states import DeliveryState, Purpose
from yuemian.domain.survey import SurveyKind
from yuemian.interviews.actions.surveys import Given, answer_beside_letter, save_policy
from yuemian.interviews.models import Interview, SurveyInvitation
from yuemian.messaging.clock import CHORES
from yuemian.messaging.models import Delivery, Notification
from yuemian.results.actions.release import recall_batch
from yuemian.results.actions.surveys import ask_after_results
from yuemian.results.models import ResultBatch

DAY = timedelta(days=1)
LATER = DAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def texts(tale: Tale) -> None:
    install_texts(tale.cast, Purpose.SURVEY, now=tale.now)


def left(tale: Tale, batch: ResultBatch, state: DeliveryState = DeliveryState.SENT) -> ResultBatch:
    """The messages of these notices have gone, ten minutes after the release."""
    mine = Delivery.objects.filter(notification__subject_id__in=[each.pk for each in tale.of(batch)])
    mine.update(state=state, sent_at=tale.now + timedelta(minutes=10), provider="x")
    return batch


def ask(tale: Tale, after: timedelta = LATER) -> int:
    return ask_after_results(tale.cast.organization.pk, tale.now + after)


def surveys() -> int:
    return Notification.objects.filter(purpose=Purpose.SURVEY).count()


def test_the_clock_asks(tale: Tale) -> None:
    assert CHORES["result-surveys"].run == "yuemian.results.actions.surveys.ask_after_results"


def test_everybody_who_was_told_is_asked_once(tale: Tale) -> None:
    batch = left(tale, tale.released(3))
    assert ask(tale) == 3
    assert ask(tale) == 0
    asked = SurveyInvitation.objects.filter(kind=SurveyKind.RESULT)
    assert {each.interview_id for each in asked} == {each.decision.interview_id for each in tale.of(batch)}
    assert surveys() == 3


@pytest.mark.parametrize("after", [timedelta(0), timedelta(minutes=11), DAY, 6 * DAY])
def test_not_in_the_hour_they_read_it_nor_when_nobody_remembers(tale: Tale, after: timedelta) -> None:
    left(tale, tale.released())
    assert ask(tale, after) == 0


@pytest.mark.parametrize(
    "state",
    [DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.PERMANENT_FAILURE, DeliveryState.UNKNOWN],
)
def test_nobody_whom_the_notice_has_not_reached_for_all_we_know(tale: Tale, state: DeliveryState) -> None:
    left(tale, tale.released(), state)
    assert ask(tale) == 0


def test_nobody_whose_result_was_called_back_or_decided_anew(tale: Tale) -> None:
    called_back = tale.released()
    recall_batch(tale.cast.lead, called_back.pk, now=tale.now)
    left(tale, called_back)
    changed = left(tale, tale.released(name="诸葛明月"))
    tale.decide([tale.only(changed).decision.interview], Outcome.PASS)
    assert ask(tale) == 0


def test_nobody_who_has_said_it_beside_the_letter(tale: Tale) -> None:
    notice = tale.only(left(tale, tale.released()))
    interview = notice.decision.interview
    answer_beside_letter(interview, notice.candidate_id, Given(4, 9), now=tale.now + timedelta(hours=2))
    assert ask(tale) == 0


def test_nobody_who_did_not_come(tale: Tale) -> None:
    batch = left(tale, tale.released(2))
    absent, excused = (each.decision.interview_id for each in tale.of(batch))
    Interview.objects.filter(pk=absent).update(attendance="no_show")
    Interview.objects.filter(pk=excused).update(attendance="excused")
    assert ask(tale) == 0


def test_nobody_where_nobody_is_asked(tale: Tale) -> None:
    left(tale, tale.released())
    save_policy(tale.cast.owner, is_on=False, minimum=5, now=tale.now)
    assert ask(tale) == 0
