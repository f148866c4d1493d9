"""Reasons: shipped, worded anew, of one job; what was decided keeps the words it was decided with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.factories import Cast, sign_in_client
from tests.results.decisions.people import REJECT, interviewed, reason
from yuemian.domain.reasons import CODE
from yuemian.domain.results import Outcome
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.reasons import Wording, save_reasons
from yuemian.results.decisions.reasons import listed, named, offered, shipped
from yuemian.results.models import DecisionReason

pytestmark = pytest.mark.django_db


def test_the_library_is_whole_in_both_languages(cast: Cast) -> None:
    rows = shipped(cast.organization.pk)
    assert {each.outcome for each in rows} == set(Outcome)
    assert len({each.code for each in rows}) == len(rows)
    for each in rows:
        each.full_clean(exclude=["organization", "job"], validate_unique=False, validate_constraints=False)
        assert CODE.fullmatch(each.code)
        assert each.label
        assert each.label_en
        assert bool(each.told) == bool(each.told_en) == (each.outcome != Outcome.HOLD)


def test_looking_writes_nothing_and_using_writes_once(cast: Cast, now: datetime) -> None:
    first, second = interviewed(cast, 2, now=now)
    assert len(offered(cast.organization.pk)) == len(shipped(cast.organization.pk))
    assert not DecisionReason.objects.exists()
    for interview in (first, second):
        decide(cast.recruiter, [Choice(interview.pk, REJECT, (reason(cast, "motivation"),))], now=now)
    assert [each.code for each in DecisionReason.objects.all()] == ["motivation"]
    assert len(offered(cast.organization.pk)) == len(shipped(cast.organization.pk))


def test_other_words_are_a_new_row_and_old_decisions_keep_theirs(cast: Cast, now: datetime) -> None:
    (interview,) = interviewed(cast, 1, now=now)
    (decision,) = decide(
        cast.recruiter, [Choice(interview.pk, REJECT, (reason(cast, "skills_gap"),))], now=now
    )
    save_reasons(
        cast.owner, None, [Wording("skills_gap", REJECT, "技能不足", "Skills", told="技能还不够")], now=now
    )
    assert named(cast.organization.pk, decision.reasons)[decision.reasons[0]].label == "专业能力有差距"
    (fresh,) = [each for each in offered(cast.organization.pk) if each.code == "skills_gap"]
    assert (fresh.number, fresh.label, fresh.told) == (2, "技能不足", "技能还不够")
    # The same words again are no new row; order and being on offer are no words.
    save_reasons(
        cast.owner,
        None,
        [Wording("skills_gap", REJECT, "技能不足", "Skills", told="技能还不够", is_archived=True)],
        now=now,
    )
    assert DecisionReason.objects.filter(code="skills_gap").count() == 2
    assert "skills_gap" not in {each.code for each in offered(cast.organization.pk)}
    assert "skills_gap" in {each.code for each in listed(cast.organization.pk, None)}


def test_a_jobs_own_reasons_come_first_and_only_there(cast: Cast, now: datetime) -> None:
    save_reasons(cast.owner, cast.sales, [Wording("no_licence", REJECT, "没有驾照")], now=now)
    org = cast.organization.pk
    assert offered(org, [cast.sales.pk], [REJECT])[0].code == "no_licence"
    assert "no_licence" not in {each.code for each in offered(org, [cast.backend.pk])}
    assert "no_licence" not in {each.code for each in offered(org, [cast.backend.pk, cast.sales.pk])}


def fields(client: Client, path: str) -> dict[str, Any]:
    """What the page would send if nothing was typed."""
    page = client.get(path)
    assert page.status_code == 200
    forms = [form for _label, group in page.context["groups"] for form in group] + page.context["fresh"]
    return {
        form.add_prefix(name): value
        for form in forms
        for name in form.fields
        if (value := form[name].value()) not in {None, False}
    }


def test_the_page_saves_what_was_changed_alone(cast: Cast, recruiter_client: Client) -> None:
    data = fields(recruiter_client, "/settings/decision-reasons")
    assert recruiter_client.post("/settings/decision-reasons", data).status_code == 303
    assert not DecisionReason.objects.filter(number__gt=1).exists()
    place = next(key for key, value in data.items() if value == "专业能力有差距")
    answer = recruiter_client.post("/settings/decision-reasons", data | {place: "技能不足"})
    assert answer.status_code == 303
    assert DecisionReason.objects.get(code="skills_gap", is_current=True).label == "技能不足"


def test_the_page_says_what_is_wrong(cast: Cast, recruiter_client: Client) -> None:
    data = fields(recruiter_client, "/settings/decision-reasons")
    fresh = next(
        key
        for key in data
        if key.endswith("-outcome") and key.removesuffix("-outcome") + "-label" not in data
    )
    prefix = fresh.removesuffix("-outcome")
    for more in (
        {f"{prefix}-code": "Ü", f"{prefix}-label": "x"},
        {f"{prefix}-code": "own"},
        {f"{prefix}-code": "skills_gap", f"{prefix}-label": "x"},
    ):
        assert recruiter_client.post("/settings/decision-reasons", data | more).status_code == 422
    good = {f"{prefix}-code": "own", f"{prefix}-label": "自己的理由"}
    job = f"/settings/decision-reasons?job={cast.sales.pk}"
    assert (
        recruiter_client.post(
            job, {"r0-outcome": "reject", "r0-code": "own", "r0-label": "自己的理由"}
        ).status_code
        == 303
    )
    assert recruiter_client.post("/settings/decision-reasons", data | good).status_code == 303
    assert set(DecisionReason.objects.filter(code="own").values_list("job", flat=True)) == {
        None,
        cast.sales.pk,
    }


@pytest.mark.parametrize("role", ["interviewer", "auditor", "lead"])
def test_who_may_not_edit_templates_words_no_reason(cast: Cast, role: str) -> None:
    assert sign_in_client(getattr(cast, role)).get("/settings/decision-reasons").status_code == 403
