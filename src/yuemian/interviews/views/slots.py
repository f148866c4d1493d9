"""Bookable times: all series, one series with its week, and the rules by which candidates move their interviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Branch, Permission, Role, User
from yuemian.domain.slots import Closure, Series, Span, expand
from yuemian.interviews.actions import series as actions
from yuemian.interviews.calendars.wording import WHY
from yuemian.interviews.forms import ZONES
from yuemian.interviews.models import ReschedulePolicy, SlotSeries
from yuemian.interviews.models.slots import STANDARD
from yuemian.interviews.slots.calendars import Outside, asked, asking
from yuemian.interviews.slots.forms import WEEKDAYS, PolicyForm, SeriesForm, initial_of, write_hours
from yuemian.interviews.slots.reading import seats_of
from yuemian.interviews.slots.week import in_the_way_of, others_of, span_of, week_of
from yuemian.trust.tenancy import acting_in

EDITING = ["GET", "HEAD", "POST"]
#: What the list counts.
AHEAD = timedelta(days=7)


@detached
@require_safe
@requires(Permission.SEE_INTERVIEWS)
def index(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    span = Span(now, now + AHEAD)
    with acting_in(user.organization_id):
        found = list(SlotSeries.objects.visible_to(user).with_people())
        people = {series.interviewer_id for series in found if series.interviewer_id}
        question = asking(user.organization_id, people, span)
    outside = asked(question)
    with acting_in(user.organization_id):
        taken = seats_of([series.pk for series in found], span, now=now)
        others = others_of(found, span, now=now, viewer=user)
        context = {
            "lines": [
                _line(series, taken.get(series.pk, {}), others.get(series.pk, []), outside, now)
                for series in found
            ],
            "may_edit": user.may(Permission.EDIT_INTERVIEWS),
            "may_add": user.may(Permission.EDIT_INTERVIEWS) or user.role == Role.INTERVIEWER,
        }
        return render(request, "interviews/slots/index.html", context)


def _line(
    series: SlotSeries, seats: dict[datetime, int], others: Sequence[Span], outside: Outside, now: datetime
) -> dict[str, Any]:
    """A series in the list: its hours, and what of it is taken and open in the next days."""
    terms = series.terms()
    busy = in_the_way_of(series, others, outside, seats)
    unknown = outside.unknown.get(series.interviewer_id) if series.interviewer_id else None
    open_slots = sum(
        seats.get(span.start, 0) < series.capacity
        # Who sits in a slot has it in the calendar, too.
        and (span.start in seats or not any(other.overlaps(span.padded(series.buffer)) for other in busy))
        for span in expand(terms, now, now + AHEAD)
    )
    minutes = int(series.length.total_seconds() // 60)
    return {
        "minutes": minutes,
        "series": series,
        "hours": _hours(terms),
        "open": open_slots,
        "taken": sum(seats.values()),
        "unknown": str(WHY[unknown.reason]) if unknown else "",
    }


def _hours(terms: Series) -> list[tuple[str, str]]:
    """Days in a row that have the same hours stand together: Monday–Friday."""
    of_days = [
        (str(name), write_hours(window for window in terms.windows if window.weekday == number))
        for number, name in WEEKDAYS
    ]
    lines = []
    for hours, group in groupby(of_days, key=lambda each: each[1]):
        names = [name for name, _hours in group]
        if hours:
            lines.append((names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}", hours))
    return lines


@require_http_methods(EDITING)
@requires(Permission.SEE_INTERVIEWS)
def create(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    if not (user.may(Permission.EDIT_INTERVIEWS) or user.role == Role.INTERVIEWER):
        return HttpResponseRedirect(reverse("slots"))
    form = SeriesForm(request.POST or None, user=user, initial=_blank(user))
    if request.method == "POST" and form.is_valid():
        series = SlotSeries(organization_id=user.organization_id)
        saved = _save(request, form, series, now)
        if saved is not None:
            return HttpResponseRedirect(reverse("slot-series", args=[saved.pk]))
    context = {"form": form, "zones": ZONES, "series": None, "may_edit": True}
    return render(request, "interviews/slots/series.html", context, status=422 if form.errors else 200)


@detached
@require_http_methods(EDITING)
@requires(Permission.SEE_INTERVIEWS)
def edit(request: SignedInRequest, series_id: UUID) -> HttpResponse:
    """One series on one screen: its form, and a week of it with who sits where."""
    user, now = request.user, timezone.now()
    with acting_in(user.organization_id):
        series = _fetch(user, series_id)
        people = {series.interviewer_id} if series.interviewer_id else set()
        span = span_of(series, _asked_monday(request, series, now))
        question = asking(user.organization_id, people, span)
    outside = asked(question)
    with acting_in(user.organization_id):
        return _edit(request, _fetch(user, series_id), outside, now)


def _edit(request: SignedInRequest, series: SlotSeries, outside: Outside, now: datetime) -> HttpResponse:
    user, series_id = request.user, series.pk
    form = SeriesForm(request.POST or None, user=user, initial=initial_of(series))
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form, series, now)
        if saved is not None:
            return HttpResponseRedirect(reverse("slot-series", args=[series.pk]))
        series = _fetch(user, series_id)
    monday = _asked_monday(request, series, now)
    week = week_of(series, monday, now=now, viewer=user, outside=outside)
    context = {
        "form": form,
        "zones": ZONES,
        "series": series,
        "week": week,
        "unknown": str(WHY[week.unknown.reason]) if week.unknown else "",
        "may_edit": actions.may_edit(user, series),
    }
    return render(request, "interviews/slots/series.html", context, status=422 if form.errors else 200)


def _save(request: SignedInRequest, form: SeriesForm, series: SlotSeries, now: datetime) -> SlotSeries | None:
    """None, and the form says why, when it was not saved."""
    try:
        saved = actions.save_series(request.user, form.fill(series), now=now)
    except actions.NotYours:
        form.add_error(None, _("You can change your own times only."))
    except actions.Overtaken:
        form.add_error(
            None, _("Somebody saved these times meanwhile. Open the page again to see what holds.")
        )
    else:
        messages.success(request, _("Saved."))
        return saved
    return None


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def day(request: SignedInRequest, series_id: UUID) -> HttpResponse:
    """Close one day, or open it again."""
    user, now = request.user, timezone.now()
    series = _fetch(user, series_id)
    which = _date(request.POST.get("day"))
    if which and actions.may_edit(user, series):
        if "open" in request.POST:
            actions.open_day(user, series.pk, which, now=now)
        else:
            actions.close_days(user, [series.pk], Closure(which, which), now=now)
    address = reverse("slot-series", args=[series.pk])
    return HttpResponseRedirect(f"{address}?week={which}#week" if which else address)


@require_http_methods(EDITING)
@requires(Permission.EDIT_INTERVIEWS)
def rules(request: SignedInRequest) -> HttpResponse:
    """How candidates may move their interviews: everywhere, and where it is otherwise."""
    user, now = request.user, timezone.now()
    place = request.GET.get("place", "")
    kept = {_place_of(policy): policy for policy in _policies(user)}
    form = PolicyForm(request.POST or None, user=user, initial={"place": place, **_values(kept.get(place))})
    if request.method == "POST" and "drop" in request.POST:
        dropped = next((p for key, p in kept.items() if key and str(p.pk) == request.POST["drop"]), None)
        if dropped:
            actions.drop_policy(user, dropped.pk, now=now)
        return HttpResponseRedirect(reverse("slot-rules"))
    if request.method == "POST" and form.is_valid():
        actions.save_policy(user, form.policy(user), now=now)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("slot-rules"))
    context = {"form": form, "policies": list(kept.items()), "has_general": "" in kept}
    return render(request, "interviews/slots/rules.html", context, status=422 if form.errors else 200)


def _policies(user: User) -> list[ReschedulePolicy]:
    found = ReschedulePolicy.objects.visible_to(user).select_related("job", "branch")
    return sorted(found, key=lambda each: (each.job is not None, each.branch is not None, str(each.pk)))


def _place_of(policy: ReschedulePolicy) -> str:
    if policy.job_id:
        return f"job:{policy.job_id}"
    return f"branch:{policy.branch_id}" if policy.branch_id else ""


def _values(policy: ReschedulePolicy | None) -> dict[str, Any]:
    terms = policy.terms() if policy else STANDARD
    return {
        "most": terms.most,
        "latest_hours": int(terms.latest.total_seconds() // 3600),
        "offers_slots": terms.offers_slots,
        "is_automatic": terms.is_automatic,
        "hold_hours": int(terms.hold.total_seconds() // 3600),
        "proposals": terms.proposals,
    }


def _blank(user: User) -> dict[str, Any]:
    """Somebody's own usual week, on the clock and in the place of their branch."""
    branch = user.branch or Branch.objects.visible_to(user).first()
    return {
        "name": user.name,
        "interviewer": user if user.role == Role.INTERVIEWER else None,
        "branch": branch,
        "time_zone": branch.time_zone if branch else user.organization.time_zone,
        "minutes": 60,
        "buffer": 15,
        "capacity": 1,
        "notice_hours": 24,
        "ahead_days": 21,
        "is_closed_on_holidays": True,
        "is_active": True,
    }


def _fetch(user: User, series_id: UUID) -> SlotSeries:
    return get_object_or_404(SlotSeries.objects.visible_to(user).with_people(), pk=series_id)


def _asked_monday(request: SignedInRequest, series: SlotSeries, now: datetime) -> date:
    asked = _date(request.GET.get("week"))
    return asked - timedelta(days=asked.weekday()) if asked else _monday(series, now)


def _monday(series: SlotSeries, now: datetime) -> date:
    today = now.astimezone(series.zone).date()
    return today - timedelta(days=today.weekday())


def _date(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and 2000 < found.year < 2200 else None
