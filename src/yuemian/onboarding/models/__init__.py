"""Onboardings: what is asked, what was given and consented to, and the files."""

from __future__ import annotations

from yuemian.onboarding.models.asking import ConsentText, OnboardingField, OnboardingPolicy, PayRules
from yuemian.onboarding.models.cases import (
    SUBJECT_KIND,
    Consent,
    OnboardingAnswer,
    OnboardingCase,
    OnboardingCaseQuerySet,
)
from yuemian.onboarding.models.documents import Document, DocumentPiece

__all__ = [
    "SUBJECT_KIND",
    "Consent",
    "ConsentText",
    "Document",
    "DocumentPiece",
    "OnboardingAnswer",
    "OnboardingCase",
    "OnboardingCaseQuerySet",
    "OnboardingField",
    "OnboardingPolicy",
    "PayRules",
]
