"""What tests of slots share: series of the interviewer, candidates who hold a link, and their presses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.factories import Cast
from tests.portal.stories import Invited
from yuemian.domain.slots import Span
from yuemian.interviews.actions.reschedule import Press
from yuemian.interviews.models import Interview, ReschedulePolicy, SlotSeries
from yuemian.interviews.slots.reading import Offered, offers_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERY_DAY = [{"weekday": day, "from": "09:00", "until": "12:00"} for day in range(1, 8)]


def create_series(cast: Cast, *, now: datetime, **fields: Any) -> SlotSeries:
    """Mornings of the interviewer: three slots a day."""
    given: dict[str, Any] = {
        "organization": cast.organization,
        "name": "上午",
        "interviewer": cast.interviewer,
        "branch": cast.shanghai,
        "time_zone": "Asia/Shanghai",
        "windows": EVERY_DAY,
        "updated_at": now,
        "is_closed_on_holidays": False,
    }
    return SlotSeries.objects.create(**(given | fields))


def create_policy(cast: Cast, *, now: datetime, **fields: Any) -> ReschedulePolicy:
    return ReschedulePolicy.objects.create(organization=cast.organization, updated_at=now, **fields)


def press(who: Invited, now: datetime, **fields: Any) -> Press:
    who.link.refresh_from_db()
    return Press(who.link, now, **fields)


def offers(interview: Interview, now: datetime) -> list[Offered]:
    return offers_for(Interview.objects.with_people().get(pk=interview.pk), now=now)


def clocks(found: list[Offered]) -> list[str]:
    return [f"{each.span.start.astimezone(SHANGHAI):%m-%d %H:%M}" for each in found]


def an_hour(start: datetime) -> Span:
    return Span(start, start + timedelta(hours=1))
