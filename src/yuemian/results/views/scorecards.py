"""Writing a scorecard: behind the sign-in, and behind the link in an interviewer's mail. Reading changes nothing."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import SignedInRequest, public, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.addresses import mask_email
from yuemian.domain.scorecard import Draft, hints
from yuemian.interviews.models import Interview
from yuemian.results.actions.scorecard_chase import CannotAsk, TooSoon, remind
from yuemian.results.actions.scorecard_links import (
    GOOD_FOR,
    NoMail,
    TooManyCodes,
    bind,
    check_code,
    is_bound_to,
    send_code,
)
from yuemian.results.actions.scorecards import (
    Closed,
    Doubtful,
    Incomplete,
    Stale,
    reopen,
    save,
    submit,
    why_closed,
)
from yuemian.results.models import Scorecard, ScorecardLink
from yuemian.results.scorecards.door import opened
from yuemian.results.scorecards.page import (
    Trouble,
    draft_of,
    edition_of,
    own_card,
    page_of,
    saved_text,
    values_of,
    zone_of,
)
from yuemian.results.scorecards.sheet import sheet_for
from yuemian.results.scorecards.wording import CLOSED, hint_texts

#: One secret for each browser: which link it may write through stands with the link, as a hash.
COOKIE: Final = f"{settings.COOKIE_PREFIX}scorecard"
_LONGEST: Final = 64
SIGNED_IN, BY_LINK = "results/scorecards/signed_in.html", "results/scorecards/by_link.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_INTERVIEWS)
def write(request: SignedInRequest, interview_id: UUID) -> HttpResponse:
    """For an interviewer who has signed in; whoever does not hold the interview is led to its page."""
    user, now = request.user, timezone.now()
    interview = get_object_or_404(_interviews().filter(organization_id=user.organization_id), pk=interview_id)
    if user not in interview.interviewers.all():
        get_object_or_404(Interview.objects.visible_to(user), pk=interview_id)
        return HttpResponseRedirect(reverse("interview", args=[interview_id]))
    if request.method == "POST":
        return _press(request, user, interview, SIGNED_IN, now)
    return render(request, SIGNED_IN, page_of(user, interview, now=now))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever holds the link, in the browser that it is bound to, or that binds it with the first press."""
    now = timezone.now()
    with opened(token, now=now) as link:
        if link is None:
            return _private(render(request, "results/scorecards/lost.html", status=404))
        with translation.override(_language(request, link.interviewer)):
            return _private(_through(request, link, now))


def _through(request: HttpRequest, link: ScorecardLink, now: datetime) -> HttpResponse:
    user, browser = link.interviewer, _browser(request)
    interview = get_object_or_404(_interviews(), pk=link.interview_id)
    if request.POST.get("act") in {"code-send", "code-check"}:
        return _code(request, link, browser, now)
    if not may_write(link, browser):
        if request.method == "POST" and _is_autosave(request):
            return JsonResponse({"problem": "code", "text": _("Another browser writes here.")}, status=403)
        return render(request, "results/scorecards/code.html", _code_context(link, now), status=200)
    if request.method != "POST":
        return render(request, BY_LINK, page_of(user, interview, now=now))
    if not why_closed(user, interview, now=now):
        browser = browser or secrets.token_urlsafe(24)
        if not bind(link, browser, now=now):
            return render(request, "results/scorecards/code.html", _code_context(link, now), status=409)
    response = _press(request, user, interview, BY_LINK, now)
    _remember(response, browser)
    return response


def may_write(link: ScorecardLink, browser: str) -> bool:
    """The bound browser may; before any is, whoever comes first, unless there are notes already to be read."""
    if link.browser_hash is not None:
        return is_bound_to(link, browser)
    return own_card(link.interviewer, link.interview_id) is None


def _press(
    request: HttpRequest, user: User, interview: Interview, template: str, now: datetime
) -> HttpResponse:
    act, sheet = request.POST.get("act", "save"), sheet_for(interview)
    if act == "reopen":
        return _reopened(request, user, interview, now)
    draft, edition = draft_of(request.POST, sheet), edition_of(request.POST)
    try:
        if act == "submit":
            submit(user, interview.pk, draft, edition, now=now, is_sure=bool(request.POST.get("is_sure")))
            return _again(request)
        card = save(user, interview.pk, draft, edition, now=now)
    except Closed as problem:
        return _closed(request, user, interview, template, problem=problem, now=now)
    except Stale as problem:
        if _is_autosave(request):
            return _stale(problem, values_of(problem.theirs, sheet), user)
        trouble = Trouble(theirs=problem.theirs, stale_text=_stale_text(problem.card, user))
    except Incomplete as problem:
        trouble = Trouble(missing=problem.missing)
    except Doubtful as problem:
        trouble = Trouble(doubts=problem.hints)
    else:
        return _kept(request, card, draft)
    context = page_of(user, interview, now=now, said=draft, trouble=trouble)
    return render(request, template, context, status=409 if trouble.theirs else 422)


def _kept(request: HttpRequest, card: Scorecard, draft: Draft) -> HttpResponse:
    if _is_autosave(request):
        saved = saved_text(card, zone_of(card.interviewer)) if card.interviewer else ""
        return JsonResponse({"edition": card.edition, "saved": saved, "hints": hint_texts(hints(draft))})
    messages.success(request, _("Saved. You can go on at any time; submit when you are done."))
    return _again(request)


def _closed(
    request: HttpRequest, user: User, interview: Interview, template: str, *, problem: Closed, now: datetime
) -> HttpResponse:
    if _is_autosave(request):
        return JsonResponse({"problem": problem.why, "text": str(CLOSED[problem.why])}, status=403)
    return render(request, template, page_of(user, interview, now=now), status=409)


def _stale(problem: Stale, theirs: dict[str, str], user: User) -> HttpResponse:
    text = _stale_text(problem.card, user)
    return JsonResponse({"edition": problem.card.edition, "theirs": theirs, "text": text}, status=409)


def _stale_text(card: Scorecard, user: User) -> str:
    return _("%(name)s saved this scorecard at %(time)s in another tab or browser.") % {
        "name": user.name,
        "time": f"{card.saved_at.astimezone(zone_of(user)):%H:%M}",
    }


def _reopened(request: HttpRequest, user: User, interview: Interview, now: datetime) -> HttpResponse:
    card = own_card(user, interview.pk)
    try:
        if card is not None:
            reopen(user, card.pk, now=now)
    except Closed as problem:
        messages.warning(request, str(CLOSED[problem.why]))
    return _again(request)


def _again(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(request.path, status=303)


def _code(request: HttpRequest, link: ScorecardLink, browser: str, now: datetime) -> HttpResponse:
    problem = ""
    if request.POST["act"] == "code-check":
        browser = browser or secrets.token_urlsafe(24)
        if check_code(link, request.POST.get("code", "")[:20], browser, now=now):
            response = _again(request)
            _remember(response, browser)
            return response
        problem = _(
            "This is not the code, or it is no longer good. Each code has five tries and ten minutes."
        )
    else:
        try:
            send_code(link, now=now)
        except TooManyCodes as trouble:
            minutes = max(1, round(trouble.wait.total_seconds() / 60))
            problem = _("Too many codes were asked for. Try again in %(minutes)d minutes.") % {
                "minutes": minutes
            }
        except NoMail:
            problem = _("No mail can be sent from here. Sign in instead.")
    context = _code_context(link, now) | {"problem": problem}
    return render(request, "results/scorecards/code.html", context, status=422 if problem else 200)


def _code_context(link: ScorecardLink, now: datetime) -> dict[str, Any]:
    is_sent = link.code_hash is not None and link.code_expires_at is not None and link.code_expires_at > now
    return {
        "address": mask_email(link.interviewer.email),
        "is_sent": is_sent,
        "interview_id": link.interview_id,
    }


@require_POST
@requires(Permission.DECIDE_RESULTS)
def open_again(request: SignedInRequest, scorecard_id: UUID) -> HttpResponse:
    """HR gives a submitted scorecard back to its interviewer."""
    card = get_object_or_404(Scorecard.objects.visible_to(request.user), pk=scorecard_id)
    try:
        reopen(request.user, card.pk, now=timezone.now())
        messages.success(request, _("Opened again; the interviewer can change it now."))
    except Closed:
        messages.warning(request, _("It came from another system; it is corrected there."))
    return HttpResponseRedirect(f"{reverse('interview', args=[card.interview_id])}#scorecards")


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def ask_again(request: SignedInRequest, interview_id: UUID, user_id: UUID) -> HttpResponse:
    """Remind now, by mail."""
    get_object_or_404(Interview.objects.visible_to(request.user), pk=interview_id)
    person = get_object_or_404(User.objects.visible_to(request.user), pk=user_id)
    try:
        remind(request.user, interview_id, user_id, now=timezone.now())
        messages.success(request, _("A mail to %(name)s is on its way.") % {"name": person.name})
    except TooSoon as problem:
        minutes = max(1, round(problem.wait.total_seconds() / 60))
        messages.warning(
            request,
            _("%(name)s was asked just now. Again in %(minutes)d minutes.")
            % {"name": person.name, "minutes": minutes},
        )
    except CannotAsk:
        messages.error(request, _("No mail can be sent for this scorecard now."))
    wanted = request.POST.get("next", "")
    if wanted == "today":
        return HttpResponseRedirect(f"{reverse('today')}#scorecards")
    return HttpResponseRedirect(f"{reverse('interview', args=[interview_id])}#scorecards")


def _interviews() -> Any:
    return Interview.objects.with_people().prefetch_related("interviewers")


def _is_autosave(request: HttpRequest) -> bool:
    return request.headers.get("X-Autosave") == "1"


def _browser(request: HttpRequest) -> str:
    return str(request.COOKIES.get(COOKIE, ""))[:_LONGEST]


def _remember(response: HttpResponse, browser: str) -> None:
    if browser:
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(GOOD_FOR.total_seconds()),
            secure=settings.IS_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _language(request: HttpRequest, user: User) -> str:
    """What was chosen in this browser, else the interviewer's own."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.CONSOLE_LANGUAGES) else user.locale


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
