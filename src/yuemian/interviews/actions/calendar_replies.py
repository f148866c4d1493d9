"""An answer from a calendar client: it counts where all is certain; anything else is a note that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from yuemian.domain.addresses import email_index_form
from yuemian.domain.invitation import CalendarReply, ReplyKind, interview_uid
from yuemian.domain.states import Answer, Channel
from yuemian.domain.when import present
from yuemian.hiring.models import ContactState
from yuemian.interviews.actions.reschedule import propose_from_calendar
from yuemian.interviews.actions.respond import write_answer
from yuemian.interviews.inbox.arrivals import give_to_recruiter
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.conversation import add_system_note
from yuemian.trust import audit
from yuemian.trust.audit import SYSTEM
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

#: A client's clock may be this much ahead of ours or behind.
_SKEW: Final = timedelta(minutes=5)


class Doubt(StrEnum):
    """Why a reply is only noted."""

    OTHER_EVENT = "other_event"
    OTHER_ATTENDEE = "other_attendee"
    OTHER_SENDER = "other_sender"
    NOT_AUTHENTIC = "not_authentic"
    OLD_VERSION = "old_version"
    OVERTAKEN = "overtaken"
    CLOSED = "closed"
    NO_ANSWER = "no_answer"


class Taking(StrEnum):
    ANSWERED = "answered"  # it is the candidate's answer now
    UNCHANGED = "unchanged"  # it says what is known already
    NOTED = "noted"  # a note for HR beside the conversation; the answer stays as it was
    UNKNOWN = "unknown"  # there is no such interview of this candidate, or they were erased


@dataclass(frozen=True)
class TakenReply:
    """What became of a reply; `doubt` is set where it was only noted."""

    taking: Taking
    doubt: Doubt | None = None


_ANSWERS: Final = {
    ReplyKind.ACCEPTED: Answer.ACCEPTED,
    ReplyKind.DECLINED: Answer.DECLINED,
    # Neither is a yes: HR and the candidate look for a time that is one.
    ReplyKind.TENTATIVE: Answer.RESCHEDULE_REQUESTED,
    ReplyKind.COUNTER: Answer.RESCHEDULE_REQUESTED,
}
_SAID: dict[ReplyKind, str | Promise] = {
    ReplyKind.ACCEPTED: gettext_lazy("Coming"),
    ReplyKind.DECLINED: gettext_lazy("Not coming"),
    ReplyKind.TENTATIVE: gettext_lazy("Maybe"),
    ReplyKind.COUNTER: gettext_lazy("Another time"),
    ReplyKind.OTHER: gettext_lazy("No answer"),
}
_BECAUSE: dict[Doubt, str | Promise] = {
    Doubt.OTHER_EVENT: gettext_lazy("it names another event"),
    Doubt.OTHER_ATTENDEE: gettext_lazy("it speaks for another address than the invited one"),
    Doubt.OTHER_SENDER: gettext_lazy("it was sent from another address than the invited one"),
    Doubt.NOT_AUTHENTIC: gettext_lazy("its sender could not be verified"),
    Doubt.OLD_VERSION: gettext_lazy("it answers an earlier invitation; the interview has changed since"),
    Doubt.OVERTAKEN: gettext_lazy("it was written before the answer that stands"),
    Doubt.CLOSED: gettext_lazy("the interview is cancelled or has begun"),
    Doubt.NO_ANSWER: gettext_lazy("it says neither yes nor no"),
}


def take_calendar_reply(
    interview_id: UUID,
    candidate_id: UUID,
    reply: CalendarReply,
    *,
    sender: str,
    is_authenticated: bool,
    now: datetime,
) -> TakenReply:
    """Apply a reply that came to this candidate's own reply address. `sender` is the bare From address.

    `is_authenticated`: the mail's own checks (DMARC, or aligned DKIM or SPF) passed. The transaction is bound to the
    organization. The same reply taken twice changes nothing the second time.
    """
    with transaction.atomic():
        interview = _locked(interview_id, candidate_id)
        if interview is None:
            return TakenReply(Taking.UNKNOWN)
        doubt = _doubt(interview, reply, sender=sender, is_authenticated=is_authenticated, now=now)
        if doubt is not None:
            return _noted(interview, reply, doubt, sender=sender, now=now)
        answer = _ANSWERS[reply.kind]
        if _is_known(interview, answer, reply):
            return TakenReply(Taking.UNCHANGED)
        note = _note(interview, reply)
        start = reply.proposed_start
        if start is not None and propose_from_calendar(interview, start, note, now=now):
            return TakenReply(Taking.ANSWERED)
        # Locked since it was read: it cannot have changed.
        write_answer(interview, answer, note, now=now, link_id=None, was_confirmed=True, via="calendar")
    return TakenReply(Taking.ANSWERED)


def _locked(interview_id: UUID, candidate_id: UUID) -> Interview | None:
    rows = Interview.objects.filter(pk=interview_id, application__candidate_id=candidate_id)
    if rows.select_for_update(of=("self",), no_key=True).first() is None:
        return None
    interview = Interview.objects.with_contacts().get(pk=interview_id)
    # An erased person has no key: there is nobody whose answer it could be.
    return interview if interview.application.candidate.key.wrapped is not None else None


def _doubt(
    interview: Interview, reply: CalendarReply, *, sender: str, is_authenticated: bool, now: datetime
) -> Doubt | None:
    """The first reason why it cannot count; what may be forged comes first."""
    candidate = interview.application.candidate
    invited = _addresses(interview)
    checks = (
        (reply.uid != interview_uid(interview.pk, candidate.pk), Doubt.OTHER_EVENT),
        (email_index_form(reply.attendee) not in invited, Doubt.OTHER_ATTENDEE),
        (email_index_form(sender) != email_index_form(reply.attendee), Doubt.OTHER_SENDER),
        (not is_authenticated, Doubt.NOT_AUTHENTIC),
        (reply.sequence < interview.revision - 1, Doubt.OLD_VERSION),
        (not (interview.is_open(now) and interview.is_settled), Doubt.CLOSED),
        (reply.kind not in _ANSWERS, Doubt.NO_ANSWER),
        (_is_overtaken(interview, reply), Doubt.OVERTAKEN),
    )
    return next((doubt for is_so, doubt in checks if is_so), None)


def _addresses(interview: Interview) -> set[str]:
    """Those that are the candidate's; nothing was ever sent to one that they typed and never proved."""
    vault, found = Vault(interview.organization_id), set()
    for point in interview.application.candidate.contact_points.all():
        if point.channel == Channel.EMAIL and point.state != ContactState.UNCONFIRMED:
            found.add(email_index_form(point.value(vault)))
    return found


def _is_overtaken(interview: Interview, reply: CalendarReply) -> bool:
    """Mails arrive late: what was answered after this was written stands (RFC 5546 §3.2.3)."""
    if reply.stamp is None or interview.answered_at is None:
        return False
    return reply.stamp + _SKEW < interview.answered_at and _ANSWERS[reply.kind] != interview.answer


def _is_known(interview: Interview, answer: Answer, reply: CalendarReply) -> bool:
    """The very same again, as when a mailbox is read twice."""
    if answer != interview.answer:
        return False
    is_old = reply.stamp is not None and interview.answered_at is not None
    return (is_old and reply.stamp <= interview.answered_at) or not _has_more(reply)  # type: ignore[operator]


def _has_more(reply: CalendarReply) -> bool:
    return bool(reply.comment or reply.proposed_start)


def _note(interview: Interview, reply: CalendarReply) -> str:
    """What stands beside the answer, in the company's language: the proposed time, and the person's own words."""
    with override(interview.organization.locale):
        lines = []
        if reply.proposed_start is not None:
            locale = interview.organization.locale
            when = present(reply.proposed_start, interview.time_zone, locale).full
            lines.append(_("Proposed in the calendar: %(when)s") % {"when": when})
        elif reply.kind is ReplyKind.TENTATIVE:
            lines.append(_("Answered “maybe” in the calendar."))
        elif reply.kind is ReplyKind.COUNTER:
            lines.append(_("Asked for another time in the calendar, without naming one."))
        return "\n".join([*lines, reply.comment]).strip()


def _noted(
    interview: Interview, reply: CalendarReply, doubt: Doubt, *, sender: str, now: datetime
) -> TakenReply:
    with override(interview.organization.locale):
        text = _("Reply from a calendar: %(said)s. It changed no answer, because %(why)s.") % {
            "said": _SAID[reply.kind],
            "why": _BECAUSE[doubt],
        }
        if doubt in {Doubt.OTHER_SENDER, Doubt.OTHER_ATTENDEE}:
            text += "\n" + _("Sent by %(address)s") % {"address": sender[:254]}
        text = "\n".join(part for part in (text, _note(interview, reply)) if part)
    note = add_system_note(interview.application, text, now=now)
    give_to_recruiter(note.conversation, interview.pk, now=now)
    # Nobody knows who sent it: the trail names no candidate.
    audit.record(
        interview.organization_id,
        SYSTEM,
        "conversation.calendar_reply_noted",
        at=now,
        subject=("interview", interview.pk),
        doubt=str(doubt),
    )
    announce(interview.organization_id, "interviews", interview=interview.pk)
    return TakenReply(Taking.NOTED, doubt)
