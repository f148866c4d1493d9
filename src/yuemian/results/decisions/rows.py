"""The lines of the list of results, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import get_language

from yuemian.accounts.models import User
from yuemian.domain.results import NoticeState, Recommendation, Verdicts, verdicts
from yuemian.domain.round_name import round_in
from yuemian.domain.states import InterviewState
from yuemian.interviews.board import PAGE_SIZE
from yuemian.interviews.keyset import Place
from yuemian.interviews.models import Interview
from yuemian.interviews.wording import Text
from yuemian.results.decisions.cards import recommendations_of
from yuemian.results.decisions.filters import ResultFilters, first
from yuemian.results.decisions.reasons import named
from yuemian.results.decisions.wording import (
    NOTICES,
    OWN_FIRST,
    RECOMMENDATIONS,
    SILENCE_TONES,
    UNREACHED,
    VERDICTS,
)
from yuemian.results.models import Decision, ResultNotice, Wait, WaitState
from yuemian.results.silence.word import Quiet, quiet_of


@dataclass(frozen=True)
class ResultRow:
    """One interviewed candidate, and how far their result is."""

    interview: Interview
    wait: Wait
    decision: Decision | None
    reasons: Sequence[str]
    said: Sequence[Recommendation]
    #: What others said is read after writing one's own.
    is_own_first: bool
    #: So many interviewers have not handed in a scorecard.
    lacking: int
    notice_state: str
    quiet: Quiet
    next_interview: Interview | None

    @property
    def name(self) -> str:
        return self.interview.application.candidate.name

    @property
    def job_text(self) -> str:
        return self.interview.application.job.title_in(get_language() or "en")

    @property
    def round_text(self) -> str:
        return round_in(self.interview.round, get_language() or "en")

    @property
    def verdicts(self) -> Verdicts:
        return verdicts(self.said)

    @property
    def verdict_badge(self) -> tuple[Text, str]:
        """One interviewer's own word; of several, what they come to."""
        if self.is_own_first:
            return OWN_FIRST
        return RECOMMENDATIONS[self.said[0]] if len(self.said) == 1 else VERDICTS[self.verdicts]

    @property
    def notice_text(self) -> Text:
        return UNREACHED if self.is_unreached else NOTICES.get(self.notice_state, "")

    @property
    def is_unreached(self) -> bool:
        """Its letter was released, and no message of it got through."""
        return is_unreached(self.wait, self.notice_state)

    @property
    def tone(self) -> str:
        return SILENCE_TONES[self.quiet.level]

    @property
    def is_waiting(self) -> bool:
        return self.wait.state in {WaitState.OPEN, WaitState.DECIDED}

    @property
    def was_not_noted(self) -> bool:
        """Nobody said whether they came."""
        return self.interview.state == InterviewState.SCHEDULED


@dataclass(frozen=True)
class ResultPage:
    """Fifty rows and where the pages beside it begin."""

    rows: Sequence[ResultRow] = field(default_factory=tuple)
    previous: Place | None = None
    following: Place | None = None


def page(
    user: User,
    filters: ResultFilters,
    *,
    now: datetime,
    after: Place | None = None,
    before: Place | None = None,
) -> ResultPage:
    """The first page, the one behind a row, or the one ahead of a row."""
    among, is_rising = Q(), not filters.is_descending
    is_back = before is not None and after is None
    if after:
        among = after.beyond("ended_at", is_later=is_rising)
    elif before:
        among = before.beyond("ended_at", is_later=not is_rising)
    found = first(user, filters, PAGE_SIZE + 1, now=now, among=among, is_back=is_back)
    waits = found[:PAGE_SIZE]
    if (after and not waits) or (is_back and len(found) <= PAGE_SIZE):
        return page(user, filters, now=now)
    if is_back:
        waits.reverse()
    places = [Place(each.ended_at, each.pk) for each in waits]
    return ResultPage(
        rows_of(user, waits, now=now),
        previous=places[0] if after or before else None,
        following=places[-1] if is_back or len(found) > PAGE_SIZE else None,
    )


def rows_of(user: User, waits: Sequence[Wait], *, now: datetime) -> list[ResultRow]:
    ids = [each.interview_id for each in waits]
    interviews = Interview.objects.with_people().prefetch_related("interviewers").in_bulk(ids)
    decisions = {
        each.interview_id: each
        for each in Decision.objects.current().filter(interview__in=ids).select_related("decided_by")
    }
    notices = _notice_states([each.pk for each in decisions.values()])
    reasons = named(
        waits[0].organization_id if waits else UUID(int=0),
        {pk for each in decisions.values() for pk in each.reasons},
    )
    language = get_language() or "en"
    heard = recommendations_of(user, ids)
    following = next_rounds([interviews[pk] for pk in ids])
    rows = []
    for wait in waits:
        interview = interviews[wait.interview_id]
        decision, mine = decisions.get(interview.pk), heard[interview.pk]
        rows.append(
            ResultRow(
                interview=interview,
                wait=wait,
                decision=decision,
                reasons=[
                    reasons[pk].label_in(language)
                    for pk in (decision.reasons if decision else ())
                    if pk in reasons
                ],
                said=mine.said,
                is_own_first=mine.kept > 0,
                lacking=max(0, len(interview.interviewers.all()) - len(mine.said) - mine.kept),
                notice_state=notices.get(decision.pk, "") if decision else "",
                quiet=quiet_of(interview, wait, now=now),
                next_interview=following.get(interview.pk),
            )
        )
    return rows


def is_unreached(wait: Wait | None, notice_state: str) -> bool:
    return wait is not None and wait.state == WaitState.DECIDED and notice_state == NoticeState.RELEASED


def _notice_states(decision_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = ResultNotice.objects.filter(decision__in=list(decision_ids)).live()
    return dict(rows.values_list("decision", "state"))


def next_rounds(interviews: Sequence[Interview]) -> dict[UUID, Interview]:
    """By interview: the one after it of the same application, if any; one statement."""
    later: dict[UUID, list[Interview]] = {}
    rows = Interview.objects.filter(application__in={each.application_id for each in interviews})
    for each in rows.exclude(state=InterviewState.CANCELLED).order_by("starts_at"):
        later.setdefault(each.application_id, []).append(each)
    found = {}
    for interview in interviews:
        after = [
            each for each in later.get(interview.application_id, ()) if each.starts_at > interview.starts_at
        ]
        if after:
            found[interview.pk] = after[0]
    return found
