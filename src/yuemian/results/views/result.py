"""One person's result: scorecards beside each other, and deciding right there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.results import Outcome
from yuemian.interviews.forms import ROUNDS
from yuemian.interviews.models import Interview
from yuemian.results.actions.unreached import note_told_in_person
from yuemian.results.decisions import compare
from yuemian.results.decisions.asking import Asked, Person
from yuemian.results.decisions.forms import DecideForm, carried, packed
from yuemian.results.decisions.reasons import offered
from yuemian.results.views.decisions import groups_of


@require_safe
@requires(Permission.SEE_RESULTS)
def show(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    user, now = request.user, timezone.now()
    people = Interview.objects.visible_to(user).with_people().prefetch_related("interviewers")
    interview = get_object_or_404(people, pk=interview_id)
    context: dict[str, Any] = compare.read(user, interview, now=now)
    may_decide = user.may(Permission.DECIDE_RESULTS) and context["obstacle"] is None
    if may_decide:
        asked = Asked([Person(interview, (), None)])
        reasons = offered(user.organization_id, asked.jobs)
        form = DecideForm(QueryDict(), user=user, asked=asked, offered=reasons, now=now)
        context |= {
            "asked": asked,
            "form": form,
            "groups": groups_of(form, list(Outcome)),
            "packed": [("people", packed([interview.pk]))],
            "rounds": ROUNDS,
            "seen": carried(now),
        }
    context |= {
        "may_decide": may_decide,
        "may_edit": user.may(Permission.EDIT_INTERVIEWS),
        "may_tell": user.may(Permission.DECIDE_RESULTS),
        "may_send": user.may(Permission.SEND),
        "filter": "",
        "back": reverse("results"),
    }
    part = request.headers.get("HX-Target") == "result-live"
    return render(
        request, "results/decisions/parts/facts.html" if part else "results/decisions/result.html", context
    )


@require_POST
@requires(Permission.DECIDE_RESULTS)
def told(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """Whom no message of their letter reached was told in person."""
    interview = get_object_or_404(Interview.objects.visible_to(request.user), pk=interview_id)
    if note_told_in_person(request.user, interview.pk, now=timezone.now()):
        messages.success(request, _("Noted: they have been told."))
    else:
        messages.info(request, _("That is not possible any more; the page shows what holds now."))
    return HttpResponseRedirect(reverse("result", args=[interview.pk]), status=303)


@require_safe
@requires(Permission.SEE_RESULTS)
def attention(request: SignedInRequest) -> HttpResponse:
    """How many wait for word beyond what was due: the counter in the navigation, fetched anew."""
    return render(request, "ui/parts/navigation_count.html", {"entry": {"path": reverse("results")}})
