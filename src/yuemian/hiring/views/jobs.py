"""The jobs people apply for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.hiring import actions
from yuemian.hiring.forms import JobForm
from yuemian.hiring.models import Job
from yuemian.hiring.moving import Consequence, consequences_of


@requires(Permission.EDIT_TEMPLATES)
def jobs(request: SignedInRequest) -> HttpResponse:
    found = Job.objects.visible_to(request.user).select_related("family", "branch", "recruiter")
    page = Paginator(found.order_by("-is_open", "title"), 50).get_page(request.GET.get("page"))
    return render(request, "hiring/jobs.html", {"page": page})


@requires(Permission.EDIT_TEMPLATES)
@require_http_methods(["GET", "POST"])
def job_new(request: SignedInRequest) -> HttpResponse:
    return _edit(request, Job(organization=request.user.organization))


@requires(Permission.EDIT_TEMPLATES)
@require_http_methods(["GET", "POST"])
def job_edit(request: SignedInRequest, job_id: UUID) -> HttpResponse:
    return _edit(request, get_object_or_404(Job.objects.visible_to(request.user), pk=job_id))


def _edit(request: SignedInRequest, job: Job) -> HttpResponse:
    is_new, now = job._state.adding, timezone.now()
    form = JobForm(request.POST or None, instance=job, editor=request.user)
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        family = form.cleaned_data["family_name"]
        is_agreed = is_new or "confirmed" in request.POST
        found = form.families.filter(name=family.strip()).first()
        if not is_agreed and (lines := consequences_of(request.user, job, found, now=now)):
            return _confirm(request, job, family, lines)
        actions.save_job(request.user, form.save(commit=False), family, now=now)
        messages.success(request, _("Saved."))
        return redirect("settings-jobs")
    context = {"form": form, "job": None if is_new else job}
    return render(request, "hiring/job.html", context, status=422 if form.errors else 200)


def _confirm(
    request: SignedInRequest, job: Job, family_name: str, lines: Sequence[Consequence]
) -> HttpResponse:
    """The family decides which plan holds: what candidates hear otherwise is said before it is saved."""
    entered = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    context = {"job": job, "family_name": family_name.strip(), "lines": lines, "entered": entered}
    return render(request, "hiring/job_confirm.html", context)
