"""A job as those see it who fill it: its interviews, why candidates do not come, and what is to be arranged."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Job
from yuemian.interviews.actions.needs import NothingToArrange, arrange_need
from yuemian.interviews.job_parts import job_parts
from yuemian.interviews.models import Interview
from yuemian.interviews.reasons.reading import may_read_reasons, reasons_for_job
from yuemian.interviews.rows import rows_of
from yuemian.interviews.views.detail import detail, fetch
from yuemian.interviews.wording import UNTOLD

PERIODS: Final = {
    "7": gettext_lazy("7 days"),
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("a year"),
}
_COMING: Final = 10


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def job(request: SignedInRequest, job_id: UUID) -> HttpResponse:
    user, now = request.user, timezone.now()
    if not may_read_reasons(user):
        raise Http404
    found = get_object_or_404(Job.objects.visible_to(user).select_related("family", "branch"), pk=job_id)
    period = request.GET.get("period", "90")
    period = period if period in PERIODS else "90"
    ahead = Interview.objects.visible_to(user).filter(
        application__job=found, state=str(InterviewState.SCHEDULED), starts_at__gt=now
    )
    coming = ahead.with_people().prefetch_related("interviewers").order_by("starts_at", "id")[:_COMING]
    reasons = reasons_for_job(user, found.pk, now - timedelta(days=int(period)))
    context = {
        "job": found,
        "title": found.title_in(get_language() or "en"),
        "rows": rows_of(list(coming), user, now=now),
        "coming": ahead.count(),
        "reasons": reasons,
        "said": sum(each.count for each in reasons),
        "periods": [(key, words, key == period) for key, words in PERIODS.items()],
        "to_arrange": ahead.filter(need__arranged_at=None, need__content_sealed__isnull=False).count()
        if user.may(Permission.EDIT_INTERVIEWS)
        else 0,
        "parts": job_parts(user, found, timedelta(days=int(period)), now),
        "may_edit_job": user.may(Permission.EDIT_TEMPLATES),
    }
    part = request.headers.get("HX-Target") == "job-live"
    return render(request, "interviews/parts/job.html" if part else "interviews/job.html", context)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def need(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """What the candidate needs is arranged: they read how."""
    interview = fetch(request.user, interview_id)
    is_part = bool(request.headers.get("HX-Request"))
    try:
        is_told = arrange_need(request.user, interview.pk, request.POST.get("words", ""), now=timezone.now())
    except NothingToArrange:
        messages.warning(request, _("The candidate needs nothing any more."))
    else:
        if not is_told and not is_part:
            messages.warning(request, UNTOLD)
    if not is_part:
        return HttpResponseRedirect(f"{reverse('interview', args=[interview.pk])}#needs")
    whole = detail(request.user, fetch(request.user, interview_id), now=timezone.now())
    return render(request, "interviews/parts/live.html", whole)
