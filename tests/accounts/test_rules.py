"""The rules that hold beside every plan: quiet hours of a branch, the frequency cap and currency of the company."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interviews, sign_in_client
from yuemian.accounts.models import Branch, Organization
from yuemian.interviews.models import Cadence, Interview

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def owner(cast: Cast) -> Client:
    return sign_in_client(cast.owner)


def branch_form(branch: Branch, **changes: Any) -> dict[str, Any]:
    return {
        "name": branch.name, "name_en": branch.name_en, "time_zone": branch.time_zone, "locale": branch.locale,
        "region": branch.region, "address": "", "quiet_from": "21:00", "quiet_until": "08:00", **changes,
    }  # fmt: skip


def company_form(organization: Organization, **changes: Any) -> dict[str, Any]:
    return {
        "name": organization.name, "name_en": "", "locale": "zh-hans", "time_zone": "Asia/Shanghai",
        "mail_from": "", "frequency_cap": "4", "currency": "CNY", "retention_days": "180",
        "video_link_from": "60", "is_attendance_asked": "on", **changes,
    }  # fmt: skip


def test_a_branch_gets_quiet_hours_and_workdays(cast: Cast, owner: Client) -> None:
    form = branch_form(cast.shanghai, quiet_from="22:30", quiet_until="07:00", is_quiet_on_holidays="on")
    assert owner.post(f"/settings/branches/{cast.shanghai.pk}", form).status_code == 302
    saved = Branch.objects.get(pk=cast.shanghai.pk)
    assert (saved.quiet_from, saved.quiet_until, saved.is_quiet_on_holidays) == (time(22, 30), time(7), True)


def test_other_quiet_hours_are_heard_by_the_interviews_of_that_branch_alone(
    cast: Cast, owner: Client, now: datetime
) -> None:
    here, there = create_interviews(cast, 2, now=now)
    Interview.objects.filter(pk=there.pk).update(branch=cast.singapore)
    Cadence.objects.update(next_at=None)
    owner.post(f"/settings/branches/{cast.shanghai.pk}", branch_form(cast.shanghai, quiet_from="23:00"))
    assert Cadence.objects.get(interview=here).next_at is not None
    assert Cadence.objects.get(interview=there).next_at is None


@pytest.mark.parametrize("hours", [{"quiet_from": ""}, {"quiet_until": "25:00"}])
def test_quiet_hours_need_both_ends(cast: Cast, owner: Client, hours: dict[str, str]) -> None:
    answer = owner.post(f"/settings/branches/{cast.shanghai.pk}", branch_form(cast.shanghai, **hours))
    assert answer.status_code == 422
    assert set(hours) <= set(answer.context["form"].errors)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("SG", "known until the end of"),
        ("CN", "Holidays and make-up workdays are known until the end of"),
        ("QQ", "only weekends count"),
    ],
)
def test_the_form_says_how_far_the_calendar_is_certain(
    cast: Cast, owner: Client, region: str, said: str
) -> None:
    Branch.objects.filter(pk=cast.shanghai.pk).update(region=region)
    page = owner.get(f"/settings/branches/{cast.shanghai.pk}", headers=ENGLISH)
    assert said in page.context["workdays"]
    assert said in page.content.decode()


def test_the_company_gets_a_cap_and_a_currency(cast: Cast, owner: Client) -> None:
    form = company_form(cast.organization, frequency_cap="0", currency="sgd")
    assert owner.post("/settings/organization", form).status_code == 302
    saved = Organization.objects.get(pk=cast.organization.pk)
    assert (saved.frequency_cap, saved.currency) == (0, "SGD")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"frequency_cap": "-1"}, "frequency_cap"), ({"frequency_cap": "51"}, "frequency_cap"),
     ({"frequency_cap": ""}, "frequency_cap"), ({"retention_days": "29"}, "retention_days"),
     ({"retention_days": ""}, "retention_days"), ({"retention_days": "3651"}, "retention_days"),
     ({"currency": "XYZ"}, "currency"), ({"currency": "¥"}, "currency")],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused(
    cast: Cast, owner: Client, changes: dict[str, str], field: str
) -> None:
    answer = owner.post("/settings/organization", company_form(cast.organization, **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_form_complains_in_our_words(cast: Cast, owner: Client) -> None:
    """Django's own Chinese commands where ours says what helps; a branch has a name, not a person's."""
    values = branch_form(cast.shanghai, name="", time_zone="Asia/Shanghai")
    page = owner.post(
        f"/settings/branches/{cast.shanghai.pk}", values, headers={"accept-language": "zh-hans"}
    )
    told = page.content.decode()
    assert "<strong>名称</strong> 请填写这一项。" in " ".join(told.split())


def test_a_recruiter_changes_no_rule(cast: Cast, recruiter_client: Client) -> None:
    for path in ("/settings/organization", f"/settings/branches/{cast.shanghai.pk}"):
        assert recruiter_client.get(path).status_code == 403
