"""The inbox: the list, a conversation beside it, and what is fetched while one types."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission, Role, User
from yuemian.domain.conversation import can_reply_until
from yuemian.domain.states import ConversationState
from yuemian.hiring.models import Job
from yuemian.interviews import rows, wording
from yuemian.interviews.actions.respond import can_be_reached
from yuemian.interviews.board import read_id, zone_of
from yuemian.interviews.inbox import offers, reading
from yuemian.interviews.inbox import thread as threads
from yuemian.interviews.inbox.filters import Filters, Whose
from yuemian.interviews.inbox.wording import SNOOZES, STATES, TONES, WHOSE, lasting, waited
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.messaging.models import Conversation
from yuemian.ui.templatetags.ui import with_parameters

#: What belongs to one opening of a page, not to the list behind it.
_PASSING = ("done", "at", "phrase", "faq", "after")


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def show(request: SignedInRequest) -> HttpResponse:
    if request.user.role == Role.INTERVIEWER:
        return HttpResponseRedirect(reverse("asked"))
    context = listing(request, at=read_id(request.GET.get("at")), now=timezone.now())
    if request.headers.get("HX-Target") == "inbox-list":
        return render(request, "interviews/inbox/list.html", context)
    return render(request, "interviews/inbox/page.html", context)


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def thread(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    now = timezone.now()
    conversation = fetch(request.user, conversation_id)
    context = conversing(request, conversation, now=now)
    if request.headers.get("HX-Target") == "said":
        return render(request, "interviews/inbox/said.html", context)
    context |= listing(request, at=conversation.pk, now=now)
    return render(request, "interviews/inbox/page.html", context)


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def phrases(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Saved replies filled in for this conversation, fetched when a slash is typed."""
    conversation = fetch(request.user, conversation_id)
    found = threads.read(conversation, request.user, now=timezone.now())
    offered = offers.phrases(request.user, found.interview)
    return render(request, "interviews/inbox/phrase_options.html", {"phrases": offered})


@require_safe
@requires(Permission.SEE_INTERVIEWS)
def attention(request: SignedInRequest) -> HttpResponse:
    """The counter in the navigation, fetched anew when something changed."""
    return render(request, "ui/parts/navigation_count.html", {"entry": {"path": reverse("inbox")}})


def fetch(user: User, conversation_id: UUID) -> Conversation:
    """The conversation, or 404 for one that this person may not see."""
    return get_object_or_404(Conversation.objects.visible_to(user).with_people(), pk=conversation_id)


def listing(request: SignedInRequest, *, at: UUID | None, now: datetime) -> dict[str, Any]:
    user = request.user
    filters = Filters.from_query(request.GET, user)
    page = reading.page(user, filters, now=now)
    figures = reading.count(user, filters, page.found)
    query = kept(request.GET)
    following = {"after": str(page.following) if page.following else None}
    return {
        "filters": filters,
        "rows": [(row, _line(row, now)) for row in page.rows],
        "found": page.found,
        "zone": zone_of(user),
        "at": at,
        "query": query.urlencode(),
        "next_page": with_parameters(query, following) if page.following else "",
        "first_page": with_parameters(query, {}) if filters.after else "",
        "states": _states(query, filters, figures),
        "whose": [
            (
                with_parameters(query, {"whose": each.value}),
                WHOSE[each],
                capped(figures[each]),
                each == filters.whose,
            )
            for each in Whose
        ],
        "done": _done(user, read_id(request.GET.get("done"))),
        "jobs": Job.objects.visible_to(user).filter(is_open=True),
        "branches": Branch.objects.visible_to(user),
        "may_edit": user.may(Permission.EDIT_INTERVIEWS),
        "may_edit_content": user.may(Permission.EDIT_TEMPLATES),
    }


def kept(query: QueryDict) -> QueryDict:
    """The list's own filter."""
    mine = query.copy()
    for name in _PASSING:
        mine.pop(name, None)
    return mine


def capped(number: int) -> str:
    return str(number) if number < reading.CAP else f"{reading.CAP - 1}+"


def _states(query: QueryDict, filters: Filters, figures: dict[str, int]) -> list[tuple[str, Any, str, bool]]:
    tabs: list[tuple[str, Any, str, bool]] = [
        (
            with_parameters(query, {"state": each.value}),
            STATES[each],
            # How much was ever resolved is nothing to act on.
            capped(figures[each]) if each != ConversationState.RESOLVED else "",
            each == filters.state,
        )
        for each in ConversationState
    ]
    if filters.search or filters.state is None:
        tabs.insert(
            0, (with_parameters(query, {"state": "any"}), WHOSE[Whose.ALL], "", filters.state is None)
        )
    return tabs


def _line(row: reading.Row, now: datetime) -> dict[str, Any]:
    """A row's words."""
    conversation = row.conversation
    since = conversation.waiting_since
    return {
        "waits": waited(since, now) if since else "",
        "tone": TONES[row.urgency] if row.urgency else "",
        "state": STATES[ConversationState(conversation.state)],
    }


def _done(user: User, conversation_id: UUID | None) -> Conversation | None:
    """What was resolved a moment ago, so that it can be taken back."""
    if conversation_id is None:
        return None
    rows = Conversation.objects.visible_to(user).filter(state=ConversationState.RESOLVED)
    return rows.select_related("application__candidate").filter(pk=conversation_id).first()


def conversing(request: SignedInRequest, conversation: Conversation, *, now: datetime) -> dict[str, Any]:
    user = request.user
    found = threads.read(conversation, user, now=now)
    interview = found.interview
    zone = zone_of(user)
    may_edit = user.may(Permission.EDIT_INTERVIEWS)
    return {
        "thread": found,
        "conversation": conversation,
        "interview": interview,
        "interviews": rows.rows_of(found.interviews, user, now=now),
        "mode": wording.MODES[interview.mode] if interview else "",
        "zone": zone,
        "waits": waited(conversation.waiting_since, now) if conversation.waiting_since else "",
        "tone": TONES[found.urgency] if found.urgency else "",
        "state_text": STATES[ConversationState(conversation.state)],
        "reply_until": can_reply_until(None, conversation.asked_at),
        "offers": offers.suggestions(user, found) if may_edit else [],
        "typed": _typed(request, found) if may_edit else "",
        "people": _people(user),
        "interviewers": _interviewers(found),
        "first_reply_after": _first_reply_after(conversation),
        "saved": offers.saved(user) if may_edit else [],
        "kept": list(kept(request.GET).items()),
        "snoozes": [(SNOOZES[code], at) for code, at in reading.snooze_times(now, zone)],
        "is_unread": Conversation.objects.filter(pk=conversation.pk).unread_by(user).exists(),
        "query": kept(request.GET).urlencode(),
        "may_edit": may_edit,
        "can_be_reached": interview is not None and can_be_reached(interview),
        "longest": LONGEST,
    }


def _first_reply_after(conversation: Conversation) -> str:
    asked, replied = conversation.first_asked_at, conversation.first_reply_at
    return lasting(replied - asked) if asked and replied else ""


def _typed(request: SignedInRequest, found: threads.Thread) -> str:
    """Without script an offer is taken by following its link: the text then stands in the box."""
    reply, entry = read_id(request.GET.get("phrase")), read_id(request.GET.get("faq"))
    if reply:
        return offers.phrase(request.user, found.interview, reply)
    return offers.suggestion(request.user, found, entry) if entry else ""


def _people(user: User) -> list[User]:
    """Who may answer, oneself first."""
    others = User.objects.visible_to(user).who_may(Permission.EDIT_INTERVIEWS)
    return sorted(others, key=lambda each: (each.pk != user.pk, each.name))


def _interviewers(found: threads.Thread) -> list[User]:
    people = {each.pk: each for interview in found.interviews for each in interview.interviewers.all()}
    return [each for each in people.values() if each.is_active]


def next_place(user: User, filters: Filters, conversation: Conversation, *, now: datetime) -> UUID | None:
    return reading.following(user, replace(filters, after=None), conversation, now=now)
