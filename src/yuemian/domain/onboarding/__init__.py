"""Onboarding: what a hired person is asked for, how far it is, and what a file must be before it is kept."""

from __future__ import annotations

from yuemian.domain.onboarding.answers import Problem, Read, masked, read_answer
from yuemian.domain.onboarding.fields import FILE_KINDS, FieldKind, FieldSpec, Section, shipped_fields
from yuemian.domain.onboarding.files import (
    LARGEST_FILE,
    LARGEST_TOTAL,
    MOST_FILES,
    MOST_PAGES,
    MOST_PIXELS,
    Refusal,
    check_name,
    check_quota,
    display_name,
)
from yuemian.domain.onboarding.states import (
    CASE_MOVES,
    ENDED,
    OPEN_FOR_CANDIDATE,
    CaseState,
    DocumentState,
    Review,
)
from yuemian.domain.onboarding.timing import deleted_at, is_to_be_reminded, unhandled_until

__all__ = [
    "CASE_MOVES",
    "ENDED",
    "FILE_KINDS",
    "LARGEST_FILE",
    "LARGEST_TOTAL",
    "MOST_FILES",
    "MOST_PAGES",
    "MOST_PIXELS",
    "OPEN_FOR_CANDIDATE",
    "CaseState",
    "DocumentState",
    "FieldKind",
    "FieldSpec",
    "Problem",
    "Read",
    "Refusal",
    "Review",
    "Section",
    "check_name",
    "check_quota",
    "deleted_at",
    "display_name",
    "is_to_be_reminded",
    "masked",
    "read_answer",
    "shipped_fields",
    "unhandled_until",
]
