"""One conversation as HR reads it: messages, notes and consultations in one order, with the interview's facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.conversation import NoteKind, Urgency, Voice, urgency
from yuemian.domain.states import ConsultationState
from yuemian.interviews.inbox.wording import CONSULTATIONS, Text
from yuemian.interviews.models import Interview
from yuemian.interviews.timeline import Said, readable, said_of
from yuemian.messaging.models import Consultation, Conversation, Medium, Message, Note
from yuemian.trust.models import Key
from yuemian.trust.vault import Vault

#: A conversation about an interview is short; of a longer one the newest are shown, and that is said.
MOST: Final = 200


@dataclass(frozen=True)
class Entry:
    """One thing that was said. `kind`: candidate, company, interviewer, automatic, note, system_note, consultation."""

    kind: str
    id: UUID
    at: datetime
    author: str
    text: str
    is_name_shown: bool = False
    #: What is to be said beside it, where it came by mail or from an address that is not the candidate's.
    said: Said | None = None


@dataclass(frozen=True)
class Passed:
    """A question that was passed on to an interviewer."""

    consultation: Consultation
    at: datetime
    remark: str
    answer: str
    kind: str = "consultation"

    @property
    def id(self) -> UUID:
        return self.consultation.pk

    @property
    def tone(self) -> str:
        return CONSULTATIONS[ConsultationState(self.consultation.state)][0]

    @property
    def words(self) -> Text:
        return CONSULTATIONS[ConsultationState(self.consultation.state)][1]

    @property
    def waits_for_release(self) -> bool:
        return self.consultation.state == ConsultationState.ANSWERED

    @property
    def is_unfinished(self) -> bool:
        return self.consultation.state in {ConsultationState.ASKED, ConsultationState.ANSWERED}


@dataclass(frozen=True)
class Thread:
    conversation: Conversation
    entries: Sequence[Entry | Passed]
    has_older: bool
    interviews: Sequence[Interview]
    #: The one that an answer is about: what the candidate asked about last, else the newest.
    interview: Interview | None
    #: What the candidate said since anybody answered, oldest first.
    unanswered: Sequence[Entry]
    urgency: Urgency | None

    @property
    def last_question(self) -> UUID | None:
        asked = [each for each in self.entries if each.kind == "candidate"]
        return asked[-1].id if asked else None


def read(conversation: Conversation, user: User, *, now: datetime) -> Thread:
    """In a constant number of statements."""
    said = list(conversation.messages.select_related("author").order_by("-created_at", "-id")[: MOST + 1])
    vault, key = Vault(user.organization_id), conversation.application.candidate.key
    entries: list[Entry | Passed] = [message_entry(each, vault, key) for each in said[:MOST]]
    notes = conversation.notes.select_related("author").order_by("-created_at")
    entries += [_note(each, vault, key) for each in notes[:MOST]]
    passed = conversation.consultations.select_related("interviewer", "asked_by").order_by("-asked_at")
    entries += [_passed(each, vault, key) for each in passed[:MOST]]
    entries.sort(key=lambda each: (each.at, each.id))
    interviews = list(
        Interview.objects.visible_to(user)
        .filter(application=conversation.application_id)
        .with_contacts()
        .prefetch_related("interviewers")
        .order_by("-starts_at")
    )
    since = conversation.waiting_since
    return Thread(
        conversation=conversation,
        entries=entries,
        has_older=len(said) > MOST,
        interviews=interviews,
        interview=_about(said, interviews),
        unanswered=[
            each
            for each in entries
            if isinstance(each, Entry) and each.kind == "candidate" and since and each.at >= since
        ],
        urgency=urgency(since, now) if since else None,
    )


def _about(said: Sequence[Message], interviews: Sequence[Interview]) -> Interview | None:
    asked = next((each.interview_id for each in said if each.is_from_candidate and each.interview_id), None)
    named = next((each for each in interviews if each.pk == asked), None)
    return named or next(iter(interviews), None)


def message_entry(message: Message, vault: Vault, key: Key) -> Entry:
    kind = "candidate" if message.is_from_candidate else "company"
    if message.voice == Voice.AUTOMATIC:
        kind = "automatic"
    elif message.voice in {Voice.INTERVIEWER, Voice.NAMED_INTERVIEWER}:
        kind = "interviewer"
    return Entry(
        kind=kind,
        id=message.pk,
        at=message.created_at,
        author=message.author.name if message.author else "",
        text=readable(vault, key, Message.PLACE, message.pk, message.body_sealed),
        is_name_shown=message.voice == Voice.NAMED_INTERVIEWER,
        said=said_of(message, vault, key) if _has_more(message) else None,
    )


def _has_more(message: Message) -> bool:
    return message.channel == Medium.EMAIL or message.sender_note is not None


def _note(note: Note, vault: Vault, key: Key) -> Entry:
    text = readable(vault, key, Note.PLACE, note.pk, note.body_sealed)
    kind = "system_note" if note.kind == NoteKind.SYSTEM else "note"
    return Entry(kind, note.pk, note.created_at, note.author.name if note.author else "", text)


def _passed(consultation: Consultation, vault: Vault, key: Key) -> Passed:
    return Passed(
        consultation=consultation,
        at=consultation.asked_at,
        remark=remark_of(consultation, vault, key),
        answer=answer_of(consultation, vault, key),
    )


def remark_of(consultation: Consultation, vault: Vault, key: Key) -> str:
    sealed = consultation.remark_sealed
    return readable(vault, key, Consultation.REMARK, consultation.pk, sealed) if sealed else ""


def answer_of(consultation: Consultation, vault: Vault, key: Key) -> str:
    sealed = consultation.answer_sealed
    return readable(vault, key, Consultation.ANSWER, consultation.pk, sealed) if sealed else ""
