"""What tests of scorecards begin with: an interview that is over, a draft of it, a link to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.factories import Cast, create_interview
from yuemian.accounts.models import User
from yuemian.domain.results import Rating, Recommendation
from yuemian.domain.scorecard import Draft, Mark
from yuemian.domain.states import Attendance
from yuemian.interviews.models import Interview, Participant
from yuemian.results.actions.scorecard_links import new_link
from yuemian.results.models import ScorecardLink

#: Those of ours for 技术, the family of the cast's backend engineer.
KEYS = ["coding", "system_design", "problem_solving", "domain_knowledge", "communication", "ownership"]
NOTE = "写 LRU 缓存时先问了并发要求，边界都测了"


def create_held(
    cast: Cast, *, now: datetime, ended: timedelta = timedelta(hours=1), **fields: Any
) -> Interview:
    """An interview of an hour that ended `ended` ago, and the candidate came."""
    interview = create_interview(
        cast, now=now - timedelta(days=3), starts_at=now - ended - timedelta(hours=1), **fields
    )
    Interview.objects.filter(pk=interview.pk).update(attendance=Attendance.ATTENDED, state="completed")
    return Interview.objects.with_people().get(pk=interview.pk)


def join(interview: Interview, user: User) -> None:
    Participant.objects.create(organization_id=user.organization_id, interview=interview, user=user)


def draft(rating: Rating = Rating.STRONG, *, keys: list[str] | None = None, **fields: Any) -> Draft:
    """Everything answered, with notes that say what was seen."""
    marks = {key: Mark(rating, note=NOTE, is_shareable=True) for key in keys or KEYS}
    marks |= fields.pop("marks", {})
    return Draft(
        marks, fields.pop("recommendation", Recommendation.YES), fields.pop("summary", "讲清了取舍的理由")
    )


def form(edition: int = 0, **fields: str) -> dict[str, str]:
    """A finished page, as a browser sends it."""
    found = {"act": "submit", "edition": str(edition), "recommendation": "yes", "summary": "讲清了取舍的理由"}
    for key in KEYS:
        found |= {f"rating-{key}": "4", f"note-{key}": NOTE}
    return found | fields


def link_to(interview: Interview, user: User, *, now: datetime) -> tuple[ScorecardLink, str]:
    link, secret = new_link(interview, user, now=now)
    return link, f"/s/{secret}"
