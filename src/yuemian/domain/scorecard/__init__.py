"""Scorecards: what is written of an interview, what is still missing, what had better not be written, when to ask."""

from __future__ import annotations

from yuemian.domain.scorecard.chasing import MOST_MORNINGS, Asked, Next, Step, next_step
from yuemian.domain.scorecard.draft import (
    KEYS,
    LONGEST_NOTE,
    LONGEST_SUMMARY,
    Draft,
    Mark,
    Missing,
    is_reopenable,
    missing,
)
from yuemian.domain.scorecard.flags import Flag, FlagKind, flags
from yuemian.domain.scorecard.hints import SUMMARY, Hint, HintKind, hints
from yuemian.domain.scorecard.thin import Thin, thin

__all__ = [
    "KEYS",
    "LONGEST_NOTE",
    "LONGEST_SUMMARY",
    "MOST_MORNINGS",
    "SUMMARY",
    "Asked",
    "Draft",
    "Flag",
    "FlagKind",
    "Hint",
    "HintKind",
    "Mark",
    "Missing",
    "Next",
    "Step",
    "Thin",
    "flags",
    "hints",
    "is_reopenable",
    "missing",
    "next_step",
    "thin",
]
