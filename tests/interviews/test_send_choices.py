"""What the send page says before the press: of a later time, of other rounds, of what is preselected."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_template
from tests.interviews.test_views_send import begin, press, settings_of
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Purpose
from yuemian.messaging.models import Batch


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.mark.parametrize("routing", ["best", "ticked"])
def test_who_is_interviewed_before_a_later_sending_is_not_counted(
    cast: Cast, recruiter_client: Client, now: datetime, routing: str
) -> None:
    before = create_interview(cast, now=now, starts_at=now + timedelta(hours=20))
    after = create_interview(cast, now=now, starts_at=now + timedelta(days=4))
    address = begin(recruiter_client, ids=[before.pk, after.pk])
    due = (now + timedelta(days=2)).astimezone(ZoneInfo("Asia/Shanghai"))
    later = {"when": "later", "date": f"{due:%Y-%m-%d}", "time": f"{due:%H:%M}", "routing": routing}
    assert recruiter_client.get(address, settings_of(cast)).context["going"] == 2
    context = recruiter_client.get(address, settings_of(cast, **later)).context
    assert (context["going"], [group.code for group in context["groups"]]) == (1, [LeftOut.OVER])
    press(recruiter_client, address, cast, 1, **later)
    batch = Batch.objects.get()
    assert (batch.total, batch.left_out) == (1, {LeftOut.OVER: 1})


def test_interviews_of_another_round_than_the_templates_are_counted(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    version = create_template(cast.organization, Purpose.INVITATION, now=now, name="复试邀请")
    version.template.round = "复试"
    version.template.save()
    ids = [create_interview(cast, now=now, round=name).pk for name in ("复试", "初试", "终试")]
    address = begin(recruiter_client, ids=ids)
    page = recruiter_client.get(address, settings_of(cast, template=version.pk))
    assert page.context["other_rounds"] == 2
    assert "2 场的轮次与此模板不符" in page.content.decode()
    assert "轮次与此模板不符" not in recruiter_client.get(address, settings_of(cast)).content.decode()
