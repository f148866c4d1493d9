"""Two who begin the same onboarding at the same moment: one begins it, and the other is told that it runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import Settings

from tests.beside import Beside
from tests.factories import create_interview, install_texts
from tests.messaging.engine.conftest import Story, live, story
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.domain.states import Purpose
from yuemian.onboarding.actions.begin import CannotBegin, begin_onboarding, hear_released
from yuemian.onboarding.asking import policy_of
from yuemian.onboarding.models import OnboardingCase
from yuemian.trust.tenancy import acting_in

__all__ = ["live", "story"]


@pytest.fixture(autouse=True)
def texts(live: Story, settings: Settings) -> Iterator[None]:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    with acting_in(live.cast.organization.pk):
        install_texts(live.cast, Purpose.ONBOARDING, now=live.now)
    yield
    connections.close_all()


def let_it_begin_by_itself(organization_id: object, is_wanted: bool) -> None:
    policy = policy_of(organization_id)  # type: ignore[arg-type]
    policy.begins_by_itself = is_wanted
    policy.save()


def test_two_people_press_at_once(live: Story) -> None:
    cast, organization = live.cast, live.cast.organization.pk
    with acting_in(organization):
        interview = create_interview(cast, now=live.now)
    with acting_in(organization):
        begin_onboarding(cast.recruiter, interview.pk, now=live.now)
        other = Beside(organization, lambda: begin_onboarding(cast.lead, interview.pk, now=live.now))
        assert other.waits()
    with pytest.raises(CannotBegin):
        other.ends()


def test_a_press_takes_no_release_back(live: Story) -> None:
    cast, organization = live.cast, live.cast.organization.pk
    with acting_in(organization):
        let_it_begin_by_itself(organization, False)
        tale = Tale(cast, live.now)
        notice = tale.only(tale.released(outcome=Outcome.PASS))
        let_it_begin_by_itself(organization, True)
    with acting_in(organization):
        begin_onboarding(cast.recruiter, notice.decision.interview_id, now=live.now)
        other = Beside(organization, lambda: hear_released(None, [notice], live.now))
        assert other.waits()
    other.ends()
    with acting_in(organization):
        assert OnboardingCase.objects.get().created_by_id == cast.recruiter.pk
