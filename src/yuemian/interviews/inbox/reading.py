"""The inbox's list: one page of conversations by an index, and counters that stop at a hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, Value

from yuemian.accounts.models import Permission, Role, User
from yuemian.domain.conversation import NoteKind, Urgency, urgency
from yuemian.domain.states import ConversationState
from yuemian.hiring.models import Job
from yuemian.interviews.inbox.filters import Filters, Whose
from yuemian.interviews.inbox.search import Found, find
from yuemian.interviews.keyset import Place
from yuemian.messaging.models import Consultation, Conversation, ConversationQuerySet, Message, Note
from yuemian.trust.vault import Unreadable, Vault

PAGE_SIZE: Final = 40
#: No counter goes beyond; the page then says `99+`.
CAP: Final = 100
#: The badge looks among so many of the newest: whoever has more unread ones sees `99+` in any case.
_NEWEST: Final = 1000
_PREVIEW: Final = 140


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    conversation: Conversation
    preview: str
    is_ours: bool
    #: The preview is a note of the system, newer than any message.
    is_noted: bool
    is_unread: bool
    #: The preview came by mail from an address that is not the candidate's.
    is_from_elsewhere: bool
    urgency: Urgency | None

    @property
    def name(self) -> str:
        return self.conversation.application.candidate.name


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    #: Where the next page begins; None: this is the last one.
    following: Place | None
    found: Found | None


def chosen(user: User, filters: Filters, found: Found | None) -> ConversationQuerySet:
    """What the filter matches, in no order."""
    rows = Conversation.objects.visible_to(user)
    if filters.whose is Whose.MINE:
        rows = rows.filter(assignee=user)
    elif filters.whose is Whose.UNASSIGNED:
        rows = rows.filter(_of_nobody(user))
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.job:
        rows = rows.filter(job=filters.job)
    if filters.branch:
        # By id, so that the index on the job is used: a branch has few of them.
        jobs = Job.objects.visible_to(user).filter(branch=filters.branch)
        rows = rows.filter(job__in=list(jobs.values_list("pk", flat=True)))
    return rows.filter(found.condition) if found else rows


def _of_nobody(user: Any) -> Q:
    """Nobody's, or of somebody who can no longer sign in. By id, so that the index on whose it is is used."""
    gone = list(User.objects.visible_to(user).filter(is_active=False).values_list("pk", flat=True))
    return Q(assignee=None) | Q(assignee__in=gone)


def page(user: User, filters: Filters, *, now: datetime) -> Page:
    """In a constant number of statements, however many conversations there are."""
    found = find(user, filters.search, now=now) if filters.search else None
    rows = _from(chosen(user, filters, found), filters, filters.after)
    ids = list(rows.values_list("pk", filters.order_field)[: PAGE_SIZE + 1])
    shown = [pk for pk, _ in ids[:PAGE_SIZE]]
    by_id = Conversation.objects.with_people().in_bulk(shown)
    last = ids[PAGE_SIZE - 1] if len(ids) > PAGE_SIZE else None
    following = Place(last[1], last[0]) if last and last[1] else None
    return Page(rows_of([by_id[pk] for pk in shown], user, now=now), following, found)


def following(user: User, filters: Filters, conversation: Conversation, *, now: datetime) -> UUID | None:
    """Whom to look at after this one in the same list, else its first; asked before this one moves."""
    found = find(user, filters.search, now=now) if filters.search else None
    others = chosen(user, filters, found).exclude(pk=conversation.pk)
    at = getattr(conversation, filters.order_field)
    here = Place(at, conversation.pk) if at else None
    is_listed = filters.state is None or filters.state == conversation.state
    for start in (here if is_listed else None, None):
        next_one = _from(others, filters, start).values_list("pk", flat=True).first()
        if next_one is not None:
            return next_one
    return None


def _from(rows: ConversationQuerySet, filters: Filters, after: Place | None) -> ConversationQuerySet:
    name = filters.order_field
    if filters.is_oldest_first:
        rows = rows.order_by(name, "id")
        return rows.filter(after.beyond(name, is_later=True)) if after else rows
    rows = rows.order_by(f"-{name}", "-id") if filters.state else rows.order_by(f"-{name}", "id")
    return rows.filter(after.beyond(name, is_later=False, is_higher=not filters.state)) if after else rows


def rows_of(conversations: Sequence[Conversation], user: User, *, now: datetime) -> list[Row]:
    ids = [each.pk for each in conversations]
    unread = set(Conversation.objects.filter(pk__in=ids).unread_by(user).values_list("pk", flat=True))
    newest = Message.objects.filter(conversation__in=ids).order_by("conversation_id", "-created_at", "-id")
    last: dict[UUID, Message | Note] = {
        each.conversation_id: each for each in newest.distinct("conversation_id")
    }
    vault = Vault(user.organization_id)
    notes = _system_notes([each for each in conversations if each.noted_at])
    for pk, note in notes.items():
        if pk not in last or last[pk].created_at < note.created_at:
            last[pk] = note
    return [
        _row(each, last.get(each.pk), vault, is_unread=each.pk in unread, now=now) for each in conversations
    ]


def _system_notes(conversations: Sequence[Conversation]) -> dict[UUID, Note]:
    """The newest of each; few have any."""
    if not conversations:
        return {}
    found = Note.objects.filter(conversation__in=conversations, kind=NoteKind.SYSTEM)
    newest = found.order_by("conversation_id", "-created_at", "-id").distinct("conversation_id")
    return {each.conversation_id: each for each in newest}


def _row(
    conversation: Conversation,
    said: Message | Note | None,
    vault: Vault,
    *,
    is_unread: bool,
    now: datetime,
) -> Row:
    preview = ""
    if said is not None:
        key = conversation.application.candidate.key
        try:
            preview = vault.open(key, said.PLACE, said.pk, said.body_sealed)
        except Unreadable:
            preview = ""
    since = conversation.waiting_since
    return Row(
        conversation=conversation,
        preview=" ".join(preview[: _PREVIEW * 2].split())[:_PREVIEW],
        is_ours=isinstance(said, Message) and not said.is_from_candidate,
        is_noted=isinstance(said, Note),
        is_unread=is_unread,
        is_from_elsewhere=isinstance(said, Message) and said.sender_note is not None,
        urgency=urgency(since, now) if since else None,
    )


def count(user: User, filters: Filters, found: Found | None) -> dict[str, int]:
    """By state for whose it is, and by whose it is for the state; each stops at CAP. In one statement."""
    wanted = {state.value: filters.within(state) for state in ConversationState}
    wanted |= {whose.value: filters.of(whose) for whose in Whose}
    first, *others = [
        chosen(user, each, found).values_list(Value(name))[:CAP] for name, each in wanted.items()
    ]
    figures = Counter(name for (name,) in first.union(*others, all=True))
    return {name: figures[name] for name in wanted}


def count_unread(user: Any) -> int:
    """For the navigation: what is new in one's own conversations and in those of nobody. Stops at CAP."""
    if not user.may(Permission.SEE_INTERVIEWS) or user.role == Role.INTERVIEWER:
        return 0
    mine = Conversation.objects.visible_to(user).filter(Q(assignee=user) | _of_nobody(user))
    newest = mine.filter(state=ConversationState.OPEN).order_by("-ranked_at").values("pk")[:_NEWEST]
    return Conversation.objects.filter(pk__in=newest).unread_by(user)[:CAP].count()


def count_asked(user: Any) -> int:
    """For an interviewer's navigation: questions that wait for their answer."""
    if not user.may(Permission.SEE_INTERVIEWS):
        return 0
    return Consultation.objects.asked_of(user).filter(state="asked")[:CAP].count()


def snooze_times(now: datetime, zone: Any) -> list[tuple[str, datetime]]:
    """What is offered for sleeping, on the viewer's clock: by code, the soonest first."""
    local = now.astimezone(zone)
    morning = (local + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=(7 - morning.weekday()) % 7)
    evening = local.replace(hour=17, minute=0, second=0, microsecond=0)
    offered = [("hour", now + timedelta(hours=1)), ("evening", evening), ("tomorrow", morning)]
    offered.append(("monday", monday if monday > morning else monday + timedelta(days=7)))
    return [(code, at) for code, at in offered if at > now + timedelta(minutes=30)]
