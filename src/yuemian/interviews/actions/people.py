"""Name who holds an interview and who of HR looks after it; the candidate's appointment stays as it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.models import Change, ChangeKind, Interview, Participant
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce


def name_people(
    user: User, interview_id: UUID, *, recruiter: User | None, interviewers: Collection[User], now: datetime
) -> Interview:
    """Put these people in place of those before. Nothing is sent by it; the same people again change nothing."""
    with transaction.atomic():
        rows = Interview.objects.visible_to(user).select_for_update(of=("self",), no_key=True)
        interview = rows.get(pk=interview_id)
        wanted, seated = (
            {person.pk for person in interviewers},
            Participant.objects.filter(interview=interview),
        )
        before = set(seated.values_list("user_id", flat=True))
        if wanted == before and interview.recruiter_id == (recruiter.pk if recruiter else None):
            return interview
        seated.filter(user_id__in=before - wanted).delete()
        Participant.objects.bulk_create(
            Participant(organization_id=user.organization_id, interview=interview, user_id=pk)
            for pk in sorted(wanted - before)
        )
        interview.recruiter = recruiter
        interview.save(update_fields=["recruiter"])
        # Reminders to staff go to those who hold it now.
        touch(user.organization_id, [interview.pk], now=now)
        _note(user, interview, now)
    return interview


def _note(user: User, interview: Interview, now: datetime) -> None:
    Change.objects.create(
        id=uuid7(),
        organization_id=user.organization_id,
        interview=interview,
        kind=ChangeKind.DETAILS_CHANGED,
        revision=interview.revision,
        actor=user,
        at=now,
    )
    audit.record(
        user.organization_id,
        user.actor,
        "interview.people_named",
        at=now,
        subject=("interview", interview.pk),
    )
    announce(user.organization_id, "interviews", interview=interview.pk)
