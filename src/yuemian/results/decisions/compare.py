"""One person's decision: the scorecards beside each other, what was before, what was decided, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from yuemian.accounts.models import User
from yuemian.domain.results import NoticeState, Obstacle, Verdicts, verdicts
from yuemian.domain.results.facts import Recommendation
from yuemian.domain.round_name import round_in
from yuemian.interviews.models import Interview
from yuemian.interviews.today.wording import why
from yuemian.interviews.wording import Text
from yuemian.results.actions.decide import obstacle_of
from yuemian.results.actions.scorecards import why_closed
from yuemian.results.decisions.cards import Card, beside, cards_of, recommendations_of
from yuemian.results.decisions.reasons import named
from yuemian.results.decisions.rows import is_unreached, next_rounds
from yuemian.results.decisions.wording import NOTICES, OBSTACLES, OUTCOMES, OWN_FIRST, VERDICTS
from yuemian.results.models import Decision, ResultNotice, Wait
from yuemian.results.silence.word import quiet_of
from yuemian.trust.vault import DataKey, Unreadable, Vault


@dataclass(frozen=True)
class Past:
    """A decision of this person's, with its words."""

    decision: Decision
    reasons: Sequence[str]
    note: str
    notice_state: str
    job: str
    round: str

    @property
    def notice(self) -> Text:
        return NOTICES.get(self.notice_state, "")


@dataclass(frozen=True)
class Round:
    """An earlier interview of the same application."""

    interview: Interview
    name: str
    cards: Sequence[Card]
    decision: Decision | None
    #: What others said is read after writing one's own.
    is_own_first: bool

    @property
    def badge(self) -> tuple[Any, str]:
        if self.is_own_first:
            return OWN_FIRST
        return VERDICTS[verdicts([Recommendation(c.recommendation) for c in self.cards if c.recommendation])]


def read(user: User, interview: Interview, *, now: datetime) -> dict[str, Any]:
    """All that the page shows; the interview comes with people and interviewers."""
    candidate, language = interview.application.candidate, get_language() or "en"
    vault = Vault(user.organization_id)
    others = list(
        Interview.objects.visible_to(user)
        .with_people()
        .filter(application__candidate=candidate)
        .exclude(pk=interview.pk)
        .order_by("starts_at", "id")
    )
    earlier = [
        each
        for each in others
        if each.application_id == interview.application_id and each.starts_at < interview.starts_at
    ]
    ids = [each.pk for each in (interview, *earlier)]
    cards, names = cards_of(user, ids, vault)
    kept = {pk for pk, heard in recommendations_of(user, ids).items() if heard.kept}
    own = [card for card in cards if card.interview_id == interview.pk]
    said = [Recommendation(card.recommendation) for card in own if card.recommendation]
    handed_in = {card.name for card in own}
    shown_names = {key: name for key, name in names.items() if any(key in card.seen for card in own)}
    pasts = _pasts(user, candidate.pk, candidate.key, vault)
    hindered = obstacle_of(interview, now)
    wait = Wait.objects.filter(interview=interview).first()
    current = next(
        (e for e in pasts if e.decision.interview_id == interview.pk and e.decision.is_current), None
    )
    return {
        "interview": interview,
        "name": candidate.name,
        "job": interview.application.job.title_in(language),
        "round": round_in(interview.round, language),
        "cards": own,
        "lines": beside(own, shown_names),
        "verdicts": OWN_FIRST if interview.pk in kept else VERDICTS[verdicts(said)],
        "is_own_first": interview.pk in kept,
        "may_write": interview.pk in kept and not why_closed(user, interview, now=now),
        "is_divided": verdicts(said) is Verdicts.SPLIT,
        "lacking": [each.name for each in interview.interviewers.all() if each.name not in handed_in],
        "earlier": _rounds(earlier, cards, kept, pasts, language),
        "decided": [each for each in pasts if each.decision.interview_id == interview.pk],
        "elsewhere": [each for each in pasts if each.decision.interview_id != interview.pk],
        "current": current,
        "unreached": _unreached(current) if current and is_unreached(wait, current.notice_state) else None,
        "obstacle": OBSTACLES[hindered] if hindered else None,
        "can_note_attendance": hindered in {Obstacle.NO_SHOW, Obstacle.NOT_COMING},
        "quiet": quiet_of(interview, wait, now=now) if hindered is None else None,
        "next_interview": next_rounds([interview]).get(interview.pk),
        "outcome_words": OUTCOMES,
    }


def _unreached(current: Past) -> dict[str, Any]:
    """What became of a letter that was released in vain, and where its messages stand."""
    notice = ResultNotice.objects.filter(decision=current.decision, state=NoticeState.RELEASED)
    return {"reason": why("unreached"), "sending": notice.values_list("batch__sending", flat=True).first()}


def _pasts(user: User, candidate_id: UUID, key: DataKey, vault: Vault) -> list[Past]:
    """Every decision about this person, the newest first."""
    rows = Decision.objects.visible_to(user).filter(application__candidate=candidate_id)
    decisions = list(
        rows.select_related("decided_by", "application__job", "interview").order_by("-decided_at", "-number")
    )
    reasons = named(user.organization_id, {pk for each in decisions for pk in each.reasons})
    notices = dict(
        ResultNotice.objects.filter(decision__in=decisions).live().values_list("decision", "state")
    )
    language, pasts = get_language() or "en", []
    for each in decisions:
        note = ""
        if each.note_sealed is not None:
            with suppress(Unreadable):
                note = vault.open(key, Decision.PLACE, each.pk, each.note_sealed)
        pasts.append(
            Past(
                each,
                [reasons[pk].label_in(language) for pk in each.reasons if pk in reasons],
                note,
                notices.get(each.pk, ""),
                each.application.job.title_in(language),
                round_in(each.interview.round, language),
            )
        )
    return pasts


def _rounds(
    earlier: Sequence[Interview],
    cards: Sequence[Card],
    kept: Collection[UUID],
    pasts: Sequence[Past],
    language: str,
) -> list[Round]:
    current = {each.decision.interview_id: each.decision for each in pasts if each.decision.is_current}
    return [
        Round(
            each,
            round_in(each.round, language),
            [card for card in cards if card.interview_id == each.pk],
            current.get(each.pk),
            each.pk in kept,
        )
        for each in earlier
    ]
