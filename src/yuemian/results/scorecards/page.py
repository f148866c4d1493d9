"""What the page shows on which a scorecard is written, and what comes back from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.domain.results import Rating, Recommendation
from yuemian.domain.round_name import round_in
from yuemian.domain.scorecard import SUMMARY, Draft, Hint, HintKind, Mark, Missing, hints, is_reopenable
from yuemian.interviews import wording as interview_wording
from yuemian.interviews.facts import lines
from yuemian.interviews.models import Interview
from yuemian.results.actions.scorecards import why_closed
from yuemian.results.models import Scorecard, ScorecardState
from yuemian.results.scorecards.reading import read_draft
from yuemian.results.scorecards.sheet import Asked, Sheet, sheet_for
from yuemian.results.scorecards.wording import CLOSED, RATINGS, RECOMMENDATIONS, Text, hint_texts
from yuemian.trust.vault import Unreadable, Vault

SKIPPED = "skip"


@dataclass(frozen=True)
class Choice:
    """One of the presses beside a competency, or of the overall word."""

    value: str
    sign: str
    label: Text
    is_chosen: bool


@dataclass(frozen=True)
class Row:
    """One competency on the page. `theirs` is what another tab has saved meanwhile, where it differs."""

    key: str
    name: str
    question: str
    mark: Mark
    choices: Sequence[Choice]
    hints: Sequence[tuple[str, str]]
    is_missing: bool = False
    theirs: str = ""


@dataclass(frozen=True)
class Trouble:
    """Why the page comes back instead of being done."""

    missing: Missing | None = None
    doubts: Mapping[str, Sequence[Hint]] | None = None
    theirs: Draft | None = None
    stale_text: str = ""


NO_TROUBLE = Trouble()


def draft_of(data: QueryDict, sheet: Sheet) -> Draft:
    """What the form says; what it does not know is ignored."""
    marks = {}
    for key in sheet.keys:
        said = data.get(f"rating-{key}", "")
        marks[key] = Mark(
            rating=Rating(int(said)) if said in {"1", "2", "3", "4", "5"} else None,
            is_skipped=said == SKIPPED,
            note=data.get(f"note-{key}", "").replace("\r\n", "\n"),
            is_shareable=bool(data.get(f"share-{key}")),
        )
    overall = data.get("recommendation", "")
    recommendation = Recommendation(overall) if overall in list(Recommendation) else None
    return Draft(marks, recommendation, data.get("summary", "").replace("\r\n", "\n"))


def edition_of(data: QueryDict) -> int:
    text = data.get("edition", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def own_card(user: User, interview_id: UUID) -> Scorecard | None:
    rows = Scorecard.objects.filter(organization_id=user.organization_id, interview=interview_id)
    return rows.filter(interviewer=user).prefetch_related("entries").first()


def page_of(
    user: User,
    interview: Interview,
    *,
    now: datetime,
    said: Draft | None = None,
    trouble: Trouble = NO_TROUBLE,
) -> dict[str, Any]:
    """`interview` was read `with_people`. `said` is what was just sent, where that is not what is stored."""
    language, card = get_language() or "en", own_card(user, interview.pk)
    sheet, vault, key = sheet_for(interview), Vault(user.organization_id), interview.application.candidate.key
    closed = why_closed(user, interview, now=now)
    try:
        stored = read_draft(card, vault, key)
    except Unreadable:
        stored, closed = Draft(), "erased"
    is_submitted = card is not None and card.state == ScorecardState.SUBMITTED
    draft = said or stored
    found = hint_texts(hints(draft))
    submitted_at = card.submitted_at if card else None
    return {
        "interview": interview,
        "writer": user,
        "card": card,
        "edition": card.edition if card else 0,
        "rows": [_row(each, draft, found, trouble, language) for each in sheet.competencies],
        "overall": _overall(draft),
        "summary": draft.summary,
        "summary_hints": found.get(SUMMARY, ()),
        "summary_theirs": _differs(trouble.theirs.summary if trouble.theirs else "", draft.summary),
        "trouble": trouble,
        "stale_text": trouble.stale_text,
        "is_thin": HintKind.THIN in _kinds(trouble),
        "is_flagged": HintKind.FLAG in _kinds(trouble),
        "closed": closed or ("submitted" if is_submitted else ""),
        "closed_text": CLOSED.get(closed or ("submitted" if is_submitted else ""), ""),
        "is_submitted": is_submitted,
        "can_reopen": bool(is_submitted and not closed and submitted_at and is_reopenable(submitted_at, now)),
        "saved_text": saved_text(card, zone_of(user)),
        **_material(interview, language),
    }


def _kinds(trouble: Trouble) -> set[HintKind]:
    return {hint.kind for each in (trouble.doubts or {}).values() for hint in each}


def _material(interview: Interview, language: str) -> dict[str, Any]:
    """Whom, for what, when, and how it runs; no address and no number of the candidate's."""
    return {
        "job_text": interview.application.job.title_in(language),
        "round_text": round_in(interview.round, language),
        "mode_text": interview_wording.MODES[interview.mode],
        "flow": lines(interview.flow),
        "colleagues": [each.name for each in interview.interviewers.all()],
    }


def _row(
    asked: Asked,
    draft: Draft,
    found: Mapping[str, Sequence[tuple[str, str]]],
    trouble: Trouble,
    language: str,
) -> Row:
    mark = draft.marks.get(asked.key, Mark())
    theirs = trouble.theirs.marks.get(asked.key, Mark()) if trouble.theirs else mark
    return Row(
        key=asked.key,
        name=asked.name_in(language),
        question=asked.question_in(language),
        mark=mark,
        choices=rating_choices(mark),
        hints=found.get(asked.key, ()),
        is_missing=bool(trouble.missing and asked.key in trouble.missing.competencies),
        theirs=_theirs(theirs, mark),
    )


def rating_choices(mark: Mark) -> list[Choice]:
    rated = [
        Choice(str(rating.value), str(rating.value), label, mark.rating == rating)
        for rating, label in RATINGS.items()
    ]
    return [*rated, Choice(SKIPPED, "–", _("Not asked"), mark.is_skipped)]


def _overall(draft: Draft) -> list[Choice]:
    return [
        Choice(str(each), "", label, draft.recommendation == each) for each, label in RECOMMENDATIONS.items()
    ]


def _theirs(theirs: Mark, mine: Mark) -> str:
    """What the other tab says of a competency, where it says something else."""
    said = []
    if (theirs.rating, theirs.is_skipped) != (mine.rating, mine.is_skipped):
        rating = (
            str(RATINGS[theirs.rating])
            if theirs.rating
            else _("Not asked")
            if theirs.is_skipped
            else _("no rating")
        )
        said.append(rating)
    if theirs.note.strip() != mine.note.strip():
        said.append(theirs.note or _("no note"))
    return " · ".join(said)


def _differs(theirs: str, mine: str) -> str:
    return theirs if theirs.strip() != mine.strip() else ""


def zone_of(user: User) -> ZoneInfo:
    return user.branch.zone if user.branch else ZoneInfo(user.organization.time_zone)


def saved_text(card: Scorecard | None, zone: ZoneInfo) -> str:
    if card is None:
        return ""
    return _("Saved at %(time)s") % {"time": f"{card.saved_at.astimezone(zone):%H:%M:%S}"}


def values_of(draft: Draft, sheet: Sheet) -> dict[str, str]:
    """A draft as the form's fields: what the page compares with its own when another tab has saved."""
    found: dict[str, str] = {
        "recommendation": str(draft.recommendation or ""),
        "summary": draft.summary,
    }
    for key in sheet.keys:
        mark = draft.marks.get(key, Mark())
        found[f"rating-{key}"] = SKIPPED if mark.is_skipped else str(int(mark.rating)) if mark.rating else ""
        found[f"note-{key}"] = mark.note
        found[f"share-{key}"] = "1" if mark.is_shareable else ""
    return found
