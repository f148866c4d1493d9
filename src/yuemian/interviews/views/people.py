"""The page that names who holds an interview and who of HR looks after it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.interviews.actions.people import name_people
from yuemian.interviews.forms import PeopleForm
from yuemian.interviews.views.detail import fetch


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_INTERVIEWS)
def people(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    interview = fetch(request.user, interview_id)
    initial = {"recruiter": interview.recruiter, "interviewers": interview.interviewers.all()}
    form = PeopleForm(request.POST or None, user=request.user, initial=initial)
    # A form with nothing ticked is empty, and still an answer.
    if request.method == "POST":
        form = PeopleForm(request.POST, user=request.user, initial=initial)
        if form.is_valid():
            name_people(request.user, interview.pk, **form.cleaned_data, now=timezone.now())
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("interview", args=[interview.pk]))
    context = {"form": form, "interview": interview}
    return render(request, "interviews/people.html", context, status=422 if form.errors else 200)
