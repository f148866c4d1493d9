"""The reasons of decisions: words, order, what the candidate is told; for all jobs and for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.results import Outcome
from yuemian.hiring.models import Job
from yuemian.interviews.board import read_id
from yuemian.results.actions.reasons import save_reasons
from yuemian.results.decisions.reason_forms import ReasonList
from yuemian.results.decisions.reasons import listed
from yuemian.results.decisions.wording import OUTCOMES


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def show(request: SignedInRequest) -> HttpResponse:
    user, wanted = request.user, read_id(request.GET.get("job"))
    jobs = Job.objects.visible_to(user)
    job = get_object_or_404(jobs, pk=wanted) if wanted else None
    rows = ReasonList(listed(user.organization_id, job), request.POST or None)
    if request.method == "POST" and rows.is_valid():
        save_reasons(user, job, rows.wordings(), now=timezone.now())
        messages.success(request, _("Saved. What was decided before keeps its words."))
        here = reverse("decision-reasons")
        return HttpResponseRedirect(f"{here}?job={job.pk}" if job else here, status=303)
    known = [form for form in rows.forms if form.known]
    context = {
        "job": job,
        "jobs": jobs.filter(is_open=True),
        "groups": [
            (OUTCOMES[outcome], [form for form in known if form.known and form.known.outcome == outcome])
            for outcome in Outcome
        ],
        "fresh": [form for form in rows.forms if form.known is None],
        "problem": rows.problem,
        "has_errors": any(form.errors for form in rows.forms) if request.method == "POST" else False,
    }
    return render(
        request, "results/decisions/reasons.html", context, status=422 if request.method == "POST" else 200
    )
