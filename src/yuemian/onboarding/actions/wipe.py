"""Deletes what a person gave, of one section or all of it, and says when that is to be."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yuemian.domain.onboarding import CaseState, Section, deleted_at, unhandled_until
from yuemian.domain.retention import NOTICE
from yuemian.onboarding.asking import policy_of
from yuemian.onboarding.models import Document, OnboardingAnswer, OnboardingCase


def set_deletion(case: OnboardingCase, *, now: datetime) -> None:
    """Of what has ended; and of what waits for the company, which is warned of it for two weeks at least."""
    keep = timedelta(days=policy_of(case.organization_id).keep_days)
    zone = ZoneInfo(case.branch.time_zone)
    if case.state == CaseState.SUBMITTED and case.submitted_at is not None:
        limit = unhandled_until(case.submitted_at, case.starts_on, keep, zone)
        case.delete_at = max(limit, now + NOTICE)
    else:
        case.delete_at = deleted_at(CaseState(case.state), case.ended_at, case.starts_on, keep, zone)
    case.save(update_fields=["delete_at"])


def wipe_section(case: OnboardingCase, section: Section) -> int:
    """Answers and files; returns how many."""
    files = Document.objects.filter(case=case, section=section)
    answers = OnboardingAnswer.objects.filter(case=case, section=section)
    count = files.count() + answers.count()
    files.delete()
    answers.delete()
    return count


def wipe(case: OnboardingCase, *, now: datetime) -> int:
    """Everything given, and the offer; that there was an onboarding, and what was consented to when, stays."""
    files, answers = Document.objects.filter(case=case), OnboardingAnswer.objects.filter(case=case)
    count = files.count() + answers.count()
    files.delete()
    answers.delete()
    case.offer_sealed, case.deleted_at = None, now
    case.save(update_fields=["offer_sealed", "deleted_at"])
    return count
