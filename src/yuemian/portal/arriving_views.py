"""Pages that no link of a candidate opens: signing in by the poster at reception, and photos of places.

The poster's page says the same whoever was named: a stranger learns nobody's name, and not whether somebody is
expected. Whoever is sees on their own page that they are signed in; reception sees it in its list.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yuemian.accounts.guards import public
from yuemian.accounts.models import Organization
from yuemian.domain.languages import direction
from yuemian.interviews.actions.arrival import check_in
from yuemian.interviews.models import Place
from yuemian.portal.showing import message, sealed
from yuemian.trust import limits
from yuemian.trust.limits import Limit
from yuemian.trust.tenancy import acting_in

#: All phones of an office share an address, and on a day of many interviews everybody comes at once.
PER_ADDRESS: Final = Limit("arrive-address", 60, timedelta(minutes=10))
PER_PLACE: Final = Limit("arrive-place", 200, timedelta(minutes=10))


@public
@csrf_exempt  # no session that a foreign site could ride on: see `views`
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, code: str) -> HttpResponse:
    """Opening it changes nothing. Languages: the browser's, or the one pressed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place_id, organization_id FROM find_place(%s)", [code])
        found = cursor.fetchone()
    if found is None:
        return message("portal/arrive_lost.html", 404)
    place_id, organization_id = found
    if request.method != "POST":
        return _show(request, code, place_id, organization_id)
    with acting_in(organization_id):
        now = timezone.now()
        wait = limits.hit_all(
            (PER_ADDRESS, request.META.get("REMOTE_ADDR", "")), (PER_PLACE, str(place_id)), now=now
        )
        if wait is None:
            check_in(place_id, request.POST.get("name", ""), request.POST.get("digits", "").strip(), now=now)
    if wait is not None:
        return message("portal/busy.html", 429, retry_after=int(wait.total_seconds()) + 1)
    language = request.POST.get("language", "")
    chosen = f"&language={language}" if language in dict(settings.LANGUAGES) else ""
    response = HttpResponseRedirect(f"{reverse('candidate-arrive', args=[code])}?done=1{chosen}")
    response.status_code = 303
    return sealed(response)


def _show(request: HttpRequest, code: str, place_id: UUID, organization_id: UUID) -> HttpResponse:
    wanted, known = request.GET.get("language", ""), dict(settings.LANGUAGES)
    language = wanted if wanted in known else translation.get_language() or settings.LANGUAGE_CODE
    with acting_in(organization_id), translation.override(language):
        place = Place.objects.select_related("branch").defer("photo").get(pk=place_id)
        organization = Organization.objects.get(pk=organization_id)
        logo = hashlib.sha256(organization.logo).hexdigest() if organization.logo else ""
        contents = {
            "address": reverse("candidate-arrive", args=[code]),
            "language": language,
            "direction": direction(language),
            "facts": {"organization_name": organization.name_in(language)},
            "logo": reverse("logo", args=[logo]) if logo else "",
            "monogram": organization.name_in(language)[:1].upper(),
            "place_name": place.text("name", language),
            "is_done": "done" in request.GET,
            "language_name": known[language],
            "languages": settings.LANGUAGES,
        }
        return sealed(HttpResponse(render_to_string("portal/arrive.html", contents)))


@public
@require_safe
def place_photo(request: HttpRequest, digest: str) -> HttpResponse:  # noqa: ARG001
    """A place's photo, addressed by its content: public, kept for ever, without any token."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_place_photo(%s)", [bytes.fromhex(digest)])
        content = bytes(cursor.fetchone()[0] or b"")
    if not content.startswith(b"\xff\xd8\xff"):
        return HttpResponseNotFound(content_type="text/plain")
    response = HttpResponse(content, content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
