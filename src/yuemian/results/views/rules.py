"""Promises, escalation and who decides passes: for all, and for a branch or job that is different."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission
from yuemian.domain.results import Rule
from yuemian.hiring.models import Job
from yuemian.interviews.board import read_id
from yuemian.results.actions.rules import save_rule
from yuemian.results.models import ResultRule
from yuemian.results.silence.forms import RuleForm
from yuemian.results.silence.rules import rule_book


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def show(request: SignedInRequest) -> HttpResponse:
    user, language = request.user, get_language() or "en"
    book = rule_book(user.organization_id)
    form = RuleForm(
        request.POST if request.method == "POST" else None, book.general or Rule(), is_widest=True
    )
    if request.method == "POST" and form.is_valid():
        save_rule(user, form.rule(), now=timezone.now())
        messages.success(request, _("Saved. It holds for interviews that end from now on."))
        return HttpResponseRedirect(reverse("result-rules"), status=303)
    rows = ResultRule.objects.visible_to(user).select_related("branch", "job")
    exceptions = [
        {
            "rule": row,
            "name": row.job.title_in(language)
            if row.job
            else row.branch.name_in(language)
            if row.branch
            else "",
            "is_job": row.job_id is not None,
            "query": f"job={row.job_id}" if row.job_id else f"branch={row.branch_id}",
        }
        for row in rows
        if row.job_id or row.branch_id
    ]
    context = {
        "form": form,
        "exceptions": exceptions,
        "jobs": Job.objects.visible_to(user).filter(is_open=True),
        "branches": Branch.objects.visible_to(user),
    }
    return render(request, "results/decisions/rules.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def place(request: SignedInRequest) -> HttpResponse:
    """What is different for one branch or one job; left empty, nothing is."""
    user, language = request.user, get_language() or "en"
    job_id, branch_id = read_id(request.GET.get("job")), read_id(request.GET.get("branch"))
    job = get_object_or_404(Job.objects.visible_to(user), pk=job_id) if job_id else None
    branch = None
    if job is None:
        if branch_id is None:
            raise Http404
        branch = get_object_or_404(Branch.objects.visible_to(user), pk=branch_id)
    book = rule_book(user.organization_id)
    known = book.jobs.get(job.pk) if job else book.branches.get(branch.pk) if branch else None
    form = RuleForm(request.POST if request.method == "POST" else None, known or Rule())
    if request.method == "POST" and form.is_valid():
        save_rule(user, form.rule(), now=timezone.now(), branch=branch, job=job)
        messages.success(request, _("Saved. It holds for interviews that end from now on."))
        return HttpResponseRedirect(reverse("result-rules"), status=303)
    name = job.title_in(language) if job else branch.name_in(language) if branch else ""
    wider = book.of(None, job.branch_id if job else None)
    context = {"form": form, "name": name, "wider": wider}
    return render(request, "results/decisions/rule.html", context, status=422 if form.errors else 200)
