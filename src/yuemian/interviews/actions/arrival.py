"""Note what candidates say on the way to an interview, and that they are there; and who of the company took it up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.arrival import HERE_FROM, SignalKind, Via, is_news, is_same_person, may_say
from yuemian.domain.states import Attendance, Channel, InterviewState
from yuemian.interviews.actions.arrival_news import tell_staff
from yuemian.interviews.actions.respond import Refused, locked
from yuemian.interviews.models import ArrivalSignal, Interview
from yuemian.messaging.models import AccessLink
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Unreadable, Vault

LONGEST_WORDS: Final = 300
#: More than anybody has to say; what goes on is asked on the page, not signalled.
MOST: Final = 30
#: No interview is longer (`forms.FactsForm.minutes`).
_LONGEST: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Word:
    """One thing a candidate says: how late in minutes, or in their own words."""

    kind: SignalKind
    minutes: int | None = None
    words: str = ""


def say(
    link: AccessLink, word: Word, *, now: datetime, was_confirmed: bool, seen_revision: int | None = None
) -> ArrivalSignal | None:
    """From the candidate's own page; None when it says nothing new. Raises Refused.

    On an old link it counts only by a press on a page that showed the present revision: `seen_revision`.
    """
    with transaction.atomic():
        interview = locked(link)
        _check(link, interview, word.kind, now, seen_revision if was_confirmed else None)
        return _note(interview, word, now, via=Via.PAGE, link=link, was_confirmed=was_confirmed)


def check_in(place_id: UUID, given_name: str, given_digits: str, *, now: datetime) -> bool:
    """At reception: whoever has this first character of the name and these last digits, if that is one person.

    The answer is for our own eyes: outside nobody learns whether there was such a person.
    """
    with transaction.atomic():
        expected = [
            interview
            for interview in _expected_at(place_id, now)
            if _is_theirs(interview, given_name, given_digits)
        ]
        if len({interview.application.candidate_id for interview in expected}) != 1:
            return False
        soonest = expected[0]
        Interview.objects.select_for_update(no_key=True).get(pk=soonest.pk)
        _note(soonest, Word(SignalKind.HERE), now, via=Via.POSTER)
        return True


def tick(user: User, interview_id: UUID, *, now: datetime) -> ArrivalSignal | None:
    """Somebody of the company saw the candidate arrive. Raises Refused outside the time for it."""
    with transaction.atomic():
        Interview.objects.visible_to(user).select_for_update(no_key=True).get(pk=interview_id)
        interview = Interview.objects.with_people().get(pk=interview_id)
        if not may_be_ticked(interview, now):
            raise Refused("over")
        return _note(interview, Word(SignalKind.HERE), now, via=Via.RECEPTION, user=user)


def take_up(user: User, interview_id: UUID, *, now: datetime) -> int:
    """Somebody looks after what the candidate said; it leaves the list. Returns how many signals that were."""
    with transaction.atomic():
        interview = Interview.objects.visible_to(user).get(pk=interview_id)
        taken = ArrivalSignal.objects.filter(interview=interview, settled_at=None).update(
            settled_at=now, settled_by=user
        )
        if taken:
            audit.record(
                user.organization_id,
                user.actor,
                "interview.signal_taken_up",
                at=now,
                subject=("interview", interview.pk),
            )
            announce(user.organization_id, "interviews", interview=interview.pk)
    return taken


def may_be_ticked(interview: Interview, now: datetime) -> bool:
    """Whether one can still note that the candidate has arrived."""
    return interview.state == InterviewState.SCHEDULED and may_say(
        SignalKind.HERE, interview.starts_at, interview.ends_at, now
    )


def _check(
    link: AccessLink, interview: Interview, kind: SignalKind, now: datetime, seen_revision: int | None
) -> None:
    if link.revoked_at is not None or link.expires_at <= now:
        raise Refused("expired")
    if interview.state == InterviewState.CANCELLED:
        raise Refused("cancelled")
    if (seen_revision or link.subject_revision) != interview.revision:
        raise Refused("old_revision")
    if interview.attendance != Attendance.UNKNOWN or not may_say(
        kind, interview.starts_at, interview.ends_at, now
    ):
        raise Refused("over")


def _note(
    interview: Interview,
    word: Word,
    now: datetime,
    *,
    via: Via,
    link: AccessLink | None = None,
    user: User | None = None,
    was_confirmed: bool = False,
) -> ArrivalSignal | None:
    """In the caller's transaction, which holds the interview's lock."""
    words = word.words.strip()[:LONGEST_WORDS]
    earlier = list(ArrivalSignal.objects.filter(interview=interview, revision=interview.revision)[: MOST + 1])
    said = [each.said for each in earlier]
    if len(earlier) >= MOST or not is_news(said, word.kind, word.minutes, has_words=bool(words)):
        return None
    signal = ArrivalSignal(
        id=uuid7(),
        organization_id=interview.organization_id,
        interview=interview,
        revision=interview.revision,
        kind=word.kind,
        minutes=word.minutes if word.kind == SignalKind.LATE else None,
        via=via,
        link=link,
        recorded_by=user,
        was_confirmed=was_confirmed,
        at=now,
        settled_at=now if word.kind == SignalKind.HERE else None,
    )
    if words:
        key = interview.application.candidate.key
        signal.words_sealed = Vault(interview.organization_id).seal(
            key, ArrivalSignal.PLACE, signal.pk, words
        )
    signal.save(force_insert=True)
    if word.kind == SignalKind.HERE:  # whatever was said on the way is settled by that
        ArrivalSignal.objects.filter(interview=interview, settled_at=None).update(settled_at=now)
    tell_staff(interview, signal, words, number=len(earlier) + 1, now=now)
    audit.record(
        interview.organization_id,
        user.actor if user else Actor("candidate", interview.application.candidate_id),
        "interview.signalled",
        at=now,
        subject=("interview", interview.pk),
        kind=str(word.kind),
        via=str(via),
    )
    announce(interview.organization_id, "interviews", interview=interview.pk)
    return signal


def _expected_at(place_id: UUID, now: datetime) -> Iterable[Interview]:
    """Who may arrive at this place now, soonest first."""
    found = (
        Interview.objects.with_contacts()
        .filter(
            place=place_id,
            state=str(InterviewState.SCHEDULED),
            attendance=str(Attendance.UNKNOWN),
            starts_at__gt=now - _LONGEST,
            starts_at__lte=now + HERE_FROM,
        )
        .order_by("starts_at", "id")
    )
    return (interview for interview in found if interview.ends_at > now)


def _is_theirs(interview: Interview, given_name: str, given_digits: str) -> bool:
    candidate = interview.application.candidate
    vault = Vault(interview.organization_id)
    for point in candidate.contact_points.all():
        if point.channel != Channel.SMS:
            continue
        try:
            number = vault.open(candidate.key, point.PLACE, point.pk, point.value_sealed)
        except Unreadable:
            continue
        if is_same_person(candidate.name, number, given_name, given_digits):
            return True
    return False
