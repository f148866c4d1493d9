"""A step that lists channels waits for an address on one of them, and says nothing twice meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.factories import Cast, create_interview, create_template
from tests.interviews.test_steps import DAY, HOUR, REMIND, create_plan, next_look, outcomes, said, work
from yuemian.domain.cadence import Extra, Pick
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.actions import set_contact_use
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.messaging.models import Notification, TemplateVariant
from yuemian.trust.identifiers import uuid7

TEN_MINUTES = timedelta(minutes=10)
BY_TEXT = replace(
    REMIND, key="by_text", pick=Pick.LISTED, channels=(Channel.SMS,), extras=frozenset({Extra.RECRUITER})
)


@pytest.fixture(autouse=True)
def texts(cast: Cast, now: datetime) -> None:
    create_template(cast.organization, Purpose.STAFF_REMINDER, now=now, body="{{ interview_when }}")


def test_a_step_by_text_message_waits_for_a_number(cast: Cast, now: datetime) -> None:
    create_plan(cast, BY_TEXT, now=now)
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    number = interview.application.candidate.contact_points.get(channel=Channel.SMS)
    ContactPoint.objects.filter(pk=number.pk).update(state=ContactState.SUPPRESSED)
    work(cast, now)
    assert (said(interview), outcomes(interview)) == ([], {})
    assert next_look(interview) == now + TEN_MINUTES
    later = now + HOUR
    set_contact_use(cast.recruiter, number.pk, is_in_use=True, now=later)
    work(cast, later)
    assert [key for _, key, _ in said(interview)] == ["by_text"]


def test_a_second_number_does_not_stand_for_one_that_was_opted_out(cast: Cast, now: datetime) -> None:
    create_plan(cast, BY_TEXT, now=now)
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    number = interview.application.candidate.contact_points.get(channel=Channel.SMS)
    ContactPoint.objects.filter(pk=number.pk).update(state=ContactState.OPTED_OUT)
    number.pk, number.blind_index, number.state = uuid7(), b"another", ContactState.ACTIVE
    number.save(force_insert=True)
    work(cast, now)
    assert (said(interview), outcomes(interview)) == ([], {})
    work(cast, interview.starts_at)
    assert outcomes(interview) == {"by_text": ("skipped", "missing_contact")}


def test_where_the_listed_channel_has_no_text_it_waits_and_tells_staff_once(
    cast: Cast, now: datetime
) -> None:
    create_plan(cast, BY_TEXT, now=now)
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    texts = TemplateVariant.objects.filter(version__template__purpose=Purpose.REMINDER, channel=Channel.SMS)
    kept = list(texts)
    texts.delete()
    work(cast, now)
    assert (outcomes(interview), next_look(interview)) == ({}, now + TEN_MINUTES)
    TemplateVariant.objects.bulk_create(kept)
    work(cast, now + TEN_MINUTES)
    assert outcomes(interview) == {"by_text": ("planned", "")}
    assert Notification.objects.filter(user=cast.recruiter).count() == 1
