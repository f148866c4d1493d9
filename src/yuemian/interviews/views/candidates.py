"""One candidate: interviews, addresses with their state, every message, one timeline."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, Role, User
from yuemian.domain.states import Answer
from yuemian.hiring.actions import NotOurs, set_contact_use
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.interviews import board, candidate_story, timeline, wording
from yuemian.interviews.models import Interview
from yuemian.interviews.rows import rows_of
from yuemian.interviews.views.detail import contacts_of


def fetch(user: User, candidate_id: UUID) -> tuple[Candidate, list[Interview]]:
    """The candidate with the interviews this user sees; 404 for an interviewer who holds none of them."""
    candidate = get_object_or_404(Candidate.objects.visible_to(user).select_related("key"), pk=candidate_id)
    interviews = candidate_story.interviews_of(user, candidate_id)
    if user.role == Role.INTERVIEWER and not interviews:
        raise Http404
    return candidate, interviews


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest, candidate_id: UUID) -> HttpResponse:
    user, now = request.user, timezone.now()
    candidate, interviews = fetch(user, candidate_id)
    zone = board.zone_of(user)
    told = candidate_story.whole_story(interviews, user)
    context: dict[str, Any] = {
        "candidate": candidate,
        "rows": rows_of(interviews, user, now=now),
        "contacts": contacts_of(interviews[0], {}) if interviews else [],
        "preferred": wording.channel(candidate.preferred_channel) if candidate.preferred_channel else "",
        "spoken": candidate_story.messages_to(candidate_id, interviews),
        "told": [(each, timeline.moment(each.entry.at, zone)) for each in told],
        "zone": zone,
        "needs_action": Answer.NEEDS_ACTION,
        "may_edit": user.may(Permission.EDIT_INTERVIEWS),
        "may_send": user.may(Permission.SEND),
        "may_keep_privacy": user.may(Permission.KEEP_PRIVACY),
        "opted_out": ContactState.OPTED_OUT,
    }
    is_part = request.headers.get("HX-Target") == "candidate-live"
    return render(
        request, "interviews/parts/candidate.html" if is_part else "interviews/candidate.html", context
    )


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def contact(request: SignedInRequest, candidate_id: UUID, point_id: UUID) -> HttpResponse:
    """Take an address out of use, or put it back."""
    candidate, _interviews = fetch(request.user, candidate_id)
    point = get_object_or_404(ContactPoint, pk=point_id, candidate=candidate)
    is_in_use = request.POST.get("use") == "1"
    try:
        set_contact_use(request.user, point.pk, is_in_use=is_in_use, now=timezone.now())
    except NotOurs:
        messages.error(request, _("The candidate opted out of this channel; only they can take that back."))
    else:
        text = _("This address is used again.") if is_in_use else _("Nothing more is sent to this address.")
        messages.success(request, text)
    return HttpResponseRedirect(reverse("candidate-story", args=[candidate.pk]))
