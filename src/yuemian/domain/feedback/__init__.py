"""Feedback to candidates: composed from what interviewers saw, and checked whoever wrote it."""

from __future__ import annotations

from yuemian.domain.feedback.agreement import Side, Theme, themes
from yuemian.domain.feedback.checking import BLOCKING, Code, Finding, Ground, check
from yuemian.domain.feedback.composing import compose
from yuemian.domain.feedback.draft import Draft, Length, Options, Part, Sentence, Tone
from yuemian.domain.feedback.once import said_once

__all__ = [
    "BLOCKING",
    "Code",
    "Draft",
    "Finding",
    "Ground",
    "Length",
    "Options",
    "Part",
    "Sentence",
    "Side",
    "Theme",
    "Tone",
    "check",
    "compose",
    "said_once",
    "themes",
]
