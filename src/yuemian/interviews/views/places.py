"""Places: their list, their editor with a look at the coordinates, and the poster for reception."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission
from yuemian.domain.geo import Crs, Point, Target, map_links, read_pasted
from yuemian.interviews.actions.places import PlaceNameTaken, ahead_at, renew_code, save_place
from yuemian.interviews.models import Place
from yuemian.interviews.place_forms import DATUMS, PlaceForm, link_problem
from yuemian.interviews.wording import MAPS
from yuemian.messaging.actions.content import NoTemplate

EDITING = ["GET", "HEAD", "POST"]


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def index(request: SignedInRequest) -> HttpResponse:
    places = Place.objects.visible_to(request.user).select_related("branch").order_by("-is_active", "name")
    language = get_language() or "en"
    rows = [
        (place, place.text("name", language), place.text("address", language), place.branch.name_in(language))
        for place in places.defer("photo")
    ]
    return render(request, "interviews/places.html", {"rows": rows})


@require_http_methods(EDITING)
@requires(Permission.EDIT_INTERVIEWS)
def create(request: SignedInRequest) -> HttpResponse:
    branch = request.user.branch or Branch.objects.visible_to(request.user).first()
    place = Place(organization=request.user.organization, branch=branch)
    if branch is not None:
        place.address = branch.address
        place.crs = Crs.GCJ02 if branch.region == "CN" else Crs.WGS84
    return _edit(request, place, is_new=True)


@require_http_methods(EDITING)
@requires(Permission.EDIT_INTERVIEWS)
def edit(request: SignedInRequest, place_id: UUID) -> HttpResponse:
    return _edit(request, _fetch(request, place_id), is_new=False)


def _fetch(request: SignedInRequest, place_id: UUID) -> Place:
    return get_object_or_404(Place.objects.visible_to(request.user).select_related("branch"), pk=place_id)


def _edit(request: SignedInRequest, place: Place, *, is_new: bool) -> HttpResponse:
    user, now = request.user, timezone.now()
    ahead = 0 if is_new else len(ahead_at(user, place, now=now))
    form = PlaceForm(request.POST or None, request.FILES or None, instance=place, user=user, ahead=ahead)
    if request.method == "POST" and form.is_valid():
        try:
            told = save_place(user, form.save(commit=False), tells=form.tells, now=now)
        except PlaceNameTaken:
            form.add_error("name", _("Another place has this name; choose a different one."))
        except NoTemplate:
            form.add_error(
                None,
                _(
                    "No template for changes is published yet; publish one under Templates. Nothing was saved."
                ),
            )
        else:
            messages.success(request, _saved(told.told))
            return redirect("place", place.pk)
    context: dict[str, Any] = {
        "form": form,
        "place": None if is_new else place,
        "ahead": ahead,
        "languages": settings.LANGUAGES,
    }
    if not form.is_bound:
        context |= _looked(place.point, Crs(place.crs), place.target(get_language() or "en"))
    return render(request, "interviews/place.html", context, status=422 if form.is_bound else 200)


def _saved(told: int) -> str:
    if not told:
        return _("Saved.")
    return ngettext(
        "Saved. %(count)d candidate is being told.", "Saved. %(count)d candidates are being told.", told
    ) % {"count": told}


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def look(request: SignedInRequest) -> HttpResponse:
    """What a pasted link or typed coordinates mean, as links to open and compare; nothing is kept."""
    form = request.POST
    found = read_pasted(form.get("map_link", ""))
    point, crs = found.point, found.crs
    if not form.get("map_link", "").strip():
        point, crs = _typed(form.get("latitude", ""), form.get("longitude", "")), _crs(form.get("crs", ""))
    context = _looked(point, crs, Target(form.get("name", ""), form.get("address", "")))
    context |= {"is_centre": found.is_centre, "is_pasted": bool(found.point)}
    if form.get("map_link", "").strip() and point is None:
        context["problem"] = link_problem(found.is_short)
    return render(request, "interviews/parts/place_look.html", context)


def _typed(latitude: str, longitude: str) -> Point | None:
    return read_pasted(f"{latitude},{longitude}").point if latitude and longitude else None


def _crs(text: str) -> Crs:
    return Crs(text) if text in list(Crs) else Crs.GCJ02


def _looked(point: Point | None, crs: Crs, target: Target) -> dict[str, Any]:
    if point is None:
        return {"point": None}
    there = Target(target.name or _("Entrance"), target.address, point, crs)
    links = map_links(there, "")
    return {
        "point": point,
        "crs": str(crs),
        "datum": DATUMS[crs],
        "maps": [(MAPS[app], link) for app, link in links.items()],
    }


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def poster(request: SignedInRequest, place_id: UUID) -> HttpResponse:
    """To be printed and put up at reception: who scans it tells us that they are there."""
    place = _fetch(request, place_id)
    address = f"{settings.PUBLIC_URL}{reverse('candidate-arrive', args=[place.code])}"
    first = place.branch.locale
    second = next(code for code in ("en", "zh-hans") if code != first)
    context = {
        "place": place,
        "address": address,
        "drawing": qr_svg(address),
        "first": _poster_words(first),
        "second": _poster_words(second),
    }
    return render(request, "interviews/poster.html", context)


def _poster_words(language: str) -> dict[str, str]:
    with override(language):
        return {
            "language": language,
            "title": _("Sign in for your interview"),
            "how": _("Scan this with your phone, and we know that you are here."),
        }


def qr_svg(text: str) -> SafeString:
    """A QR code as a drawing that stands in the page itself."""
    target = io.BytesIO()
    code = segno.make(text, error="q", micro=False)
    code.save(
        target, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, svgclass="qr", lineclass=None
    )
    return mark_safe(target.getvalue().decode())  # noqa: S308  (drawn by the library, of numbers alone)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def renew(request: SignedInRequest, place_id: UUID) -> HttpResponse:
    place = _fetch(request, place_id)
    renew_code(request.user, place.pk, now=timezone.now())
    messages.success(request, _("New code. Print the poster anew: the old one leads nowhere now."))
    return redirect("place-poster", place.pk)
