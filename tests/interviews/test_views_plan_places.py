"""Which plan holds where, on its pages: what another one changes is said in figures first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interviews
from tests.interviews.plan_stories import DAY, create_plan
from yuemian.domain.cadence import Anchor, Step
from yuemian.domain.states import Purpose

ENGLISH = {"accept-language": "en"}
INVITE = Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY)
EARLY = Step("early", Purpose.REMINDER, Anchor.BEFORE_START, 3 * DAY)
LATER = Step("later", Purpose.REMINDER, Anchor.BEFORE_START, DAY)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_putting_away_and_taking_back_say_in_figures_what_changes(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_plan(cast, now=now, steps=[INVITE, EARLY, LATER], is_automatic=True)
    near = create_plan(cast, now=now, steps=[INVITE], name="后端", job=cast.backend)
    create_interviews(cast, 3, now=now - 5 * DAY, starts_at=now + 2 * DAY)
    page = recruiter_client.get(f"/plans/{near.pk}/retire", headers=ENGLISH)
    effect = page.context["effect"]
    assert (effect.total, effect.touched) == (3, 3)
    assert (effect.by_itself, effect.added) == ({Purpose.INVITATION: 3}, {Purpose.REMINDER: 3})
    assert "For 3 of them something changes:" in text_of(page)
    assert "3 get an additional message: Reminder" in text_of(page)
    recruiter_client.post(f"/plans/{near.pk}/retire", {"retire": "1"})
    page = recruiter_client.get(f"/plans/{near.pk}/retire", headers=ENGLISH)
    assert page.context["effect"].lost == {Purpose.REMINDER: 3}
    assert "3 no longer get it: Reminder" in text_of(page)


def test_where_no_other_plan_holds_everything_ahead_is_lost(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    plan = create_plan(cast, now=now, steps=[INVITE, LATER])
    create_interviews(cast, 2, now=now, starts_at=now + 9 * DAY)
    page = recruiter_client.get(f"/plans/{plan.pk}/retire")
    assert page.context["effect"].lost == {Purpose.INVITATION: 2, Purpose.REMINDER: 2}
