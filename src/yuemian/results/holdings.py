"""What results hold about a person: what was decided and told, and what interviewers noted."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy

from yuemian.domain.results import NoticeState
from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.messaging.actions.forget import forget_told
from yuemian.results.models import ResultNotice, Scorecard, ScorecardLink, Wait, WaitState
from yuemian.trust.vault import Unreadable, Vault


def _letters(candidate: Candidate, vault: Vault) -> list[Held]:
    """Only what was told: a decision that nobody was told of is the company's until then."""
    held = []
    told = ResultNotice.objects.filter(candidate=candidate, state=NoticeState.RELEASED)
    for notice in told.order_by("leaves_at"):
        try:
            text = json.loads(vault.open(candidate.key, ResultNotice.PLACE, notice.pk, notice.text_sealed))
        except Unreadable:
            continue
        at = notice.leaves_at or notice.created_at
        held.append(
            Held(
                f"{moment(candidate, at)} · {text['subject']}",
                {"at": at, "outcome": notice.outcome, "subject": text["subject"], "body": text["body"]},
                masked=moment(candidate, at),
            )
        )
    return held


def _forget(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    """Whom a letter was for, and where it could go; what waits of it is void, its links open nothing, and nobody waits
    for word any more: only how long it took to tell them stays."""
    waits = Wait.objects.filter(interview__application__candidate__in=candidate_ids)
    waits.exclude(state=WaitState.TOLD).delete()
    mine = ResultNotice.objects.filter(candidate__in=candidate_ids)
    mine.live().exclude(state=NoticeState.RELEASED).update(state=NoticeState.VOID)
    return mine.update(candidate_name="", contacts=[])


def _forget_asking(candidate_ids: Collection[UUID], now: datetime) -> int:
    """No interviewer is asked any more; what was noted becomes unreadable with the person's key."""
    links = ScorecardLink.objects.filter(interview__application__candidate__in=candidate_ids)
    return forget_told(list(links.values_list("pk", flat=True)), now=now)


def _scorecards(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    """That it was evaluated, and when; the notes themselves are given on request, by a person."""
    cards = Scorecard.objects.filter(interview__application__candidate=candidate).submitted()
    return [
        Held(moment(candidate, card.submitted_at), {"at": card.submitted_at})
        for card in cards.order_by("submitted_at")
        if card.submitted_at
    ]


#: Texts and notes are sealed with the person's key, and go with it.
HOLDINGS: Final = (
    Holding(
        "results",
        gettext_lazy("Results that you were told"),
        gettext_lazy("So that both sides know what was said."),
        _letters,
        erase=_forget,
    ),
    Holding(
        "scorecards",
        gettext_lazy("Evaluations of your interviews"),
        gettext_lazy("To decide, and to tell you what was good."),
        _scorecards,
        erase=_forget_asking,
    ),
)
