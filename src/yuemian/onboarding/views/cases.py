"""The list of onboardings and the page of one: what was given, masked; accept, send back, complete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.onboarding import ENDED, CaseState, DocumentState, Section, masked
from yuemian.interviews.models import Interview
from yuemian.onboarding.actions import review
from yuemian.onboarding.actions.begin import CannotBegin, begin_onboarding
from yuemian.onboarding.actions.locking import Closed
from yuemian.onboarding.actions.tell import NotHired
from yuemian.onboarding.asking import label_of, policy_of
from yuemian.onboarding.checking import scanner
from yuemian.onboarding.forms import FirstDayForm, OfferForm, UnmaskForm
from yuemian.onboarding.listing import TABS, counts, page_of
from yuemian.onboarding.models import OnboardingCase
from yuemian.onboarding.offer import block_of, terms_of
from yuemian.onboarding.reading import CaseRead, Given, name_of, read_case
from yuemian.onboarding.seen import SECTIONS, in_words, refusal_words
from yuemian.trust.vault import Vault


@require_safe
@requires(Permission.SEE_ONBOARDING)
def index(request: SignedInRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "todo"
    search = request.GET.get("q", "").strip()[:60]
    page, rows = page_of(request.user, tab, search, request.GET.get("page"))
    tabs = counts(request.user)
    context = {
        "tabs": tabs,
        "tab": tab,
        "rows": rows,
        "page": page,
        "search": search,
        "has_any": any(number != "0" for _tab, _label, number in tabs),
        "may_handle": request.user.may(Permission.HANDLE_ONBOARDING),
        "may_edit": request.user.may(Permission.EDIT_SETTINGS),
        "waits_for_scanner": _waits(request),
    }
    return render(request, "onboarding/index.html", context)


def _waits(request: SignedInRequest) -> bool:
    return policy_of(request.user.organization_id).needs_scanner and scanner() is None


@require_safe
@requires(Permission.SEE_ONBOARDING)
def show(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    return page(request, fetch(request, case_id))


def fetch(request: SignedInRequest, case_id: UUID) -> OnboardingCase:
    return get_object_or_404(OnboardingCase.objects.visible_to(request.user).with_people(), pk=case_id)


def page(
    request: SignedInRequest,
    case: OnboardingCase,
    status: int = 200,
    *,
    in_clear: CaseRead | None = None,
    comments: Mapping[str, str] = MappingProxyType({}),
    **forms: Any,
) -> HttpResponse:
    """`in_clear`: read by `unmask`, for this one answer. `comments`: typed, and not sent back yet."""
    vault, locale = Vault(case.organization_id), get_language() or "en"
    read = in_clear or read_case(case, vault)
    terms = terms_of(case, vault)
    may_handle = request.user.may(Permission.HANDLE_ONBOARDING)
    today = timezone.now().astimezone(ZoneInfo(case.branch.time_zone)).date()
    context: dict[str, Any] = {
        "case": case,
        "sections": _sections(read, vault, locale, comments, in_clear is not None),
        "done": read.done,
        "asked": read.asked,
        "is_in_clear": in_clear is not None,
        "is_ready": not read.missing and not any(_is_checking(each) for each in read.fields),
        "is_waiting": any(_is_checking(each) for each in read.fields),
        "can_review": may_handle and case.state in {CaseState.SUBMITTED, CaseState.COMPLETE},
        "may_handle": may_handle,
        "is_ended": case.state in ENDED,
        "is_open": case.state not in {*ENDED, CaseState.SUBMITTED},
        "zone": case.branch.time_zone,
        "waits_for_scanner": _waits(request),
        "consents": [(SECTIONS[section], consent) for section, consent in read.consents.items()],
        "offer": block_of(case, vault, locale, today=today) if may_handle else None,
        "day_form": FirstDayForm(initial={"starts_on": case.starts_on}),
        "offer_form": OfferForm(initial=OfferForm.initial_of(terms), user=request.user),
        "unmask_form": UnmaskForm(),
    }
    context |= forms
    for name in ("day_form", "offer_form", "unmask_form"):
        _take_along(context[name])
    return render(request, "onboarding/case.html", context, status=status)


def _take_along(form: Form) -> None:
    """Its fields belong to the one form of the page: what is typed beside the entries goes with every press."""
    for each in form.fields.values():
        each.widget.attrs["form"] = "check"


def _is_checking(given: Given) -> bool:
    return any(each.state == DocumentState.CHECKING for each in given.documents)


def _sections(
    read: CaseRead, vault: Vault, locale: str, comments: Mapping[str, str], in_clear: bool
) -> list[tuple[str | Promise, list[dict[str, Any]]]]:
    """Title and lines of each; after what is asked stands what is only kept."""
    found = []
    for section in Section:
        lines = [
            _line(each, read.case, vault, locale, in_clear)
            | {"typed": comments.get(each.spec.key, ""), "is_asked": True}
            for each in read.of(section)
        ]
        kept = [each for each in read.unasked if each.spec.section == section]
        lines += [
            _line(each, read.case, vault, locale, in_clear) | {"typed": "", "is_asked": False}
            for each in kept
        ]
        if lines:
            found.append((SECTIONS[section], lines))
    return found


def _line(given: Given, case: OnboardingCase, vault: Vault, locale: str, in_clear: bool) -> dict[str, Any]:
    spec = given.spec
    changed_at = given.changed_at if case.revision > 1 else None
    return {
        "key": spec.key,
        "label": label_of(spec, locale),
        "is_required": spec.is_required,
        "is_given": given.is_given,
        "is_file": spec.is_file,
        "value": in_words(spec, given.value) if in_clear else masked(spec, given.value),
        "is_changed": changed_at is not None and changed_at > case.told_at,
        "review": given.review,
        "comment": given.comment,
        "files": [
            {
                "pk": each.pk,
                "name": name_of(each, case, vault),
                "state": each.state,
                "why": refusal_words(each.refusal),
                "is_picture": each.kind == "image/jpeg",
                "pages": each.pages,
            }
            for each in given.documents
        ],
    }


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def begin(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    get_object_or_404(Interview.objects.visible_to(request.user), pk=interview_id)
    try:
        case = begin_onboarding(request.user, interview_id, now=timezone.now())
    except CannotBegin as problem:
        messages.warning(request, str(problem))
        return redirect("interview", interview_id)
    messages.success(request, _("Begun. The candidate is being asked to fill in the form."))
    return redirect("onboarding-case", case.pk)


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def check(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    """`accept=<field>`, or `deed=return` with a comment on each field that is wrong, or `deed=complete`.

    A comment is kept on the page until it is sent back: it stands nowhere else.
    """
    case, comments, is_sent = fetch(request, case_id), _typed(request), False
    try:
        is_sent = _decided(request, case, comments)
    except Closed:
        messages.warning(request, _("The form is with the candidate; wait until it is handed in."))
    except review.NotReady:
        messages.warning(request, _("Something is still missing, or a file waits for the virus scanner."))
    except NotHired:
        _warn_not_hired(request)
    key = request.POST.get("accept", "")
    return _again(request, case_id, {} if is_sent else comments, f"#q-{key}" if key else "")


def _again(
    request: SignedInRequest, case_id: UUID, comments: Mapping[str, str], anchor: str = ""
) -> HttpResponse:
    """The page after a press; answered at once where something is typed, which no address may hold."""
    if comments:
        return page(request, fetch(request, case_id), comments=comments)
    return redirect(f"{reverse('onboarding-case', args=[case_id])}{anchor}")


def _typed(request: SignedInRequest) -> dict[str, str]:
    """Field → what is to be corrected there; of the entry that is said to be right, nothing."""
    typed = {
        name.removeprefix("comment-"): str(text)
        for name, text in request.POST.items()
        if name.startswith("comment-") and str(text).strip()
    }
    typed.pop(request.POST.get("accept", ""), None)
    return typed


def _decided(request: SignedInRequest, case: OnboardingCase, comments: dict[str, str]) -> bool:
    """Does what was pressed; whether the comments have gone to the candidate by it."""
    now = timezone.now()
    if key := request.POST.get("accept", ""):
        review.accept(request.user, case.pk, key, now=now)
        return False
    if request.POST.get("deed") != "complete":
        return _send_back(request, case, comments)
    if comments:
        messages.warning(
            request,
            _("Send back what is to be corrected, or empty it, before pressing “Everything is complete”."),
        )
        return False
    review.complete(request.user, case.pk, now=now)
    messages.success(request, _("Complete. It can be handed over to the HR system now."))
    return False


def _send_back(request: SignedInRequest, case: OnboardingCase, comments: dict[str, str]) -> bool:
    """False: nothing was to be corrected."""
    if not comments:
        messages.warning(
            request, _("Say beside each entry that is wrong, in a few words, what is to be corrected.")
        )
        return False
    if review.send_back(request.user, case.pk, comments, now=timezone.now()):
        messages.success(request, _("Sent back. The candidate is being told."))
    else:
        messages.warning(request, _("Sent back, but there is no way to write to the candidate. Please call."))
    return True


def _warn_not_hired(request: SignedInRequest) -> None:
    messages.warning(
        request,
        _(
            "What was decided since is no released pass, so nothing was asked: decide anew, or end this onboarding."
        ),
    )


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def unmask(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    """Everything in clear on this one page, for a reason; reloading it asks again. What was typed stays there."""
    case, comments = fetch(request, case_id), _typed(request)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return page(request, case, 422, comments=comments, unmask_form=form)
    try:
        read = review.unmask(request.user, case.pk, form.cleaned_data["reason"], now=timezone.now())
    except review.TooMuch:
        messages.warning(
            request, _("You have looked at very many today; please ask a colleague, or go on tomorrow.")
        )
        return _again(request, case_id, comments)
    return page(request, read.case, comments=comments, in_clear=read)


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def arrange(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    """The first day, and the pay."""
    case, comments, now = fetch(request, case_id), _typed(request), timezone.now()
    if request.POST.get("deed") == "offer":
        offer = OfferForm(request.POST, user=request.user)
        if not offer.is_valid():
            return page(request, case, 422, comments=comments, offer_form=offer)
        review.set_offer(request.user, case.pk, offer.terms, now=now)
    else:
        day = FirstDayForm(request.POST)
        if not day.is_valid():
            return page(request, case, 422, comments=comments, day_form=day)
        review.set_first_day(request.user, case.pk, day.cleaned_data["starts_on"], now=now)
    messages.success(request, _("Saved."))
    return _again(request, case_id, comments)


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def reopen(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    case, now = fetch(request, case_id), timezone.now()
    days = policy_of(case.organization_id).deadline_days
    try:
        review.reopen(request.user, case.pk, until=now + timedelta(days=days), now=now)
    except Closed:
        messages.warning(request, _("Only a form whose time is over can be opened again."))
    except NotHired:
        _warn_not_hired(request)
    else:
        messages.success(request, _("Open again. The candidate gets a new link."))
    return redirect("onboarding-case", case.pk)


@require_POST
@requires(Permission.HANDLE_ONBOARDING)
def end(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    case = fetch(request, case_id)
    review.end(request.user, case.pk, now=timezone.now())
    messages.success(request, _("Ended, and everything that was given is deleted."))
    return redirect("onboarding-case", case.pk)
