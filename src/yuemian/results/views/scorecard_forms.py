"""The forms of scorecards: which there are, editing one, and how it looks on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Recommendation
from yuemian.domain.scorecard import Mark
from yuemian.hiring.models import JobFamily
from yuemian.results.actions.scorecard_forms import TakenAlready, create_form, remove_form, save_form
from yuemian.results.models import ScorecardForm
from yuemian.results.scorecards.forms import CompetencyList, PlaceForm
from yuemian.results.scorecards.page import Choice, Row, rating_choices
from yuemian.results.scorecards.sheet import Asked, asked, sheet_of, shipped_for
from yuemian.results.scorecards.wording import RECOMMENDATIONS


@require_safe
@requires(Permission.EDIT_TEMPLATES)
def index(request: SignedInRequest) -> HttpResponse:
    """The organization's own, and ours for the families that have none."""
    language, user = get_language() or "en", request.user
    own = list(_forms(user).select_related("family").prefetch_related("competencies"))
    families = list(JobFamily.objects.filter(organization_id=user.organization_id))
    taken = {form.family_id for form in own if not form.round}
    rows = [
        {
            "form": form,
            "family": _family_name(form.family, language),
            "names": _names(sheet_of(form).competencies),
        }
        for form in own
    ]
    ours = [
        {
            "family": family,
            "name": _family_name(family, language),
            "names": _names(shipped_for(family).competencies),
        }
        for family in families
        if family.pk not in taken
    ]
    if None not in taken:
        ours.append({"family": None, "name": "", "names": _names(shipped_for(None).competencies)})
    return render(request, "results/scorecards/forms.html", {"rows": rows, "ours": ours})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def create(request: SignedInRequest) -> HttpResponse:
    """Begins with ours for the family that is named in the query."""
    user = request.user
    family = _family(user, request.GET.get("family", ""))
    suggested = shipped_for(family).competencies
    place = PlaceForm(user, request.POST or None, initial={"family": family})
    listed = CompetencyList(suggested, [], request.POST or None)
    if request.method == "POST" and place.is_valid() and listed.is_valid():
        said = place.cleaned_data
        try:
            form = create_form(user, said["family"], said["round"], listed.result()[0], now=timezone.now())
        except TakenAlready:
            listed.problem = _("There is a form for this family and round already. Edit that one.")
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("scorecard-form", args=[form.pk]), status=303)
    context = {"place": place, "listed": listed, "shown": f"?family={family.pk}" if family else ""}
    return render(request, "results/scorecards/form.html", context, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def edit(request: SignedInRequest, form_id: UUID) -> HttpResponse:
    form = get_object_or_404(_forms(request.user).select_related("family"), pk=form_id)
    rows = [(asked(each), each.is_archived) for each in form.competencies.all()]
    listed = CompetencyList(
        [each for each, is_off in rows if not is_off],
        [each for each, is_off in rows if is_off],
        request.POST or None,
    )
    if request.method == "POST" and listed.is_valid():
        save_form(request.user, form, *listed.result(), now=timezone.now())
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("scorecard-form", args=[form.pk]), status=303)
    context = {"form": form, "listed": listed, "family": _family_name(form.family, get_language() or "en")}
    return render(request, "results/scorecards/form.html", context, status=_status(request))


@require_POST
@requires(Permission.EDIT_TEMPLATES)
def remove(request: SignedInRequest, form_id: UUID) -> HttpResponse:
    form = get_object_or_404(_forms(request.user), pk=form_id)
    remove_form(request.user, form, now=timezone.now())
    messages.success(request, _("Removed; the next nearest form holds."))
    return HttpResponseRedirect(reverse("scorecard-forms"), status=303)


@require_safe
@requires(Permission.EDIT_TEMPLATES)
def preview(request: SignedInRequest, form_id: UUID) -> HttpResponse:
    form = get_object_or_404(_forms(request.user), pk=form_id)
    return render(request, "results/scorecards/preview.html", _preview(sheet_of(form).competencies))


@require_safe
@requires(Permission.EDIT_TEMPLATES)
def preview_shipped(request: SignedInRequest) -> HttpResponse:
    family = _family(request.user, request.GET.get("family", ""))
    return render(request, "results/scorecards/preview.html", _preview(shipped_for(family).competencies))


def _preview(competencies: Sequence[Asked]) -> dict[str, Any]:
    language = get_language() or "en"
    mark = Mark()
    return {
        "rows": [
            Row(each.key, each.name_in(language), each.question_in(language), mark, rating_choices(mark), ())
            for each in competencies
        ],
        "overall": [Choice(str(each), "", RECOMMENDATIONS[each], False) for each in Recommendation],
    }


def _forms(user: User) -> Any:
    return ScorecardForm.objects.visible_to(user).order_by("family__name", "round")


def _family(user: User, said: str) -> JobFamily | None:
    try:
        wanted = UUID(said)
    except ValueError:
        return None
    return JobFamily.objects.filter(organization_id=user.organization_id, pk=wanted).first()


def _family_name(family: JobFamily | None, language: str) -> str:
    if family is None:
        return ""
    return family.name if is_chinese(language) else family.name_en or family.name


def _names(competencies: Sequence[Asked]) -> list[str]:
    return [each.name_in(get_language() or "en") for each in competencies]


def _status(request: SignedInRequest) -> int:
    return 422 if request.method == "POST" else 200
