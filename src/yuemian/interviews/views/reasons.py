"""The reasons that candidates are offered: words, order, where each leads."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.interviews.actions.reasons import save_reasons
from yuemian.interviews.reasons.forms import ReasonList
from yuemian.interviews.reasons.reading import every_option, options_of
from yuemian.interviews.reasons.wording import REASONS


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def reasons(request: SignedInRequest) -> HttpResponse:
    user = request.user
    offered = options_of(user.organization_id)
    codes = {option.code for option in offered}
    archived = [each for code, each in every_option(user.organization_id).items() if code not in codes]
    listed = ReasonList(offered, archived, request.POST or None)
    if request.method == "POST" and listed.is_valid():
        save_reasons(user, *listed.options(), now=timezone.now())
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("settings-reasons"), status=303)
    rows = [(form, REASONS.get(form.known.code, "") if form.known else "") for form in listed.forms]
    context = {"rows": rows, "problem": listed.problem}
    status = 422 if request.method == "POST" else 200
    return render(request, "interviews/reasons.html", context, status=status)
