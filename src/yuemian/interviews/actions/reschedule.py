"""Another time, asked for by the candidate: chosen from the slots or proposed, at once or by a person's leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.slots import Policy, Refusal, RequestState, SlotKey, Span, refusal
from yuemian.domain.states import Answer, Mode
from yuemian.interviews.actions.change import By, Facts, put_in_place
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.actions.respond import (
    LONGEST_ANSWER,
    LONGEST_NOTE,
    Refused,
    reply,
    respond,
    standing,
    write_answer,
)
from yuemian.interviews.actions.seats import give_back, give_back_overdue, take_seat
from yuemian.interviews.models import Interview, Participant, RescheduleRequest, Response, SlotSeries
from yuemian.interviews.slots.calendars import NOBODY_ASKED, Outside
from yuemian.interviews.slots.policies import policy_of, times_asked
from yuemian.messaging.models import AccessLink
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.live import announce

#: A link that was used to choose a time stays of use until after that.
LINK_OUTLIVES: Final = timedelta(hours=24)
#: Nobody proposes further ahead.
FURTHEST: Final = timedelta(days=120)


@dataclass(eq=False)
class CannotAsk(Exception):  # noqa: N818
    """The policy does not let the candidate ask here; the page says why, and whom to call."""

    why: Refusal


@dataclass(frozen=True)
class Press:
    """How the candidate pressed: on which link, and whether by a second press on a page that showed what holds."""

    link: AccessLink
    now: datetime
    was_confirmed: bool = False

    def locked(self) -> Interview:
        """The interview, as it is now. Raises Refused when this link can no longer answer."""
        rows = Interview.objects.select_for_update(of=("self",), no_key=True)
        seen = rows.get(pk=self.link.subject_id).revision if self.was_confirmed else None
        interview = (
            Interview.objects.with_people().select_related("organization").get(pk=self.link.subject_id)
        )
        why = standing(self.link, interview, now=self.now, seen_revision=seen)
        if why != "open":
            raise Refused(why)
        return interview

    @property
    def actor(self) -> Actor:
        return Actor("candidate", self.link.candidate_id)


class NoLongerOpen(Exception):  # noqa: N818
    """Somebody has decided this request meanwhile, or the interview has changed."""


def may_ask(interview: Interview, policy: Policy, *, now: datetime) -> Refusal | None:
    """None when the candidate may; an open request can be replaced as long as it is early enough."""
    asked = times_asked(interview) - int(open_request(interview) is not None)
    return refusal(
        policy, asked=asked, starts_at=interview.starts_at, now=now, is_settled=interview.is_settled
    )


def open_request(interview: Interview) -> RescheduleRequest | None:
    return (
        RescheduleRequest.objects.filter(interview=interview, state=RequestState.OPEN)
        .select_related("series")
        .first()
    )


def choose_slot(
    press: Press, key: SlotKey, *, words: str, note: str = "", outside: Outside = NOBODY_ASKED
) -> bool:
    """The candidate takes a slot: at once (True), or held until a person accepts it.

    `words` is the time as the candidate's page says it, `outside` what the calendars said just before. Raises Refused,
    CannotAsk, JustTaken.
    """
    with transaction.atomic():
        interview = press.locked()
        policy = _allowed(interview, press.now)
        if policy.is_automatic or not interview.is_settled:
            was_settled = interview.is_settled
            found = take_seat(interview, key, now=press.now, outside=outside)
            _withdraw(interview, press.now)
            _move(By(interview.organization, press.actor), interview, found.series, found.span, press.now)
            _answered(interview, press.link, press.now, was_confirmed=press.was_confirmed)
            _keep_link(press.link, interview)
            done = {"state": RequestState.ACCEPTED, "is_counted": was_settled, "decided_at": press.now}
            _request(interview, [key.start], press.now, series_id=key.series, **done)
            return True
        held_until = min(press.now + policy.hold, interview.starts_at)
        take_seat(interview, key, now=press.now, held_until=held_until, outside=outside)
        said = _said(words, note)
        _ask(press, interview, [key.start], said, series_id=key.series, held_until=held_until)
        return False


def propose_times(press: Press, times: Sequence[datetime], *, words: str, note: str) -> None:
    """Up to as many times as the policy allows, or only a note; a person decides. Raises Refused, CannotAsk."""
    with transaction.atomic():
        interview = press.locked()
        policy = _allowed(interview, press.now)
        if not policy.proposals:
            raise CannotAsk(Refusal.NOT_HERE)
        kept = sorted({each for each in times if each > press.now})[: policy.proposals]
        if kept or note.strip():
            give_back(interview, only_held=True)
            _ask(press, interview, kept, _said(words, note))


def propose_from_calendar(interview: Interview, start: datetime, note: str, *, now: datetime) -> bool:
    """The time that a candidate's calendar proposes, as if it were proposed on the page: HR accepts it with one press.

    The caller has locked the interview and judged the reply. False, and nothing is done, where the policy lets nobody
    propose: then it is an answer and no more.
    """
    policy = policy_of(interview)
    if not now < start <= now + FURTHEST or not policy.proposals or may_ask(interview, policy, now=now):
        return False
    give_back(interview, only_held=True)
    wish = Answer.RESCHEDULE_REQUESTED
    # Locked since it was read: it cannot have changed.
    write_answer(interview, wish, note, now=now, link_id=None, was_confirmed=True, via="calendar")
    _put(interview, [start], Actor("candidate", interview.application.candidate_id), now)
    return True


def withdraw(press: Press) -> None:
    """The candidate takes the request back: what was held is free, and the answer open again. Raises Refused."""
    with transaction.atomic():
        interview = press.locked()
        if _withdraw(interview, press.now):
            give_back(interview, only_held=True)
            _reopen(interview, press.now)
            _record(interview, press.actor, "reschedule.withdrawn", press.now)


def accept_request(user: User, request_id: UUID, at: datetime, *, now: datetime) -> Interview:
    """One press: the interview moves to the time that was asked for, and the candidate is told.

    Raises NoLongerOpen, CannotChange, JustTaken (the seat was free again and somebody else has it), NoTemplate.
    """
    with transaction.atomic():
        interview, request = _decide(user, request_id)
        if at not in request.times:
            raise NoLongerOpen(NoLongerOpen.__doc__)
        _close(request, RequestState.ACCEPTED, now, user)
        by = By.of(user)
        if request.series is not None:
            found = take_seat(interview, SlotKey(request.series.pk, at), now=now, is_late=True)
            _move(by, interview, found.series, found.span, now)
        else:
            facts = replace(facts_of(interview), starts_at=at)
            put_in_place(by, interview, facts, now=now, answer=Answer.ACCEPTED)
        _answered(interview, None, now, was_confirmed=True)
        _record(interview, user.actor, "reschedule.accepted", now)
        return interview


def decline_request(
    user: User, request_id: UUID, text: str, *, now: datetime, offers_again: bool = False
) -> bool:
    """The time stays as it is; the candidate reads the words and answers again. Raises NoLongerOpen, NoTemplate.

    False when no message can be sent: the words stand on the candidate's page all the same. `offers_again`: they are
    asked to choose among the slots, so that this request counts for nothing.
    """
    with transaction.atomic():
        interview, request = _decide(user, request_id)
        _close(request, RequestState.DECLINED, now, user, is_counted=not offers_again)
        give_back(interview, only_held=True)
        _reopen(interview, now)
        said = reply(user, interview, text, now=now)
        _record(interview, user.actor, "reschedule.declined", now)
        return said.is_told


def expire_requests(organization_id: UUID, now: datetime) -> int:
    """A chore: what nobody decided before the interview began is over, and what was held too long is free again."""
    gone = RescheduleRequest.objects.filter(
        organization_id=organization_id, state=RequestState.OPEN, interview__starts_at__lte=now
    ).update(state=RequestState.EXPIRED, decided_at=now, held_until=None)
    freed = give_back_overdue(organization_id, now)
    if gone or freed:
        announce(organization_id, "interviews")
    return 0  # in one go: there is nothing left to come back for


def facts_of(interview: Interview) -> Facts:
    """What holds now, as a change takes it."""
    names = ("starts_at", "duration", "time_zone", "place_name", "place_address", "video_link", "round")
    same = {name: getattr(interview, name) for name in (*names, "materials", "flow")}
    return Facts(mode=Mode(interview.mode), **same)


def _move(by: By, interview: Interview, series: SlotSeries, span: Span, now: datetime) -> None:
    """The interview into the slot in which it has just got its seat: time and length, and the series' place if any."""
    facts = replace(facts_of(interview), starts_at=span.start, duration=span.end - span.start)
    if series.mode:
        names = ("time_zone", "place_name", "place_address", "video_link")
        facts = replace(facts, mode=Mode(series.mode), **{name: getattr(series, name) for name in names})
    if series.interviewer_id and not interview.participants.exists():
        Participant.objects.create(
            organization_id=interview.organization_id, interview=interview, user_id=series.interviewer_id
        )
    put_in_place(by, interview, facts, now=now, answer=Answer.ACCEPTED)


def _allowed(interview: Interview, now: datetime) -> Policy:
    policy = policy_of(interview)
    if why := may_ask(interview, policy, now=now):
        raise CannotAsk(why)
    return policy


def _said(words: str, note: str) -> str:
    """The times as the page says them, then the candidate's own words, which are never cut for those."""
    note = note.strip()[:LONGEST_NOTE]
    return f"{words[: LONGEST_ANSWER - len(note) - 1]}\n{note}".strip()


def _ask(press: Press, interview: Interview, times: Sequence[datetime], note: str, **fields: Any) -> None:
    """The request, and the answer that goes with it."""
    respond(
        press.link,
        Answer.RESCHEDULE_REQUESTED,
        note,
        now=press.now,
        was_confirmed=press.was_confirmed,
        seen_revision=interview.revision if press.was_confirmed else None,
        interview=interview,
    )
    _put(interview, times, press.actor, press.now, **fields)


def _put(interview: Interview, times: Sequence[datetime], actor: Actor, now: datetime, **fields: Any) -> None:
    """In place of an earlier open one."""
    _withdraw(interview, now)
    _request(interview, times, now, **fields)
    _record(interview, actor, "reschedule.requested", now)


def _request(interview: Interview, times: Sequence[datetime], now: datetime, **fields: Any) -> None:
    RescheduleRequest.objects.create(
        organization_id=interview.organization_id,
        interview=interview,
        revision=interview.revision,
        times=list(times),
        at=now,
        **fields,
    )


def _withdraw(interview: Interview, now: datetime) -> int:
    """What costs nobody a decision counts for nothing."""
    found = RescheduleRequest.objects.filter(interview=interview, state=RequestState.OPEN)
    return found.update(state=RequestState.WITHDRAWN, is_counted=False, decided_at=now, held_until=None)


def _decide(user: User, request_id: UUID) -> tuple[Interview, RescheduleRequest]:
    """The interview, locked, and its request while that can be decided. Raises NoLongerOpen."""
    request = RescheduleRequest.objects.filter(organization_id=user.organization_id, pk=request_id).first()
    if request is None:
        raise NoLongerOpen(NoLongerOpen.__doc__)
    rows = Interview.objects.visible_to(user).select_for_update(of=("self",), no_key=True)
    rows.get(pk=request.interview_id)
    request = RescheduleRequest.objects.select_related("series").get(pk=request_id)
    interview = Interview.objects.with_people().select_related("organization").get(pk=request.interview_id)
    if request.state != RequestState.OPEN or request.revision != interview.revision:
        raise NoLongerOpen(NoLongerOpen.__doc__)
    return interview, request


def _close(
    request: RescheduleRequest, state: RequestState, now: datetime, user: User, *, is_counted: bool = True
) -> None:
    request.state, request.decided_at, request.decided_by = state, now, user
    request.held_until, request.is_counted = None, is_counted
    request.save(update_fields=["state", "decided_at", "decided_by", "held_until", "is_counted"])


def _reopen(interview: Interview, now: datetime) -> None:
    """The time that holds is the old one, and the candidate is asked for it again."""
    if interview.answer == Answer.RESCHEDULE_REQUESTED:
        interview.answer, interview.answered_at = Answer.NEEDS_ACTION, None
        interview.save(update_fields=["answer", "answered_at"])
        touch(interview.organization_id, [interview.pk], now=now)


def _answered(interview: Interview, link: AccessLink | None, now: datetime, *, was_confirmed: bool) -> None:
    """Who chose the time has said that they come: an answer to the new revision, without a press of its own."""
    Response.objects.create(
        organization_id=interview.organization_id,
        interview=interview,
        revision=interview.revision,
        answer=Answer.ACCEPTED,
        link=link,
        was_confirmed=was_confirmed,
        at=now,
    )


def _keep_link(link: AccessLink, interview: Interview) -> None:
    """On this link the candidate has just seen and chosen the new time: it is no old one."""
    link.subject_revision = interview.revision
    link.expires_at = max(link.expires_at, interview.ends_at + LINK_OUTLIVES)
    link.save(update_fields=["subject_revision", "expires_at"])


def _record(interview: Interview, actor: Actor, action: str, now: datetime) -> None:
    subject = ("interview", interview.pk)
    audit.record(
        interview.organization_id, actor, action, at=now, subject=subject, revision=interview.revision
    )
    announce(interview.organization_id, "interviews", interview=interview.pk)
