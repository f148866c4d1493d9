"""Whose invitation was on the wire when it was stopped, and did not leave, waits for a person again."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import Cast, create_interview
from tests.interviews.test_steps import DAY, HOUR, INVITE, create_plan, outcomes, work
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.choose import Plan as SendPlan
from yuemian.interviews.actions.choose import choose, press_send, stop
from yuemian.interviews.actions.stopped import AFTER, suggest_stopped
from yuemian.interviews.models import Interview, StepOutcome
from yuemian.messaging.models import Batch, Delivery

WAITS = {"invite": (StepOutcome.SUGGESTED, "")}
DONE = {"invite": (StepOutcome.PLANNED, "")}


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    create_plan(cast, INVITE, now=now, is_automatic=False)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now)
    batch = invite(cast, interview, now)
    Delivery.objects.update(state="sending", provider="x")
    stop(cast.recruiter, batch.pk, now=now)
    assert outcomes(interview) == DONE
    return interview


def invite(cast: Cast, interview: Interview, now: datetime) -> Batch:
    batch = choose(cast.recruiter, [interview.pk], now=now)
    plan = SendPlan(cast.templates[Purpose.INVITATION], [Channel.EMAIL])
    press_send(cast.recruiter, batch.pk, plan, expected=1, now=now)
    return batch


def end(now: datetime, state: str = "cancelled", reason: str = "stopped_by_person") -> None:
    Delivery.objects.update(state=state, reason=reason, settled_at=now)


def look(cast: Cast, now: datetime) -> int:
    return suggest_stopped(cast.organization.pk, now)


def test_it_is_suggested_again_once(cast: Cast, interview: Interview, now: datetime) -> None:
    assert look(cast, now) == 0
    end(now + HOUR)
    assert (look(cast, now + HOUR), look(cast, now + HOUR)) == (1, 0)
    assert outcomes(interview) == WAITS


@pytest.mark.parametrize("state", ["sent", "unknown", "permanent_failure"])
def test_what_was_or_may_have_been_sent_is_not(
    cast: Cast, interview: Interview, now: datetime, state: str
) -> None:
    end(now + HOUR, state, "")
    assert look(cast, now + HOUR) == 0
    assert outcomes(interview) == DONE


def test_whoever_was_invited_meanwhile_is_not(cast: Cast, interview: Interview, now: datetime) -> None:
    end(now + HOUR)
    assert look(cast, now + HOUR) == 1
    invite(cast, interview, now + 2 * HOUR)
    assert look(cast, now + 3 * HOUR) == 0
    assert outcomes(interview) == DONE


def test_after_days_nobody_is_surprised_by_it(cast: Cast, interview: Interview, now: datetime) -> None:
    end(now + HOUR)
    assert look(cast, now + AFTER) == 0
