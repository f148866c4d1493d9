"""One interview: facts, people, answer, story, conversation; as a page and in the drawer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.addresses import mask_email, mask_phone
from yuemian.domain.states import Channel
from yuemian.hiring.models import ContactPoint
from yuemian.interviews import rows, timeline, wording
from yuemian.interviews.actions.arrival import may_be_ticked
from yuemian.interviews.actions.attendance import may_record
from yuemian.interviews.actions.choose import show_contacts
from yuemian.interviews.actions.respond import can_be_reached, reply
from yuemian.interviews.agenda.page import agenda_of, attendance_part
from yuemian.interviews.facts import lines
from yuemian.interviews.models import Interview
from yuemian.interviews.needs import may_read_needs, read_need
from yuemian.interviews.reasons.reading import may_read_reasons, reason_of
from yuemian.interviews.slots.reading import together_with
from yuemian.interviews.today.words import newest_words
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Contact:
    """A way to reach the candidate; `value` is masked unless a person asked to see it."""

    point: ContactPoint
    label: wording.Text
    icon: str
    value: str


def fetch(user: User, interview_id: UUID) -> Interview:
    """The interview, or 404 for one that this person may not see."""
    rows = Interview.objects.visible_to(user).with_contacts().prefetch_related("interviewers")
    return get_object_or_404(rows, pk=interview_id)


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    interview = fetch(request.user, interview_id)
    context = detail(request.user, interview, now=timezone.now())
    template = {
        "drawer-content": "interviews/parts/drawer.html",
        "interview-live": "interviews/parts/live.html",
    }.get(request.headers.get("HX-Target", ""), "interviews/detail.html")
    return render(request, template, context)


def detail(user: User, interview: Interview, *, now: datetime) -> dict[str, Any]:
    (row,) = rows.rows_of([interview], user, now=now)
    return {
        "interview": interview,
        "row": row,
        "contacts": contacts_of(interview, {}),
        "mode": wording.MODES[interview.mode],
        "materials": lines(interview.materials),
        "flow": lines(interview.flow),
        "note": timeline.note_of(interview),
        "reason": reason_of(interview) if may_read_reasons(user) else None,
        "may_see_job": may_read_reasons(user),
        "need": read_need(interview) if may_read_needs(user, interview) else None,
        "agenda": agenda_of(interview, now, row.zone),
        **attendance_part(interview, now),
        "entries": [(e, timeline.moment(e.at, row.zone)) for e in timeline.story(interview, user)],
        "said": timeline.conversation(interview) if timeline.may_read_conversation(user) else [],
        "waiting_since": timeline.waiting_since(interview),
        "may_read": timeline.may_read_conversation(user),
        "may_edit": user.may(Permission.EDIT_INTERVIEWS),
        "can_be_reached": can_be_reached(interview),
        "may_record": may_record(user, interview),
        "can_tick": may_record(user, interview) and may_be_ticked(interview, now),
        "arrival_words": newest_words({interview.pk: interview}).get(interview.pk, "")
        if row.arrival and row.arrival.open_since
        else "",
        "may_send": user.may(Permission.SEND),
        "may_see_phone": bool(row.notice) and user.organization.is_rehearsal and user.may(Permission.USE_LAB),
        "is_open": interview.is_open(now),
        "may_see_result": user.may(Permission.SEE_RESULTS)
        and interview.is_settled
        and interview.starts_at <= now,
        "asks_calendars": interview.is_open(now)
        and interview.is_settled
        and bool(interview.interviewers.all()),
        "longest": LONGEST,
        "together": together_with(interview),
        "now": now,
        "wish_words": _("We are sorry: that time is not possible for us. Please look at your page again."),
    }


def contacts_of(interview: Interview, shown: dict[UUID, str]) -> list[Contact]:
    vault = Vault(interview.organization_id)
    return [
        Contact(
            point=point,
            label=wording.channel(point.channel),
            icon="mail" if point.channel == Channel.EMAIL else "phone",
            value=shown.get(point.pk) or _masked(point, vault),
        )
        for point in interview.application.candidate.contact_points.all()
    ]


def _masked(point: ContactPoint, vault: Vault) -> str:
    try:
        value = point.value(vault)
    except Unreadable:
        return _("(erased)")
    return mask_email(value) if point.channel == Channel.EMAIL else mask_phone(value)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def contacts(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """Show the addresses in clear, and write down who looked."""
    interview = fetch(request.user, interview_id)
    shown = show_contacts(request.user, interview, now=timezone.now())
    context = {
        "contacts": contacts_of(interview, shown),
        "interview": interview,
        "are_shown": True,
        "may_edit": True,
    }
    if request.headers.get("HX-Request"):
        return render(request, "interviews/parts/contacts.html", context)
    whole = detail(request.user, interview, now=timezone.now())
    return render(request, "interviews/detail.html", {**whole, **context})


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def answer(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """HR's answer to the candidate's question: into the conversation and out as a message."""
    interview = fetch(request.user, interview_id)
    text = request.POST.get("text", "").strip()
    if not text:
        messages.error(request, _("Write an answer first."))
    else:
        try:
            said = reply(request.user, interview, text[:LONGEST], now=timezone.now())
            if said.is_told:
                messages.success(request, _("Your answer is on its way."))
            else:
                messages.warning(request, wording.UNTOLD)
        except NoTemplate:
            messages.error(
                request, _("No template for answers is published yet; publish one under Templates.")
            )
        except Unreadable:
            messages.error(request, _("The candidate's data were erased; nothing can be written any more."))
    return HttpResponseRedirect(f"{reverse('interview', args=[interview.pk])}#conversation")
