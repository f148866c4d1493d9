"""The page on which a candidate chooses another time: what is free, on their own clock beside the interview's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.domain.slots import Policy, Refusal, SlotKey
from yuemian.domain.when import day_text, present, range_text, zone_label
from yuemian.interviews.actions.reschedule import FURTHEST, may_ask, open_request
from yuemian.interviews.models import Interview, RescheduleRequest
from yuemian.interviews.slots.calendars import NOBODY_ASKED, Outside, asked
from yuemian.interviews.slots.policies import policy_of
from yuemian.interviews.slots.reading import MOST_OFFERS, Offered, offers_for, question_for
from yuemian.portal.door import Opened, opened

#: What a form has sent the reader back with.
SAID: dict[str, str | Promise] = {
    "taken": gettext_lazy("This time has just been taken. These are still free."),
    "none": gettext_lazy("Please choose one of the times."),
}
_WHY: dict[Refusal, str | Promise] = {
    Refusal.TOO_LATE: gettext_lazy("It is too late to move the interview on this page."),
    Refusal.TOO_OFTEN: gettext_lazy("The time has been moved as often as this page allows."),
    Refusal.NOT_HERE: gettext_lazy("Another time cannot be chosen on this page."),
}


@dataclass(frozen=True)
class Choice:
    """One time: `value` names it in the form, `beside` is the interview's clock where that shows another time."""

    value: str
    clock: str
    beside: str
    is_asked: bool = False


@dataclass(frozen=True)
class Day:
    name: str
    choices: list[Choice]


@dataclass(frozen=True)
class Proposal:
    """Times and a note as they were typed, by the names of their fields; `wrong` says what to mend, `problem` if it is
    none of the fields'."""

    fields: Mapping[str, str]
    wrong: Mapping[str, str | Promise]
    problem: str | Promise = ""


@dataclass(frozen=True)
class TimeField:
    """One field for a time, with what was typed in it."""

    number: int
    name: str
    value: str
    wrong: str


NOTHING_TYPED = Proposal({}, {})


def contents(door: Opened, locale: str, typed: Proposal = NOTHING_TYPED) -> dict[str, Any]:
    """Several statements: this page is opened by few, and never at once by everybody who was invited."""
    interview, now = door.interview, door.now
    zone, policy = zone_of(interview), policy_of(interview)
    can_answer = door.standing in {"open", "old_revision"}
    why = may_ask(interview, policy, now=now) if can_answer else None
    request = open_request(interview) if can_answer else None
    is_offered = can_answer and not why and _offers(interview, policy)
    free = offers_for(interview, now=now, outside=door.outside) if is_offered else []
    asked = SlotKey(request.series_id, request.times[0]) if request and request.series_id else None
    return {
        "part": "times",
        "can_answer": can_answer,
        "why": str(_WHY[why]) if why else "",
        "sayings": [(code, str(text)) for code, text in SAID.items()],
        "request": _request_words(request, interview, locale) if request else None,
        "days": _days(free[:MOST_OFFERS], interview, zone, locale, asked),
        "has_more": len(free) > MOST_OFFERS,
        "shows_slots": _offers(interview, policy),
        "is_automatic": policy.is_automatic or not interview.is_settled,
        "proposals": _time_fields(policy, typed) if not why else [],
        "is_typed": typed is not NOTHING_TYPED,
        "typed_form": "proposing" if can_answer and not why and policy.proposals else "",
        "problem": str(typed.problem),
        "note": typed.fields.get("note", ""),
        "zone_label": zone_label(now.astimezone(zone), zone.key, locale),
        "earliest": f"{now.astimezone(zone):%Y-%m-%dT%H:%M}",
        "furthest": f"{(now + FURTHEST).astimezone(zone):%Y-%m-%dT%H:%M}",
    }


def _time_fields(policy: Policy, typed: Proposal) -> list[TimeField]:
    names = [(number, f"time{number}") for number in range(1, policy.proposals + 1)]
    return [
        TimeField(number, name, typed.fields.get(name, ""), str(typed.wrong.get(name, "")))
        for number, name in names
    ]


def ask_calendars(token: str) -> Outside:
    """What the calendars of whoever would interview say, where the candidate may choose at all."""
    with opened(token, now=timezone.now()) as door:
        if door is None or door.standing not in {"open", "old_revision"}:
            return NOBODY_ASKED
        policy = policy_of(door.interview)
        if may_ask(door.interview, policy, now=door.now) or not _offers(door.interview, policy):
            return NOBODY_ASKED
        question = question_for(door.interview, now=door.now)
    return asked(question)


def zone_of(interview: Interview) -> ZoneInfo:
    """The candidate's own clock where it is known."""
    return ZoneInfo(interview.application.candidate.time_zone or interview.time_zone)


def value_of(key: SlotKey) -> str:
    return f"{key.series.hex}.{int(key.start.timestamp())}"


def read_value(text: str) -> SlotKey | None:
    """From the form; None when our page did not write it."""
    series, _dot, seconds = text.partition(".")
    try:
        return SlotKey(UUID(series), datetime.fromtimestamp(int(seconds), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def words_of(start: datetime, interview: Interview, locale: str) -> str:
    """One time, as a message would say it: the interview's clock, and the candidate's own where it differs."""
    own = interview.application.candidate.time_zone or None
    return present(start, interview.time_zone, locale, own_zone=own).text


def _offers(interview: Interview, policy: Policy) -> bool:
    return policy.offers_slots or not interview.is_settled


def _request_words(request: RescheduleRequest, interview: Interview, locale: str) -> dict[str, Any]:
    times = [words_of(start, interview, locale) for start in request.times]
    return {"times": times, "is_slot": request.series_id is not None}


def _days(
    free: list[Offered], interview: Interview, zone: ZoneInfo, locale: str, asked: SlotKey | None
) -> list[Day]:
    def local_day(each: Offered) -> Any:
        return each.span.start.astimezone(zone).date()

    days = []
    for _day, of_day in groupby(free, key=local_day):
        found = list(of_day)
        name = day_text(found[0].span.start.astimezone(zone), locale)
        days.append(Day(name, [_choice(each, interview, zone, locale, asked) for each in found]))
    return days


def _choice(
    each: Offered, interview: Interview, zone: ZoneInfo, locale: str, asked: SlotKey | None
) -> Choice:
    start, end = (moment.astimezone(zone) for moment in each.span)
    there = each.span.start.astimezone(interview.zone)
    beside = ""
    if there.utcoffset() != start.utcoffset():
        day = "" if there.date() == start.date() else day_text(there, locale)
        beside = _("%(day)s %(clock)s there") % {"day": day, "clock": f"{there:%H:%M}"}
    return Choice(value_of(each.key), range_text(start, end, locale), beside.strip(), each.key == asked)
