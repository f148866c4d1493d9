"""The organization's own phrases: what is shipped, what is said instead, and how it reads in a letter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.feedback import Length, Options, compose
from yuemian.domain.feedback.bank import GENERIC, bank_for
from yuemian.domain.results import Fact, Outcome, Rating
from yuemian.results.actions.feedback_settings import delete_phrase, save_phrase
from yuemian.results.feedback.competencies import competency_names
from yuemian.results.feedback.forms import PhraseForm
from yuemian.results.feedback.wording import RATINGS
from yuemian.results.models import Phrase


@require_safe
@requires(Permission.EDIT_TEMPLATES)
def index(request: SignedInRequest) -> HttpResponse:
    own: dict[str, int] = {}
    for phrase in Phrase.objects.visible_to(request.user):
        own[phrase.competency] = own.get(phrase.competency, 0) + 1
    names = competency_names(request.user, get_language() or "zh-hans")
    rows = [(key, name, own.get(key, 0)) for key, name in names.items()]
    return render(request, "results/feedback/phrases.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def edit(request: SignedInRequest, competency: str) -> HttpResponse:
    names = competency_names(request.user, get_language() or "zh-hans")
    if competency not in names:
        raise Http404
    form = PhraseForm(request.user, competency, request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        phrase = form.save(commit=False)
        phrase.competency, phrase.organization_id = competency, request.user.organization_id
        save_phrase(request.user, phrase, now=timezone.now())
        messages.success(request, _("Saved. Drafts from now on are written so."))
        return redirect("feedback-phrase", competency=competency)
    own = Phrase.objects.visible_to(request.user).filter(competency=competency).select_related("family")
    context = {
        "form": form,
        "competency": competency,
        "name": names[competency],
        "shelves": _shelves(competency, names[competency], list(own.order_by("-rating", "locale"))),
    }
    return render(request, "results/feedback/phrase.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.EDIT_TEMPLATES)
def preview(request: SignedInRequest) -> HttpResponse:
    """A letter with the wording that is being typed. Changes nothing."""
    competency, locale = request.POST.get("competency", ""), request.POST.get("locale", "zh-hans")
    text = request.POST.get("text", "").strip()[:400]
    rating = request.POST.get("rating", "4")
    chosen = Rating(int(rating)) if rating in {"1", "2", "3", "4", "5"} else Rating.STRONG
    others = ("problem_solving", Rating.WEAK) if chosen >= Rating.SOLID else ("learning", Rating.STRONG)
    facts = [Fact("1", competency, competency, chosen), Fact("2", *others[:1], "", others[1])]
    own = {(competency, int(chosen)): text} if text else {}
    draft = compose(
        facts, [], Options(locale, Outcome.REJECT, seed=competency, length=Length.MEDIUM, own=own)
    )
    context = {"sentences": draft.sentences, "text": text}
    return render(request, "results/feedback/phrase_preview.html", context)


@require_POST
@requires(Permission.EDIT_TEMPLATES)
def delete(request: SignedInRequest, phrase_id: UUID) -> HttpResponse:
    phrase = get_object_or_404(Phrase.objects.visible_to(request.user), pk=phrase_id)
    delete_phrase(request.user, phrase, now=timezone.now())
    messages.success(request, _("Deleted; the shipped wording holds again."))
    return redirect("feedback-phrase", competency=phrase.competency)


def _initial(request: SignedInRequest) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    return {"rating": request.GET.get("rating", "4"), "locale": "en" if language == "en" else "zh-hans"}


def _shelves(competency: str, name: str, own: list[Phrase]) -> list[dict[str, Any]]:
    """By rating, best first: what the organization says, and what is shipped in the page's language."""
    bank = bank_for(get_language() or "zh-hans")
    key = competency if competency in bank.competencies else GENERIC
    shelves = []
    for rating, label in reversed(RATINGS.items()):
        slots = [f"s{rating}"] if rating > Rating.SOLID else [f"g{rating}"]
        slots = ["s3", "g3"] if rating == Rating.SOLID else slots
        texts = [text.replace("{name}", name) for slot in slots for text in bank.wordings(key, slot)]
        shipped = [text[:1].upper() + text[1:] for text in texts]
        mine = [phrase for phrase in own if phrase.rating == rating]
        shelves.append({"rating": rating, "label": label, "own": mine, "shipped": shipped})
    return shelves
