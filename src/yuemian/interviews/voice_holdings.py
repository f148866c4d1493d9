"""What is held of what a person said beside the answer: reasons, needs, and answers to surveys under their name."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext, gettext_lazy

from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.interviews.models import (
    Interview,
    Need,
    StatedReason,
    SurveyInvitation,
    SurveySigned,
    SurveyStop,
)
from yuemian.interviews.needs import read_need
from yuemian.interviews.reasons.reading import every_option
from yuemian.interviews.reasons.wording import given
from yuemian.messaging.actions.forget import forget_told
from yuemian.trust.vault import Unreadable, Vault


def _reasons(candidate: Candidate, vault: Vault) -> list[Held]:
    options = every_option(candidate.organization_id)
    held = []
    for each in StatedReason.objects.filter(interview__application__candidate=candidate).order_by("at"):
        words = _opened(vault, candidate, StatedReason.PLACE, each.pk, each.words_sealed)
        reason = given(each.code, options, get_language() or "en")
        said = [moment(candidate, each.at), reason, *([words] if words else [])]
        held.append(Held(" · ".join(said), {"at": each.at, "reason": each.code, "words": words}))
    return held


def _needs(candidate: Candidate, vault: Vault) -> list[Held]:
    held = []
    found = Interview.objects.filter(application__candidate=candidate, need__content_sealed__isnull=False)
    for interview in found.with_people().order_by("starts_at"):
        need = read_need(interview, vault)
        if need is not None:
            data = {"said_at": need.said_at, "kinds": [str(kind) for kind in need.kinds], "words": need.words}
            line = [moment(candidate, need.said_at), *map(str, need.labels), need.words]
            masked = moment(candidate, need.said_at)
            held.append(
                Held(
                    " · ".join(each for each in line if each),
                    data | {"arranged_at": need.arranged_at, "arrangement": need.arrangement},
                    masked,
                )
            )
    return held


def _surveys(candidate: Candidate, vault: Vault) -> list[Held]:
    """That they were asked, and what they answered with their name; anonymous answers cannot be found."""
    held = []
    for each in SurveyInvitation.objects.filter(candidate=candidate).order_by("at"):
        line = gettext("%(when)s · asked how it was") % {"when": moment(candidate, each.at)}
        held.append(Held(line, {"asked_at": each.at, "survey": each.kind, "is_answered": each.is_spent}))
    for signed in SurveySigned.objects.filter(interview__application__candidate=candidate).order_by("at"):
        words = _opened(vault, candidate, SurveySigned.PLACE, signed.pk, signed.words_sealed)
        said = json.loads(words) if words else {}
        figures = f"{signed.impression}/5 · {signed.recommend}/10"
        line = " · ".join([moment(candidate, signed.at), figures, *said.values()])
        data = {
            "at": signed.at,
            "impression": signed.impression,
            "recommend": signed.recommend,
            "words": said,
        }
        held.append(Held(line, data, f"{moment(candidate, signed.at)} · {figures}"))
    for stop in SurveyStop.objects.filter(candidate=candidate):
        line = gettext("%(when)s · no surveys any more") % {"when": moment(candidate, stop.at)}
        held.append(Held(line, {"stopped_at": stop.at}))
    return held


def _forget_needs(candidate_ids: Collection[UUID], now: datetime) -> int:
    theirs = Need.objects.filter(interview__application__candidate__in=candidate_ids)
    forget_told(list(theirs.values_list("pk", flat=True)), now=now)
    return theirs.delete()[0]


def _forget_surveys(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    theirs = SurveySigned.objects.filter(interview__application__candidate__in=candidate_ids)
    count = theirs.delete()[0]
    return count + SurveyStop.objects.filter(candidate__in=candidate_ids).delete()[0]


def _opened(
    vault: Vault, candidate: Candidate, place: str, pk: UUID, sealed: bytes | memoryview | None
) -> str:
    if sealed is None:
        return ""
    try:
        return vault.open(candidate.key, place, pk, sealed)
    except Unreadable:
        return ""


HOLDINGS = (
    Holding(
        "reasons",
        gettext_lazy("Why you could not come"),
        gettext_lazy("To see what keeps candidates away, and to offer you what helps."),
        _reasons,
    ),
    Holding(
        "needs",
        gettext_lazy("What you need at the interview"),
        gettext_lazy("To arrange it. It plays no part in the decision."),
        _needs,
        _forget_needs,
    ),
    Holding(
        "surveys",
        gettext_lazy("Surveys"),
        gettext_lazy("To ask once, and to contact you about your answer if you allowed it."),
        _surveys,
        _forget_surveys,
    ),
)
