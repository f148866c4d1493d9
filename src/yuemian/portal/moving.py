"""The deeds of another time: choose a slot, propose times, take it back."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.interviews.actions.reschedule import (
    FURTHEST,
    CannotAsk,
    Press,
    choose_slot,
    propose_times,
    withdraw,
)
from yuemian.interviews.actions.respond import LONGEST_NOTE
from yuemian.interviews.actions.seats import JustTaken
from yuemian.portal.actions import PROPOSAL, SLOT, WITHDRAWAL
from yuemian.portal.deeds import Asked, Deed, Manner, NotSaid, Summary
from yuemian.portal.door import Opened
from yuemian.portal.showing import chosen_language
from yuemian.portal.times import ask_calendars, read_value, words_of, zone_of

#: As many fields as any policy allows.
FIELDS = ("time1", "time2", "time3")
PAGE = "/times"
#: Room in the answer's note beside the times that stand in it.
LONGEST_WORDS = LONGEST_NOTE - 200


def _is_closed(door: Opened) -> bool:
    return door.standing not in {"open", "old_revision"}


def _read_slot(door: Opened, form: QueryDict) -> Asked | None:
    if _is_closed(door):
        return None
    chosen = form.get("slot", "")
    if read_value(chosen) is None:
        raise NotSaid(f"{PAGE}?said=none")
    return Asked(SLOT, {"slot": chosen, "note": form.get("note", "").strip()[:LONGEST_WORDS]})


def _summarize_slot(door: Opened, asked: Asked) -> Summary:
    key = read_value(asked.fields["slot"])
    return Summary(
        title=_("You are about to choose:"),
        button=_("Yes, this time"),
        words=words_of(key.start, door.interview, get_language() or "en") if key else "",
        quote=asked.fields["note"],
        is_about_the_facts=False,
    )


def _choose(door: Opened, asked: Asked, manner: Manner) -> str | None:
    key = read_value(asked.fields["slot"])
    assert key is not None
    words = words_of(key.start, door.interview, chosen_language(manner.request, door))
    try:
        choose_slot(_press(door, manner), key, words=words, note=asked.fields["note"], outside=door.outside)
    except JustTaken:
        return f"{PAGE}?said=taken"
    except CannotAsk:
        return PAGE
    return None


def _read_proposal(door: Opened, form: QueryDict) -> Asked | None:
    if _is_closed(door):
        return None
    fields = {name: form.get(name, "").strip()[:25] for name in FIELDS}
    fields["note"] = form.get("note", "").strip()[:LONGEST_WORDS]
    zone = zone_of(door.interview)
    for text in filter(None, (fields[name] for name in FIELDS)):
        moment = _moment(text, zone)
        if moment <= door.now or moment > door.now + FURTHEST:
            raise NotSaid(f"{PAGE}?said={'past' if moment <= door.now else 'far'}#proposal")
    if not any(fields.values()):
        raise NotSaid(f"{PAGE}?said=empty#proposal")
    return Asked(PROPOSAL, fields)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """`2026-11-30T14:00`, or as a person types it where the browser has no field for it. Raises NotSaid."""
    try:
        local = datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=zone, second=0, microsecond=0)
    except ValueError as error:
        raise NotSaid(f"{PAGE}?said=unreadable#proposal") from error
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NotSaid(f"{PAGE}?said=skipped#proposal")
    return moment


def _times(door: Opened, asked: Asked) -> list[datetime]:
    zone = zone_of(door.interview)
    return sorted({_moment(asked.fields[name], zone) for name in FIELDS if asked.fields.get(name)})


def _proposal_words(door: Opened, asked: Asked, locale: str) -> str:
    return "\n".join(words_of(each, door.interview, locale) for each in _times(door, asked))


def _summarize_proposal(door: Opened, asked: Asked) -> Summary:
    return Summary(
        title=_("You are about to propose:"),
        button=_("Yes, send my proposal"),
        words=_proposal_words(door, asked, get_language() or "en"),
        quote=asked.fields["note"],
        is_about_the_facts=False,
    )


def _propose(door: Opened, asked: Asked, manner: Manner) -> str | None:
    try:
        propose_times(
            _press(door, manner),
            _times(door, asked),
            words=_proposal_words(door, asked, chosen_language(manner.request, door)),
            note=asked.fields["note"],
        )
    except CannotAsk:
        return PAGE
    return None


def _read_withdrawal(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    return None if _is_closed(door) else Asked(WITHDRAWAL)


def _summarize_withdrawal(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(title=_("Take your request back?"), button=_("Yes, take it back"))


def _withdraw(door: Opened, asked: Asked, manner: Manner) -> str | None:  # noqa: ARG001
    withdraw(_press(door, manner))
    return None


def _press(door: Opened, manner: Manner) -> Press:
    return Press(door.link, door.now, was_confirmed=manner.was_confirmed)


_MOVING = frozenset({SLOT, PROPOSAL, WITHDRAWAL})
CHOOSING = Deed(
    name="slot",
    actions=frozenset({SLOT}),
    part="#answer",
    read=_read_slot,
    summarize=_summarize_slot,
    carry_out=_choose,
    follows=_MOVING,
    beforehand=ask_calendars,
)
PROPOSING = Deed(
    name="proposal",
    actions=frozenset({PROPOSAL}),
    part="#answer",
    read=_read_proposal,
    summarize=_summarize_proposal,
    carry_out=_propose,
    follows=_MOVING,
)
WITHDRAWING = Deed(
    name="withdrawal",
    actions=frozenset({WITHDRAWAL}),
    part="#answer",
    read=_read_withdrawal,
    summarize=_summarize_withdrawal,
    carry_out=_withdraw,
    follows=_MOVING,
)
