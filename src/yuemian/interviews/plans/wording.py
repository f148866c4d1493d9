"""The words of the plan editor; how a step reads in a sentence is said by `agenda.wording`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.cadence import Anchor, Pick, Step
from yuemian.domain.states import Answer, Channel, Purpose
from yuemian.interviews.wording import PURPOSES, Text

#: What a step can say, in the order people think of it. Changes and cancellations are told at once, without a step.
SAID: Final = (
    Purpose.INVITATION,
    Purpose.REMINDER,
    Purpose.NUDGE,
    Purpose.STILL_DECIDING,
    Purpose.SURVEY,
    Purpose.STAFF_REMINDER,
)
ANCHORS: Mapping[str, Text] = {
    Anchor.KNOWN: _("after the interview is entered"),
    Anchor.BEFORE_START: _("before the interview begins"),
    Anchor.AFTER_SENT: _("after the invitation has left"),
    Anchor.AFTER_SILENCE: _("without an answer"),
    Anchor.AFTER_ANSWER: _("after the candidate answers"),
    Anchor.AFTER_END: _("after the interview ends"),
    Anchor.AFTER_PROMISE: _("after the promised date of the result"),
}
PICKS: Mapping[str, Text] = {
    Pick.BEST: _("The best channel for this person"),
    Pick.NEXT: _("Another channel than before"),
    Pick.LISTED: _("These, one after the other"),
    Pick.ALL: _("These, all at once"),
}
ANSWERS: Mapping[str, Text] = {
    Answer.NEEDS_ACTION: word("condition", "has not answered"),
    Answer.ACCEPTED: word("condition", "is coming"),
    Answer.DECLINED: word("condition", "is not coming"),
    Answer.RESCHEDULE_REQUESTED: word("condition", "wants another time"),
}
WEEKDAYS: tuple[Text, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
FIRSTS: Mapping[str, Text] = {
    "": _("any interview"),
    "first": _("the first one for this job"),
    "later": _("the second or a later one"),
}
PLACES: Mapping[str, Text] = {
    "organization": _("The whole organization"),
    "branch": word("place", "A branch"),
    "family": word("place", "A job family"),
    "job": word("place", "A job"),
}
GROUPS: Mapping[str, Text] = {
    "organization": word("plans", "For everybody"),
    "branch": word("plans", "For branches"),
    "family": word("plans", "For job families"),
    "job": word("plans", "For jobs"),
}
OFF = word("step", "off")
UNITS: Mapping[str, Text] = {"days": _("days"), "hours": _("hours"), "minutes": _("minutes")}
MINUTES: Final = {"days": 24 * 60, "hours": 60, "minutes": 1}
TONES: Final = {
    Purpose.INVITATION: "success",
    Purpose.REMINDER: "info",
    Purpose.NUDGE: "warning",
    Purpose.STILL_DECIDING: "special",
    Purpose.SURVEY: "special",
    Purpose.STAFF_REMINDER: "neutral",
}


def amount_and_unit(offset: timedelta) -> tuple[int, str]:
    """The offset in the largest unit that divides it; nothing is 0 hours."""
    minutes = int(offset.total_seconds() // 60)
    if not minutes:
        return 0, "hours"
    unit = next(unit for unit, size in MINUTES.items() if minutes % size == 0)
    return minutes // MINUTES[unit], unit


def title_of(step: Step) -> str:
    return str(PURPOSES[step.purpose])


def channels_shown(step: Step) -> tuple[Channel, ...]:
    """The channels that a step names itself; for `best` and `next` routing decides later."""
    return step.channels if step.pick in {Pick.LISTED, Pick.ALL} else ()
