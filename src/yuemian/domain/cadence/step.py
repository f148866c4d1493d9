"""One step of a plan as a value, and its form in JSON as the database and the editor keep it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from yuemian.domain.states import Answer, Channel, Mode, Purpose

MOST_STEPS: Final = 20
LONGEST_OFFSET: Final = timedelta(days=90)
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BadStep(ValueError):  # noqa: N818
    """A step cannot be used; the message names it and says what to do."""


class Anchor(StrEnum):
    """The moment a step's offset is counted from."""

    KNOWN = "known"  # the interview was created or imported
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    AFTER_SENT = "after_sent"  # the invitation, or the change notice that stands for it, has left
    AFTER_SILENCE = "after_silence"  # the last message that asks has left, and nobody answered
    AFTER_ANSWER = "after_answer"
    AFTER_PROMISE = "after_promise"  # the date by which a result was promised


#: Anchors that are not known before they happen.
ON_EVENTS: Final = frozenset({Anchor.AFTER_SENT, Anchor.AFTER_SILENCE, Anchor.AFTER_ANSWER})
#: What a plan may say, and the moments it may be counted from.
PLANNABLE: Final[Mapping[Purpose, frozenset[Anchor]]] = {
    Purpose.INVITATION: frozenset({Anchor.KNOWN, Anchor.BEFORE_START}),
    Purpose.REMINDER: frozenset(
        {Anchor.BEFORE_START, Anchor.AFTER_SENT, Anchor.AFTER_SILENCE, Anchor.AFTER_ANSWER}
    ),
    Purpose.NUDGE: frozenset({Anchor.BEFORE_START, Anchor.AFTER_SENT, Anchor.AFTER_SILENCE}),
    Purpose.STILL_DECIDING: frozenset({Anchor.AFTER_END, Anchor.AFTER_PROMISE}),
    Purpose.SURVEY: frozenset({Anchor.AFTER_END}),
    Purpose.STAFF_REMINDER: frozenset(Anchor) - {Anchor.AFTER_PROMISE},
}


class Pick(StrEnum):
    """Which channels a step takes."""

    BEST = "best"  # routing decides
    NEXT = "next"  # the best one that was not used yet for this interview
    LISTED = "listed"  # in the order given, the next one after a failure
    ALL = "all"  # those given, at once


class Extra(StrEnum):
    """Who else hears of a step."""

    INTERVIEWER = "interviewer"
    RECRUITER = "recruiter"


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of them must hold when the step is due; empty ones always hold."""

    answers: frozenset[Answer] = frozenset()
    missed_at_least: int = 0  # interviews this person did not come to before
    weekdays: frozenset[int] = frozenset()  # of the interview, Monday is 1, in its own zone
    starts_from: time | None = None  # the interview begins at or after this local hour …
    starts_until: time | None = None  # … and before this one
    is_first: bool | None = None  # the person's first interview for this application, or not
    modes: frozenset[Mode] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """Say `purpose` at `anchor` plus (or before the start: minus) `offset`, on the day's hour `at` when given.

    `key` is stable within a plan: what was sent for a step is remembered under it.
    """

    key: str
    purpose: Purpose
    anchor: Anchor
    offset: timedelta = timedelta(0)
    at: time | None = None
    conditions: Conditions = field(default_factory=Conditions)
    pick: Pick = Pick.BEST
    channels: tuple[Channel, ...] = ()
    extras: frozenset[Extra] = frozenset()
    is_on: bool = True

    @property
    def least_wait(self) -> timedelta:
        """After its anchor it is never due earlier than this: an hour `at` may lie up to a day before the offset."""
        return self.offset if self.at is None else max(self.offset - timedelta(days=1), timedelta(0))

    def goes_as(self, other: Step | None) -> bool:
        """Whether it says the same to the same candidates at the same moment, on whatever channel."""
        if other is None:
            return False
        return self == replace(other, pick=self.pick, channels=self.channels, extras=self.extras)


def steps_to_json(steps: Iterable[Step], since: Mapping[str, datetime] | None = None) -> list[dict[str, Any]]:
    """What `steps_from_json` reads back; offsets in minutes, hours as HH:MM, sets sorted.

    `since` says by key from when on a step is in the plan as it is; `since_from_json` reads it back.
    """
    moments = {key: {"since": at.isoformat()} for key, at in (since or {}).items()}
    return [_step_to_json(step) | moments.get(step.key, {}) for step in steps]


def since_from_json(data: Sequence[Mapping[str, Any]]) -> dict[str, datetime]:
    """Of the steps that say it; `steps_from_json` has read them."""
    return {str(each["key"]): datetime.fromisoformat(each["since"]) for each in data if each.get("since")}


def steps_from_json(data: Any) -> tuple[Step, ...]:
    """Raises BadStep with the number of the step and what to do."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise BadStep("A plan is a list of steps.")
    if len(data) > MOST_STEPS:
        raise BadStep(f"A plan has at most {MOST_STEPS} steps; remove some.")
    steps = tuple(_step_from_json(number, each) for number, each in enumerate(data, 1))
    keys = [step.key for step in steps]
    doubled = next((key for key in keys if keys.count(key) > 1), None)
    if doubled is not None:
        raise BadStep(f"Two steps are called '{doubled}'; give each its own key.")
    return steps


def check_plannable(steps: Iterable[Step]) -> None:
    """Raises BadStep for what can be written down but never works as a plan."""
    for number, step in enumerate(steps, 1):
        anchors = PLANNABLE.get(step.purpose)
        if anchors is None:
            raise BadStep(f"Step {number}: a plan cannot send '{step.purpose}'; choose another purpose.")
        if step.anchor not in anchors:
            allowed = ", ".join(sorted(anchors))
            raise BadStep(f"Step {number}: '{step.purpose}' can be counted from {allowed}; choose one.")
        if step.anchor == Anchor.BEFORE_START and not step.offset and step.at is None:
            raise BadStep(f"Step {number}: say how long before the interview, or at what hour of its day.")
        if step.purpose == Purpose.STAFF_REMINDER and not step.extras:
            raise BadStep(f"Step {number}: say whether the interviewer or the recruiter is reminded.")


def _step_to_json(step: Step) -> dict[str, Any]:
    conditions = step.conditions
    return {
        "key": step.key,
        "purpose": step.purpose.value,
        "anchor": step.anchor.value,
        "offset": int(step.offset.total_seconds() // 60),
        "at": step.at.strftime("%H:%M") if step.at else None,
        "pick": step.pick.value,
        "channels": [channel.value for channel in step.channels],
        "extras": sorted(extra.value for extra in step.extras),
        "is_on": step.is_on,
        "conditions": {
            "answers": sorted(answer.value for answer in conditions.answers),
            "missed_at_least": conditions.missed_at_least,
            "weekdays": sorted(conditions.weekdays),
            "starts_from": conditions.starts_from.strftime("%H:%M") if conditions.starts_from else None,
            "starts_until": conditions.starts_until.strftime("%H:%M") if conditions.starts_until else None,
            "is_first": conditions.is_first,
            "modes": sorted(mode.value for mode in conditions.modes),
        },
    }


def _step_from_json(number: int, data: Any) -> Step:
    if not isinstance(data, Mapping):
        raise BadStep(f"Step {number} is not an object with fields.")
    try:
        step = Step(
            key=str(data["key"]),
            purpose=Purpose(data["purpose"]),
            anchor=Anchor(data["anchor"]),
            offset=timedelta(minutes=int(data.get("offset") or 0)),
            at=_time(data.get("at")),
            conditions=_conditions(data.get("conditions") or {}),
            pick=Pick(data.get("pick") or Pick.BEST),
            channels=tuple(Channel(each) for each in data.get("channels") or ()),
            extras=frozenset(Extra(each) for each in data.get("extras") or ()),
            is_on=bool(data.get("is_on", True)),
        )
    except KeyError as error:
        raise BadStep(f"Step {number} lacks '{error.args[0]}'.") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise BadStep(f"Step {number} cannot be read: {error}.") from error
    _check(number, step)
    return step


def _conditions(data: Mapping[str, Any]) -> Conditions:
    is_first = data.get("is_first")
    return Conditions(
        answers=frozenset(Answer(each) for each in data.get("answers") or ()),
        missed_at_least=int(data.get("missed_at_least") or 0),
        weekdays=frozenset(int(each) for each in data.get("weekdays") or ()),
        starts_from=_time(data.get("starts_from")),
        starts_until=_time(data.get("starts_until")),
        is_first=None if is_first is None else bool(is_first),
        modes=frozenset(Mode(each) for each in data.get("modes") or ()),
    )


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _check(number: int, step: Step) -> None:
    if not _KEY.fullmatch(step.key):
        raise BadStep(
            f"Step {number} needs a key of small letters, digits and underscores, such as remind_1_day."
        )
    if not timedelta(0) <= step.offset <= LONGEST_OFFSET:
        raise BadStep(f"Step {number}: choose an offset from 0 to {LONGEST_OFFSET.days} days.")
    if step.pick in {Pick.LISTED, Pick.ALL} and not step.channels:
        raise BadStep(f"Step {number}: name the channels, or let the best one be chosen.")
    if not step.conditions.weekdays <= frozenset(range(1, 8)):
        raise BadStep(f"Step {number}: weekdays are numbers from 1 (Monday) to 7 (Sunday).")
    if step.conditions.missed_at_least < 0:
        raise BadStep(f"Step {number}: missed interviews cannot be fewer than 0.")
