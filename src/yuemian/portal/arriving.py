"""The deed of who is on the way, or there; and the page on which more is said than “I am here”."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.arrival import DELAYS, SignalKind
from yuemian.domain.states import Answer
from yuemian.interviews.actions.arrival import LONGEST_WORDS, Word, say
from yuemian.interviews.models import ArrivalSignal
from yuemian.portal import arrival_part
from yuemian.portal.actions import SIGNALS
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.trust.vault import Unreadable


def contents(door: Opened, locale: str) -> dict[str, Any]:  # noqa: ARG001
    """What the page `/arrival` adds; its forms are gone when their time is."""
    return {
        "part": "arrival",
        "arrival": arrival_part.part(door.data, now=door.now),
        "can_be_lost": arrival_part.is_on(door.interview, SignalKind.LOST, door.now),
        "written": _written(door),
    }


def _written(door: Opened) -> list[str]:
    """The candidate's own words so far."""
    interview, vault, found = door.interview, door.data.vault(), []
    said = ArrivalSignal.objects.filter(interview=interview.pk, revision=interview.revision)
    for signal in said.filter(words_sealed__isnull=False):
        try:
            key = interview.application.candidate.key
            found.append(vault.open(key, ArrivalSignal.PLACE, signal.pk, signal.words_sealed or b""))
        except Unreadable:
            continue
    return found


def _read(door: Opened, form: QueryDict) -> Asked | None:
    signal, minutes = form.get("signal", ""), form.get("minutes", "")
    words = form.get("words", "").strip()[:LONGEST_WORDS]
    if signal not in SIGNALS or not arrival_part.is_on(door.interview, SignalKind(signal), door.now):
        return None
    if signal == SignalKind.LATE and minutes not in map(str, DELAYS):
        return None
    if signal == SignalKind.WORD and not words:
        return None
    return Asked(signal, {"signal": signal, "minutes": minutes, "words": words})


def _summarize(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("You are about to tell us:"),
        button=_("Yes, tell them"),
        words=sentence(asked.action, asked.fields["minutes"]),
        quote=asked.fields["words"],
    )


def sentence(signal: str, minutes: str) -> str:
    """In the candidate's own voice."""
    if signal == SignalKind.LATE:
        return _("I am about %(minutes)s minutes late") % {"minutes": minutes}
    return {
        SignalKind.HERE: _("I’m here"),
        SignalKind.LOST: _("I can’t find it"),
        SignalKind.WORD: _("A message on the way"),
    }[SignalKind(signal)]


def _say(door: Opened, asked: Asked, manner: Manner) -> None:
    fields = asked.fields
    kind = SignalKind(asked.action)
    minutes = int(fields["minutes"]) if kind == SignalKind.LATE else None
    say(
        door.link,
        Word(kind, minutes, fields["words"]),
        now=door.now,
        was_confirmed=manner.was_confirmed,
        seen_revision=door.interview.revision,
    )


ARRIVING = Deed(
    name="signal",
    actions=frozenset(SIGNALS),
    part="#arrival",
    read=_read,
    summarize=_summarize,
    carry_out=_say,
    follows=frozenset({*SIGNALS, str(Answer.ACCEPTED)}),
)
