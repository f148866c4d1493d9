"""Deletes what a person gave: of one section, or all of it."""

from __future__ import annotations

from datetime import datetime

from yuemian.domain.onboarding import Section
from yuemian.onboarding.models import Document, OnboardingAnswer, OnboardingCase


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
