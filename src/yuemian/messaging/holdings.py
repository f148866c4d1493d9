"""What messaging holds about a person: messages to them, what the lab received, links with their visits, the thread."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.domain.conversation import NoteKind
from yuemian.domain.states import Channel, ConsultationState
from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.hiring.own_holdings import CHANNELS
from yuemian.messaging.actions.call_off import call_off_for
from yuemian.messaging.actions.forget import forget_digests, forget_told
from yuemian.messaging.models import (
    AccessLink,
    Challenge,
    Consultation,
    Conversation,
    Delivery,
    LabMessage,
    Message,
    Note,
    Notification,
    Visit,
)
from yuemian.messaging.told import TOLD
from yuemian.trust.vault import Unreadable, Vault

#: Of each kind so many at most are listed; nobody's page grows without end.
MOST = 500
_SENT = ("sent", "delivered", "unknown")


def _messages(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    found = Delivery.objects.filter(notification__candidate=candidate, state__in=_SENT, sent_at__isnull=False)
    held = []
    for each in found.select_related("notification").order_by("sent_at")[:MOST]:
        purpose = TOLD.get(each.notification.purpose, each.notification.purpose)
        channel = CHANNELS[Channel(each.channel)]
        data = {
            "purpose": each.notification.purpose,
            "channel": each.channel,
            "language": each.notification.locale,
            "sent_at": each.sent_at,
            "state": each.state,
        }
        assert each.sent_at is not None
        held.append(Held(f"{moment(candidate, each.sent_at)} · {purpose} · {channel}", data))
    return held


def _forget_messages(candidate_ids: Collection[UUID], now: datetime) -> int:
    """What waits never leaves; what was sent keeps its purpose, time and channel, and loses all it was made of.

    Of what colleagues were told about them, digests go here, and the rest with what it is about (`forget_told`).
    """
    call_off_for(candidate_ids, now=now)
    theirs = Notification.objects.filter(candidate__in=candidate_ids)
    LabMessage.objects.filter(delivery__notification__in=theirs).delete()
    forget_digests()
    return theirs.update(parameters_sealed=b"", shared=None)


def _visits(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    kinds = {"fetched": _("Link fetched, perhaps by a machine"), "viewed": _("Page looked at")}
    found = Visit.objects.filter(link__candidate=candidate).order_by("at")[:MOST]
    return [
        Held(
            f"{moment(candidate, each.at)} · {kinds[each.kind]}",
            {"at": each.at, "kind": each.kind, "perhaps_a_machine": each.is_suspected_bot},
        )
        for each in found
    ]


def _forget_links(candidate_ids: Collection[UUID], now: datetime) -> int:
    """Every link stops at once. Visits keep their times, which lead to nobody any more."""
    links = AccessLink.objects.filter(candidate__in=candidate_ids, revoked_at=None)
    Challenge.objects.filter(candidate__in=candidate_ids).delete()
    return links.update(revoked_at=now)


def _thread(candidate: Candidate, vault: Vault) -> list[Held]:
    held = []
    found = Message.objects.filter(conversation__application__candidate=candidate).order_by("created_at")
    for each in found[:MOST]:
        try:
            entry = _said(each, candidate, vault)
        except Unreadable:
            continue
        held.append(entry)
    return held


def _said(message: Message, candidate: Candidate, vault: Vault) -> Held:
    """Raises Unreadable. What came from another address about them is theirs to see once it is proved who they are."""
    text = vault.open(candidate.key, Message.PLACE, message.pk, message.body_sealed)
    is_other = message.sender_note is not None
    author = _("The company")
    if message.is_from_candidate:
        author = _("From another address") if is_other else _("You")
    data = {
        "at": message.created_at,
        "from_you": message.is_from_candidate and not is_other,
        "from_another_address": is_other,
        "text": text,
    }
    if message.original_sealed is not None:
        place = Message.ORIGINAL_PLACE
        data["whole_message"] = vault.open(candidate.key, place, message.pk, message.original_sealed)
    if message.attachments_sealed is not None:
        names = vault.open(candidate.key, Message.ATTACHMENTS_PLACE, message.pk, message.attachments_sealed)
        data["names_of_files"] = orjson.loads(names)
    told = f"{moment(candidate, message.created_at)} · {author}"
    return Held(f"{told}: {text}", data, told if is_other else None)


def _forget_thread(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    """The texts become unreadable with the key; nobody is asked to answer them any more."""
    threads = Conversation.objects.filter(application__candidate__in=candidate_ids)
    threads.update(waiting_since=None, waited_since=None, snoozed_until=None, noted_at=None, state="resolved")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_message m JOIN messaging_conversation t ON t.id = m.conversation_id"
            " JOIN hiring_application a ON a.id = t.application_id WHERE a.candidate_id = ANY(%s)",
            [list(candidate_ids)],
        )
        count: int = cursor.fetchone()[0]
    return count


def _notes(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    """That there are some, and of when. Their words are about others, too: the privacy officer gives them out."""
    kinds = {NoteKind.COLLEAGUE: _("Note of a colleague"), NoteKind.SYSTEM: _("Note of the system")}
    found = Note.objects.filter(conversation__application__candidate=candidate).order_by("created_at")
    return [
        Held(
            f"{moment(candidate, each.created_at)} · {kinds[NoteKind(each.kind)]}",
            {"at": each.created_at, "kind": each.kind},
        )
        for each in found[:MOST]
    ]


def _passed_on(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    """What became of a question that an interviewer was asked; the answer that was given out stands in the thread."""
    found = Consultation.objects.filter(conversation__application__candidate=candidate)
    words = _("Your question was passed on to an interviewer")
    return [
        Held(
            f"{moment(candidate, each.asked_at)} · {words}",
            {"at": each.asked_at, "state": each.state, "answered_at": each.answered_at},
        )
        for each in found.order_by("asked_at")[:MOST]
    ]


def _forget_passed_on(candidate_ids: Collection[UUID], now: datetime) -> int:
    """No interviewer is asked any more; remark and answer become unreadable with the key."""
    theirs = Consultation.objects.filter(conversation__application__candidate__in=candidate_ids)
    forget_told(list(theirs.values_list("pk", flat=True)), now=now)
    unfinished = [ConsultationState.ASKED, ConsultationState.ANSWERED]
    theirs.filter(state__in=unfinished).update(state=ConsultationState.WITHDRAWN, closed_at=now)
    return theirs.count()


def _forget_notes(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    """Unreadable with the key; counted for the receipt."""
    return Note.objects.filter(conversation__application__candidate__in=candidate_ids).count()


HOLDINGS = (
    Holding(
        "messages",
        gettext_lazy("Messages we sent you"),
        gettext_lazy("To know what you were told, and not to tell you twice."),
        _messages,
        _forget_messages,
    ),
    Holding(
        "conversation",
        gettext_lazy("Questions and answers"),
        gettext_lazy("To answer you, and to remember what was agreed."),
        _thread,
        _forget_thread,
        activity_sql="""
            SELECT a.candidate_id, m.created_at FROM messaging_message m
            JOIN messaging_conversation t ON t.id = m.conversation_id
            JOIN hiring_application a ON a.id = t.application_id""",
        waiting_sql="""
            SELECT a.candidate_id FROM messaging_conversation t
            JOIN hiring_application a ON a.id = t.application_id WHERE t.waiting_since IS NOT NULL""",
    ),
    Holding(
        "consultations",
        gettext_lazy("Questions that an interviewer was asked"),
        gettext_lazy("To answer you where only the interviewer can."),
        _passed_on,
        _forget_passed_on,
    ),
    Holding(
        "notes",
        gettext_lazy("Notes beside the conversation"),
        gettext_lazy("So that colleagues who help you know the same. Ask us for their words."),
        _notes,
        _forget_notes,
    ),
    Holding(
        "visits",
        gettext_lazy("When your link was opened"),
        gettext_lazy("To see whether a message arrived."),
        _visits,
        _forget_links,
    ),
)
