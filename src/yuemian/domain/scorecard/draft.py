"""A scorecard as it stands on the page, and what it lacks before it can be submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from yuemian.domain.results import Rating, Recommendation

#: What is known of competencies everywhere: forms, phrases and figures speak of the same thing by the same key.
KEYS: Final = (
    "communication",
    "problem_solving",
    "coding",
    "system_design",
    "domain_knowledge",
    "sales_drive",
    "customer_focus",
    "teamwork",
    "ownership",
    "learning",
    "motivation",
    "leadership",
    "presentation",
    "planning",
    "attention_to_detail",
    "language",
)
LONGEST_NOTE: Final = 1000
LONGEST_SUMMARY: Final = 2000
#: So long the interviewer takes a submitted scorecard back alone; afterwards HR opens it again.
REOPENED_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Mark:
    """What was noted of one competency. `is_skipped`: nobody asked about it, which is an answer too."""

    rating: Rating | None = None
    is_skipped: bool = False
    note: str = ""
    is_shareable: bool = False

    @property
    def is_answered(self) -> bool:
        return self.rating is not None or self.is_skipped

    @property
    def is_blank(self) -> bool:
        return not (self.is_answered or self.note.strip() or self.is_shareable)


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the page holds. A competency of the form without a mark was not touched yet."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    recommendation: Recommendation | None = None
    summary: str = ""

    @property
    def is_blank(self) -> bool:
        return (
            self.recommendation is None
            and not self.summary.strip()
            and all(mark.is_blank for mark in self.marks.values())
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """What must still be said: the competencies without a rating, in the form's order, and the overall word."""

    competencies: tuple[str, ...] = ()
    recommendation: bool = False
    #: Everything was skipped: that is no evaluation.
    any_rating: bool = False

    def __bool__(self) -> bool:
        return bool(self.competencies) or self.recommendation or self.any_rating


def missing(draft: Draft, keys: Iterable[str]) -> Missing:
    asked = list(keys)
    marks = {key: draft.marks.get(key, Mark()) for key in asked}
    return Missing(
        competencies=tuple(key for key, mark in marks.items() if not mark.is_answered),
        recommendation=draft.recommendation is None,
        any_rating=bool(asked) and all(mark.is_skipped for mark in marks.values()),
    )


def is_reopenable(submitted_at: datetime, now: datetime) -> bool:
    """Whether the interviewer may still take it back without asking HR."""
    return now < submitted_at + REOPENED_WITHIN
