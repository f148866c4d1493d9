"""The plan pages: which plan holds where, editing in the open, the preview, saving with its consequences."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_interviews, sign_in_client
from tests.interviews.plan_stories import DAY, STEPS, create_plan, fields_of, save
from yuemian.domain.cadence import Anchor, Step, since_from_json, steps_from_json
from yuemian.domain.states import Purpose
from yuemian.interviews.models import Cadence, Interview, Plan
from yuemian.interviews.plans.changes import Effect
from yuemian.trust.models import AuditEntry

ENGLISH = {"accept-language": "en"}
HTMX = {"HX-Request": "true", "HX-Target": "preview", **ENGLISH}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def plan(cast: Cast, now: datetime) -> Plan:
    return create_plan(cast, now=now)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


# --- Where plans hold -----------------------------------------------------------------------------------------


def test_the_nearest_plan_holds_and_its_open_interviews_are_counted(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    create_plan(cast, now=now, name="销售", family=cast.sales.family)
    job_plan = create_plan(cast, now=now, name="后端", job=cast.backend)
    create_interviews(cast, 3, now=now)
    create_interviews(cast, 2, now=now, job=cast.sales)
    create_interviews(cast, 4, now=now, job=cast.analyst)
    create_interview(cast, now=now, starts_at=now - timedelta(hours=1))
    shelf = recruiter_client.get("/plans").context["shelf"]
    counts = {row.plan.name: row.open_interviews for _, rows in shelf.groups for row in rows}
    assert counts == {"默认计划": 4, "销售": 2, "后端": 3}
    assert [kind for kind, _ in shelf.groups] == ["organization", "family", "job"]
    Plan.objects.filter(pk=plan.pk).update(is_active=False)
    Plan.objects.filter(pk=job_plan.pk).update(is_active=False)
    assert recruiter_client.get("/plans").context["shelf"].uncovered == 7


def test_a_new_plan_is_a_copy_of_the_one_that_holds_there(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    Cadence.objects.all().delete()
    page = recruiter_client.get("/plans/new", headers=ENGLISH)
    assert "organization" not in dict(page.context["form"].groups), "that place has its plan"
    answer = recruiter_client.post("/plans/new", {"place": f"job:{cast.backend.pk}"})
    copy = Plan.objects.get(job=cast.backend)
    assert answer["Location"] == f"/plans/{copy.pk}"
    assert steps_from_json(copy.steps) == steps_from_json(plan.steps)
    assert set(since_from_json(copy.steps).values()) == {plan.updated_at}, "nothing in it is new"
    assert copy.name.startswith("后端工程师")
    assert Cadence.objects.filter(interview=interview).exists(), "what is under it is looked at again"
    again = recruiter_client.post("/plans/new", {"place": f"job:{cast.backend.pk}"})
    assert again.status_code == 422
    assert Plan.objects.filter(job=cast.backend).count() == 1


def test_two_plans_cannot_have_one_name(cast: Cast, plan: Plan, recruiter_client: Client) -> None:
    form = {"place": f"branch:{cast.shanghai.pk}", "name": plan.name}
    answer = recruiter_client.post("/plans/new", form, headers=ENGLISH)
    assert "choose another" in text_of(answer)


def test_putting_a_plan_away_says_which_one_takes_over_and_for_how_many(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    near = create_plan(cast, now=now, name="后端", job=cast.backend)
    create_interviews(cast, 3, now=now)
    page = recruiter_client.get(f"/plans/{near.pk}/retire", headers=ENGLISH)
    assert "3 open interviews follow “默认计划” from then on." in text_of(page)
    assert Plan.objects.get(pk=near.pk).is_active
    recruiter_client.post(f"/plans/{near.pk}/retire", {"retire": "1"})
    assert not Plan.objects.get(pk=near.pk).is_active
    page = recruiter_client.get(f"/plans/{plan.pk}/retire", headers=ENGLISH)
    assert "3 open interviews follow no plan any more" in text_of(page)
    recruiter_client.post(f"/plans/{near.pk}/retire", {"restore": "1"})
    assert Plan.objects.get(pk=near.pk).is_active


def test_a_plan_comes_back_only_to_a_free_place(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    old = create_plan(cast, now=now, name="旧计划", is_active=False)
    page = recruiter_client.get(f"/plans/{old.pk}/retire", headers=ENGLISH)
    assert "“默认计划” holds there now" in text_of(page)
    recruiter_client.post(f"/plans/{old.pk}/retire", {"restore": "1"})
    assert not Plan.objects.get(pk=old.pk).is_active


# --- Who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "may_see", "may_edit"),
    [
        ("owner", True, True),
        ("recruiter", True, True),
        ("lead", True, False),
        ("interviewer", True, False),
        ("auditor", False, False),
    ],
)
def test_administrators_and_recruiters_edit_and_the_others_of_hiring_read(
    cast: Cast, plan: Plan, person: str, may_see: bool, may_edit: bool
) -> None:
    client = sign_in_client(getattr(cast, person))
    seen = {client.get(path).status_code for path in ("/plans", f"/plans/{plan.pk}")}
    assert seen == {200 if may_see else 403}
    assert client.post(f"/plans/{plan.pk}/look", {}).status_code == (200 if may_see else 403)
    answers = {client.get("/plans/new").status_code, client.get(f"/plans/{plan.pk}/retire").status_code}
    assert answers == {200 if may_edit else 403}
    assert save(client, plan, STEPS[:2]).status_code == (302 if may_edit else 403)
    assert (len(Plan.objects.get().steps) == 2) == may_edit


def test_whoever_only_reads_gets_no_buttons_and_the_saved_steps(
    cast: Cast, plan: Plan, now: datetime
) -> None:
    create_interview(cast, now=now)
    client = sign_in_client(cast.lead)
    page = text_of(client.get(f"/plans/{plan.pk}"))
    assert 'name="check"' not in page
    assert 'name="remove"' not in page
    looked = client.post(f"/plans/{plan.pk}/look", fields_of(plan.name, STEPS[:1]), headers=HTMX)
    assert len(looked.context["lines"]) == len(STEPS)


def test_an_interviewer_is_shown_own_interviews_only(cast: Cast, plan: Plan, now: datetime) -> None:
    mine, other = create_interview(cast, now=now, name="我的"), create_interview(cast, now=now, name="别人的")
    other.participants.all().delete()
    client = sign_in_client(cast.interviewer)
    page = client.get(f"/plans/{plan.pk}?person={other.pk}")
    assert page.context["preview"]["interview"] == mine
    assert "别人的" not in text_of(page)


# --- The page and its preview -----------------------------------------------------------------------------------


def test_the_page_draws_every_step_in_the_order_of_time(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    page = recruiter_client.get(f"/plans/{plan.pk}", headers=ENGLISH)
    keys = [line.step.key for line in page.context["lines"]]
    assert keys[:3] == ["invite", "nudge", "remind_friday"]
    assert keys[3:] == ["remind_day", "missed_sms", "remind_hours", "staff", "deciding"]
    text = text_of(page)
    assert text.count('class="marker') == len(STEPS)
    assert "quiet 21:00–08:00" in text
    assert "at most 4 automatic messages per person in 24 hours" in text


def test_the_preview_follows_what_is_typed_and_nothing_is_written(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    start = (
        (now + 10 * DAY).astimezone(cast.shanghai.zone).replace(hour=15, minute=0, second=0, microsecond=0)
    )
    interview = create_interview(cast, now=now, starts_at=start)
    before = recruiter_client.get(f"/plans/{plan.pk}", headers=ENGLISH).context["preview"]["entries"]
    extra = Step("late", Purpose.REMINDER, Anchor.BEFORE_START, timedelta(hours=4))
    data = fields_of(plan.name, [*STEPS, extra], person=str(interview.pk), is_automatic="on")
    looked = recruiter_client.post(f"/plans/{plan.pk}/look", data, headers=HTMX)
    after = looked.context["preview"]["entries"]
    assert len(after) == len(before) + 1
    moment = start - timedelta(hours=4)
    assert any(entry.at == moment and entry.verdict == "coming" for entry in after)
    text = text_of(looked)
    assert "<html" not in text
    assert text.count("hx-swap-oob") == 1 + len(STEPS) + 1, "the drawing and every line are renewed as well"
    assert len(Plan.objects.get().steps) == len(STEPS)
    assert not AuditEntry.objects.filter(action__startswith="plan.").exists()


def test_the_preview_says_what_is_skipped_and_why_and_on_which_channel(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    monday = now + (7 - now.astimezone(cast.shanghai.zone).weekday() + 7) * DAY
    create_interview(cast, now=now, starts_at=monday)
    Plan.objects.filter(pk=plan.pk).update(is_automatic=True)
    page = recruiter_client.get(f"/plans/{plan.pk}", headers=ENGLISH)
    entries = page.context["preview"]["entries"]
    skipped = [entry for entry in entries if entry.verdict == "skipped"]
    assert len(skipped) == 2, "it is no Friday, and nobody missed anything"
    assert all(entry.why for entry in skipped)
    ahead = [entry for entry in entries if entry.verdict == "coming" and entry.title == "Reminder"]
    assert ahead
    # Which reason stands there is chance where routing tries a channel out; that there is one is not.
    assert all(entry.way for entry in ahead)


def test_different_situations_come_first_among_the_people(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    interviews = create_interviews(cast, 25, now=now, name="王五")
    last = interviews[-1]
    Interview.objects.filter(pk=last.pk).update(answer="declined")
    found = recruiter_client.get(f"/plans/{plan.pk}").context["people"]
    assert last.pk in {person.id for person in found}
    assert len(found) == 20
    nobody = recruiter_client.get(f"/plans/{plan.pk}/people?who=查无此人", headers=ENGLISH)
    assert "Nobody of this name" in text_of(nobody)


def test_a_step_is_added_and_removed_without_script(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    address = f"/plans/{plan.pk}/save"
    data = fields_of(plan.name, STEPS, add="1", add_purpose="reminder")
    page = recruiter_client.post(address, data)
    assert page.status_code == 200
    assert len(page.context["lines"]) == len(STEPS) + 1
    assert sum(line.is_open for line in page.context["lines"]) == 1
    page = recruiter_client.post(address, fields_of(plan.name, STEPS, remove="nudge"))
    assert len(page.context["lines"]) == len(STEPS) - 1
    assert len(Plan.objects.get().steps) == len(STEPS), "nothing is saved by that"
    parts = recruiter_client.post(
        f"/plans/{plan.pk}/steps", fields_of(plan.name, STEPS, remove="nudge"), headers=HTMX
    )
    assert text_of(parts).count("hx-swap-oob") == 2


def test_mistakes_stand_at_their_field_and_above_the_form(
    cast: Cast, plan: Plan, recruiter_client: Client
) -> None:
    data = fields_of(plan.name, STEPS, check="1") | {"s-nudge-amount": "200"}
    page = recruiter_client.post(f"/plans/{plan.pk}/save", data, headers=ENGLISH)
    assert page.status_code == 422
    text = text_of(page)
    assert 'href="#id_s-nudge-amount"' in text
    assert text.count("Choose at most 90 days.") == 2
    assert 'value="200"' in text
    assert Plan.objects.get().number == 1


# --- Saving -----------------------------------------------------------------------------------------------------


def test_saving_says_first_what_changes_and_for_how_many(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    # In the afternoon of Shanghai: at night both reminders would wait for the same morning.
    starts_at = (now + 10 * DAY).replace(hour=7, minute=0)
    create_interviews(cast, 5, now=now, starts_at=starts_at)
    moved = tuple(
        replace(step, offset=timedelta(hours=5)) if step.key == "remind_hours" else step for step in STEPS
    )
    extra = Step("early", Purpose.REMINDER, Anchor.BEFORE_START, 5 * DAY)
    steps = [each for each in (*moved, extra) if each.key != "staff"]
    page = recruiter_client.post(
        f"/plans/{plan.pk}/save", fields_of(plan.name, steps, check="1"), headers=ENGLISH
    )
    effect: Effect = page.context["effect"]
    assert (effect.total, effect.looked_at, effect.touched) == (5, 5, 5)
    assert effect.moved == {Purpose.REMINDER: 5}
    assert effect.lost == {Purpose.STAFF_REMINDER: 5}
    assert {change.title for change in page.context["changes"]} == {"Reminder", "Reminder to staff"}
    assert Plan.objects.get().number == 1
    entered = {name: value for name, value in page.context["entered"] if name != "step"}
    pressed = entered | {"step": [v for n, v in page.context["entered"] if n == "step"], "confirmed": "1"}
    done = recruiter_client.post(f"/plans/{plan.pk}/save", pressed)
    assert done["Location"] == f"/plans/{plan.pk}"
    saved = Plan.objects.get()
    assert {step.key for step in steps_from_json(saved.steps)} == {step.key for step in steps}
    assert (saved.number, saved.updated_by) == (2, cast.recruiter)


def test_pressed_twice_it_is_saved_once(cast: Cast, plan: Plan, recruiter_client: Client) -> None:
    assert save(recruiter_client, plan, STEPS[:3]).status_code == 302
    assert save(recruiter_client, plan, STEPS[:3]).status_code == 302
    assert Plan.objects.get().number == 2
    assert AuditEntry.objects.filter(action="plan.saved").count() == 1


@pytest.mark.parametrize("button", ["check", "confirmed"])
def test_what_somebody_else_saved_meanwhile_is_not_overwritten_but_shown(
    cast: Cast, plan: Plan, recruiter_client: Client, button: str
) -> None:
    assert save(sign_in_client(cast.owner), plan, STEPS[:4]).status_code == 302
    data = fields_of(plan.name, STEPS[:2], number=1) | {button: "1"}
    page = recruiter_client.post(f"/plans/{plan.pk}/save", data, headers=ENGLISH)
    assert page.status_code == 409
    text = text_of(page)
    assert "saved version 2 of this plan meanwhile" in text
    assert {change.old != "" for change in page.context["conflict"]["changes"]} == {True}
    assert len(Plan.objects.get().steps) == 4
    assert 'name="number" value="2"' in text
    knowingly = fields_of(plan.name, STEPS[:2], number=2, confirmed="1")
    assert recruiter_client.post(f"/plans/{plan.pk}/save", knowingly).status_code == 302
    assert len(Plan.objects.get().steps) == 2


def test_nothing_changed_is_said_and_no_version_is_made(
    cast: Cast, plan: Plan, recruiter_client: Client
) -> None:
    answer = recruiter_client.post(f"/plans/{plan.pk}/save", fields_of(plan.name, STEPS, check="1"))
    assert answer.status_code == 302
    assert Plan.objects.get().number == 1


def test_invitations_that_leave_by_themselves_from_now_on_are_counted(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime
) -> None:
    create_interviews(cast, 4, now=now, starts_at=now + 10 * DAY)
    data = fields_of(plan.name, STEPS, check="1") | {"is_automatic": "on"}
    page = recruiter_client.post(f"/plans/{plan.pk}/save", data, headers=ENGLISH)
    assert page.context["effect"].by_itself == {Purpose.INVITATION: 4}
    assert "4 leave by themselves: Invitation" in text_of(page)


def test_the_pages_of_a_plan_read_a_constant_number_of_rows(
    cast: Cast, plan: Plan, recruiter_client: Client, now: datetime, django_assert_max_num_queries: Any
) -> None:
    create_interviews(cast, 40, now=now, starts_at=now + 10 * DAY)
    with django_assert_max_num_queries(20):
        recruiter_client.get("/plans")
    with django_assert_max_num_queries(110):
        recruiter_client.get(f"/plans/{plan.pk}")
    with django_assert_max_num_queries(40):
        recruiter_client.post(f"/plans/{plan.pk}/save", fields_of(plan.name, STEPS[:3], check="1"))


class TestThePlanOfBeforeThereWereSurveys:
    def test_offers_the_step_once_and_adds_it_with_one_press(
        self, cast: Cast, plan: Plan, recruiter_client: Client
    ) -> None:
        client = sign_in_client(cast.owner)
        address = f"/plans/{plan.pk}/survey"
        assert address in text_of(client.get(f"/plans/{plan.pk}"))
        for _ in range(2):
            assert client.post(address, {"number": plan.number}).status_code == 302
        plan.refresh_from_db()
        steps = steps_from_json(plan.steps)
        assert [step.purpose for step in steps].count(Purpose.SURVEY) == 1
        assert steps[:-1] == STEPS
        assert (steps[-1].anchor, steps[-1].offset) == (Anchor.AFTER_END, DAY)
        assert address not in text_of(client.get(f"/plans/{plan.pk}"))
        assert AuditEntry.objects.filter(action="plan.saved").count() == 1

    def test_never_overwrites_what_somebody_saved_meanwhile(self, cast: Cast, plan: Plan) -> None:
        sign_in_client(cast.owner).post(f"/plans/{plan.pk}/survey", {"number": plan.number - 1})
        plan.refresh_from_db()
        assert steps_from_json(plan.steps) == STEPS

    def test_is_not_asked_by_somebody_who_may_not_edit(self, cast: Cast, plan: Plan) -> None:
        client = sign_in_client(cast.interviewer)
        assert client.post(f"/plans/{plan.pk}/survey", {"number": plan.number}).status_code == 403
        assert client.get(f"/plans/{plan.pk}/survey").status_code in {403, 405}
