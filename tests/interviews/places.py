"""Places and days at which tests let candidates arrive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.factories import Cast, create_interview
from yuemian.interviews.models import Interview, Place


def create_place(cast: Cast, **fields: Any) -> Place:
    given: dict[str, Any] = {
        "branch": cast.shanghai,
        "name": "星河大厦",
        "name_en": "Galaxy Tower",
        "room": "12 层前台",
        "room_en": "Reception, level 12",
        "address": "上海市浦东新区世纪大道 100 号",
        "address_en": "100 Century Avenue, Shanghai",
        "transit": "地铁 2 号线陆家嘴站 3 号口",
        "transit_en": "Metro line 2, Lujiazui, exit 3",
        "entrance": "从南门进",
        "reception": "报公司名，出示身份证",
        "reception_en": "Name the company, show an ID",
        "latitude": 31.230416,
        "longitude": 121.473701,
        "crs": "gcj02",
        "updated_at": datetime.now().astimezone(),
    }
    return Place.objects.create(organization=cast.organization, **(given | fields))


def held_at(cast: Cast, place: Place, *, now: datetime, **fields: Any) -> Interview:
    """An interview at that place, in half an hour unless something else is said."""
    given = {"starts_at": now + timedelta(minutes=30)} | fields
    interview = create_interview(cast, now=now, **given)
    interview.place = place
    interview.place_name, interview.place_address = place.told_name(), place.told_address
    interview.save()
    return interview
