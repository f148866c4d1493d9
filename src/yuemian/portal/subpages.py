"""The further pages behind a candidate's link, by their name in the address: `/c/<token>/<name>`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from yuemian.messaging.actions.plan import SURVEY_LINK
from yuemian.portal import needs_page, survey_page
from yuemian.portal.showing import subpage

SUBPAGES: dict[str, Callable[[HttpRequest, str], HttpResponse]] = {
    "needs": subpage("portal/needs.html", needs_page.needs_contents),
    "survey": subpage("portal/survey.html", survey_page.survey_contents, SURVEY_LINK),
}
