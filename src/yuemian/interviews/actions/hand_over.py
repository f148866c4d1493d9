"""Hand over the work of a colleague who leaves: what they look after, what they hold, what waits for their answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from yuemian.accounts.models import User
from yuemian.domain.states import ConversationState, InterviewState
from yuemian.hiring.models import Job
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.models import Change, ChangeKind, Interview, InterviewQuerySet, Participant
from yuemian.messaging.models import Conversation, ConversationQuerySet
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: So long after an interview its recruiter is still asked for the result.
HELD: Final = timedelta(days=60)


@dataclass(frozen=True)
class Work:
    """Of one colleague: how many of each."""

    #: To come, or held within `HELD`, as their recruiter.
    interviews: int
    #: To come, as an interviewer.
    seats: int
    #: Not resolved.
    conversations: int
    #: Open for interviews.
    jobs: int

    def __bool__(self) -> bool:
        return any((self.interviews, self.seats, self.conversations, self.jobs))


def work_of(editor: User, person: User, *, now: datetime) -> Work:
    return Work(
        _looked_after(editor, person, now).count(),
        _held(editor, person, now).count(),
        _conversations(editor, person).count(),
        _jobs(editor, person).count(),
    )


def hand_over(
    editor: User, person: User, *, contact: User | None, interviewer: User | None, now: datetime
) -> Work:
    """Give what `person` looks after to `contact`, and what they are to hold to `interviewer`; None leaves it.

    Nothing is sent by it. Candidates see the new contact person on their pages and in what they are told from now on.
    Returns what went over.
    """
    with transaction.atomic():
        after = _locked(_looked_after(editor, person, now)) if contact else []
        held = _locked(_held(editor, person, now)) if interviewer else []
        Interview.objects.filter(pk__in=after).update(recruiter=contact)
        _reseat(person, interviewer, held)
        done = Work(
            len(after),
            len(held),
            _conversations(editor, person).update(assignee=contact) if contact else 0,
            _jobs(editor, person).update(recruiter=contact) if contact else 0,
        )
        # Reminders to staff go to those who hold it now.
        changed = sorted({*after, *held})
        touch(editor.organization_id, changed, now=now)
        _note(editor, changed, now)
        audit.record(
            editor.organization_id,
            editor.actor,
            "user.handed_over",
            at=now,
            subject=("user", person.pk),
            contact=contact.pk if contact else None,
            interviewer=interviewer.pk if interviewer else None,
            **asdict(done),
        )
        announce(editor.organization_id, "interviews")
    return done


def _looked_after(editor: User, person: User, now: datetime) -> InterviewQuerySet:
    rows = Interview.objects.visible_to(editor).filter(recruiter=person, starts_at__gt=now - HELD)
    return rows.exclude(state=InterviewState.CANCELLED)


def _held(editor: User, person: User, now: datetime) -> InterviewQuerySet:
    """Another interviewer takes part in what is to come; what was held was held by whoever held it."""
    open_states = [InterviewState.SCHEDULED, InterviewState.DRAFT]
    seats = Participant.objects.filter(user=person).values("interview")
    return Interview.objects.visible_to(editor).filter(pk__in=seats, state__in=open_states, starts_at__gt=now)


def _conversations(editor: User, person: User) -> ConversationQuerySet:
    return (
        Conversation.objects.visible_to(editor)
        .filter(assignee=person)
        .exclude(state=ConversationState.RESOLVED)
    )


def _jobs(editor: User, person: User) -> QuerySet[Job]:
    return Job.objects.visible_to(editor).filter(recruiter=person, is_open=True)


def _locked(rows: InterviewQuerySet) -> list[UUID]:
    found = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(found.values_list("pk", flat=True))


def _reseat(person: User, interviewer: User | None, interviews: Iterable[UUID]) -> None:
    """Who takes part already takes part once."""
    theirs = Participant.objects.filter(user=person, interview__in=interviews)
    has_both = Participant.objects.filter(user=interviewer, interview__in=interviews).values("interview")
    theirs.filter(interview__in=list(has_both.values_list("interview", flat=True))).delete()
    theirs.update(user=interviewer)


def _note(editor: User, interviews: Iterable[UUID], now: datetime) -> None:
    revisions = dict(Interview.objects.filter(pk__in=interviews).values_list("pk", "revision"))
    Change.objects.bulk_create(
        Change(
            id=uuid7(),
            organization_id=editor.organization_id,
            interview_id=pk,
            kind=ChangeKind.DETAILS_CHANGED,
            revision=revision,
            actor=editor,
            at=now,
        )
        for pk, revision in revisions.items()
    )
