"""The deeds of another time: choose a slot, propose times, take it back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yuemian.interviews.actions.reschedule import (
    FURTHEST,
    CannotAsk,
    Press,
    choose_slot,
    propose_times,
    withdraw,
)
from yuemian.interviews.actions.seats import JustTaken
from yuemian.portal.actions import PROPOSAL, SLOT, WITHDRAWAL
from yuemian.portal.deeds import Asked, Deed, Manner, Mistyped, NotSaid, Summary
from yuemian.portal.door import Opened
from yuemian.portal.showing import chosen_language, show_subpage
from yuemian.portal.times import Proposal, ask_calendars, contents, read_value, words_of, zone_of

#: As many fields as any policy allows.
FIELDS = ("time1", "time2", "time3")
PAGE = "/times"
#: As the form's field takes it.
LONGEST_WORDS = 300
_EMPTY = gettext_lazy("Please give at least one time, or write which times suit you.")
_UNREADABLE = gettext_lazy("This time could not be read. Write it like this: 2026-11-30 14:00.")
_PAST = gettext_lazy("This time has already passed. Please give a later one.")
_FAR = gettext_lazy("This time is too far ahead. Please give an earlier one.")
_SKIPPED = gettext_lazy(
    "The clocks are changed then, so that this time does not exist. Please give another one."
)


class _NoTime(ValueError):  # noqa: N818
    """What was typed names no moment; `said` says what to do."""

    def __init__(self, said: str | Promise) -> None:
        super().__init__(said)
        self.said = said


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
    fields = _typed(form)
    wrong = {name: said for name in FIELDS if (said := _wrong(door, fields[name]))}
    problem = "" if any(fields.values()) else _EMPTY
    if wrong or problem:
        raise Mistyped(partial(_shown, typed=Proposal(fields, wrong, problem)))
    return Asked(PROPOSAL, fields)


def _typed(form: QueryDict) -> dict[str, str]:
    fields = {name: form.get(name, "").strip()[:25] for name in FIELDS}
    return fields | {"note": form.get("note", "").strip()[:LONGEST_WORDS]}


def _propose_again(request: HttpRequest, door: Opened) -> HttpResponse | str:
    fields = _typed(request.POST)
    return _shown(request, door, 200, typed=Proposal(fields, {})) if any(fields.values()) else PAGE


def _wrong(door: Opened, text: str) -> str | Promise:
    """What to mend about a time; empty when it can be proposed, or is none."""
    if not text:
        return ""
    try:
        moment = _moment(text, zone_of(door.interview))
    except _NoTime as problem:
        return problem.said
    if moment <= door.now:
        return _PAST
    return _FAR if moment > door.now + FURTHEST else ""


def _shown(request: HttpRequest, door: Opened, status: int = 422, *, typed: Proposal) -> HttpResponse:
    return show_subpage(request, door, "portal/times.html", partial(contents, typed=typed), status)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """`2026-11-30T14:00`, or as a person types it where the browser has no field for it. Raises _NoTime."""
    try:
        local = datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=zone, second=0, microsecond=0)
    except ValueError as error:
        raise _NoTime(_UNREADABLE) from error
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise _NoTime(_SKIPPED)
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
    beforehand=ask_calendars,
    anchor="#proposal",
    again=_propose_again,
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
