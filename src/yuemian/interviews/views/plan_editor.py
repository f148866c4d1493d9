"""The plan editor: steps drawn in time, their preview for a chosen interview, saving after saying what changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.cadence import steps_from_json
from yuemian.interviews.actions import plans as actions
from yuemian.interviews.models import Plan
from yuemian.interviews.plans import wording as words
from yuemian.interviews.plans.changes import step_changes
from yuemian.interviews.plans.forms import FRESH, PlanEdit
from yuemian.interviews.plans.library import missing_survey
from yuemian.interviews.plans.page import branches_of, effect_lines, lines_of, picture, rules_of, unreadable
from yuemian.interviews.plans.preview import chosen_interview, compare, people, preview_of
from yuemian.interviews.plans.shelf import label_of, open_under
from yuemian.interviews.views.plans import fetch
from yuemian.interviews.wording import PURPOSES

#: Names of buttons, and what Django adds: they are not part of what was entered.
NOT_ENTERED = {"csrfmiddlewaretoken", "check", "confirmed", "back", "look", "add", "add_purpose", "remove"}


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    plan = fetch(request.user, plan_id)
    return _page(request, plan, _saved(plan), person=request.GET.get("person", ""))


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def look(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """The preview for what stands in the form; writes nothing. Who may not edit sees the saved steps."""
    plan = fetch(request.user, plan_id)
    edit = _entered(request, plan) if request.user.may(Permission.EDIT_PLANS) else _saved(plan)
    person = request.POST.get("person", "")
    if request.headers.get("HX-Target") != "preview":
        return _page(request, plan, edit, person=person, is_changed=True)
    context = _context(request, plan, edit, person) | {"is_live": True}
    return render(request, "interviews/parts/plan_look.html", context)


@require_POST
@requires(Permission.EDIT_PLANS)
def steps(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """The list after a step was added or removed in the form; writes nothing."""
    plan = fetch(request.user, plan_id)
    context = _context(request, plan, _entered(request, plan), request.POST.get("person", ""))
    return render(request, "interviews/parts/plan_changed_steps.html", context | {"is_live": True})


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def find_people(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Options of the interview to look at, found by the candidate's name."""
    plan = fetch(request.user, plan_id)
    found = people(request.user, plan, request.GET.get("who", "").strip(), now=timezone.now())
    return render(request, "interviews/parts/plan_people.html", {"people": found})


@require_POST
@requires(Permission.EDIT_PLANS)
def save(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    """Check, say what will change, save. Without script, adding and removing steps come here too."""
    plan = fetch(request.user, plan_id)
    edit, person = _entered(request, plan), request.POST.get("person", "")
    if not {"check", "confirmed"} & set(request.POST):
        return _page(request, plan, edit, person=person, is_changed=True)
    if not edit.is_valid:
        return _page(request, plan, edit, person=person, is_changed=True, status=422)
    if edit.number != plan.number:
        return _outdated(request, plan, edit, person)
    if "confirmed" not in request.POST:
        return _confirm(request, plan, edit)
    return _save(request, plan, edit, person)


def _save(request: SignedInRequest, plan: Plan, edit: PlanEdit, person: str) -> HttpResponse:
    try:
        actions.save_plan(
            request.user,
            plan,
            edit.values,
            number=edit.number,
            now=timezone.now(),
            name=edit.name,
            is_automatic=edit.is_automatic,
        )
    except actions.OutdatedPlan:
        return _outdated(request, fetch(request.user, plan.pk), edit, person)
    except actions.NameTaken:
        edit.head.add_error("name", _("There is a plan of this name already; choose another."))
        return _page(request, plan, edit, person=person, is_changed=True, status=422)
    messages.success(request, _("Saved. From now on these steps hold."))
    return redirect("plan", plan.pk)


def _outdated(request: SignedInRequest, plan: Plan, edit: PlanEdit, person: str) -> HttpResponse:
    """Pressed twice, the same is simply saved; otherwise nothing is overwritten and the difference is shown."""
    saved = steps_from_json(plan.steps)
    is_same = (plan.name, plan.is_automatic) == (edit.name, edit.is_automatic)
    changes = step_changes(saved, edit.values)
    if is_same and not changes:
        return redirect("plan", plan.pk)
    edit.take_number(plan.number)
    conflict = {"changes": changes, "is_same_head": is_same}
    return _page(request, plan, edit, person=person, is_changed=True, conflict=conflict, status=409)


def _confirm(request: SignedInRequest, plan: Plan, edit: PlanEdit) -> HttpResponse:
    saved = steps_from_json(plan.steps)
    changes = step_changes(saved, edit.values)
    heads = _head_changes(plan, edit)
    if not changes and not heads:
        messages.info(request, _("Nothing has changed."))
        return redirect("plan", plan.pk)
    effect = compare(request.user, plan, edit, now=timezone.now()) if plan.is_active else None
    context = {
        "plan": plan,
        "changes": changes,
        "heads": heads,
        "effect": effect,
        "effect_lines": effect_lines(effect) if effect else [],
        "entered": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in NOT_ENTERED
            for value in values
        ],
    }
    return render(request, "interviews/plan_confirm.html", context)


def _head_changes(plan: Plan, edit: PlanEdit) -> list[tuple[str, str, str]]:
    found = []
    if plan.name != edit.name:
        found.append((pgettext("plan", "Name"), plan.name, edit.name))
    if plan.is_automatic != edit.is_automatic:
        old, new = (
            _("leave by themselves") if each else _("wait for a press")
            for each in (plan.is_automatic, edit.is_automatic)
        )
        found.append((_("Invitations"), old, new))
    return found


def _saved(plan: Plan) -> PlanEdit:
    return PlanEdit.of_plan(plan.name, plan.is_automatic, plan.number, steps_from_json(plan.steps))


def _entered(request: SignedInRequest, plan: Plan) -> PlanEdit:
    return PlanEdit.of_post(request.POST, steps_from_json(plan.steps))


def _page(
    request: SignedInRequest,
    plan: Plan,
    edit: PlanEdit,
    *,
    person: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    now = timezone.now()
    count = open_under(request.user, plan, now=now).count() if plan.is_active else 0
    context = _context(request, plan, edit, person) | {
        "open_interviews": count,
        "rules": rules_of(request.user, branches_of(request.user, plan)),
        "people": people(request.user, plan, "", now=now),
        "is_survey_missing": plan.is_active and missing_survey(steps_from_json(plan.steps)) is not None,
        **more,
    }
    return render(request, "interviews/plan.html", context, status=status)


def _context(request: SignedInRequest, plan: Plan, edit: PlanEdit, person: str) -> dict[str, Any]:
    """What the page and its parts share."""
    now = timezone.now()
    interview = chosen_interview(request.user, plan, person, now=now)
    branch = interview.branch if interview else next(iter(branches_of(request.user, plan)), None)
    return {
        "plan": plan,
        "place": label_of(plan),
        "edit": edit,
        "lines": lines_of(edit),
        "loose_forms": unreadable(edit),
        "mistakes": _mistakes(edit),
        "picture": picture(edit.values, branch, interview),
        "preview": preview_of(plan, edit, interview, now=now) if interview else None,
        "chosen_id": str(interview.pk) if interview else "",
        "addable": [(purpose.value, PURPOSES[purpose]) for purpose in FRESH],
        "may_edit": request.user.may(Permission.EDIT_PLANS),
    }


def _mistakes(edit: PlanEdit) -> list[tuple[str, Any]]:
    """Title of the step and the field, for the summary above the form."""
    return [
        (words.title_of(form.shown) if form.shown else _("New step"), bound)
        for form in edit.steps
        if form.is_bound
        for bound in form
        if bound.errors
    ]
