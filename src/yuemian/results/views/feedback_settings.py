"""Settings of feedback: how it is written, and the language model that may draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Permission
from yuemian.results.actions.feedback_settings import record_model_test, save_model, save_rules
from yuemian.results.feedback.forms import LanguageModelForm, RulesForm
from yuemian.results.feedback.material import house_of
from yuemian.results.feedback.modelling import open_config, probe
from yuemian.results.feedback.wording import fallback_text
from yuemian.results.models import LanguageModel
from yuemian.trust.limits import Limit, hit
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault

LIMIT = Limit("language-model-test", 20, timedelta(hours=1))


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: SignedInRequest) -> HttpResponse:
    form = _rules_form(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        save_rules(request.user, form.save(commit=False), now=timezone.now())
        messages.success(request, _("Saved. Drafts from now on are written so."))
        return redirect("settings-feedback")
    return _page(request, form, _model_form(request))


@requires(Permission.EDIT_SETTINGS)
@require_POST
def model(request: SignedInRequest) -> HttpResponse:
    form = _model_form(request, request.POST)
    if not form.is_valid() or form.config is None:
        return _page(request, _rules_form(request), form)
    save_model(
        request.user,
        form.config,
        is_active=form.cleaned_data["is_active"],
        is_title_told=form.cleaned_data["is_title_told"],
        now=timezone.now(),
    )
    messages.success(request, _("Saved. Test the connection now."))
    return redirect("settings-feedback")


@detached
@requires(Permission.EDIT_SETTINGS)
@require_POST
def check_model(request: SignedInRequest) -> HttpResponse:
    """Ask it once for a harmless answer. The network is waited for outside of any transaction."""
    user, now = request.user, timezone.now()
    with acting_in(user.organization_id):
        wait = hit(LIMIT, str(user.pk), now=now)
        row = _row(request)
        config = open_config(row, Vault(user.organization_id)) if row else None
    if wait:
        messages.error(request, _("Twenty tests an hour are enough; try again later."))
    elif row is None or config is None:
        messages.error(request, _("Fill in the connection and save it first."))
    else:
        trouble = probe(config)
        record_model_test(user, row, trouble, now=timezone.now())
        if trouble:
            messages.error(
                request, _("The model does not answer: %(why)s.") % {"why": fallback_text(trouble)}
            )
        else:
            messages.success(request, _("The model answers."))
    return redirect("settings-feedback")


def _rules_form(request: SignedInRequest, data: Any = None) -> RulesForm:
    present = house_of(request.user.organization_id).rules
    return RulesForm(data, instance=present)


def _model_form(request: SignedInRequest, data: Any = None) -> LanguageModelForm:
    row = _row(request)
    stored = open_config(row, Vault(request.user.organization_id)) if row else None
    initial = {"is_active": row.is_active, "is_title_told": row.is_title_told} if row else {}
    return LanguageModelForm(data, request=request, stored=stored, initial=initial)


def _page(request: SignedInRequest, form: RulesForm, model_form: LanguageModelForm) -> HttpResponse:
    row = _row(request)
    context = {
        "form": form,
        "model_form": model_form,
        "row": row,
        "trouble": fallback_text(row.trouble) if row and row.trouble else "",
    }
    status = 422 if form.errors or model_form.errors else 200
    return render(request, "results/feedback/settings.html", context, status=status)


def _row(request: SignedInRequest) -> LanguageModel | None:
    rows = LanguageModel.objects.filter(organization_id=request.user.organization_id)
    return rows.select_related("key").first()
