"""Plans by place: the list, a new one, putting one away and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.interviews import plan_wording as words
from yuemian.interviews.actions import plans as actions
from yuemian.interviews.models import Plan
from yuemian.interviews.plan_forms import NewPlanForm
from yuemian.interviews.plan_shelf import (
    Place,
    after_retiring,
    interviews_under,
    label_of,
    place_of,
    plan_held_at,
    shelf,
)


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def index(request: SignedInRequest) -> HttpResponse:
    found = shelf(request.user, now=timezone.now())
    context = {
        "shelf": found,
        "groups": [
            {"kind": kind, "label": words.GROUPS[kind], "rows": rows} for kind, rows in found.groups
        ],
        "may_edit": request.user.may(Permission.EDIT_PLANS),
    }
    return render(request, "interviews/plans.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_PLANS)
def create(request: SignedInRequest) -> HttpResponse:
    """A copy of the plan that holds at a place, for that place alone."""
    form = NewPlanForm(request.user, request.POST or None, initial={"place": request.GET.get("place", "")})
    if request.method == "POST" and form.is_valid():
        place = place_of(request.user, form.cleaned_data["place"])
        assert place is not None
        plan = actions.create_plan(
            request.user,
            form.cleaned_data["name"],
            place.fields,
            like=plan_held_at(request.user, place),
            now=timezone.now(),
        )
        messages.success(request, _("The plan is there. Until you change a step everything stays as it was."))
        return redirect("plan", plan.pk)
    return render(request, "interviews/plan_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_PLANS)
def retire(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Put a plan away, or take it back; what follows is said before it is done."""
    plan = fetch(request.user, plan_id)
    now = timezone.now()
    if request.method == "POST":
        return _set_active(request, plan)
    context = {
        "plan": plan,
        "place": label_of(plan),
        "taken": after_retiring(request.user, plan, now=now) if plan.is_active else [],
        "rival": None if plan.is_active else _rival(request.user, plan),
        "count": interviews_under(request.user, plan, now=now).count(),
    }
    return render(request, "interviews/plan_retire.html", context)


def fetch(user: User, plan_id: UUID) -> Plan:
    plans = Plan.objects.visible_to(user).select_related("job__branch", "family", "branch", "updated_by")
    return get_object_or_404(plans, pk=plan_id)


def _rival(user: User, plan: Plan) -> Plan | None:
    """The plan in use at the very same place: two cannot hold there."""
    place = Place.of_plan(plan)
    plans = Plan.objects.visible_to(user).filter(is_active=True)
    return next((each for each in plans if Place.of_plan(each) == place), None)


def _set_active(request: SignedInRequest, plan: Plan) -> HttpResponse:
    is_active = "restore" in request.POST
    if is_active and _rival(request.user, plan):
        messages.error(request, _("Another plan holds there now; put that one away first."))
        return redirect("plan", plan.pk)
    actions.set_plan_active(request.user, plan, is_active=is_active, now=timezone.now())
    told = _("“%(name)s” is in use again.") if is_active else _("“%(name)s” is put away.")
    messages.success(request, told % {"name": plan.name})
    return redirect("plans")
