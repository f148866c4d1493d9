"""Mail that nobody could place: the list, one mail with the people it may be from, and the two decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.addresses import email_index_form
from yuemian.domain.names import comparable_name
from yuemian.domain.states import Channel
from yuemian.hiring.models import Application, ContactPoint, ContactState
from yuemian.intake.actions.place_mail import Opened, assign, discard, open_mail
from yuemian.intake.models import UnsortedMail
from yuemian.intake.wording import UNSORTED
from yuemian.interviews.models import Interview
from yuemian.trust.keyring import keyring
from yuemian.trust.vault import Unreadable, Vault

#: Shown at once; more than this is a mailbox for something else.
SHOWN: Final = 50
_PEOPLE: Final = 12


@dataclass(frozen=True)
class Entry:
    """One unsorted mail, readable."""

    mail: UnsortedMail
    opened: Opened
    why: object


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def unsorted(request: SignedInRequest) -> HttpResponse:
    rows = list(UnsortedMail.objects.visible_to(request.user).select_related("key")[: SHOWN + 1])
    vault = Vault(request.user.organization_id)
    context = {
        "entries": [_entry(mail, vault) for mail in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "shown": SHOWN,
    }
    return render(request, "intake/unsorted.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_INTERVIEWS)
def unsorted_one(request: SignedInRequest, mail_id: UUID) -> HttpResponse:
    """POST looks for people by the name in `q`, which has no place in an address; it changes nothing."""
    mail = get_object_or_404(UnsortedMail.objects.visible_to(request.user).select_related("key"), pk=mail_id)
    entry = _entry(mail, Vault(request.user.organization_id))
    wanted = request.POST.get("q", "").strip()[:80]
    people = _named(request.user, wanted) if wanted else _with_address(request.user, entry.opened.sender)
    context = {"entry": entry, "people": people, "q": wanted, "has_searched": bool(wanted)}
    return render(request, "intake/unsorted_one.html", context)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def unsorted_assign(request: SignedInRequest, mail_id: UUID) -> HttpResponse:
    interviews = Interview.objects.visible_to(request.user).with_people()
    interview = get_object_or_404(interviews, pk=_id(request.POST.get("interview", "")))
    try:
        done = assign(request.user, mail_id, interview.application, now=timezone.now())
    except Unreadable:
        messages.error(request, _("This person was erased; nothing can be written for them any more."))
        return redirect("unsorted-one", mail_id)
    if not done:
        messages.info(request, _("A colleague has dealt with this mail already."))
        return redirect("unsorted-mail")
    messages.success(request, _("The mail stands in the conversation now."))
    return redirect("interview", interview.pk)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def unsorted_discard(request: SignedInRequest, mail_id: UUID) -> HttpResponse:
    if not discard(request.user, mail_id, now=timezone.now()):
        raise Http404
    messages.success(request, _("Discarded here. The mail itself stays in the mailbox."))
    return redirect("unsorted-mail")


def _entry(mail: UnsortedMail, vault: Vault) -> Entry:
    return Entry(mail, open_mail(mail, vault), UNSORTED[mail.why])


def _named(user: User, text: str) -> list[Interview]:
    key = comparable_name(text)
    if not key:
        return []
    return _newest_each(_interviews(user).filter(application__candidate__name_key__contains=key))


def _with_address(user: User, sender: str) -> list[Interview]:
    if not sender:
        return []
    index = keyring().blind_index(user.organization_id, str(Channel.EMAIL), email_index_form(sender))
    points = ContactPoint.objects.filter(
        organization_id=user.organization_id, channel=Channel.EMAIL, blind_index=index
    )
    proved = points.exclude(state=ContactState.UNCONFIRMED)
    return _newest_each(_interviews(user).filter(application__candidate__in=proved.values("candidate")))


def _interviews(user: User) -> QuerySet[Interview]:
    return Interview.objects.visible_to(user).with_people().order_by("-starts_at")


def _newest_each(rows: Iterable[Interview] | QuerySet[Interview]) -> list[Interview]:
    """One per application, the newest first."""
    found: dict[Application, Interview] = {}
    for interview in list(rows[: _PEOPLE * 3]) if isinstance(rows, QuerySet) else rows:
        found.setdefault(interview.application, interview)
    return list(found.values())[:_PEOPLE]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
