"""Jobs and branches in the settings."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, sign_in_client
from tests.interviews.plan_stories import DAY, create_plan
from yuemian.accounts.models import Branch
from yuemian.hiring.models import Job, JobFamily


def fields(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "title": "测试工程师",
        "family_name": "质量",
        "branch": str(cast.shanghai.pk),
        "is_open": "on",
    } | changes


def test_a_job_of_a_new_family_creates_the_family(cast: Cast, recruiter_client: Client) -> None:
    assert recruiter_client.post("/settings/jobs/new", fields(cast)).status_code == 302
    assert Job.objects.get(title="测试工程师").family.name == "质量"


def test_the_same_title_in_one_branch_is_refused_with_the_reason(
    cast: Cast, recruiter_client: Client
) -> None:
    answer = recruiter_client.post("/settings/jobs/new", fields(cast, title="后端工程师"))
    assert answer.status_code == 422
    assert "已有同名职位" in answer.content.decode()


def test_a_hiring_lead_may_not_edit_jobs(cast: Cast) -> None:
    assert sign_in_client(cast.lead).get("/settings/jobs").status_code == 403


def test_a_jobs_name_leads_to_its_own_page_and_a_button_to_its_form(
    cast: Cast, recruiter_client: Client
) -> None:
    listed = recruiter_client.get("/settings/jobs").content.decode()
    assert f'href="/jobs/{cast.backend.pk}"' in listed
    assert f'href="/settings/jobs/{cast.backend.pk}"' in listed
    assert recruiter_client.get(f"/jobs/{cast.backend.pk}").status_code == 200


def test_another_family_is_asked_about_first_where_another_plan_holds(
    cast: Cast, recruiter_client: Client
) -> None:
    now = timezone.now()
    other = JobFamily.objects.create(organization=cast.organization, name="数据")
    create_plan(cast, now=now, name="技术计划", family=cast.backend.family)
    create_plan(cast, now=now, name="数据计划", family=other, steps=[])
    create_interview(cast, now=now, starts_at=now + 9 * DAY)
    page, given = f"/settings/jobs/{cast.backend.pk}", fields(cast, title="后端工程师", family_name="数据")
    asked = recruiter_client.post(page, given)
    assert "此后1场待进行的面试改按“数据计划”通知" in (text := asked.content.decode())
    assert "1场不再收到：面试邀请" in text
    assert Job.objects.get(pk=cast.backend.pk).family == cast.backend.family
    back = recruiter_client.post(page, given | {"back": "1"})
    assert (back.status_code, back.context["form"]["family_name"].value()) == (200, "数据")
    assert Job.objects.get(pk=cast.backend.pk).family == cast.backend.family
    assert recruiter_client.post(page, given | {"confirmed": "1"}).status_code == 302
    assert Job.objects.get(pk=cast.backend.pk).family == other


def test_a_family_without_a_plan_leaves_interviews_without_one(cast: Cast, recruiter_client: Client) -> None:
    now = timezone.now()
    create_plan(cast, now=now, family=cast.backend.family)
    create_interview(cast, now=now, starts_at=now + 9 * DAY)
    given = fields(cast, title="后端工程师", family_name="新家族")
    asked = recruiter_client.post(f"/settings/jobs/{cast.backend.pk}", given)
    assert "将没有任何计划" in asked.content.decode()
    assert not JobFamily.objects.filter(name="新家族").exists()


def test_where_the_same_plan_holds_nothing_is_asked(cast: Cast, recruiter_client: Client) -> None:
    now = timezone.now()
    create_plan(cast, now=now)
    create_interview(cast, now=now, starts_at=now + 9 * DAY)
    given = fields(cast, title="后端工程师", family_name="数据")
    assert recruiter_client.post(f"/settings/jobs/{cast.backend.pk}", given).status_code == 302


def test_jobs_families_and_branches_are_named_in_the_readers_language(cast: Cast) -> None:
    JobFamily.objects.filter(pk=cast.backend.family_id).update(name_en="Technology")
    Branch.objects.filter(pk=cast.backend.branch_id).update(name_en="Shanghai headquarters")
    cast.recruiter.locale = "en"
    cast.recruiter.save()
    client = sign_in_client(cast.recruiter)
    client.post("/language", {"language": "en"})
    listed = client.get("/settings/jobs").content.decode()
    assert '<td data-label="Family">Technology</td>' in listed
    assert "Shanghai headquarters" in client.get(f"/jobs/{cast.backend.pk}").content.decode()
    assert "Shanghai headquarters" in client.get("/settings/jobs/new").content.decode()


def test_a_branch_needs_a_real_time_zone_and_region(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    branch = {
        "name": "成都", "time_zone": "Asia/Chengdu", "locale": "zh-hans", "region": "xx",
        "quiet_from": "22:00", "quiet_until": "07:30",
    }  # fmt: skip
    answer = client.post("/settings/branches/new", branch)
    assert answer.status_code == 422
    assert {"time_zone", "region"} <= set(answer.context["form"].errors)
    good = branch | {"time_zone": "Asia/Shanghai", "region": "cn"}
    assert client.post("/settings/branches/new", good).status_code == 302
    assert Branch.objects.get(name="成都").region == "CN"
