"""What is offered to whoever answers: saved replies filled in for this interview, and prepared answers that may fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.faq import Prepared, suggest
from yuemian.domain.phrase import fill
from yuemian.domain.template import RenderProblem, TemplateProblem
from yuemian.interviews.facts import context_of
from yuemian.interviews.inbox.thread import Thread
from yuemian.interviews.models import Interview
from yuemian.messaging.models import FaqEntry, SavedReply

#: A list that one still finds something in; who has more types more of the code.
MOST = 200


@dataclass(frozen=True)
class Phrase:
    """A saved reply for this conversation. `lacking` names the placeholder that has no value here."""

    reply: SavedReply
    text: str
    lacking: str = ""


@dataclass(frozen=True)
class Offer:
    """A prepared answer, with the question it was prepared for."""

    entry: FaqEntry
    text: str


def phrases(user: User, interview: Interview | None) -> list[Phrase]:
    """One's own before everybody's; an own code hides the same one of everybody."""
    context = _context(user, interview)
    return [_phrase(each, context) for each in saved(user)]


def saved(user: User) -> list[SavedReply]:
    """Those that `phrases` fills in, as they are."""
    rows = SavedReply.objects.visible_to(user).order_by("code", "owner_id")[: MOST * 2]
    own = {each.code.casefold() for each in rows if each.owner_id}
    kept = [each for each in rows if each.owner_id or each.code.casefold() not in own]
    kept.sort(key=lambda each: (each.owner_id is None, each.code.casefold()))
    return kept[:MOST]


def phrase(user: User, interview: Interview | None, reply_id: UUID) -> str:
    """The text of one of them; empty where it cannot be said."""
    found = SavedReply.objects.visible_to(user).filter(pk=reply_id).first()
    return _phrase(found, _context(user, interview)).text if found else ""


def suggestions(user: User, thread: Thread) -> list[Offer]:
    """For what nobody has answered yet. Entries that cannot be filled in for this interview are left out."""
    asked = "\n".join(each.text for each in thread.unanswered)
    if not asked:
        return []
    entries = {each.pk: each for each in _entries(user, thread)}
    matches = suggest(asked, [Prepared(pk, each.question, each.distance) for pk, each in entries.items()])
    context = _context(user, thread.interview)
    offers = [Offer(entries[match.key], _filled(entries[match.key].answer, context)[0]) for match in matches]
    return [offer for offer in offers if offer.text]


def suggestion(user: User, thread: Thread, entry_id: UUID) -> str:
    found = next((each for each in _entries(user, thread) if each.pk == entry_id), None)
    return _filled(found.answer, _context(user, thread.interview))[0] if found else ""


def _entries(user: User, thread: Thread) -> list[FaqEntry]:
    rows = FaqEntry.objects.visible_to(user).about(thread.conversation.application.job)
    return list(rows.order_by("pk")[:1000])


def _phrase(reply: SavedReply, context: Mapping[str, Any]) -> Phrase:
    text, lacking = _filled(reply.body, context)
    return Phrase(reply, text, lacking)


def _filled(text: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """The text, or the name of what it lacks."""
    try:
        return fill(text, context), ""
    except RenderProblem as problem:
        return "", problem.name or "?"
    except TemplateProblem:
        return "", "?"


def _context(user: User, interview: Interview | None) -> Mapping[str, Any]:
    if interview is None:
        return {}
    locale = interview.application.candidate.locale
    return context_of(interview, user.organization, locale)
