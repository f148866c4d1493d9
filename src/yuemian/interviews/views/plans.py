"""Plans by place: the list, a new one, putting one away and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.cadence import steps_from_json
from yuemian.interviews.actions import plans as actions
from yuemian.interviews.models import Plan
from yuemian.interviews.plans import wording as words
from yuemian.interviews.plans.forms import NewPlanForm
from yuemian.interviews.plans.library import missing_survey
from yuemian.interviews.plans.page import effect_lines
from yuemian.interviews.plans.preview import compare_with, compare_without
from yuemian.interviews.plans.shelf import (
    Holding,
    after_retiring,
    label_of,
    open_under,
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
        "groups": [{"kind": kind, "label": words.GROUPS[kind], "rows": rows} for kind, rows in found.groups],
        "may_edit": request.user.may(Permission.EDIT_PLANS),
    }
    return render(request, "interviews/plans.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_PLANS)
def create(request: SignedInRequest) -> HttpResponse:
    """A copy of the plan that holds at a place, for that place alone."""
    form = NewPlanForm(request.user, request.POST or None, initial={"place": request.GET.get("place", "")})
    if request.method == "POST" and form.is_valid():
        plan = _create(request.user, form)
        if plan is not None:
            messages.success(
                request, _("The plan is there. Until you change a step everything stays as it was.")
            )
            return redirect("plan", plan.pk)
    return render(request, "interviews/plan_new.html", {"form": form}, status=422 if form.errors else 200)


def _create(user: User, form: NewPlanForm) -> Plan | None:
    """The form has checked name and place; what somebody else has taken since then is its error."""
    place = place_of(user, form.cleaned_data["place"])
    try:
        if place is None:
            raise actions.PlaceTaken(actions.PlaceTaken.__doc__)
        original = plan_held_at(user, place) or Plan(organization_id=user.organization_id)
        return actions.copy_plan(
            user, original, name=form.cleaned_data["name"], now=timezone.now(), **place.row(user)
        )
    except actions.PlaceTaken:
        form.add_error("place", _("Another plan holds there now; put that one away first."))
    except actions.NameTaken:
        form.add_error("name", _("There is a plan of this name already; choose another."))
    return None


@require_POST
@requires(Permission.EDIT_PLANS)
def ask_how_it_was(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Add the step that asks those who came how it was; pressed twice, it is there once."""
    plan = fetch(request.user, plan_id)
    saved = steps_from_json(plan.steps)
    step = missing_survey(saved)
    if step is not None:
        number = int(request.POST["number"]) if request.POST.get("number", "").isdecimal() else 0
        try:
            actions.save_plan(request.user, plan, [*saved, step], number=number, now=timezone.now())
        except actions.OutdatedPlan:
            messages.error(
                request, _("Somebody has changed this plan meanwhile. Look at it, and press again.")
            )
            return redirect("plan", plan.pk)
        messages.success(request, _("Added. Those who come from now on are asked how it was."))
    return redirect("plan", plan.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_PLANS)
def retire(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Put a plan away, or take it back; what follows is said before it is done."""
    plan = fetch(request.user, plan_id)
    now = timezone.now()
    if request.method == "POST":
        return _set_active(request, plan)
    rival = None if plan.is_active else _rival(request.user, plan)
    context = {
        "plan": plan,
        "place": label_of(plan),
        "taken": after_retiring(request.user, plan, now=now) if plan.is_active else [],
        "rival": rival,
        "count": open_under(request.user, plan, now=now).count(),
    }
    if rival is None:
        compare = compare_without if plan.is_active else compare_with
        effect = compare(request.user, plan, now=now)
        context |= {"effect": effect, "effect_lines": effect_lines(effect)}
    return render(request, "interviews/plan_retire.html", context)


def fetch(user: User, plan_id: UUID) -> Plan:
    plans = Plan.objects.visible_to(user).select_related("job__branch", "family", "branch", "updated_by")
    return get_object_or_404(plans, pk=plan_id)


def _rival(user: User, plan: Plan) -> Plan | None:
    """The plan in use at the very same place: two cannot hold there."""
    place = Holding.of_plan(plan)
    plans = Plan.objects.visible_to(user).filter(is_active=True)
    return next((each for each in plans if Holding.of_plan(each) == place), None)


def _set_active(request: SignedInRequest, plan: Plan) -> HttpResponse:
    now = timezone.now()
    if "restore" not in request.POST:
        actions.archive_plan(request.user, plan, now=now)
        messages.success(request, _("“%(name)s” is put away.") % {"name": plan.name})
        return redirect("plans")
    try:
        actions.restore_plan(request.user, plan, now=now)
    except actions.PlaceTaken:
        messages.error(request, _("Another plan holds there now; put that one away first."))
        return redirect("plan-retire", plan.pk)
    messages.success(request, _("“%(name)s” is in use again.") % {"name": plan.name})
    return redirect("plans")
