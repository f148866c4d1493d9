"""Needs attention: what was held or failed, why, and what to do about one or ten thousand of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.fresh import fresh
from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.cell_text import harmless
from yuemian.domain.remedy import Remedy
from yuemian.domain.states import Channel
from yuemian.interviews import board, wording
from yuemian.interviews.attention import reading
from yuemian.interviews.attention.reading import Filters, Group
from yuemian.interviews.attention.wording import REFUSALS, REMEDIES
from yuemian.interviews.board import read_choice, read_id
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.actions.remedy import Outdated, give_up, release_held, resolve_unclear, retry_failed
from yuemian.messaging.models import Batch
from yuemian.messaging.reach import available_channels
from yuemian.messaging.remedies import prospect
from yuemian.trust import audit
from yuemian.ui.states import appearance
from yuemian.ui.templatetags.ui import with_parameters

GROUPS: dict[Group, tuple[Text, str]] = {
    Group.HELD: (gettext_lazy("On hold"), "warning"),
    Group.FAILED: (gettext_lazy("Failed"), "danger"),
    Group.UNKNOWN: (gettext_lazy("Outcome unknown"), "warning"),
    Group.EXPIRED: (gettext_lazy("Too late"), "neutral"),
}
#: Above this many rows the list is exported in parts, by filter.
LARGEST_EXPORT = 20_000


@dataclass(frozen=True)
class Offer:
    """One way to carry out a remedy: how many it helps, and why not the others."""

    channel: str
    label: Text
    count: int
    refused: Sequence[tuple[Reason, int]]


# --- Looking -----------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.SEND)
def show(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    filters = Filters.from_query(request.GET)
    figures = reading.count(user, filters, now=now)
    total = figures[filters.group.value if filters.group else "all"]
    context: dict[str, Any] = {
        "filters": filters,
        "page": reading.page(user, filters, now=now),
        "counters": _counters(request.GET, filters, figures),
        "total": total,
        "total_text": reading.capped(total),
        "remedies": _bulk_remedies(filters.group),
        "query": request.GET.urlencode(),
        "zone": board.zone_of(user),
        "batch": _batch(user, filters.batch),
    }
    if request.headers.get("HX-Target") == "board":
        return render(request, "interviews/parts/deliveries_live.html", context)
    return render(request, "interviews/deliveries.html", {**context, **reading.choices(user)})


@require_safe
@requires(Permission.SEND)
def attention_count(request: SignedInRequest) -> HttpResponse:
    """The counter in the navigation, fetched anew when something changed."""
    return render(request, "ui/parts/navigation_count.html", {"entry": {"path": reverse("deliveries")}})


def _counters(query: QueryDict, filters: Filters, figures: dict[str, int]) -> list[dict[str, Any]]:
    rows: list[tuple[str, Text, str, bool]] = [("", _("All"), "", filters.group is None)]
    rows += [(group.value, label, tone, filters.group is group) for group, (label, tone) in GROUPS.items()]
    return [
        {
            "label": label,
            "value": reading.capped(figures[value or "all"]),
            "url": with_parameters(query, {"state": value or None, "before": None}),
            "tone": tone,
            "is_current": is_current,
        }
        for value, label, tone, is_current in rows
    ]


def _bulk_remedies(group: Group | None) -> list[tuple[str, Text]]:
    """Everything on a mixed list: what does not apply to a row is left out, and said so."""
    fitting = {
        Group.HELD: (Remedy.RELEASE, Remedy.SWITCH, Remedy.GIVE_UP),
        Group.FAILED: (Remedy.RETRY, Remedy.SWITCH, Remedy.GIVE_UP),
        Group.UNKNOWN: (Remedy.ARRIVED, Remedy.NOT_ARRIVED, Remedy.GIVE_UP),
        Group.EXPIRED: (Remedy.GIVE_UP,),
    }
    chosen = fitting[group] if group else (Remedy.RELEASE, Remedy.RETRY, Remedy.SWITCH, Remedy.GIVE_UP)
    return [(remedy.value, REMEDIES[remedy]) for remedy in chosen]


def _batch(user: User, batch_id: UUID | None) -> Batch | None:
    return Batch.objects.visible_to(user).filter(pk=batch_id).first() if batch_id else None


# --- Helping -----------------------------------------------------------------------------------------------


@require_POST
@requires(Permission.SEND)
def check(request: SignedInRequest) -> HttpResponse:
    """What a remedy would do to the chosen ones, with counts; a row's own button does it at once."""
    user, form = request.user, request.POST
    identifier, _sign, name = form.get("one", "").partition(":")
    one, remedy = read_id(identifier), read_choice(Remedy, name or form.get("remedy"))
    if remedy is None:
        return HttpResponseRedirect(_back(form))
    if one and remedy is not Remedy.SWITCH:
        return _carry_out(request, [one], remedy, "", expected=None)
    ids = [one] if one else _chosen_ids(user, form)
    if not ids:
        messages.error(request, _("Nothing was chosen. Tick some rows first."))
        return HttpResponseRedirect(_back(form))
    context = {
        "remedy": remedy,
        "title": REMEDIES[remedy],
        "offers": _offers(user, ids, remedy),
        "ids": [] if form.get("all_matching") and not one else ids,
        "chosen": len(ids),
        "query": form.get("filter", ""),
        "back": _back(form),
    }
    return render(request, "interviews/remedy.html", context)


@require_POST
@requires(Permission.SEND)
def act(request: SignedInRequest) -> HttpResponse:
    """Do what the page before has shown, if it is still so."""
    user, form = request.user, request.POST
    remedy, expected = read_choice(Remedy, form.get("remedy")), form.get("expected", "")
    channel = read_choice(Channel, form.get("channel"))
    if remedy is None or not expected.isdigit() or (remedy is Remedy.SWITCH and channel is None):
        return HttpResponseRedirect(_back(form))
    ids = _chosen_ids(user, form)
    return _carry_out(request, ids, remedy, str(channel or ""), expected=int(expected))


def _chosen_ids(user: User, form: QueryDict) -> list[UUID]:
    if form.get("all_matching"):
        filters = Filters.from_query(QueryDict(form.get("filter", "")))
        return reading.chosen_ids(user, filters, now=timezone.now())
    return [found for text in form.getlist("ids") if (found := read_id(text))]


def _offers(user: User, ids: Sequence[UUID], remedy: Remedy) -> list[Offer]:
    now = timezone.now()
    channels = [str(channel) for channel in available_channels(user.organization)]
    offers = []
    for channel in channels if remedy is Remedy.SWITCH else [""]:
        found = prospect(user, ids, remedy, channel, now=now)
        refused = [(REFUSALS[why], count) for why, count in found.refused.most_common()]
        label = wording.channel(channel) if channel else REMEDIES[remedy]
        offers.append(Offer(channel, label, len(found.helped), refused))
    return offers


def _carry_out(
    request: SignedInRequest, ids: Sequence[UUID], remedy: Remedy, channel: str, *, expected: int | None
) -> HttpResponse:
    user, now = request.user, timezone.now()
    try:
        if remedy is Remedy.RELEASE:
            count = release_held(user, ids, now=now, expected=expected)
        elif remedy is Remedy.GIVE_UP:
            count = give_up(user, ids, now=now, expected=expected)
        elif remedy in {Remedy.ARRIVED, Remedy.NOT_ARRIVED}:
            has_arrived = remedy is Remedy.ARRIVED
            count = resolve_unclear(user, ids, has_arrived=has_arrived, now=now, expected=expected)
        else:
            count = retry_failed(user, ids, channel, now=now, expected=expected)
    except Outdated:
        messages.warning(request, _("Something changed meanwhile. Look at the list and choose again."))
        return HttpResponseRedirect(_back(request.POST))
    if count:
        messages.success(request, _done(remedy, count))
    else:
        messages.warning(request, _why_not(user, ids, remedy, channel))
    return HttpResponseRedirect(_back(request.POST))


def _done(remedy: Remedy, count: int) -> str:
    texts = {
        Remedy.ARRIVED: ngettext(
            "%(count)s message counts as sent.", "%(count)s messages count as sent.", count
        ),
        Remedy.GIVE_UP: ngettext(
            "%(count)s message is off the list.", "%(count)s messages are off the list.", count
        ),
    }
    on_its_way = ngettext("%(count)s message is on its way.", "%(count)s messages are on their way.", count)
    return texts.get(remedy, on_its_way) % {"count": count}


def _why_not(user: User, ids: Sequence[UUID], remedy: Remedy, channel: str) -> str:
    refused = prospect(user, ids, remedy, channel, now=timezone.now()).refused.most_common(1)
    reason = REFUSALS[refused[0][0]] if refused else Reason(_("Nothing was chosen."))
    return f"{reason.sentence} {reason.remedy}".strip()


def _back(form: QueryDict) -> str:
    """The list as it was: the filter travels with the form, and only what a filter knows is taken over."""
    query = QueryDict(form.get("filter", ""))
    known = ("state", "reason", "channel", "purpose", "batch", "job", "reached", "age")
    kept = {name: query[name] for name in known if name in query}
    return f"{reverse('deliveries')}?{urlencode(kept)}" if kept else reverse("deliveries")


# --- Taking along ------------------------------------------------------------------------------------------


@require_POST
@requires(Permission.SEND)
@fresh
def export(request: SignedInRequest) -> HttpResponse:
    """The filtered list as a file, without addresses; who took it along is written down."""
    user, now = request.user, timezone.now()
    filters = Filters.from_query(QueryDict(request.POST.get("filter", "")))
    ids = list(reading.matching(user, filters, now=now).values_list("pk", flat=True)[:LARGEST_EXPORT])
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [_("Candidate"), _("Job"), _("Purpose"), _("Channel"), _("State"), _("Why"), _("Planned"), _("Until")]
    )
    for row in reading.rows_of(user, ids, now=now):
        writer.writerow([harmless(str(cell)) for cell in _cells(row)])
    audit.record(user.organization_id, user.actor, "deliveries.exported", at=now, count=len(ids))
    # With a byte order mark, or Excel takes it for another encoding.
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="deliveries-{now:%Y-%m-%d}.csv"'
    return answer


def _cells(row: reading.Row) -> list[object]:
    delivery = row.delivery
    return [
        row.name,
        row.interview.application.job.title if row.interview else "",
        row.purpose,
        row.channel,
        appearance(delivery.state, "delivery").label,
        row.reason.sentence,
        f"{delivery.created_at:%Y-%m-%d %H:%M}Z",
        f"{delivery.deadline_at:%Y-%m-%d %H:%M}Z",
    ]
