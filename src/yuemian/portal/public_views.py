"""Pages without any link: a lost one asked for anew, and whether a notice or the receipt of an erasure is genuine."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import public
from yuemian.accounts.models import Organization
from yuemian.domain.languages import LANGUAGES, direction
from yuemian.domain.notice_code import LENGTH
from yuemian.domain.short_code import normal
from yuemian.domain.when import date_text
from yuemian.hiring.actions.erase import receipt_hash
from yuemian.hiring.models import Erasure
from yuemian.interviews.actions.new_link import send_new_links
from yuemian.messaging.verifying import find_notice, only_organization, senders_of
from yuemian.portal.showing import message, sealed
from yuemian.trust import limits
from yuemian.trust.limits import Limit
from yuemian.trust.network import client_address
from yuemian.trust.tenancy import acting_in
from yuemian.ui.middleware import READER_COOKIE

TRIES_PER_ADDRESS: Final = Limit("verify-address", 10, timedelta(hours=1))
TRIES_PER_CODE: Final = Limit("verify-code", 5, timedelta(hours=1))
#: Nobody tries out codes from many addresses.
MISSES: Final = Limit("verify-misses", 100, timedelta(minutes=1))
ASKS_PER_ADDRESS: Final = Limit("new-link-address", 20, timedelta(hours=1))
ASKS: Final = Limit("new-link-all", 300, timedelta(minutes=10))
#: Asking for a link takes so long, whether there is somebody to write to or not.
_SAME_TIME: Final = 0.4
_LONGEST: Final = 120


@public
@csrf_exempt
@require_POST
def ask_link(request: HttpRequest) -> HttpResponse:
    """Always the same answer, after the same time."""
    began = time.monotonic()
    now = timezone.now()
    with transaction.atomic():
        wait = limits.hit_all((ASKS_PER_ADDRESS, client_address(request)), (ASKS, "all"), now=now)
    if wait is None:
        send_new_links(request.POST.get("contact", "").strip()[:_LONGEST], now=now)
    time.sleep(max(0.0, _SAME_TIME - (time.monotonic() - began)))
    return message("portal/link_asked.html", 200)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """A form; and what is known of the code that was typed. Changes nothing but the count of tries."""
    if request.method != "POST":
        return _page({})
    if request.POST.get("language", "") in LANGUAGES:
        return _in_language(request.POST["language"])
    now, typed = timezone.now(), request.POST.get("code", "").strip()[:_LONGEST]
    with transaction.atomic():
        wait = limits.hit_behind(
            (TRIES_PER_ADDRESS, client_address(request)),
            (TRIES_PER_CODE, (normal(typed, LENGTH) or typed).upper()),
            now=now,
        ) or (timedelta(minutes=1) if _is_braked(now) else None)
    if wait is not None:
        return message("portal/busy.html", 429, retry_after=int(wait.total_seconds()) + 1)
    return _answer(typed, now)


def _answer(typed: str, now: datetime) -> HttpResponse:
    hashed = receipt_hash(typed)
    if hashed is not None:
        proof = _proof(hashed)
        if proof is not None:
            return _page({"result": "erased", **proof})
    else:
        found = find_notice(typed, now=now)
        if found is not None:
            facts = _facts(found.organization, found.sent_at)
            return _page(
                {"result": "genuine", "senders": found.senders, "is_rehearsal": found.is_rehearsal, **facts}
            )
    with transaction.atomic():
        limits.hit(MISSES, "all", now=now)
    company = only_organization()
    known: dict[str, Any] = {}
    if company is not None:
        with acting_in(company.pk):
            known = {"company": company.name_in(_language()), "senders": senders_of(company)}
    return _page({"result": "unknown", **known})


def _in_language(code: str) -> HttpResponse:
    response = sealed(HttpResponseRedirect(reverse("verify")))
    response.set_cookie(
        READER_COOKIE,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
    return response


def _is_braked(now: datetime) -> bool:
    """Reads the count of misses without adding to it."""
    return limits.is_spent(MISSES, "all", now=now)


def _proof(hashed: bytes) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT erasure_id, organization_id FROM find_erasure(%s)", [hashed])
        row = cursor.fetchone()
    if row is None:
        return None
    with acting_in(row[1]):
        erasure = Erasure.objects.select_related("candidate__key").get(pk=row[0])
        organization = Organization.objects.get(pk=row[1])
        assert erasure.done_at is not None
        return {
            "is_destroyed": erasure.candidate.key.wrapped is None,
            "entries": sum(erasure.counts.values()),
            **_facts(organization, erasure.done_at),
        }


def _facts(organization: Organization, at: datetime) -> dict[str, Any]:
    local = at.astimezone(ZoneInfo(organization.time_zone))
    return {"company": organization.name_in(_language()), "day": date_text(local, _language())}


def _page(contents: dict[str, Any]) -> HttpResponse:
    code = _language()
    frame = {
        "language": code,
        "direction": direction(code),
        "language_name": LANGUAGES[code],
        "languages": settings.LANGUAGES,
    }
    return sealed(HttpResponse(render_to_string("portal/verify.html", frame | contents)))


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE
