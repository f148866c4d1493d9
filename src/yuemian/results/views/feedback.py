"""Feedback to review: one after another, facts beside the text."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.feedback import Finding, Length, Tone
from yuemian.domain.feedback.checking import digest
from yuemian.hiring.models import Job
from yuemian.interviews.board import read_id
from yuemian.interviews.keyset import Place
from yuemian.interviews.models import Interview
from yuemian.results.actions import feedback as actions
from yuemian.results.changes import changed_words
from yuemian.results.decisions.cards import recommendations_of
from yuemian.results.feedback.looking import facts_seen, lines_of, opened, whole
from yuemian.results.feedback.material import Material, checked, ground, house_of, materials
from yuemian.results.feedback.modelling import fetch_draft, prepare
from yuemian.results.feedback.reading import CAP, PEOPLE, beside, clean, missing, queue
from yuemian.results.feedback.wording import LENGTHS, TONES, fallback_text
from yuemian.results.models import Feedback, FeedbackOrigin, LanguageModel
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault
from yuemian.ui.templatetags.ui import with_parameters

#: Texts that are shown before many are reviewed at once.
SAMPLE = 3


@require_safe
@requires(Permission.SEE_RESULTS)
def show(request: SignedInRequest) -> HttpResponse:
    """The list; `?job=`, `?state=done`."""
    context = _listing(request) | _paged(request)
    template = "results/feedback/list.html" if request.headers.get("HX-Target") == "feedback-list" else None
    return render(request, template or "results/feedback/index.html", context)


@require_safe
@requires(Permission.SEE_RESULTS)
def item(request: SignedInRequest, feedback_id: UUID) -> HttpResponse:
    feedback = _fetch(request.user, feedback_id)
    return render(request, "results/feedback/item.html", _context(request, feedback))


@require_POST
@requires(Permission.SEE_RESULTS)
def look(request: SignedInRequest, feedback_id: UUID) -> HttpResponse:
    """The checks' answer while somebody types. Changes nothing; the text travels in the body."""
    feedback = _fetch(request.user, feedback_id)
    context = _context(request, feedback, text=request.POST.get("text", "")[: actions.LONGEST])
    return render(request, "results/feedback/checked.html", context)


@require_POST
@requires(Permission.DECIDE_RESULTS)
def save(request: SignedInRequest, feedback_id: UUID) -> HttpResponse:
    """One form: `save` keeps the text, `review` lets it into the letter and goes on to the next."""
    feedback = _fetch(request.user, feedback_id)
    text, now = request.POST.get("text", ""), timezone.now()
    edition, facts_at = _number(request.POST.get("edition")), _moment(request.POST.get("facts_at"))
    _count, _earlier, following = beside(request.user, feedback, **_filter(request))
    try:
        if request.POST.get("deed") == "save":
            actions.save_text(request.user, feedback.pk, text, edition=edition, now=now)
            messages.success(request, _("Saved. It still has to be reviewed."))
            return _to(request, feedback.pk)
        actions.review(
            request.user,
            feedback.pk,
            text,
            edition=edition,
            facts_at=facts_at,
            seen=request.POST.get("seen", ""),
            now=now,
        )
    except actions.Overtaken:
        problem = _(
            "Somebody has changed the text or a scorecard meanwhile. Yours stands here; compare, and save again."
        )
        return _again(request, feedback_id, text, problem)
    except actions.Objected:
        return _again(request, feedback_id, text, _("Look at what is marked first."))
    messages.success(request, _("Reviewed."))
    return _to(request, following)


@require_POST
@requires(Permission.DECIDE_RESULTS)
def take_back(request: SignedInRequest, feedback_id: UUID) -> HttpResponse:
    feedback = _fetch(request.user, feedback_id)
    actions.take_back(request.user, feedback.pk, now=timezone.now())
    messages.success(request, _("It waits for a review again."))
    return HttpResponseRedirect(reverse("feedback-item", args=[feedback.pk]), status=303)


@require_POST
@requires(Permission.DECIDE_RESULTS)
def redraft(request: SignedInRequest, feedback_id: UUID) -> HttpResponse:
    """Another length or tone. Where a person has written something, a page asks first."""
    feedback = _fetch(request.user, feedback_id)
    length, tone = request.POST.get("length", ""), request.POST.get("tone", "")
    if length not in set(Length) or tone not in set(Tone):
        raise Http404
    typed = request.POST.get("typed") == "1"
    if (feedback.is_edited or typed) and request.POST.get("sure") != "1":
        context = {"feedback": feedback, "length": length, "tone": tone, "query": _query(request)}
        return render(request, "results/feedback/overwrite.html", context)
    try:
        edition = _number(request.POST.get("edition"))
        actions.redraft(
            request.user,
            feedback.pk,
            length=Length(length),
            tone=Tone(tone),
            edition=edition,
            now=timezone.now(),
        )
    except actions.Overtaken:
        messages.error(request, _("Somebody has changed this text meanwhile; look at it again."))
    return _to(request, feedback.pk)


@detached
@require_POST
@requires(Permission.DECIDE_RESULTS)
def ask_model(request: SignedInRequest, feedback_id: UUID) -> HttpResponse:
    """A draft by the language model. It is waited for outside of any transaction; the rules' draft stays without it."""
    user = request.user
    with acting_in(user.organization_id):
        feedback = _fetch(user, feedback_id)
        row = LanguageModel.objects.filter(organization_id=user.organization_id, is_active=True)
        account, vault = row.select_related("key").first(), Vault(user.organization_id)
        (material,) = materials([feedback.decision], vault)
        house = house_of(user.organization_id)
        asked = prepare(account, feedback, material, house, vault) if account else None
    if asked is None:
        messages.error(request, _("No language model is connected; see Settings → Feedback."))
        return _to(request, feedback_id)
    outcome, now = fetch_draft(asked), timezone.now()
    with acting_in(user.organization_id):
        reason = outcome.reason
        if outcome.draft is not None:
            try:
                actions.keep_model_draft(
                    user, feedback_id, outcome.draft, outcome.provenance, edition=feedback.edition, now=now
                )
            except actions.Overtaken:
                reason = "overtaken"
            except actions.Objected as objected:
                reason = str(objected.findings[0].code)
        if reason:
            actions.record_fallback(user, feedback_id, reason, outcome.provenance, now=now)
    return _to(request, feedback_id)


@require_POST
@requires(Permission.DECIDE_RESULTS)
def draft(request: SignedInRequest) -> HttpResponse:
    """Draft for every rejection that has none, of a job or of all."""
    job = _filter(request)["job"]
    done = actions.draft_feedback(request.user, missing(request.user, job), now=timezone.now())
    text = ngettext("%(count)s draft written.", "%(count)s drafts written.", done.created)
    messages.success(request, text % {"count": done.created})
    return _to(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DECIDE_RESULTS)
def review_all(request: SignedInRequest) -> HttpResponse:
    """Says how many and shows some of them; pressing reviews exactly those that were counted."""
    job = _filter(request)["job"]
    if request.method == "POST":
        shown = {id_ for each in request.POST.get("shown", "").split() if (id_ := read_id(each))}
        done = actions.review_all(request.user, job, shown=shown, now=timezone.now())
        text = ngettext("%(count)s text reviewed.", "%(count)s texts reviewed.", done)
        messages.success(request, text % {"count": done})
        return _to(request, None)
    rows = list(clean(request.user, job).select_related(*PEOPLE)[:CAP])
    vault, step = Vault(request.user.organization_id), max(1, len(rows) // SAMPLE)
    sample = [(row, opened(row, vault)[0]) for row in rows[::step][:SAMPLE]]
    context = {
        "count": len(rows),
        "sample": sample,
        "shown": " ".join(str(row.pk) for row in rows),
        "job": Job.objects.visible_to(request.user).filter(pk=job).first() if job else None,
        "query": _query(request),
    }
    return render(request, "results/feedback/all.html", context)


def _fetch(user: User, feedback_id: UUID) -> Feedback:
    rows = Feedback.objects.visible_to(user).of_current().with_staleness().select_related(*PEOPLE)
    return get_object_or_404(rows, pk=feedback_id)


def _listing(request: SignedInRequest) -> dict[str, Any]:
    """What the list and the page of one have in common."""
    user = request.user
    return {
        "filter": _filter(request),
        "query": _query(request),
        "may_edit": user.may(Permission.DECIDE_RESULTS),
        "may_edit_phrases": user.may(Permission.EDIT_TEMPLATES),
    }


def _paged(request: SignedInRequest) -> dict[str, Any]:
    user, chosen = request.user, _filter(request)
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    found = queue(user, **chosen, after=after, before=before)
    return {
        "queue": found,
        "here": request.GET.urlencode(),
        "previous_page": _page_beside(request, before=found.previous),
        "next_page": _page_beside(request, after=found.following),
        "total": found.count if found.count < CAP else None,
        "jobs": Job.objects.visible_to(user).filter(is_open=True),
        "missing": len(missing(user, chosen["job"])),
        "clean": clean(user, chosen["job"]).order_by()[:CAP].count(),
    }


def _page_beside(request: SignedInRequest, **place: Place | None) -> str:
    fresh: dict[str, Any] = {"after": None, "before": None, **place}
    return with_parameters(request.GET, fresh) if any(place.values()) else ""


def _context(
    request: SignedInRequest, feedback: Feedback, *, text: str | None = None, problem: str = ""
) -> dict[str, Any]:
    vault = Vault(request.user.organization_id)
    stands, written = opened(feedback, vault)
    (material,) = materials([feedback.decision], vault)
    house = house_of(request.user.organization_id)
    said = stands if text is None else text
    beneath = ground(material, house, Length(feedback.length))
    found = checked(said, material, house, Length(feedback.length))
    has_model = LanguageModel.objects.filter(organization_id=request.user.organization_id, is_active=True)
    count, earlier, later = beside(request.user, feedback, **_filter(request))
    unwritten, listing = _unwritten(request.user, feedback), _listing(request)
    if unwritten:  # Whoever has not read the facts does not review what rests on them.
        listing["may_edit"] = False
    return listing | {
        "unwritten": unwritten,
        "feedback": feedback,
        "queue": {"count": count, "before": earlier, "after": later},
        "changes": changed_words(written.text, said) if written.text != said else "",
        "material": material,
        "text": said,
        "is_typed": said != stands,
        "facts": [] if unwritten else facts_seen(beneath),
        "lines": [] if unwritten else lines_of(said, written, beneath, found),
        "whole": whole(found),
        "verdict": _verdict(found),
        "seen": digest(found),
        "problem": problem,
        "lengths": list(LENGTHS.items()),
        "tones": list(TONES.items()),
        "has_model": has_model.exists(),
        "fallback": fallback_text(feedback.fallback) if feedback.fallback else "",
        "origin": FeedbackOrigin(feedback.origin).label,
        "told": material.told,
        "rounds": _rounds(material),
        "longest": actions.LONGEST,
    }


def _unwritten(user: User, feedback: Feedback) -> list[Interview]:
    """Interviews of this application whose other scorecards this person reads after writing their own."""
    rounds = Interview.objects.visible_to(user).filter(application=feedback.decision.application_id)
    rounds = rounds.order_by("starts_at", "id")
    heard = recommendations_of(user, list(rounds.values_list("pk", flat=True)))
    return [each for each in rounds if heard[each.pk].kept] if heard else []


def _rounds(material: Material) -> list[str]:
    return list(dict.fromkeys(fact.round for fact in material.facts if fact.round))


def _verdict(found: list[Finding]) -> str:
    """blocked: nobody may let it through; doubtful: a person may; fine."""
    if any(each.is_blocking for each in found):
        return "blocked"
    return "doubtful" if found else "fine"


def _again(request: SignedInRequest, feedback_id: UUID, text: str, problem: str) -> HttpResponse:
    """The page once more, with what was typed."""
    feedback = _fetch(request.user, feedback_id)
    context = _context(request, feedback, text=text[: actions.LONGEST], problem=problem)
    return render(request, "results/feedback/item.html", context, status=422)


def _filter(request: SignedInRequest) -> dict[str, Any]:
    query = request.GET
    return {"job": read_id(query.get("job")), "is_done": query.get("state") == "done"}


def _query(request: SignedInRequest) -> str:
    chosen = _filter(request)
    said = {"job": chosen["job"], "state": "done" if chosen["is_done"] else ""}
    return urlencode({name: value for name, value in said.items() if value})


def _to(request: SignedInRequest, feedback_id: UUID | None) -> HttpResponse:
    address = reverse("feedback-item", args=[feedback_id]) if feedback_id else reverse("feedback")
    query = _query(request)
    return HttpResponseRedirect(f"{address}?{query}" if query else address, status=303)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1


def _moment(text: str | None) -> datetime:
    try:
        found = parse_datetime(text or "")
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found
