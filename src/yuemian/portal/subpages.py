"""The further pages behind a candidate's link, by their name in the address: `/c/<token>/<name>`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from yuemian.messaging.actions.plan import SURVEY_LINK
from yuemian.portal import arriving, needs_page, survey_page, times, way
from yuemian.portal.calendar_file import calendar_file
from yuemian.portal.carrying import own_phone
from yuemian.portal.data_views import my_data_page
from yuemian.portal.onboarding_views import onboarding_page
from yuemian.portal.result_page import result_page
from yuemian.portal.showing import subpage

SUBPAGES: dict[str, Callable[[HttpRequest, str], HttpResponse]] = {
    "arrival": subpage("portal/arrival.html", arriving.contents),
    "data": my_data_page,
    "invite.ics": calendar_file,
    "onboarding": onboarding_page,
    "phone": own_phone,
    "times": subpage("portal/times.html", times.contents, beforehand=times.ask_calendars),
    "way": subpage("portal/way.html", lambda door, locale: way.contents(door.interview, locale, door.agent)),
    "needs": subpage("portal/needs.html", needs_page.needs_contents),
    "result": result_page,
    "survey": subpage("portal/survey.html", survey_page.survey_contents, SURVEY_LINK),
}
