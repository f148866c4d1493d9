"""Write a scorecard: save what is there so far, submit it, take it back, and take one that comes from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yuemian.accounts.models import Permission, User
from yuemian.domain.scorecard import (
    LONGEST_NOTE,
    LONGEST_SUMMARY,
    Draft,
    Hint,
    HintKind,
    Missing,
    hints,
    is_reopenable,
    missing,
)
from yuemian.domain.states import Attendance, InterviewState
from yuemian.interviews.models import Interview, Participant
from yuemian.results.models import Scorecard, ScorecardState
from yuemian.results.scorecards.evaluation import Evaluation, Wrong, check
from yuemian.results.scorecards.reading import read_draft
from yuemian.results.scorecards.sheet import Sheet, sheet_for
from yuemian.results.scorecards.writing import write
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

#: An interview that did not take place has nothing to be said of.
_NOT_HELD: Final = frozenset({Attendance.NO_SHOW, Attendance.EXCUSED})


@dataclass(eq=False)
class Closed(Exception):  # noqa: N818
    """Nothing can be written here. `why` is `submitted`, `cancelled`, `not_held`, `early`, `stranger`, `erased` or
    `late`."""

    why: str


@dataclass(eq=False)
class Stale(Exception):  # noqa: N818
    """Somebody saved meanwhile: this page was read before that. `card` and `theirs` are what stands there now."""

    card: Scorecard
    theirs: Draft


@dataclass(eq=False)
class Incomplete(Exception):  # noqa: N818
    """Saved, and not submitted: something must still be said."""

    missing: Missing


@dataclass(eq=False)
class Doubtful(Exception):  # noqa: N818
    """Saved, and not submitted: some notes are worth a second look. Who has looked submits all the same."""

    hints: dict[str, list[Hint]]


def save(user: User, interview_id: UUID, draft: Draft, edition: int, *, now: datetime) -> Scorecard:
    """Keep what an interviewer has written so far. `edition` is that of the page they wrote on.

    Raises Closed and Stale. Saving what stands there already changes nothing.
    """
    with transaction.atomic():
        card, _sheet = _saved(user, interview_id, draft, edition, now)
    return card


def submit(
    user: User, interview_id: UUID, draft: Draft, edition: int, *, now: datetime, is_sure: bool = False
) -> Scorecard:
    """The same, and done: others may read it. Raises Closed and Stale; Incomplete and Doubtful after saving.

    Notes about what must not count are submitted by whoever is sure, but never told to the candidate.
    """
    with transaction.atomic():
        card, sheet = _saved(user, interview_id, draft, edition, now)
        lacks = missing(draft, sheet.keys)
        doubts = {} if lacks or is_sure else dict(hints(draft))
        if not lacks and not doubts:
            _withhold(card, draft)
            card.state, card.submitted_at = ScorecardState.SUBMITTED, now
            card.edition += 1
            card.save()
            _record(card, user, "scorecard.submitted", now)
    if lacks:
        raise Incomplete(lacks)
    if doubts:
        raise Doubtful(doubts)
    return card


def reopen(user: User, scorecard_id: UUID, *, now: datetime) -> Scorecard:
    """Take a submitted scorecard back: its interviewer within a day, whoever decides results at any time. Raises
    Closed (`late`, `stranger`)."""
    with transaction.atomic():
        card = Scorecard.objects.select_for_update(of=("self",)).get(
            pk=scorecard_id, organization_id=user.organization_id
        )
        if card.state != ScorecardState.SUBMITTED or card.submitted_at is None:
            return card
        if card.source:
            # What came from outside is corrected where it came from.
            raise Closed("stranger")
        if not user.may(Permission.DECIDE_RESULTS):
            if card.interviewer_id != user.pk:
                raise Closed("stranger")
            if not is_reopenable(card.submitted_at, now):
                raise Closed("late")
        card.state, card.submitted_at = ScorecardState.OPEN, None
        card.edition += 1
        card.save()
        _record(card, user, "scorecard.reopened", now)
    return card


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Received:
    scorecard: Scorecard
    outcome: Outcome


def receive(
    organization_id: UUID,
    interview_id: UUID,
    evaluation: Evaluation,
    *,
    now: datetime,
    actor: audit.Actor = audit.SYSTEM,
) -> Received:
    """Take an evaluation from outside as a submitted scorecard. (source, external_id) names it: the same again changes
    nothing, another text takes the place of the former.

    Raises Wrong with everything that is wrong with it, before anything is written.
    """
    checked = check(evaluation)
    with transaction.atomic():
        interview = _locked(organization_id, interview_id)
        vault, key = Vault(organization_id), interview.application.candidate.key
        user = _interviewer(organization_id, evaluation.interviewer)
        card = _place_of(evaluation, interview, user)
        is_new = card.edition == 0
        author = "" if user else evaluation.interviewer.strip()
        if not is_new and card.author == author and read_draft(card, vault, key) == checked.draft:
            return Received(card, Outcome.SAME)
        card.source, card.external_id, card.author = evaluation.source, evaluation.external_id, author
        card.state, card.submitted_at, card.saved_at = ScorecardState.SUBMITTED, now, now
        card.edition += 1
        card.save(force_insert=card._state.adding)
        card.entries.exclude(key__in=checked.names).delete()
        write(card, checked.draft, checked.names, key, vault)
        card.save()
        audit.record(
            organization_id,
            actor,
            "scorecard.received",
            at=now,
            subject=("scorecard", card.pk),
            interview=interview_id,
            edition=card.edition,
        )
        announce(organization_id, "interviews", interview=interview_id)
    return Received(card, Outcome.CREATED if is_new else Outcome.CHANGED)


def _place_of(evaluation: Evaluation, interview: Interview, user: User | None) -> Scorecard:
    """The row that this evaluation has or gets. What an interviewer writes here is never written over from outside."""
    found = Scorecard.objects.filter(
        organization_id=interview.organization_id,
        source=evaluation.source,
        external_id=evaluation.external_id,
    ).first()
    if found is not None:
        if found.interview_id != interview.pk:
            raise Wrong({"external_id": _("It was sent before for another interview.")})
        return found
    if user and Scorecard.objects.filter(interview=interview, interviewer=user).exists():
        raise Wrong({"interviewer": _("They have begun a scorecard of this interview here.")})
    return Scorecard(
        id=uuid7(),
        organization_id=interview.organization_id,
        interview=interview,
        interviewer=user,
        started_at=interview.starts_at,
    )


def _interviewer(organization_id: UUID, said: str) -> User | None:
    """By address only: two people may share a name."""
    if "@" not in said:
        return None
    return User.objects.filter(organization_id=organization_id, email__iexact=said.strip()).first()


def _locked(organization_id: UUID, interview_id: UUID) -> Interview:
    """The interview, with its writers one after the other. Raises Wrong for one that is not there, Closed `erased`."""
    mine = Interview.objects.filter(organization_id=organization_id, pk=interview_id)
    if not mine.select_for_update(of=("self",), no_key=True).exists():
        raise Wrong({"interview": _("There is no such interview.")})
    interview = mine.with_people().get()
    if interview.application.candidate.key.wrapped is None:
        raise Closed("erased")
    return interview


def why_closed(user: User, interview: Interview, *, now: datetime) -> str:
    """Why nobody writes on this interview now; empty when its interviewers may."""
    if interview.state == InterviewState.CANCELLED:
        return "cancelled"
    if interview.attendance in _NOT_HELD:
        return "not_held"
    if now < interview.starts_at or not interview.is_settled:
        return "early"
    if not Participant.objects.filter(interview=interview, user=user).exists() or not user.is_active:
        return "stranger"
    return ""


def _saved(
    user: User, interview_id: UUID, draft: Draft, edition: int, now: datetime
) -> tuple[Scorecard, Sheet]:
    interview = _locked(user.organization_id, interview_id)
    why = why_closed(user, interview, now=now)
    if why:
        raise Closed(why)
    sheet, vault, key = sheet_for(interview), Vault(user.organization_id), interview.application.candidate.key
    card = Scorecard.objects.filter(interview=interview, interviewer=user).first()
    if card is not None and card.state == ScorecardState.SUBMITTED:
        raise Closed("submitted")
    draft = _cut(draft)
    theirs = read_draft(card, vault, key)
    if card is not None and card.edition != edition and not _is_same(theirs, draft, sheet):
        raise Stale(card, theirs)
    if card is None:
        card = Scorecard(
            id=uuid7(),
            organization_id=user.organization_id,
            interview=interview,
            interviewer=user,
            started_at=now,
        )
        card.saved_at, card.form_id = now, sheet.form_id
        card.save(force_insert=True)
        _record(card, user, "scorecard.started", now)
    elif _is_same(theirs, draft, sheet):
        return card, sheet
    write(card, draft, {each.key: (each.name, each.name_en) for each in sheet.competencies}, key, vault)
    card.edition, card.saved_at, card.form_id = card.edition + 1, now, sheet.form_id
    card.save()
    return card, sheet


def _is_same(theirs: Draft, mine: Draft, sheet: Sheet) -> bool:
    """In what the form asks; what it asked earlier is not on the page and stays."""
    asked = {
        key: theirs.marks[key] for key in sheet.keys if key in theirs.marks and not theirs.marks[key].is_blank
    }
    said = {key: mine.marks[key] for key in sheet.keys if key in mine.marks and not mine.marks[key].is_blank}
    return (asked, theirs.recommendation, theirs.summary.strip()) == (
        said,
        mine.recommendation,
        mine.summary.strip(),
    )


def _cut(draft: Draft) -> Draft:
    """Trimmed, and never longer than a page allows; what was not asked has no rating."""
    marks = {
        key: replace(
            mark, note=mark.note.strip()[:LONGEST_NOTE], rating=None if mark.is_skipped else mark.rating
        )
        for key, mark in draft.marks.items()
    }
    return Draft(marks, draft.recommendation, draft.summary.strip()[:LONGEST_SUMMARY])


def _withhold(card: Scorecard, draft: Draft) -> None:
    flagged = [key for key, said in hints(draft).items() if any(hint.kind == HintKind.FLAG for hint in said)]
    card.entries.filter(key__in=flagged).update(is_shareable=False)


def _record(card: Scorecard, user: User, action: str, now: datetime) -> None:
    audit.record(
        card.organization_id,
        user.actor,
        action,
        at=now,
        subject=("scorecard", card.pk),
        interview=card.interview_id,
        edition=card.edition,
    )
    announce(card.organization_id, "interviews", interview=card.interview_id)
