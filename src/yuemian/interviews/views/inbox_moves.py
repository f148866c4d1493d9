"""What is done to a conversation: answer, note, assign, snooze, move, mute, read; pass a question on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.moves import ForbiddenMove
from yuemian.interviews.actions import consult as consultations
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.board import read_id, zone_of
from yuemian.interviews.inbox import thread as threads
from yuemian.interviews.inbox.filters import Filters
from yuemian.interviews.models import Interview
from yuemian.interviews.views.inbox import fetch, next_place
from yuemian.interviews.wording import UNTOLD
from yuemian.messaging.actions import inbox
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.messaging.models import Consultation, Conversation
from yuemian.trust.vault import Unreadable
from yuemian.ui.when import full_text


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def answer(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Into the conversation and out as a message; then on to the next one, or staying."""
    user, now = request.user, timezone.now()
    conversation = fetch(user, conversation_id)
    interview = threads.read(conversation, user, now=now).interview
    text = request.POST.get("text", "").strip()
    if not text or interview is None:
        messages.error(request, _("Write an answer first."))
        return _back(request, conversation.pk)
    following = _following(request, conversation, now)
    try:
        said = reply(user, interview, text[:LONGEST], now=now)
    except NoTemplate:
        return _no_template(request, conversation.pk, _("answers"))
    except Unreadable:
        return _erased(request, conversation.pk)
    name = conversation.application.candidate.name
    if said.is_told:
        messages.success(request, _("Your answer to %(name)s is on its way.") % {"name": name})
    else:
        messages.warning(request, UNTOLD)
    return _on(request, following) if request.POST.get("then") == "next" else _back(request, conversation.pk)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def note(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    conversation = fetch(request.user, conversation_id)
    text = request.POST.get("text", "").strip()
    if not text:
        messages.error(request, _("Write a note first."))
        return _back(request, conversation.pk)
    try:
        inbox.add_note(request.user, conversation, text, now=timezone.now())
    except Unreadable:
        return _erased(request, conversation.pk)
    return _back(request, conversation.pk)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def assign(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """`to` is a person who may answer; empty for nobody."""
    conversation = fetch(request.user, conversation_id)
    to = read_id(request.POST.get("to"))
    people = User.objects.visible_to(request.user).who_may(Permission.EDIT_INTERVIEWS)
    person = get_object_or_404(people, pk=to) if to else None
    inbox.assign(request.user, conversation, person, now=timezone.now())
    text = _("Assigned to %(name)s.") % {"name": person.name} if person else _("Assigned to nobody.")
    messages.success(request, text)
    return _back(request, conversation.pk)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def snooze(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    user, now = request.user, timezone.now()
    conversation = fetch(user, conversation_id)
    until = _moment(user, request.POST.get("until", ""))
    following = _following(request, conversation, now)
    try:
        if until is None:
            raise ValueError("not a time")
        inbox.snooze(user, conversation, until, now=now)
    except ValueError:
        messages.error(request, _("Choose a time that is still to come."))
        return _back(request, conversation.pk)
    words = full_text(until, zone_of(user), with_year=until.year != now.year)
    name = conversation.application.candidate.name
    messages.success(request, _("%(name)s sleeps until %(until)s.") % {"name": name, "until": words})
    return _on(request, following)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def move(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """`to` is open, pending, resolved or undo. What was resolved can be taken back from the page that follows."""
    user, now = request.user, timezone.now()
    conversation = fetch(user, conversation_id)
    to = request.POST.get("to", "")
    if to not in inbox.BY_HAND:
        return _back(request, conversation.pk)
    following = _following(request, conversation, now)
    inbox.move(user, conversation, to, now=now)
    if to == "resolved":
        return _on(request, following, done=conversation.pk)
    return _back(request, conversation.pk)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def mute(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    conversation = fetch(request.user, conversation_id)
    inbox.mute(request.user, conversation, is_muted=request.POST.get("muted") == "yes", now=timezone.now())
    return _back(request, conversation.pk)


@require_POST
@requires(Permission.SEE_INTERVIEWS)
def read(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Sent by the page once somebody looks at it; a fetched page alone marks nothing."""
    conversation = fetch(request.user, conversation_id)
    inbox.mark_read(request.user.pk, conversation, now=timezone.now())
    return HttpResponse(status=204) if request.headers.get("HX-Request") else _back(request, conversation.pk)


# --- With an interviewer -----------------------------------------------------------------------------------


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def consult(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Pass the candidate's last question on to an interviewer of theirs."""
    user, now = request.user, timezone.now()
    conversation = fetch(user, conversation_id)
    question = conversation.messages.filter(is_from_candidate=True).order_by("-created_at", "-id").first()
    interviewer, interview = _asked(conversation, read_id(request.POST.get("interviewer")))
    if question is None or interviewer is None or interview is None:
        messages.error(request, _("Choose an interviewer of this candidate."))
        return _back(request, conversation.pk)
    try:
        consultations.consult(
            user,
            question,
            interviewer,
            interview,
            request.POST.get("remark", ""),
            is_name_shown="is_name_shown" in request.POST,
            with_conversation="with_conversation" in request.POST,
            now=now,
        )
    except NoTemplate:
        return _no_template(request, conversation.pk, _("questions to interviewers"))
    except Unreadable:
        return _erased(request, conversation.pk)
    messages.success(request, _("Passed on to %(name)s.") % {"name": interviewer.name})
    return _back(request, conversation.pk)


def _asked(conversation: Conversation, user_id: UUID | None) -> tuple[User | None, Interview | None]:
    """An interviewer of one of the application's interviews, the newest of these."""
    if user_id is None:
        return None, None
    rows = Interview.objects.filter(application=conversation.application_id, interviewers=user_id)
    interview = rows.with_people().order_by("-starts_at").first()
    person = User.objects.filter(pk=user_id, is_active=True).first() if interview else None
    return person, interview


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def release(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    """Let the interviewer's answer out, as HR has it in the box."""
    user, now = request.user, timezone.now()
    consultation = _consultation(user, consultation_id)
    conversation = fetch(user, consultation.conversation_id)
    interview = threads.read(conversation, user, now=now).interview
    text = request.POST.get("text", "").strip()
    if not text or interview is None:
        messages.error(request, _("Write an answer first."))
        return _back(request, conversation.pk)
    is_named = "is_name_shown" in request.POST
    try:
        done = consultations.release(user, consultation, interview, text, is_name_shown=is_named, now=now)
        if done.is_told:
            messages.success(request, _("The answer is on its way to the candidate."))
        else:
            messages.warning(request, UNTOLD)
    except NoTemplate:
        return _no_template(request, conversation.pk, _("answers"))
    except ForbiddenMove:
        messages.error(request, _("This was already sent or withdrawn."))
    return _back(request, conversation.pk)


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def withdraw(request: SignedInRequest, consultation_id: UUID) -> HttpResponse:
    consultation = _consultation(request.user, consultation_id)
    try:
        consultations.withdraw(request.user, consultation, now=timezone.now())
        messages.success(request, _("Withdrawn; the interviewer no longer sees it."))
    except ForbiddenMove:
        messages.error(request, _("This was already sent or withdrawn."))
    return _back(request, consultation.conversation_id)


def _consultation(user: User, consultation_id: UUID) -> Consultation:
    conversations = Conversation.objects.visible_to(user)
    rows = Consultation.objects.visible_to(user).filter(conversation__in=conversations.values("pk"))
    return get_object_or_404(rows, pk=consultation_id)


# --- Where to go next --------------------------------------------------------------------------------------


def _query(request: SignedInRequest) -> QueryDict:
    """The list's filter, carried by every form; its parts are read one by one, so that nothing else gets in."""
    return QueryDict(request.POST.get("query", "")[:500], mutable=True)


def _following(request: SignedInRequest, conversation: Conversation, now: datetime) -> UUID | None:
    filters = Filters.from_query(_query(request), request.user)
    return next_place(request.user, filters, conversation, now=now)


def _back(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    return _see(reverse("inbox-thread", args=[conversation_id]), _query(request))


def _on(request: SignedInRequest, following: UUID | None, *, done: UUID | None = None) -> HttpResponse:
    query = _query(request)
    if done:
        query["done"] = str(done)
    page = reverse("inbox-thread", args=[following]) if following else reverse("inbox")
    return _see(page, query)


def _see(page: str, query: QueryDict) -> HttpResponse:
    return HttpResponseRedirect(f"{page}?{query.urlencode()}" if query else page, status=303)


def _no_template(request: SignedInRequest, conversation_id: UUID, what: str) -> HttpResponse:
    text = _("No template for %(what)s is published yet; publish one under Templates.") % {"what": what}
    messages.error(request, text)
    return _back(request, conversation_id)


def _erased(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    messages.error(request, _("The candidate's data were erased; nothing can be written any more."))
    return _back(request, conversation_id)


def _moment(user: User, text: str) -> datetime | None:
    """ISO; without a zone on the viewer's clock."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone_of(user))
