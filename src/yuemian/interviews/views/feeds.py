"""The subscription of an interviewer's calendar: its address is its only key, and reading it changes nothing."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseNotModified
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.accounts.models import User
from yuemian.interviews.actions.calendars import hash_secret
from yuemian.interviews.calendars.feed import feed_of
from yuemian.trust.tenancy import acting_in


@public
@gzip_page
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """404 for an address that was renewed, revoked or never given: outside all look the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, organization_id FROM find_calendar_feed(%s)", [hash_secret(secret)])
        found = cursor.fetchone()
    if found is None:
        return _private(HttpResponseNotFound(content_type="text/plain"))
    user_id, organization_id = found
    with acting_in(organization_id):
        user = User.objects.select_related("organization").get(pk=user_id)
        body, mark = feed_of(user, now=timezone.now())
    if mark in request.headers.get("If-None-Match", ""):
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="interviews.ics"'
    answer["ETag"] = mark
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
