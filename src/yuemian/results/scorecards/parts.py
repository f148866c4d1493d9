"""What other rooms' pages show of scorecards: side by side on the interview's page, the late ones on Today."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.accounts.models import Permission, User
from yuemian.domain.languages import is_chinese
from yuemian.domain.round_name import round_in
from yuemian.interviews.models import Interview
from yuemian.results.actions.scorecards import why_closed
from yuemian.results.models import Scorecard, ScorecardState
from yuemian.results.scorecards.late import SHOWN, Late, late, owed_by, owed_for
from yuemian.results.scorecards.reading import Card, Entry, lines_of, scorecards_of
from yuemian.results.scorecards.wording import RATINGS, RECOMMENDATION_TONES, RECOMMENDATIONS
from yuemian.trust.vault import Vault

_TONES = {1: "danger", 2: "warning", 3: "info", 4: "success", 5: "success"}


def on_interview(request: HttpRequest, interview: Interview, now: datetime) -> str:
    """For whoever may see results, and for its interviewers; empty for everybody else and while it is ahead."""
    user = request.user
    assert isinstance(user, User)
    is_holder = any(person.pk == user.pk for person in interview.interviewers.all())
    if not (is_holder or user.may(Permission.SEE_RESULTS)):
        return ""
    cards = scorecards_of(user, [interview.pk], Vault(interview.organization_id)).get(interview.pk, [])
    own = Scorecard.objects.visible_to(user).filter(interview=interview, interviewer=user).first()
    owed = (
        owed_for(interview.organization_id, interview.pk, now=now) if user.may(Permission.SEE_RESULTS) else []
    )
    may_write = is_holder and not why_closed(user, interview, now=now)
    context = {
        "interview": interview,
        "cards": cards,
        **_beside(cards),
        "owed": owed,
        "own_state": own.state if own else "",
        "may_write": may_write,
        "is_waiting_for_own": may_write and (own is None or own.state == ScorecardState.OPEN),
        "may_ask": user.may(Permission.EDIT_INTERVIEWS),
        "may_reopen": user.may(Permission.DECIDE_RESULTS) and any(not card.source for card in cards),
    }
    return render_to_string("results/scorecards/part.html", context, request)


def _beside(cards: list[Card]) -> dict[str, Any]:
    return {
        "heads": [
            (card, RECOMMENDATION_TONES[said], RECOMMENDATIONS[said])
            if (said := card.recommendation)
            else (card, "neutral", "–")
            for card in cards
        ],
        "lines": [
            (line, [_cell(entry) for entry in line.entries])
            for line in lines_of(cards, get_language() or "en")
        ],
    }


def _cell(entry: Entry | None) -> tuple[Entry | None, str, object]:
    if entry is None:
        return None, "", ""
    if entry.rating is None:
        return entry, "neutral", _("Not asked")
    return entry, _TONES[entry.rating], RATINGS[entry.rating]


def on_today(request: HttpRequest, now: datetime, recruiter: UUID | None, branch: UUID | None) -> str:
    """What one has to write oneself; and for whoever sees results, whose scorecards are late."""
    user = request.user
    assert isinstance(user, User)
    own = owed_by(user, now=now)
    parts = [_today(request, own, is_own=True)]
    if user.may(Permission.SEE_RESULTS):
        others = late(user, now=now, recruiter=recruiter, branch=branch)
        parts.append(
            _today(request, [each for each in others if each.interviewer_id != user.pk], is_own=False)
        )
    return "".join(parts)


def _today(request: HttpRequest, owed: list[Late], *, is_own: bool) -> str:
    if not owed:
        return ""
    language = get_language() or "en"
    shown = owed[:SHOWN]
    context = {
        "owed": [
            (
                each,
                each.job_title if is_chinese(language) else each.job_title_en or each.job_title,
                round_in(each.round, language),
            )
            for each in shown
        ],
        "is_own": is_own,
        "count_text": f"{len(shown)}+" if len(owed) > SHOWN else str(len(shown)),
        "may_ask": getattr(request.user, "may", lambda _: False)(Permission.EDIT_INTERVIEWS),
    }
    return render_to_string("results/scorecards/today.html", context, request)
