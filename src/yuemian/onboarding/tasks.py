"""What comes with time: reminders, deadlines, deletions, and files that wait for the scanner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from yuemian.domain.onboarding import OPEN_FOR_CANDIDATE, CaseState, is_to_be_reminded
from yuemian.onboarding.actions.documents import check_again as check_one_again
from yuemian.onboarding.actions.locking import locked, move, note
from yuemian.onboarding.actions.tell import REMIND, is_hired, tell
from yuemian.onboarding.actions.wipe import set_deletion, wipe
from yuemian.onboarding.asking import policy_of
from yuemian.onboarding.models import OnboardingCase, OnboardingCaseQuerySet
from yuemian.onboarding.quarantine import sweep
from yuemian.trust import audit

#: So many cases at a time; the clock calls again until nothing is left.
SLICE: Final = 50


def remind_and_expire(organization_id: UUID, now: datetime) -> int:
    policy = policy_of(organization_id)
    after = timedelta(days=policy.remind_days)
    waiting = OnboardingCase.objects.filter(
        organization_id=organization_id, state__in=[str(state) for state in OPEN_FOR_CANDIDATE]
    )
    late = list(waiting.filter(deadline_at__lte=now).values_list("pk", flat=True)[:SLICE])
    for case_id in late:
        _expire(case_id, now)
    unreminded = waiting.filter(told_at__lte=now - after, deadline_at__gt=now)
    silent = [
        each.pk
        for each in unreminded.order_by("told_at")[: 20 * SLICE]
        if is_to_be_reminded(CaseState(each.state), each.told_at, each.reminded_at, after, now)
    ][:SLICE]
    for case_id in silent:
        _remind(case_id, after, now)
    return len(late) + len(silent)


def _expire(case_id: UUID, now: datetime) -> None:
    with transaction.atomic():
        case = locked(case_id)
        if case.state in OPEN_FOR_CANDIDATE and case.deadline_at <= now:
            move(case, CaseState.EXPIRED, ended_at=now)
            set_deletion(case, now=now)
            note(case, audit.SYSTEM, "expired", at=now)


def _remind(case_id: UUID, after: timedelta, now: datetime) -> None:
    """Looked at again under its lock: meanwhile it may have been handed in, or have ended."""
    with transaction.atomic():
        case = locked(case_id)
        is_due = is_to_be_reminded(CaseState(case.state), case.told_at, case.reminded_at, after, now)
        if not is_due or case.deadline_at <= now:
            return
        case.reminded_at = now
        case.save(update_fields=["reminded_at"])
        # Who was rejected meanwhile hears nothing of it; the deadline ends the form.
        is_told = is_hired(case) and tell(case, REMIND, due_at=now, now=now)
        note(case, audit.SYSTEM, "reminded", at=now, told=is_told)


def delete_what_is_over(organization_id: UUID, now: datetime) -> int:
    """What nobody needs any more, or never looked at; the audit says of each how much it was.

    Of whom the data is to be kept for now, it is kept here too.
    """
    cases = OnboardingCase.objects.filter(organization_id=organization_id)
    _set_limits(cases, now)
    due = cases.filter(deleted_at=None, delete_at__lte=now, candidate__hold_reason="")
    ids = list(due.order_by("delete_at").values_list("pk", flat=True)[:SLICE])
    for case_id in ids:
        delete_if_due(case_id, now)
    sweep()
    return len(ids)


def _set_limits(cases: OnboardingCaseQuerySet, now: datetime) -> None:
    """For what was handed in before there was a limit."""
    endless = cases.filter(state=CaseState.SUBMITTED, delete_at=None).values_list("pk", flat=True)
    for case_id in list(endless[:SLICE]):
        with transaction.atomic():
            case = locked(case_id)
            if case.state == CaseState.SUBMITTED and case.delete_at is None:
                set_deletion(case, now=now)


def delete_if_due(case_id: UUID, now: datetime) -> None:
    """Looked at again under its lock: meanwhile it may have been opened again, or its first day moved."""
    with transaction.atomic():
        case = locked(case_id)
        if case.deleted_at is not None or case.delete_at is None or case.delete_at > now:
            return
        if case.application.candidate.hold_reason:
            return
        if case.state == CaseState.SUBMITTED:
            move(case, CaseState.EXPIRED, ended_at=now, delete_at=now)
            note(case, audit.SYSTEM, "expired", at=now, unhandled=True)
        count = wipe(case, now=now)
        note(case, audit.SYSTEM, "deleted", at=now, deleted=count)


def check_again(organization_id: UUID, now: datetime) -> int:
    return check_one_again(organization_id, now=now)
