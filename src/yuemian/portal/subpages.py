"""The further pages behind a candidate's link, by their name in the address: `/c/<token>/<name>`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from yuemian.portal import arriving, way
from yuemian.portal.showing import subpage

SUBPAGES: dict[str, Callable[[HttpRequest, str], HttpResponse]] = {
    "way": subpage("portal/way.html", lambda door, locale: way.contents(door.interview, locale, door.agent)),
    "arrival": subpage("portal/arrival.html", arriving.contents),
}
