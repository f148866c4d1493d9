"""When a step is due: on the wall clock of the interview, kept out of quiet hours, within the time it is of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from yuemian.domain.cadence.situation import Situation, Terms
from yuemian.domain.cadence.step import ON_EVENTS, Anchor, Step
from yuemian.domain.quiet import first_instant, is_free_day, is_quiet, last_allowed_before, next_allowed
from yuemian.domain.states import Purpose

DAY: Final = timedelta(days=1)
#: Later than this after its time a step counts as late, and gives way to others.
LATE: Final = timedelta(minutes=10)
#: What is said before an interview must leave time to act on it.
_TO_READ: Final = timedelta(minutes=30)
_LEAST: Final = timedelta(minutes=5)
_TO_ANSWER: Final = timedelta(hours=1)
#: How long after its time a note or survey is still welcome.
_WELCOME: Final = {Purpose.STILL_DECIDING: timedelta(days=7), Purpose.SURVEY: timedelta(days=3)}

BEFORE_THE_INTERVIEW: Final = frozenset({Purpose.INVITATION, Purpose.REMINDER, Purpose.NUDGE})
#: They recall what was said before; one of several is enough.
RECALLING: Final = frozenset({Purpose.REMINDER, Purpose.NUDGE})
#: A plan that gets such a step later does not make up for it: everybody whose time was over would get it at once.
FROM_NOW_ON: Final = RECALLING | {Purpose.SURVEY}


class Shift(StrEnum):
    """Why a step is not due at the moment its plan names."""

    NONE = "none"
    AT_ONCE = "at_once"  # that moment had passed when the appointment became known
    QUIET_HOURS = "quiet_hours"
    FREE_DAY = "free_day"
    OWN_HOUR = "own_hour"  # the plan names the day alone, and the candidate chose an hour


@dataclass(frozen=True, slots=True)
class Due:
    """`planned_at` is what the plan says, `at` what follows from it; None: nothing but quiet time is left."""

    planned_at: datetime
    at: datetime | None
    latest_at: datetime
    shift: Shift


def planned_at(step: Step, anchor_at: datetime, zone: ZoneInfo) -> datetime:
    """The anchor and the offset, in UTC: whole days are counted on the wall clock, the rest in real time.

    One day before 10:00 is 10:00, also when the clocks change in between; but after a sending or an answer people wait
    for a length of time, and a day is 24 hours. With an hour `at` the day counts alone; before the start it is never
    the start or later, after an anchor never earlier than that.
    """
    is_before = step.anchor == Anchor.BEFORE_START
    sign = -1 if is_before else 1
    days, rest = (0, step.offset) if step.anchor in ON_EVENTS else divmod(step.offset, DAY)
    moment = anchor_at.astimezone(UTC)
    if days:
        local = anchor_at.astimezone(zone)
        moment = first_instant(local.date() + sign * timedelta(days=days), local.time(), zone)
    moment += sign * rest
    if step.at is None:
        return moment
    day = moment.astimezone(zone).date()
    moment = first_instant(day, step.at, zone)
    if moment >= anchor_at if is_before else moment < anchor_at:
        moment = first_instant(day + sign * DAY, step.at, zone)
    return moment


def latest_at(step: Step, planned: datetime, starts_at: datetime) -> datetime:
    """The last moment at which the step is still of use."""
    if step.purpose in BEFORE_THE_INTERVIEW or (
        step.purpose == Purpose.STAFF_REMINDER and step.anchor == Anchor.BEFORE_START
    ):
        return starts_at - _reserve(step)
    return planned + _WELCOME.get(step.purpose, DAY)


def due(
    step: Step, anchor_at: datetime, situation: Situation, now: datetime, *, ignores_quiet: bool = False
) -> Due:
    """Everything about a step's time. `now` counts only where a chosen hour of the day has passed already."""
    planned = planned_at(step, anchor_at, situation.zone)
    latest = latest_at(step, planned, situation.starts_at)
    if not ignores_quiet:
        own = _own_hour(step, planned, anchor_at, situation, now)
        if own is not None and own != planned:
            return Due(planned, own, latest, Shift.OWN_HOUR)
    at = max(planned, situation.known_at)
    shift = Shift.AT_ONCE if at > planned else Shift.NONE
    if ignores_quiet or not is_quiet(at, situation.quiet, situation.own_zone):
        return Due(planned, at, latest, shift)
    why = Shift.FREE_DAY if is_free_day(at, situation.quiet, situation.own_zone) else Shift.QUIET_HOURS
    return Due(planned, _out_of_quiet(step, at, latest, situation), latest, why)


def moment_to_go(due_at: datetime, latest: datetime, situation: Situation, now: datetime) -> datetime | None:
    """When something due at `due_at` goes, seen from `now`: then, or late at the first moment that is not quiet."""
    if due_at >= now:
        return due_at
    soonest = next_allowed(now, situation.quiet, situation.own_zone)
    return soonest if soonest <= latest else None


def is_added_late(step: Step, at: datetime, terms: Terms) -> bool:
    """A reminder or survey whose time was over before the plan had it is not made up for."""
    since = terms.since_of(step) if step.purpose in FROM_NOW_ON else None
    return since is not None and at < since - LATE


def _own_hour(
    step: Step, planned: datetime, anchor_at: datetime, situation: Situation, now: datetime
) -> datetime | None:
    """The hour that the candidate chose, on the planned day of their own clock, where the plan leaves it open.

    It must be allowed and of use, and not over: what was put earlier than the plan says goes at the plan's time where
    the choice came too late for that day.
    """
    if situation.preferred_hour is None or not _leaves_hour_open(step) or planned < situation.known_at:
        return None
    day = planned.astimezone(situation.own_zone).date()
    own = first_instant(day, time(situation.preferred_hour), situation.own_zone)
    earliest = (
        situation.known_at if step.anchor == Anchor.BEFORE_START else max(situation.known_at, anchor_at)
    )
    if not earliest <= own <= latest_at(step, planned, situation.starts_at):
        return None
    is_over = own < planned and now > own + LATE
    return None if is_over or is_quiet(own, situation.quiet, situation.own_zone) else own


def _leaves_hour_open(step: Step) -> bool:
    """Whether only a day is meant: less than one day, or a length of time after an event, is meant to the hour."""
    is_meant_to_the_hour = step.at is not None or step.anchor in ON_EVENTS or step.offset < DAY
    return not is_meant_to_the_hour and step.purpose != Purpose.STAFF_REMINDER


def _reserve(step: Step) -> timedelta:
    if step.purpose == Purpose.NUDGE and step.anchor != Anchor.BEFORE_START:
        return _TO_ANSWER
    if step.purpose == Purpose.STAFF_REMINDER:
        return timedelta(0)
    if step.anchor != Anchor.BEFORE_START or step.at is not None:
        return _TO_READ
    return min(_TO_READ, max(step.offset / 4, min(step.offset, _LEAST)))


def _out_of_quiet(step: Step, at: datetime, latest: datetime, situation: Situation) -> datetime | None:
    """Later, if that leaves at least half the time that was meant; else earlier; else later if of any use at all."""
    later = next_allowed(at, situation.quiet, situation.own_zone)
    is_in_time = later <= latest
    if step.anchor != Anchor.BEFORE_START:
        return later if is_in_time else None
    meant = situation.starts_at - at
    if is_in_time and situation.starts_at - later >= meant / 2:
        return later
    earlier = last_allowed_before(at, situation.quiet, situation.own_zone)
    if earlier >= situation.known_at:
        return earlier
    return later if is_in_time else None
