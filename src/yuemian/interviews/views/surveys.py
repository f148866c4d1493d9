"""What candidates say of interviews: averages, trends, words; further questions; and who wants to be contacted."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.fresh import fresh
from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission
from yuemian.domain.cell_text import harmless
from yuemian.domain.round_name import round_in
from yuemian.domain.survey import AnswerKind, SurveyKind, estimate
from yuemian.hiring.models import Job, JobFamily
from yuemian.interviews.actions.surveys import (
    archive_question,
    note_contacted,
    save_policy,
    save_question,
)
from yuemian.interviews.models import SurveyQuestion, SurveySigned
from yuemian.interviews.reasons.reading import may_read_reasons
from yuemian.interviews.surveys import reading
from yuemian.interviews.surveys.asking import policy_of
from yuemian.interviews.surveys.chart import chart
from yuemian.interviews.surveys.forms import KINDS, PolicyForm, QuestionForm
from yuemian.interviews.surveys.reading import SurveyFilter
from yuemian.interviews.surveys.signed import read_signed
from yuemian.trust import audit

DIMENSIONS = {
    "job": gettext_lazy("By job"),
    "family": gettext_lazy("By job family"),
    "branch": gettext_lazy("By branch"),
    "round": gettext_lazy("By round"),
}


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest) -> HttpResponse:
    user = request.user
    if not may_read_reasons(user):
        raise PermissionDenied
    wanted, minimum = SurveyFilter.from_query(request.GET), policy_of(user.organization_id).minimum
    months = reading.by_month(user.organization_id, wanted)
    whole = reading.total(months.values())
    series = [
        (month, reading.figures(tally, minimum).impression)
        for month, tally in sorted((m, t) for m, t in months.items() if m is not None)
    ]
    names = _names(request)
    # Of a part of the answers nobody knows who was asked: they were mixed without it.
    is_filtered = any((wanted.job, wanted.family, wanted.branch, wanted.round, wanted.since))
    context = {
        "figures": reading.figures(whole, minimum),
        "minimum": minimum,
        "chart": chart(series, 1, 5) if any(found for _month, found in series) else None,
        "tables": _tables(user.organization_id, wanted, minimum, names),
        "extras": _extras(user.organization_id, wanted, minimum),
        "words": _words(user.organization_id, wanted, minimum),
        "rate": None if is_filtered else reading.answer_rate(user.organization_id, wanted.kind, minimum),
        "filter": wanted,
        "kinds": [(kind, label, kind == wanted.kind) for kind, label in KINDS],
        "choices": _choices(wanted, names),
        "query": request.GET.urlencode(),
        "is_filtered": is_filtered,
        "signed": read_signed(user, wanted.kind) if user.may(Permission.EDIT_INTERVIEWS) else [],
        "may_edit": user.may(Permission.EDIT_TEMPLATES),
    }
    return render(request, "interviews/surveys/page.html", context)


def _names(request: SignedInRequest) -> dict[str, dict[Any, str]]:
    language, organization = get_language() or "en", request.user.organization_id
    jobs = Job.objects.visible_to(request.user)
    families = JobFamily.objects.filter(organization_id=organization)
    is_chinese = language.startswith("zh")
    return {
        "job": {each.pk: each.title_in(language) for each in jobs},
        "family": {each.pk: each.name if is_chinese else each.name_en or each.name for each in families},
        "branch": {each.pk: each.name_in(language) for each in Branch.objects.visible_to(request.user)},
    }


def _tables(
    organization_id: UUID, wanted: SurveyFilter, minimum: int, names: Mapping[str, dict[Any, str]]
) -> list[tuple[str, list[tuple[str, reading.Figures]]]]:
    tables = []
    for dimension, title in DIMENSIONS.items():
        groups = reading.by_dimension(organization_id, wanted, dimension)
        rows = [
            (_name_of(dimension, key, names), reading.figures(tally, minimum))
            for key, tally in groups.items()
        ]
        rows.sort(key=lambda row: (-(row[1].count or 0), row[0]))
        if rows:
            tables.append((str(title), rows))
    return tables


def _name_of(dimension: str, key: Any, names: Mapping[str, dict[Any, str]]) -> str:
    if not key:
        return _("(too rare to be told apart)")
    return round_in(key, get_language() or "en") if dimension == "round" else names[dimension].get(key, "–")


def _extras(organization_id: UUID, wanted: SurveyFilter, minimum: int) -> list[dict[str, Any]]:
    is_chinese = (get_language() or "en").startswith("zh")
    found = []
    for question, counts in reading.extras_of(organization_id, wanted):
        is_rating = question.answered_by == AnswerKind.RATING
        options = [
            (chinese if is_chinese else english or chinese, counts[place])
            for place, (chinese, english) in enumerate(question.options)
        ]
        found.append(
            {
                "text": question.text if is_chinese else question.text_en or question.text,
                "is_former": not question.is_current,
                "is_enough": counts.total() >= minimum,
                "estimate": estimate(counts, minimum, 1, 5) if is_rating else None,
                "options": [(words, times, round(100 * times / counts.total())) for words, times in options],
                "is_rating": is_rating,
                "count": counts.total(),
            }
        )
    return found


def _words(organization_id: UUID, wanted: SurveyFilter, minimum: int) -> list[tuple[str, list[str]]]:
    said = reading.words_of(organization_id, wanted, minimum)
    titles = {"well": _("What went well"), "badly": _("What should be better")}
    asked = SurveyQuestion.objects.filter(organization_id=organization_id, answered_by=AnswerKind.TEXT)
    titles |= {str(each.pk): each.text for each in asked}
    return [(title, said[key]) for key, title in titles.items() if key in said]


def _choices(
    wanted: SurveyFilter, names: Mapping[str, dict[Any, str]]
) -> list[tuple[str, str, list[tuple[Any, str, bool]]]]:
    labels = {"job": _("Job"), "family": _("Job family"), "branch": _("Branch")}
    return [
        (name, labels[name], [(key, text, key == getattr(wanted, name)) for key, text in values.items()])
        for name, values in names.items()
    ]


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
@fresh
def export(request: SignedInRequest) -> HttpResponse:
    """The mixed answers without their words, and none of those that are signed; who took them along is written down."""
    user, now = request.user, timezone.now()
    wanted = SurveyFilter.from_query(QueryDict(request.POST.get("filter", "")))
    minimum = policy_of(user.organization_id).minimum
    lines, names = reading.lines(user.organization_id, wanted), _names(request)
    lines = lines if len(lines) >= minimum else []
    text = StringIO()
    writer = csv.writer(text)
    heads = [_("Month"), _("Job"), _("Job family"), _("Branch"), _("Round")]
    writer.writerow([*heads, _("First impression"), _("Would recommend"), _("Content with the notice")])
    for month, job, family, branch, round_name, *figures in lines:
        where = [
            f"{month:%Y-%m}" if month else "",
            names["job"].get(job, ""),
            names["family"].get(family, ""),
        ]
        where += [names["branch"].get(branch, ""), round_name]
        said = ["" if figure is None else str(figure) for figure in figures]
        writer.writerow([harmless(cell) for cell in where] + said)
    audit.record(user.organization_id, user.actor, "surveys.exported", at=now, count=len(lines))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="survey-{wanted.kind}-{now:%Y-%m-%d}.csv"'
    return answer


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def contacted(request: SignedInRequest, signed_id: UUID) -> HttpResponse:
    rows = SurveySigned.objects.filter(organization_id=request.user.organization_id)
    note_contacted(request.user, get_object_or_404(rows, pk=signed_id), now=timezone.now())
    return HttpResponseRedirect(f"{reverse('surveys')}#signed", status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def questions(request: SignedInRequest) -> HttpResponse:
    """The further questions, and for administrators how the organization asks."""
    user = request.user
    policy = policy_of(user.organization_id)
    may_set = user.may(Permission.EDIT_SETTINGS)
    form = PolicyForm(request.POST or None, initial={"is_on": policy.is_on, "minimum": policy.minimum})
    if request.method == "POST":
        if not may_set:
            raise PermissionDenied
        if form.is_valid():
            save_policy(user, **form.cleaned_data, now=timezone.now())
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("survey-questions"), status=303)
    rows = SurveyQuestion.objects.visible_to(user).filter(is_current=True).select_related("family")
    kinds, ways = dict(KINDS), dict(QuestionForm(user).fields["answered_by"].choices)  # type: ignore[attr-defined]
    context = {
        "rows": [(each, kinds[each.kind], ways[each.answered_by]) for each in rows],
        "form": form,
        "may_set": may_set,
    }
    return render(request, "interviews/surveys/questions.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def question_new(request: SignedInRequest) -> HttpResponse:
    blank = SurveyQuestion(organization=request.user.organization, code=uuid4(), kind=SurveyKind.INTERVIEW)
    return _edit(request, blank, is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def question_edit(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    rows = SurveyQuestion.objects.visible_to(request.user).filter(is_current=True)
    return _edit(request, get_object_or_404(rows, pk=question_id), is_new=False)


@require_POST
@requires(Permission.EDIT_TEMPLATES)
def question_archive(request: SignedInRequest, question_id: UUID) -> HttpResponse:
    rows = SurveyQuestion.objects.visible_to(request.user)
    archive_question(request.user, get_object_or_404(rows, pk=question_id), now=timezone.now())
    messages.success(request, _("Not asked any more; its answers stay."))
    return HttpResponseRedirect(reverse("survey-questions"), status=303)


def _edit(request: SignedInRequest, question: SurveyQuestion, *, is_new: bool) -> HttpResponse:
    form = QuestionForm(request.user, request.POST or None, instance=question)
    if request.method == "POST" and form.is_valid():
        save_question(request.user, form.question(), now=timezone.now())
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("survey-questions"), status=303)
    context = {"form": form, "question": question, "is_new": is_new}
    status = 422 if form.errors else 200
    return render(request, "interviews/surveys/question.html", context, status=status)
