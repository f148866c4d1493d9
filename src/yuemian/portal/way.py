"""The way there: the place of an interview in the reader's language, with links into the maps that they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from yuemian.domain.geo import Target, map_links
from yuemian.domain.states import Mode
from yuemian.interviews.models import Interview, Place
from yuemian.interviews.models.places import DIRECTIONS, called
from yuemian.interviews.wording import MAPS, Text


@dataclass(frozen=True)
class Direction:
    """One thing that helps on the last metres; `icon` picks its drawing."""

    icon: str
    title: Text
    text: str


def line(interview: Interview, facts: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """What the first page says: as it was told, in the reader's language where the place still says the same."""
    place, name, address = interview.place, interview.place_name, interview.place_address
    if place is not None:
        name, address = _name_in(place, name, locale), _address_in(place, address, locale)
    return {
        "place": name or address or facts["branch_name"],
        "address": address if name else "",
        "address_copied": interview.place_address,
        "has_way": interview.mode == Mode.ONSITE
        and bool(place or interview.place_address or interview.place_name),
    }


def contents(interview: Interview, locale: str, agent: str) -> dict[str, Any]:
    """What the page `/way` adds."""
    if interview.mode != Mode.ONSITE:
        return {"part": "way", "is_onsite": False}
    place = Place.objects.select_related("branch").get(pk=interview.place_id) if interview.place_id else None
    told = Target(interview.place_name or interview.place_address, interview.place_address)
    room = place.room_in(interview.place_name) if place else None
    return {"part": "way", "is_onsite": True, **shown(place, told, locale, agent, room=room)}


def shown(
    place: Place | None, told: Target, locale: str, agent: str, *, room: str | None = None
) -> dict[str, Any]:
    """Everything about a place. Where only words are known the maps search for them.

    An interview whose words were written anew since says another place than its own: then those words count, and the
    coordinates of the old one are kept out of it.
    """
    is_same = place is not None and (room is not None or told.address == place.told_address)
    target = place.target(locale) if place is not None and is_same else told
    return {
        "place_name": target.name,
        "place_room": _room_in(place, room, locale) if place is not None and is_same else "",
        "place_address": target.address if target.address != target.name else "",
        "copied": told.address or target.address,
        "maps": [(MAPS[app], link) for app, link in map_links(target, agent).items()],
        "is_exact": target.point is not None,
        "directions": list(_directions(place, locale)) if place is not None and is_same else [],
        "photo": _photo(place) if place is not None and is_same else "",
    }


def _directions(place: Place, locale: str) -> list[Direction]:
    titles = {
        "transit": Direction("route", _("By public transport"), ""),
        "parking": Direction("map-pin", _("Parking"), ""),
        "entrance": Direction("log-out", _("Entrance"), ""),
        "reception": Direction("user", _("At reception"), ""),
    }
    found = []
    for field in DIRECTIONS:
        if text := place.text(field, locale):
            each = titles[field]
            found.append(Direction(each.icon, each.title, text))
    return found


def _photo(place: Place) -> str:
    return reverse("candidate-place-photo", args=[place.photo_digest]) if place.photo else ""


def _name_in(place: Place, told: str, locale: str) -> str:
    room = place.room_in(told)
    if room is None:
        return told
    return called(place.text("name", locale), _room_in(place, room, locale), locale)


def _room_in(place: Place, room: str | None, locale: str) -> str:
    """The usual room has a name in both languages; another one is what HR called it."""
    is_usual = room == place.text("room", place.branch.locale)
    return place.text("room", locale) if is_usual else room or ""


def _address_in(place: Place, told: str, locale: str) -> str:
    return place.text("address", locale) if told == place.told_address else told
