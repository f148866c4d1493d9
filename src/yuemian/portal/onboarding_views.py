"""The form of an onboarding: behind a code, saved section by section, without any script; files one by one."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.onboarding import Refusal, Section
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.plan import ONBOARDING_LINK
from yuemian.onboarding.actions import fill
from yuemian.onboarding.actions.documents import keep_document, may_upload, remove_document
from yuemian.onboarding.actions.locking import Closed, ConsentMissing
from yuemian.onboarding.asking import consent_of, fields_of, label_of
from yuemian.onboarding.checking import Checked, check_file
from yuemian.portal import my_data
from yuemian.portal.browser import browser_of, remember
from yuemian.portal.door import Opened, opened
from yuemian.portal.onboarding_page import PURPOSE, Typed, case_of
from yuemian.portal.onboarding_showing import show
from yuemian.portal.onboarding_uploads import IntoQuarantine
from yuemian.portal.showing import back, chosen_language, in_language, lost, message, posted, sealed
from yuemian.trust import limits
from yuemian.trust.limits import Limit

PART: Final = "/onboarding"
#: One every three seconds, ten minutes long.
AUTOSAVES: Final = Limit("onboarding-autosave", 200, timedelta(minutes=10))
#: Of the ten threads that answer pages so many may wait for uploads.
_AT_ONCE: Final = threading.BoundedSemaphore(4)


@public
@gzip_page
@require_safe
def onboarding_page(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, and counts as no visit."""
    with opened(token, now=timezone.now(), purposes=(ONBOARDING_LINK,)) as door:
        return lost() if door is None else show(request, door, said=request.GET.get("said", ""))


def _prove(request: HttpRequest, door: Opened) -> HttpResponse:
    browser = browser_of(request)
    if browser:
        candidate = my_data.candidate_of(door)
        step_up.check_code(candidate, PURPOSE, browser, request.POST.get("code", ""), now=door.now)
    return back(door, f"{PART}#code")


prove = posted(_prove, (ONBOARDING_LINK,))


def _form(request: HttpRequest, door: Opened) -> HttpResponse:
    """Whatever is pressed on the form; `deed` says what, or it is another language."""
    return in_language(request, door, _pressed)


def _pressed(request: HttpRequest, door: Opened) -> HttpResponse:
    """Nothing is taken unless the code was typed in this browser."""
    if not _is_open(request, door):
        return back(door, f"{PART}?said=lapsed")
    named = "keep" if "language" in request.POST else request.POST.get("deed", "").partition(".")[0]
    deed = _DEEDS.get(named)
    try:
        response = deed(request, door) if deed else back(door, PART)
    except Closed:
        response = back(door, PART)
    except ConsentMissing:
        response = back(door, f"{PART}#{_section(request)}")
    return _kept_open(request, door, response)


form = posted(_form, (ONBOARDING_LINK,))


def _save(request: HttpRequest, door: Opened) -> HttpResponse:
    """Everything that stands on the page, whichever section's button was pressed."""
    section, given = _section(request), _given(request)
    problems = fill.save_entries(door.link.subject_id, given, pressed=section, now=door.now)
    if problems:
        return show(request, door, 422, typed=Typed(given, problems))
    return back(door, f"{PART}?said=saved#{section}")


def _keep(request: HttpRequest, door: Opened) -> HttpResponse:
    """The same before the page comes in another language, without a word about it."""
    given = _given(request)
    problems = fill.save_entries(door.link.subject_id, given, now=door.now)
    return show(request, door, typed=Typed(given, problems)) if problems else back(door, PART)


def _given(request: HttpRequest) -> dict[str, dict[str, str]]:
    given: dict[str, dict[str, str]] = {}
    for name, value in request.POST.items():
        key, _, part = name.partition(".")
        given.setdefault(key, {})[part] = str(value)
    return given


def _agree(request: HttpRequest, door: Opened) -> HttpResponse:
    """The box is never ticked beforehand; without it nothing is agreed. What was typed elsewhere is kept."""
    section, given = _section(request), _given(request)
    words = consent_of(door.link.organization_id, section, chosen_language(request, door))
    problems = fill.save_entries(door.link.subject_id, given, now=door.now)
    if given.get("agreed", {}).get(section):
        fill.give_consent(door.link.subject_id, words, given.get("hash", {}).get(section, ""), now=door.now)
    if problems:
        return show(request, door, 422, typed=Typed(given, problems))
    return back(door, f"{PART}#{section}")


def _take_back(request: HttpRequest, door: Opened) -> HttpResponse:
    fill.take_consent_back(door.link.subject_id, _section(request), now=door.now)
    return back(door, f"{PART}#{_section(request)}")


def _remove(request: HttpRequest, door: Opened) -> HttpResponse:
    try:
        document_id = UUID(request.POST.get("document", ""))
    except ValueError:
        return back(door, PART)
    remove_document(door.link.subject_id, document_id, now=door.now)
    return back(door, f"{PART}#{_section(request)}")


def _hand_in(request: HttpRequest, door: Opened) -> HttpResponse:
    """What was typed and not saved belongs to it."""
    given = _given(request)
    if problems := fill.save_entries(door.link.subject_id, given, now=door.now):
        return show(request, door, 422, typed=Typed(given, problems))
    missing = fill.hand_in(door.link.subject_id, now=door.now)
    return show(request, door, 422, missing=missing) if missing else back(door, PART)


def _withdraw(request: HttpRequest, door: Opened) -> HttpResponse:
    if request.POST.get("sure"):
        fill.withdraw(door.link.subject_id, now=door.now)
    return back(door, PART)


_DEEDS: Final = {
    "save": _save,
    "keep": _keep,
    "agree": _agree,
    "revoke": _take_back,
    "remove": _remove,
    "submit": _hand_in,
    "withdraw": _withdraw,
}


@public
@csrf_exempt
def autosave(request: HttpRequest) -> HttpResponse:
    """What was typed since the last time, after a pause: counted for itself, as nobody presses anything."""
    if request.method != "POST":
        return lost(405)
    with opened(request.POST.get("token", ""), now=timezone.now(), purposes=(ONBOARDING_LINK,)) as door:
        if door is None:
            return lost()
        if limits.hit(AUTOSAVES, door.mark, now=door.now) is not None:
            return HttpResponse(status=429)
        return (
            _kept_open(request, door, _saved(request, door))
            if _is_open(request, door)
            else HttpResponse(status=403)
        )


def _saved(request: HttpRequest, door: Opened) -> HttpResponse:
    """Says which questions could not be kept as they stand, in the page's language."""
    try:
        problems = fill.save_entries(door.link.subject_id, _given(request), now=door.now)
    except (Closed, ConsentMissing):
        return HttpResponse(status=409)
    case, code = case_of(door), chosen_language(request, door)
    with translation.override(code):
        wrong = [label_of(spec, code) for spec in fields_of(case.branch) if spec.key in problems]
    return sealed(JsonResponse({"wrong": wrong}))


@public
@csrf_exempt
def upload(request: HttpRequest) -> HttpResponse:
    """One file. It is read into quarantine first; no transaction is open until it was looked into."""
    if request.method != "POST":
        return lost(405)
    if not _AT_ONCE.acquire(blocking=False):
        return message("portal/busy.html", 429, retry_after=60)
    handler = IntoQuarantine(request)
    try:
        request.upload_handlers = [handler]
        return _upload(request, handler)
    except UnreadablePostError:
        return message("portal/busy.html", 400, retry_after=60)
    finally:
        handler.close()
        _AT_ONCE.release()


def _upload(request: HttpRequest, handler: IntoQuarantine) -> HttpResponse:
    token, key = request.POST.get("token", ""), request.POST.get("key", "")

    def allowed(request: HttpRequest, door: Opened) -> HttpResponse:
        """Answers 204 where the file may be looked into."""
        if not _is_open(request, door):
            return back(door, f"{PART}?said=lapsed")
        spec = may_upload(door.link.subject_id, key, now=door.now)
        return back(door, PART) if spec is None else HttpResponse(status=204)

    answer = posted(allowed, (ONBOARDING_LINK,))(request)
    if answer.status_code != 204:
        return answer
    refusal = handler.refusal or (None if handler.upload else Refusal.NO_FILE)
    checked = (
        check_file(handler.upload, handler.name, handler.declared, now=timezone.now())
        if handler.upload and not refusal
        else Checked(refusal=refusal)
    )
    return _kept(request, token, key, handler.name, checked)


def _kept(request: HttpRequest, token: str, key: str, name: str, checked: Checked) -> HttpResponse:
    with opened(token, now=timezone.now(), purposes=(ONBOARDING_LINK,)) as door:
        if door is None:
            return lost()
        spec = may_upload(door.link.subject_id, key, now=door.now)
        if spec is None:
            return back(door, PART)
        if checked.refusal is Refusal.NO_FILE:
            return back(door, f"{PART}?said=nofile#f-{key}")
        try:
            keep_document(door.link.subject_id, spec, name, checked, now=door.now)
        except (Closed, ConsentMissing):
            return back(door, PART)
        return _kept_open(request, door, back(door, f"{PART}#f-{key}"))


def _section(request: HttpRequest) -> Section:
    """Named by a form of the section's own, or by the button: `save.bank`."""
    said = request.POST.get("section") or request.POST.get("deed", "").partition(".")[2]
    return Section(said) if said in set(Section) else Section.BASICS


def _is_open(request: HttpRequest, door: Opened) -> bool:
    candidate = my_data.candidate_of(door)
    return step_up.stand(candidate, PURPOSE, browser_of(request), now=door.now).is_open


def _kept_open(request: HttpRequest, door: Opened, response: HttpResponse) -> HttpResponse:
    browser = browser_of(request)
    step_up.prolong(my_data.candidate_of(door), PURPOSE, browser, now=door.now)
    remember(response, browser)
    return response
