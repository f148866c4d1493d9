"""The further pages behind a candidate's link, by their name in the address: `/c/<token>/<name>`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from yuemian.portal.calendar_file import calendar_file

SUBPAGES: dict[str, Callable[[HttpRequest, str], HttpResponse]] = {"invite.ics": calendar_file}
