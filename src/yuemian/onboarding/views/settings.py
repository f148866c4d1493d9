"""What an organization asks of people it hires: the form of each branch, times, consents, figures of pay."""

from __future__ import annotations

import secrets
from importlib.resources import files
from uuid import UUID

from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission
from yuemian.domain.languages import is_chinese
from yuemian.domain.onboarding import FieldKind, FieldSpec, Section, shipped_fields
from yuemian.domain.pay import BadRules
from yuemian.onboarding.actions import settings as actions
from yuemian.onboarding.asking import consent_of, label_of, policy_of, rules_of, shipped_consent
from yuemian.onboarding.checking import scanner
from yuemian.onboarding.forms import ConsentForm, FurtherFieldForm, PayRulesForm, PolicyForm
from yuemian.onboarding.models import ConsentText, OnboardingField, PayRules
from yuemian.onboarding.seen import SECTIONS
from yuemian.onboarding.wording import KINDS

EDITING = ["GET", "HEAD", "POST"]


@require_http_methods(EDITING)
@requires(Permission.EDIT_SETTINGS)
def home(request: SignedInRequest) -> HttpResponse:
    """Times and terms; from here to the forms, the consents and the pay."""
    user = request.user
    form = PolicyForm(request.POST or None, instance=policy_of(user.organization_id))
    if request.method == "POST" and form.is_valid():
        actions.save_policy(user, form.cleaned_data, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("settings-onboarding")
    locale = get_language() or "en"
    own = set(
        OnboardingField.objects.filter(organization_id=user.organization_id).values_list(
            "branch_id", flat=True
        )
    )
    context = {
        "form": form,
        "branches": [
            (each, each.name_in(locale), each.pk in own) for each in Branch.objects.visible_to(user)
        ],
        "sections": [(section, SECTIONS[section]) for section in Section if section.needs_consent],
        "rules": [
            (key, each.name if locale.startswith("zh") else each.name_en, each.year)
            for key, each in rules_of(user.organization_id).items()
        ],
        "has_scanner": scanner() is not None,
    }
    return render(request, "onboarding/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(EDITING)
@requires(Permission.EDIT_SETTINGS)
def fields(request: SignedInRequest, branch_id: UUID) -> HttpResponse:
    """The form of one branch: what is asked, what must be answered, in which order; with a look at it beside."""
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=branch_id)
    now, further = timezone.now(), FurtherFieldForm()
    current = _current(branch)
    if request.method == "POST":
        deed = request.POST.get("deed", "save")
        if deed == "reset":
            actions.forget_fields(request.user, branch, now=now)
            return redirect("settings-onboarding-fields", branch.pk)
        chosen = _chosen(request, current)
        if deed == "add":
            further = FurtherFieldForm(request.POST)
            if further.is_valid():
                chosen.append((_further(further), True))
        if deed != "add" or further.is_valid():
            actions.save_fields(request.user, branch, _moved(chosen, deed), now=now)
            messages.success(request, _("Saved."))
            return redirect("settings-onboarding-fields", branch.pk)
    locale = get_language() or "en"
    rows = [
        (spec, label_of(spec, locale), KINDS[spec.kind], SECTIONS[spec.section], is_asked)
        for spec, is_asked in current
    ]
    context = {"branch": branch, "branch_name": branch.name_in(locale), "rows": rows, "further": further}
    context["languages"] = django_settings.LANGUAGES
    return render(request, "onboarding/fields.html", context, status=422 if further.errors else 200)


def _current(branch: Branch) -> list[tuple[FieldSpec, bool]]:
    own = [(each.spec, each.is_asked) for each in OnboardingField.objects.filter(branch=branch)]
    return own or [(spec, True) for spec in shipped_fields(branch.region)]


def _chosen(request: SignedInRequest, current: list[tuple[FieldSpec, bool]]) -> list[tuple[FieldSpec, bool]]:
    """As the page's boxes say; a press on “add” alone leaves them as they are."""
    if "rows" not in request.POST:
        return current
    asked, required = set(request.POST.getlist("asked")), set(request.POST.getlist("required"))
    return [
        (spec._replace(is_required=spec.key in required), spec.key in asked) for spec, _is_asked in current
    ]


def _moved(rows: list[tuple[FieldSpec, bool]], deed: str) -> list[tuple[FieldSpec, bool]]:
    """`up:<key>` one place up, `drop:<key>` away."""
    what, _colon, key = deed.partition(":")
    keys = [spec.key for spec, _is_asked in rows]
    if key not in keys:
        return rows
    at, rows = keys.index(key), list(rows)
    if what == "up" and at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    elif what == "drop" and key.startswith("own-"):
        del rows[at]
    return rows


def _further(form: FurtherFieldForm) -> FieldSpec:
    data = form.cleaned_data
    return FieldSpec(
        key=f"own-{secrets.token_hex(4)}",
        kind=FieldKind(data["kind"]),
        section=Section(data["section"]),
        is_required=data["is_required"],
        label=data["label"],
        label_en=data["label_en"],
        hint=data["hint"],
        options=form.pairs(data["options"]) if data["kind"] == FieldKind.CHOICE else [],
    )


@require_http_methods(EDITING)
@requires(Permission.EDIT_SETTINGS)
def consent(request: SignedInRequest, section: str) -> HttpResponse:
    """A text of one's own in the place of the shipped one; whoever agreed before agreed to the former."""
    chosen = Section(section)
    own = ConsentText.objects.filter(
        organization_id=request.user.organization_id, section=chosen, is_current=True
    ).first()
    initial = {"text": own.text, "text_en": own.text_en} if own else {}
    form = ConsentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.save_consent(request.user, chosen, **form.cleaned_data, now=timezone.now())
        messages.success(request, _("Saved. It holds for whoever agrees from now on."))
        return redirect("settings-onboarding")
    organization_id, locales = request.user.organization_id, ("zh-hans", "en")
    context = {
        "form": form,
        "title": SECTIONS[chosen],
        "own": own,
        "read": [consent_of(organization_id, chosen, code).text for code in locales],
        "shipped": [shipped_consent(organization_id, chosen, code) for code in locales] if own else [],
    }
    return render(request, "onboarding/consent.html", context, status=422 if form.errors else 200)


@require_http_methods(EDITING)
@requires(Permission.EDIT_SETTINGS)
def pay(request: SignedInRequest, key: str) -> HttpResponse:
    """The figures of one place: the shipped ones, or the organization's own in their stead."""
    own = PayRules.objects.filter(organization_id=request.user.organization_id, key=key).first()
    shipped = files("yuemian.onboarding") / "pay_rules" / f"{key}.toml"
    is_shipped = key in {each.name.removesuffix(".toml") for each in shipped.parent.iterdir()}  # type: ignore[attr-defined]
    if request.POST.get("deed") == "reset":
        actions.forget_pay_rules(request.user, key, now=timezone.now())
        return redirect("settings-onboarding")
    text = own.content if own else shipped.read_text("utf-8") if is_shipped else ""
    form = PayRulesForm(request.POST or None, initial={"content": text})
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_pay_rules(request.user, form.cleaned_data["content"], now=timezone.now())
        except BadRules as problem:
            form.add_error("content", str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("settings-onboarding")
    found = rules_of(request.user.organization_id).get(key)
    name = (found.name if is_chinese(get_language() or "") else found.name_en) if found else key
    context = {"form": form, "name": name, "own": own, "is_shipped": is_shipped}
    return render(request, "onboarding/pay.html", context, status=422 if form.errors else 200)
