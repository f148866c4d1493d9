"""What a new version brings to organizations that exist: once, and without taking anything back."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.factories import Cast, create_interview
from yuemian.config.upgrading import bring_up_to_date
from yuemian.domain.states import Attendance, InterviewState, Purpose, Stage
from yuemian.hiring.models import Application
from yuemian.interviews.models import Cadence, Interview, Plan
from yuemian.interviews.plans.library import standard_plan
from yuemian.interviews.plans.reading import terms_of
from yuemian.messaging.models import Template


def test_an_existing_organization_gets_the_standard_plan_its_texts_and_its_interviews_a_cadence(
    cast: Cast, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    Cadence.objects.all().delete()
    assert bring_up_to_date(now) == 1
    plan = Plan.objects.get()
    assert terms_of(plan).steps == standard_plan().steps
    assert (plan.is_automatic, plan.is_active) == (False, True)
    assert Cadence.objects.get().interview_id == interview.pk
    purposes = set(Template.objects.values_list("purpose", flat=True))
    assert {Purpose.NUDGE, Purpose.STILL_DECIDING, Purpose.STAFF_REMINDER} <= purposes


def test_texts_of_a_purpose_that_a_company_has_are_not_added_again(cast: Cast, now: datetime) -> None:
    bring_up_to_date(now)
    assert Template.objects.filter(purpose=Purpose.INVITATION).count() == 1


def test_a_second_upgrade_changes_nothing_and_brings_no_plan_back_that_was_put_out_of_use(
    cast: Cast, now: datetime
) -> None:
    bring_up_to_date(now)
    Plan.objects.update(is_active=False)
    templates = Template.objects.count()
    bring_up_to_date(now)
    assert list(Plan.objects.values_list("is_active", flat=True)) == [False]
    assert Template.objects.count() == templates


def test_whoever_came_before_stages_were_noted_is_interviewed_afterwards(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now, starts_at=now - timedelta(days=1))
    Interview.objects.update(attendance=Attendance.ATTENDED, state=InterviewState.COMPLETED)
    bring_up_to_date(now)
    assert Application.objects.get(pk=interview.application_id).stage == Stage.INTERVIEWED
