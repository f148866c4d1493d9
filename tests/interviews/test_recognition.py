"""Entered by hand: whose phone and email these are, when somebody of that name is known already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview
from yuemian.hiring.models import ContactPoint
from yuemian.interviews.models import Interview

ENGLISH = {"Accept-Language": "en"}
HERS, HIS = "+8613800138001", "liwei@example.com"


@pytest.fixture
def now() -> datetime:
    """The page asks the machine's clock whether an interview is still ahead."""
    return timezone.now()


def entered(cast: Cast, now: datetime, **changes: Any) -> dict[str, Any]:
    start = now + timedelta(days=3)
    return {
        "name": "王芳", "phone": HERS, "email": HIS, "job": cast.backend.pk, "branch": cast.shanghai.pk,
        "round": "初试", "date": f"{start:%Y-%m-%d}", "time": "14:30", "time_zone": "Asia/Shanghai",
        "minutes": "60", "mode": "onsite", "place_name": "星河大厦", **changes,
    }  # fmt: skip


def known(cast: Cast, now: datetime, name: str, **contacts: str) -> Interview:
    return create_interview(cast, now=now, name=name, **({"phone": "", "email": ""} | contacts))


def test_a_known_person_gets_nobody_elses_address_unasked(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    wang = known(cast, now, "王芳", phone=HERS).application.candidate
    known(cast, now, "李伟", email=HIS)
    form = entered(cast, now)
    asked = recruiter_client.post("/interviews/new", form, headers=ENGLISH)
    assert asked.status_code == 422
    assert "belongs to 李*" in asked.content.decode()
    assert ContactPoint.objects.count() == 2
    assert recruiter_client.post("/interviews/new", form | {"shares_contact": "on"}).status_code == 302
    assert wang.contact_points.get(channel="email").is_shared


def test_an_address_she_shares_already_is_asked_about_no_more(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    known(cast, now, "王芳", phone=HERS, email=HIS)
    known(cast, now, "李伟", email=HIS)
    assert recruiter_client.post("/interviews/new", entered(cast, now)).status_code == 302


def test_of_two_people_with_one_name_none_is_taken(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    known(cast, now, "王芳", phone=HERS)
    other = known(cast, now, "王芳", email=HIS).application.candidate
    asked = recruiter_client.post("/interviews/new", entered(cast, now), headers=ENGLISH)
    assert asked.status_code == 422
    assert "2 people of this name have these contacts" in asked.content.decode()
    assert ContactPoint.objects.count() == 2
    recruiter_client.post("/interviews/new", entered(cast, now, phone=""))
    assert Interview.objects.filter(application__candidate=other).count() == 2


def test_of_two_namesakes_with_one_phone_the_email_decides(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    known(cast, now, "王芳", phone=HERS)
    meant = known(cast, now, "王芳", phone=HERS, email=HIS).application.candidate
    assert recruiter_client.post("/interviews/new", entered(cast, now)).status_code == 302
    assert Interview.objects.filter(application__candidate=meant).count() == 2
