"""What is held of what a person said on the way to an interview."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from yuemian.domain.arrival import SignalKind
from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.interviews.models import ArrivalSignal
from yuemian.trust.vault import Unreadable, Vault

_SAID: dict[SignalKind, str | Promise] = {
    SignalKind.HERE: gettext_lazy("I’m here"),
    SignalKind.LATE: gettext_lazy("I’m running late"),
    SignalKind.LOST: gettext_lazy("I can’t find it"),
    SignalKind.WORD: gettext_lazy("A message on the way"),
}


def _signals(candidate: Candidate, vault: Vault) -> list[Held]:
    held = []
    for each in ArrivalSignal.objects.filter(interview__application__candidate=candidate).order_by("at"):
        words = _opened(vault, candidate, each)
        line = [moment(candidate, each.at), str(_SAID[SignalKind(each.kind)]), *([words] if words else [])]
        data = {"at": each.at, "kind": each.kind, "minutes": each.minutes, "words": words}
        held.append(Held(" · ".join(line), data))
    return held


def _opened(vault: Vault, candidate: Candidate, signal: ArrivalSignal) -> str:
    if signal.words_sealed is None:
        return ""
    try:
        return vault.open(candidate.key, ArrivalSignal.PLACE, signal.pk, signal.words_sealed)
    except Unreadable:
        return ""


def _forget_signals(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    theirs = ArrivalSignal.objects.filter(interview__application__candidate__in=candidate_ids)
    return theirs.update(words_sealed=None)


HOLDINGS = (
    Holding(
        "arrivals",
        gettext_lazy("On your way"),
        gettext_lazy("Whatever you press reaches your contact and the interviewers at once."),
        _signals,
        _forget_signals,
    ),
)
