"""Choose interviews for a send, press send exactly once, stop it; and look at a person's address."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.states import BatchState, Channel, Purpose
from yuemian.interviews.actions.invite import send_chosen
from yuemian.interviews.actions.replan import hold_sending, suggest_again
from yuemian.interviews.models import BatchSelection, Interview
from yuemian.messaging.actions.call_off import stop_batch
from yuemian.messaging.models import Batch, TemplateVersion
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Unreadable, Vault

#: What a send has not left behind yet.
NOT_PRESSED = (BatchState.DRAFT, BatchState.VALIDATED)


class Outdated(Exception):  # noqa: N818
    """What would happen is no longer what the person saw; show it again."""


@dataclass(frozen=True)
class Plan:
    """Everything a recruiter decides about a send."""

    version: TemplateVersion
    channels: Sequence[Channel]
    is_again: bool = False
    #: Each person on the best of the channels, instead of on all.
    is_routed: bool = False
    #: None: now.
    due_at: datetime | None = None

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.version.template.purpose)


def choose(
    user: User, interview_ids: Collection[UUID], *, now: datetime, batch_id: UUID | None = None
) -> Batch:
    """Keep a choice of interviews as a draft, in the order given. `batch_id` is made up here unless given."""
    with transaction.atomic():
        batch = Batch.objects.create(
            id=batch_id or uuid7(),
            organization_id=user.organization_id,
            purpose=Purpose.INVITATION,
            state=BatchState.DRAFT,
            created_by=user,
            created_at=now,
            due_at=now,
            total=len(interview_ids),
        )
        BatchSelection.objects.create(
            organization_id=user.organization_id, batch=batch, interview_ids=list(interview_ids)
        )
    return batch


def press_send(user: User, batch_id: UUID, plan: Plan, *, expected: int, now: datetime) -> Batch:
    """Turn the draft into a running batch. Pressed twice, it is sent once: the second press returns the same batch.

    Raises Outdated when another number of people than `expected` would be written to.
    """
    with transaction.atomic():
        hold_sending(user.organization_id)
        batch = Batch.objects.visible_to(user).select_for_update().get(pk=batch_id)
        if batch.state not in NOT_PRESSED:
            return batch
        chosen = Interview.objects.visible_to(user).filter(pk__in=batch.selection.interview_ids)
        ids = list(chosen.values_list("pk", flat=True))
        sent = send_chosen(
            user,
            ids,
            plan.version,
            plan.purpose,
            plan.channels,
            now=now,
            due_at=plan.due_at,
            resend=plan.is_again,
            batch_id=batch.pk,
            is_routed=plan.is_routed,
        )
        if sent.total != expected or not sent.total:
            raise Outdated(Outdated.__doc__)  # which takes back what was planned
        return sent


class StoppedElsewhere(Exception):  # noqa: N818
    """Results are called back where their letters are, so that these people are told anew."""


def stop(user: User, batch_id: UUID, *, now: datetime) -> int:
    """Stop a batch at once. Returns how many messages will not leave. Raises StoppedElsewhere."""
    with transaction.atomic():
        hold_sending(user.organization_id)
        batch = Batch.objects.visible_to(user).select_for_update().get(pk=batch_id)
        if batch.purpose == Purpose.RESULT:
            raise StoppedElsewhere(StoppedElsewhere.__doc__)
        stopped = stop_batch(batch, now=now)
        suggest_again(user.organization_id, batch.pk, now=now)
        audit.record(
            user.organization_id,
            user.actor,
            "batch.stopped",
            at=now,
            subject=("batch", batch.pk),
            stopped=stopped,
        )
        announce(user.organization_id, "batch", batch=batch.pk)
        announce(user.organization_id, "interviews")
    return stopped


def show_contacts(user: User, interview: Interview, *, now: datetime) -> dict[UUID, str]:
    """The candidate's addresses in clear, by contact point; who looked is written down."""
    candidate = interview.application.candidate
    vault, values = Vault(user.organization_id), {}
    with transaction.atomic():
        for point in candidate.contact_points.select_related("candidate__key"):
            try:
                values[point.pk] = point.value(vault)
            except Unreadable:
                continue
        audit.record(
            user.organization_id,
            user.actor,
            "contact.shown",
            at=now,
            subject=("candidate", candidate.pk),
            interview=interview.pk,
        )
    return values
