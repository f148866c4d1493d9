"""Which plan holds where, on its pages: what another one changes is said in figures, and two take no place twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interviews
from tests.interviews.plan_stories import DAY, create_plan
from yuemian.domain.cadence import Anchor, Step
from yuemian.domain.states import Purpose
from yuemian.interviews.actions.plans import NameTaken, PlaceTaken, copy_plan, restore_plan, save_plan
from yuemian.interviews.models import Plan
from yuemian.interviews.plans.shelf import plan_held_at
from yuemian.interviews.views import plans as pages

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


class TestAPlaceOrANameThatSomebodyTakesMeanwhile:
    @pytest.mark.parametrize(
        ("taken", "field"), [({"name": "另一份"}, "place"), ({"name": "后端", "is_active": False}, "name")]
    )
    def test_is_an_error_of_the_form(
        self,
        cast: Cast,
        recruiter_client: Client,
        now: datetime,
        monkeypatch: pytest.MonkeyPatch,
        taken: dict[str, Any],
        field: str,
    ) -> None:
        create_plan(cast, now=now)

        def be_faster(*given: Any) -> Plan | None:
            create_plan(cast, now=now, job=cast.backend, **taken)
            return plan_held_at(*given)

        monkeypatch.setattr(pages, "plan_held_at", be_faster)
        form = {"place": f"job:{cast.backend.pk}", "name": "后端"}
        answer = recruiter_client.post("/plans/new", form)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert Plan.objects.count() == 2

    def test_is_refused_by_the_constraints_at_last(
        self, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = create_plan(cast, now=now)
        away = create_plan(cast, now=now, name="旧", is_active=False)
        monkeypatch.setattr(QuerySet, "exists", lambda _: False)
        with pytest.raises(PlaceTaken):
            copy_plan(cast.owner, plan, name="新", now=now)
        with pytest.raises(PlaceTaken):
            restore_plan(cast.owner, away, now=now)
        with pytest.raises(NameTaken):
            copy_plan(cast.owner, plan, name="旧", job=cast.backend, now=now)
        with pytest.raises(NameTaken):
            save_plan(cast.owner, plan, [INVITE], number=1, now=now, name="旧")
        assert Plan.objects.count() == 2


def test_the_forms_of_plans_rest_once_they_are_pressed(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    plan = create_plan(cast, now=now)
    for path in ("/plans/new", f"/plans/{plan.pk}/retire"):
        page = text_of(recruiter_client.get(path))
        assert " data-once>" in page
        assert "interviews/live" in page
