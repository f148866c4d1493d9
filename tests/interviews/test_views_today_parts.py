"""What leads on from a part of Today: to all of it, to a reminder for exactly it, to reception's whole day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_interviews, sign_in_client
from tests.interviews.test_views_today import page
from tests.interviews.today import invite
from yuemian.domain.states import Answer, Purpose
from yuemian.interviews.models import Interview, RescheduleRequest
from yuemian.interviews.today import Part, Scope, read_today
from yuemian.interviews.today.parts import SOON
from yuemian.messaging.models import Batch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def part_of(answer: Any, part: Part) -> str:
    """The section of a part, as it is written."""
    return str(re.split(r"</section>", answer.content.decode().partition(f'id="{part}"')[2])[0])


def form_of(section: str) -> dict[str, str]:
    return dict(re.findall(r'name="(part|whose|purpose)" value="([^"]+)"', section))


def noon(now: datetime) -> datetime:
    """Midday of the day that is today in Shanghai."""
    return now.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("has_reminder", [True, False])
def test_those_who_are_silent_are_reminded_from_here_all_of_them_and_nobody_else(
    cast: Cast, recruiter_client: Client, now: datetime, has_reminder: bool
) -> None:
    silent = create_interviews(cast, 8, now=now, starts_at=now + 2 * DAY)
    far = create_interview(cast, now=now, starts_at=now + SOON + DAY)
    invite(cast, [*silent, far], now=now)
    create_interview(cast, now=now, starts_at=now + 2 * DAY)
    reminder = cast.templates[Purpose.REMINDER]
    reminder.template.is_archived = not has_reminder
    reminder.template.save()
    section = part_of(page(recruiter_client), Part.UNANSWERED)
    answer = recruiter_client.post("/send", form_of(section))
    choice = recruiter_client.get(str(answer["Location"])).context["choice"]
    assert choice.version == (reminder if has_reminder else cast.templates[Purpose.INVITATION])
    assert set(Batch.objects.latest("created_at").selection.interview_ids) == {each.pk for each in silent}


def test_beyond_what_is_counted_all_are_reminded_and_inviting_says_that_it_takes_the_first(
    cast: Cast, recruiter_client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("parts", "reading", "inviting"):
        monkeypatch.setattr(f"yuemian.interviews.today.{module}.COUNTED", 3)
    silent = create_interviews(cast, 5, now=now, starts_at=now + 2 * DAY)
    invite(cast, silent, now=now)
    create_interviews(cast, 4, now=now, starts_at=now + 2 * DAY)
    today = page(recruiter_client)
    section = part_of(today, Part.UNANSWERED)
    assert "3+" in section
    recruiter_client.post("/send", form_of(section))
    assert set(Batch.objects.latest("created_at").selection.interview_ids) == {each.pk for each in silent}
    assert "邀请最早的 3 人" in part_of(today, Part.INVITE)


def test_and_more_leads_to_exactly_the_rest(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    ids = [each.pk for each in create_interviews(cast, 10, now=now, starts_at=now + 20 * DAY)]
    Interview.objects.filter(pk__in=ids).update(answer=str(Answer.RESCHEDULE_REQUESTED), answered_at=now)
    lacking = create_interviews(cast, 9, now=now, starts_at=now + 6 * DAY)
    for each in lacking:
        each.participants.all().delete()
    for part, expected in ((Part.WAITING, set(ids)), (Part.INCOMPLETE, {each.pk for each in lacking})):
        section = part_of(page(recruiter_client, "?whose=all"), part)
        (more,) = re.findall(r'class="today-more"><a href="([^"]+)"', section)
        address = urlsplit(unescape(more))
        assert (address.path, address.fragment) == ("/today", str(part))
        whole = page(recruiter_client, f"?{address.query}")
        assert {line.interview.pk for line in whole.context["today"][part].lines} == expected
        assert "today-more" not in part_of(whole, part)
        assert whole.context["scope"].whose == "all"


@pytest.mark.parametrize("whole", ["nothing", "<b>", "%00", "x" * 200])
def test_a_part_that_is_none_is_as_good_as_nothing(cast: Cast, recruiter_client: Client, whole: str) -> None:
    assert page(recruiter_client, f"?whole={whole}").context["today"].is_empty


def test_a_wished_time_accepted_from_here_leads_back_to_the_same_people(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    Interview.objects.filter(pk=interview.pk).update(answer=str(Answer.RESCHEDULE_REQUESTED), answered_at=now)
    RescheduleRequest.objects.create(
        organization_id=cast.organization.pk,
        interview=interview,
        revision=interview.revision,
        times=[now + 3 * DAY],
        at=now,
    )
    section = part_of(page(recruiter_client, f"?whose={cast.shanghai.pk}"), Part.WAITING)
    (action,) = re.findall(r'action="(/requests/[^"]+/accept[^"]*)"', section)
    at = (now + 3 * DAY).isoformat()
    answer = recruiter_client.post(unescape(action), {"from": "today", "at": at})
    assert answer["Location"] == f"/today?whose={cast.shanghai.pk}"


def test_reception_reads_everybody_who_comes_however_many(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    coming = create_interviews(cast, 45, now=now, starts_at=noon(now))
    declined = create_interviews(cast, 3, now=now, starts_at=noon(now) - 2 * HOUR)
    Interview.objects.filter(pk__in=[each.pk for each in declined]).update(answer=str(Answer.DECLINED))
    answer: Any = recruiter_client.get("/today/reception")
    assert {line.interview.pk for line, _need in answer.context["lines"]} == {each.pk for each in coming}
    text = answer.content.decode()
    assert "today-more" not in text
    assert "whole=" not in text
    today = read_today(cast.recruiter, Scope(), now=now)[Part.TODAY]
    assert (len(today.lines), today.more) == (40, 8)
    assert len(read_today(cast.interviewer, Scope(), now=now)[Part.TODAY].lines) == 48
    held = page(sign_in_client(cast.interviewer)).content.decode()
    assert held.count('class="line-name"') == 48
