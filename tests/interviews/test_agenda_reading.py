"""Agendas are read set-based from the plan that holds, the interview as it is, and what was said and done."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from tests.factories import Cast, create_interview, create_interviews
from yuemian.domain.cadence import Anchor, Step, Terms, Verdict, WhyCode, steps_to_json
from yuemian.domain.states import Purpose
from yuemian.hiring.actions.correct import prefer
from yuemian.interviews.agenda.reading import read_agendas
from yuemian.interviews.agenda.wording import sentence
from yuemian.interviews.models import Cadence, Plan

STEPS = (
    Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, timedelta(days=2)),
    Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, timedelta(days=1)),
)


def create_plan(
    cast: Cast, name: str = "所有面试", *, now: datetime, steps: tuple[Step, ...] = STEPS, **fields: object
) -> Plan:
    return Plan.objects.create(
        organization=cast.organization,
        name=name,
        steps=steps_to_json(steps),
        updated_at=now - timedelta(days=1),
        **fields,
    )


def test_an_interview_without_a_plan_has_an_empty_agenda(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    assert read_agendas(cast.organization.pk, [interview.pk], now) == {interview.pk: []}


def test_the_invitation_comes_at_its_time_and_the_reminder_waits_for_it(cast: Cast, now: datetime) -> None:
    create_plan(cast, now=now)
    interview = create_interview(cast, now=now)
    invite, remind = read_agendas(cast.organization.pk, [interview.pk], now)[interview.pk]
    assert (invite.verdict, invite.due_at, invite.is_suggestion) == (
        Verdict.COMING,
        interview.starts_at - timedelta(days=2),
        True,
    )
    assert (remind.verdict, remind.why.code) == (Verdict.WAITING, WhyCode.WAITS_FOR_INVITATION)


def test_an_unsaved_plan_is_previewed_without_being_stored(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    (only,) = read_agendas(cast.organization.pk, [interview.pk], now, Terms(STEPS[1:]))[interview.pk]
    assert (only.key, only.verdict) == ("remind", Verdict.COMING)
    assert not Plan.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_however_many_interviews_the_statements_are_ten(cast: Cast, now: datetime, count: int) -> None:
    create_plan(cast, now=now)
    ids = [each.pk for each in create_interviews(cast, count, now=now)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(read_agendas(cast.organization.pk, ids, now)) == count
    assert len(queries) == 10


def test_interviews_of_another_company_are_not_read(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    assert read_agendas(uuid4(), [interview.pk], now) == {}


def test_a_candidates_hour_moves_the_reminder_at_once_and_the_page_says_why(
    cast: Cast, now: datetime
) -> None:
    create_plan(cast, now=now, steps=STEPS[1:])
    interview = create_interview(cast, now=now, starts_at=ten_o_clock(now))
    Cadence.objects.update(next_at=None)
    wishes = {"locale": "zh-hans", "time_zone": "", "preferred_channel": "", "preferred_hour": 18}
    prefer(interview.application.candidate, wishes, is_discreet=False, now=now)
    assert Cadence.objects.get(interview=interview).next_at == now
    (item,) = read_agendas(cast.organization.pk, [interview.pk], now)[interview.pk]
    assert item.due_at == interview.starts_at - timedelta(hours=16)
    with override("en"):
        assert sentence(item, interview.zone).endswith("18:00: the hour that the candidate chose")


def ten_o_clock(now: datetime) -> datetime:
    """Of a day a week ahead, in the interview's zone."""
    local = now.astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=7)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)
