"""Settings of calendars: one's own subscription and connection, and the company's accounts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.fresh import fresh
from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import (
    CalendarAccount,
    CalendarFeed,
    CalendarLink,
    CalendarService,
    Permission,
    User,
)
from yuemian.channels.base import BadConfig
from yuemian.channels.calendars import Unknown
from yuemian.interviews.actions.calendars import (
    record_test,
    renew_feed,
    revoke_feed,
    save_account,
    save_connection,
)
from yuemian.interviews.calendars.connecting import Way, open_config, probe, ways_of
from yuemian.interviews.calendars.forms import CompanyAccountForm, ConnectionForm, initial_of
from yuemian.interviews.calendars.free_busy import zone_name
from yuemian.interviews.calendars.wording import WHY, outcome
from yuemian.trust.limits import Limit, hit
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault

LIMIT = Limit("calendar-test", 20, timedelta(hours=1))
#: What a test asks for.
_AHEAD = timedelta(days=7)
#: Their names stand in addresses, too.
COMPANY = (CalendarService.GOOGLE.value, CalendarService.GRAPH.value)


@requires(Permission.SEE_INTERVIEWS)
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedInRequest) -> HttpResponse:
    """My subscription, where my calendar is, and my hours."""
    form = _form(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        save_connection(request.user, form.chosen(), now=timezone.now())
        messages.success(request, _("Saved. Test the connection now."))
        return redirect("settings-calendar")
    return render(
        request, "interviews/calendar.html", _context(request.user, form), status=422 if form.errors else 200
    )


@requires(Permission.SEE_INTERVIEWS)
@require_POST
@fresh
def feed_renew(request: SignedInRequest) -> HttpResponse:
    """The new address is shown by this very answer and never again."""
    secret = renew_feed(request.user, now=timezone.now())
    url = settings.PUBLIC_URL + reverse("calendar-feed", args=[secret])
    subscribe = f"webcal://{url.partition('://')[2]}"
    return render(request, "interviews/calendar_feed.html", {"url": url, "subscribe": subscribe})


@requires(Permission.SEE_INTERVIEWS)
@require_POST
def feed_revoke(request: SignedInRequest) -> HttpResponse:
    revoke_feed(request.user, now=timezone.now())
    messages.success(request, _("Nobody can read your subscription any more."))
    return redirect("settings-calendar")


@detached
@requires(Permission.SEE_INTERVIEWS)
@require_POST
def check(request: SignedInRequest) -> HttpResponse:
    """Ask my calendar once. The network is waited for outside of any transaction."""
    user, now = request.user, timezone.now()
    with acting_in(user.organization_id):
        wait = hit(LIMIT, str(user.pk), now=now)
        way = ways_of(user.organization_id, [user]).get(user.pk)
        link = CalendarLink.objects.filter(organization_id=user.organization_id, user=user)
        row = link.select_related("key").first()
    if wait:
        messages.error(request, _("Twenty tests an hour are enough; try again later."))
    elif not isinstance(way, Way):
        messages.error(request, str(WHY[way.reason] if way else WHY["not_connected"]))
    else:
        found = probe(way, now, now + _AHEAD)
        config = None
        if found.calendars:
            config = dataclasses.replace(way.config, calendars="\n".join(found.calendars))
        if row is not None:
            record_test(user, row, found.answer, config, now=timezone.now())
        _tell(request, found.answer)
    return redirect("settings-calendar")


@requires(Permission.EDIT_SETTINGS)
@require_safe
def company(request: SignedInRequest) -> HttpResponse:
    """The company's accounts: with one of them everybody is asked for by their address."""
    return render(request, "interviews/calendars.html", _company(request))


@requires(Permission.EDIT_SETTINGS)
@require_POST
def company_save(request: SignedInRequest, service: str) -> HttpResponse:
    account = CalendarAccount.objects.visible_to(request.user).filter(service=service).first()
    form = CompanyAccountForm(service, request.POST, request=request, stored=_stored(account, request.user))
    if not form.is_valid():
        return render(request, "interviews/calendars.html", _company(request, {service: form}), status=422)
    is_active = form.cleaned_data["is_active"]
    save_account(request.user, service, form.config, is_active=is_active, now=timezone.now())
    messages.success(request, _("Saved. Test the connection now."))
    return redirect("settings-calendars")


@detached
@requires(Permission.EDIT_SETTINGS)
@require_POST
def company_check(request: SignedInRequest, service: str) -> HttpResponse:
    """Ask for the calendar of whoever presses: the address they sign in with."""
    user, now = request.user, timezone.now()
    with acting_in(user.organization_id):
        wait = hit(LIMIT, str(user.pk), now=now)
        rows = CalendarAccount.objects.visible_to(user).filter(service=service).select_related("key")
        account = rows.first()
        config = _stored(account, user)
    if account is None or config is None:
        messages.error(request, str(WHY["settings"]))
    elif wait:
        messages.error(request, _("Twenty tests an hour are enough; try again later."))
    else:
        way = Way(service, config, user.email, (account.pk, account.version))
        found = probe(way, now, now + _AHEAD)
        record_test(user, account, found.answer, now=timezone.now())
        _tell(request, found.answer)
    return redirect("settings-calendars")


def _form(user: User, data: Any) -> ConnectionForm:
    link = _link(user)
    stored = _stored(link, user) if link is not None and link.service == CalendarService.CALDAV else None
    active = CalendarAccount.objects.visible_to(user).filter(is_active=True)
    companies = list(active.values_list("service", flat=True))
    labels = dict(CalendarService.choices)
    services: list[tuple[str, Any]] = [
        ("", _("The company's calendar service, by my address") if companies else _("None")),
        ("caldav", _("Another calendar, by CalDAV (Nextcloud, iCloud, Fastmail, company mail …)")),
    ]
    if len(companies) > 1:
        services[1:1] = [(service, labels[service]) for service in companies]
    return ConnectionForm(
        data, services=services, stored=stored, zone=zone_name(user), initial=initial_of(link, stored)
    )


def _context(user: User, form: ConnectionForm) -> dict[str, Any]:
    link = _link(user)
    return {
        "form": form,
        "link": link,
        "trouble": WHY.get(link.trouble, "") if link is not None else "",
        "feed": CalendarFeed.objects.filter(organization_id=user.organization_id, user=user).first(),
        "has_company": CalendarAccount.objects.visible_to(user).filter(is_active=True).exists(),
        "zone": zone_name(user),
        "may_edit": user.may(Permission.EDIT_SETTINGS),
    }


def _company(request: SignedInRequest, forms: dict[str, CompanyAccountForm] | None = None) -> dict[str, Any]:
    user = request.user
    accounts = {each.service: each for each in CalendarAccount.objects.visible_to(user).select_related("key")}
    shelves = []
    for service in COMPANY:
        account = accounts.get(service)
        form = (forms or {}).get(service) or CompanyAccountForm(
            service,
            request=request,
            stored=_stored(account, user),
            initial={"is_active": account.is_active if account else True},
        )
        trouble = WHY.get(account.trouble, "") if account else ""
        shelves.append(
            {
                "service": service,
                "account": account,
                "form": form,
                "trouble": trouble,
                "address": reverse(f"calendars-{service}"),
                "test_address": reverse(f"calendars-{service}-test"),
            }
        )
    return {"shelves": shelves}


def _link(user: User) -> CalendarLink | None:
    rows = CalendarLink.objects.filter(organization_id=user.organization_id, user=user)
    return rows.select_related("key").first()


def _stored(row: CalendarLink | CalendarAccount | None, user: User) -> Any:
    """The settings in clear, or None where there are none that can be read."""
    if row is None:
        return None
    try:
        return open_config(row, Vault(user.organization_id))
    except (BadConfig, Unreadable):
        return None


def _tell(request: SignedInRequest, answer: Any) -> None:
    level = messages.error if isinstance(answer, Unknown) else messages.success
    level(request, outcome(answer))
