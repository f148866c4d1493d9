"""How long what was given is kept: until it is due and no longer, whatever became of the form meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
import pytest

from tests.factories import Cast
from tests.onboarding.stories import Hired, fill_in, hire
from yuemian.domain.onboarding import CaseState
from yuemian.onboarding.actions import review
from yuemian.onboarding.actions.export import export_cases
from yuemian.onboarding.models import DocumentPiece, OnboardingAnswer
from yuemian.onboarding.tasks import delete_if_due, delete_what_is_over, remind_and_expire

DAY = timedelta(days=1)


@pytest.fixture
def hired(cast: Cast, now: datetime) -> Hired:
    return hire(cast, now=now)


def test_what_is_given_after_a_deletion_is_handed_over_and_deleted_in_its_turn(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    organization = cast.organization.pk
    remind_and_expire(organization, now + 14 * DAY)
    assert delete_what_is_over(organization, now + 44 * DAY) == 1
    later = now + 45 * DAY
    review.reopen(cast.recruiter, hired.case.pk, until=later + 14 * DAY, now=later)
    assert hired.again().deleted_at is None
    fill_in(hired, now=later)
    review.complete(cast.recruiter, hired.case.pk, now=later)
    text, count = export_cases(cast.recruiter, [hired.case.pk], "json", now=later)
    assert (count, len(orjson.loads(text)["onboardings"])) == (1, 1)
    assert delete_what_is_over(organization, later + 29 * DAY) == 0
    assert delete_what_is_over(organization, later + 30 * DAY) == 1
    assert not OnboardingAnswer.objects.exists()
    assert not DocumentPiece.objects.exists()
    assert hired.again().deleted_at == later + 30 * DAY


def test_what_was_opened_again_or_put_off_since_it_was_found_due_is_not_deleted(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    review.complete(cast.recruiter, hired.case.pk, now=now)
    due = now + 30 * DAY
    review.set_first_day(cast.recruiter, hired.case.pk, due.date(), now=due)
    delete_if_due(hired.case.pk, due)
    review.send_back(cast.recruiter, hired.case.pk, {"bank_account": "卡号已注销"}, now=due)
    delete_if_due(hired.case.pk, due)
    case = hired.again()
    assert (case.state, case.deleted_at) == (CaseState.RETURNED, None)
    assert OnboardingAnswer.objects.exists()
