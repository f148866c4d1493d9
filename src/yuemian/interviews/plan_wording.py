"""The words of plans: when a step comes, for whom it holds, which way it goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.cadence import Anchor, Conditions, Extra, Pick, Step
from yuemian.domain.states import Answer, Channel, Purpose
from yuemian.interviews.wording import CHANNELS, MODES, PURPOSES, Text

#: What a step can say, in the order people think of it. Changes and cancellations are told at once, without a step.
SAID: Final = (
    Purpose.INVITATION,
    Purpose.REMINDER,
    Purpose.NUDGE,
    Purpose.STILL_DECIDING,
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
EXTRAS: Mapping[str, Text] = {
    Extra.INTERVIEWER: word("also to", "Interviewers"),
    Extra.RECRUITER: word("also to", "Contact person"),
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
    "organization": word("place", "The whole organization"),
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
UNITS: Mapping[str, Text] = {"days": _("days"), "hours": _("hours"), "minutes": _("minutes")}
MINUTES: Final = {"days": 24 * 60, "hours": 60, "minutes": 1}
TONES: Final = {
    Purpose.INVITATION: "success",
    Purpose.REMINDER: "info",
    Purpose.NUDGE: "warning",
    Purpose.STILL_DECIDING: "special",
    Purpose.STAFF_REMINDER: "neutral",
}


def amount_and_unit(offset: timedelta) -> tuple[int, str]:
    """The offset in the largest unit that divides it; nothing is 0 hours."""
    minutes = int(offset.total_seconds() // 60)
    if not minutes:
        return 0, "hours"
    unit = next(unit for unit, size in MINUTES.items() if minutes % size == 0)
    return minutes // MINUTES[unit], unit


def length(offset: timedelta) -> str:
    """`3 days`, `24 hours`."""
    amount, unit = amount_and_unit(offset)
    if unit == "days":
        return ngettext("%(n)d day", "%(n)d days", amount) % {"n": amount}
    if unit == "hours":
        return ngettext("%(n)d hour", "%(n)d hours", amount) % {"n": amount}
    return ngettext("%(n)d minute", "%(n)d minutes", amount) % {"n": amount}


_AT_ONCE: Mapping[Anchor, Text] = {
    Anchor.KNOWN: _("As soon as the interview is entered"),
    Anchor.BEFORE_START: _("When the interview begins"),
    Anchor.AFTER_END: _("When the interview ends"),
    Anchor.AFTER_SENT: _("Right after the invitation"),
    Anchor.AFTER_SILENCE: _("While there is no answer"),
    Anchor.AFTER_ANSWER: _("As soon as the candidate answers"),
    Anchor.AFTER_PROMISE: _("When the promised date passes"),
}
_LATER: Mapping[Anchor, Text] = {
    Anchor.KNOWN: _("%(length)s after the interview is entered"),
    Anchor.BEFORE_START: _("%(length)s before the interview"),
    Anchor.AFTER_END: _("%(length)s after the interview"),
    Anchor.AFTER_SENT: _("%(length)s after the invitation"),
    Anchor.AFTER_SILENCE: _("After %(length)s without an answer"),
    Anchor.AFTER_ANSWER: _("%(length)s after the answer"),
    Anchor.AFTER_PROMISE: _("%(length)s after the promised date"),
}
_THAT_DAY: Mapping[Anchor, Text] = {
    Anchor.KNOWN: _("On the day the interview is entered"),
    Anchor.BEFORE_START: _("On the day of the interview"),
    Anchor.AFTER_END: _("On the day of the interview, afterwards"),
    Anchor.AFTER_SENT: _("On the day of the invitation"),
    Anchor.AFTER_SILENCE: _("On the day of the invitation, without an answer"),
    Anchor.AFTER_ANSWER: _("On the day of the answer"),
    Anchor.AFTER_PROMISE: _("On the promised date"),
}


def moment_of(step: Step) -> str:
    """`1 day before the interview, at 18:00`."""
    if step.offset:
        text = str(_LATER[step.anchor]) % {"length": length(step.offset)}
    else:
        text = str((_THAT_DAY if step.at else _AT_ONCE)[step.anchor])
    if step.at is None:
        return text
    return gettext("%(moment)s, at %(clock)s") % {"moment": text, "clock": f"{step.at:%H:%M}"}


def way_of(step: Step) -> str:
    """`best channel`, `email, then text message`."""
    names = [str(CHANNELS[channel]) for channel in step.channels]
    if step.pick == Pick.LISTED:
        return gettext(", then ").join(names)
    if step.pick == Pick.ALL:
        return gettext(" and ").join(names)
    return gettext("another channel") if step.pick == Pick.NEXT else gettext("best channel")


def title_of(step: Step) -> str:
    return str(PURPOSES[step.purpose])


def chips_of(conditions: Conditions) -> list[str]:
    """Every condition in a few words; none for a step that always holds."""
    chips = []
    if conditions.answers:
        chosen = [str(ANSWERS[answer]) for answer in Answer if answer in conditions.answers]
        chips.append(gettext("only who %(answers)s") % {"answers": gettext(" or ").join(chosen)})
    if conditions.missed_at_least:
        missed = conditions.missed_at_least
        chips.append(
            ngettext("missed %(n)d interview before", "missed %(n)d interviews before", missed)
            % {"n": missed}
        )
    if conditions.weekdays:
        days = [str(WEEKDAYS[day - 1]) for day in sorted(conditions.weekdays)]
        chips.append(gettext("on %(days)s") % {"days": gettext(", ").join(days)})
    chips.extend(_hours(conditions))
    if conditions.is_first is not None:
        chips.append(gettext("first interview") if conditions.is_first else gettext("later rounds"))
    if conditions.modes:
        modes = sorted(str(MODES[mode]) for mode in conditions.modes)
        chips.append(gettext(", ").join(modes))
    return chips


def _hours(conditions: Conditions) -> list[str]:
    since, until = conditions.starts_from, conditions.starts_until
    if since and until:
        between = gettext("begins from %(since)s to %(until)s")
        return [between % {"since": f"{since:%H:%M}", "until": f"{until:%H:%M}"}]
    if since:
        return [gettext("begins from %(since)s on") % {"since": f"{since:%H:%M}"}]
    return [gettext("begins before %(until)s") % {"until": f"{until:%H:%M}"}] if until else []


def channels_shown(step: Step) -> tuple[Channel, ...]:
    """The channels that a step names itself; for `best` and `next` routing decides later."""
    return step.channels if step.pick in {Pick.LISTED, Pick.ALL} else ()


OFF = word("step", "off")
