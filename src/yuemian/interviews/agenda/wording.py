"""The words of an agenda: what a step's rule is, and in one sentence why an item stands as it does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yuemian.domain.cadence import AgendaItem, Anchor, Conditions, Extra, Pick, Step, Verdict, WhyCode
from yuemian.domain.states import Answer, ReasonCode
from yuemian.interviews import wording
from yuemian.ui.when import moment_text

Text = str | Promise

VERDICTS: dict[str, Text] = {
    Verdict.DONE: gettext_lazy("Done"),
    Verdict.DUE: gettext_lazy("Due now"),
    Verdict.COMING: gettext_lazy("Planned"),
    Verdict.WAITING: gettext_lazy("Waiting"),
    Verdict.SKIPPED: gettext_lazy("Not sent"),
}
ANSWERS: dict[str, Text] = {
    Answer.NEEDS_ACTION: gettext_lazy("unanswered"),
    Answer.ACCEPTED: gettext_lazy("coming"),
    Answer.DECLINED: gettext_lazy("not coming"),
    Answer.RESCHEDULE_REQUESTED: gettext_lazy("wants another time"),
}
EXTRAS: dict[str, Text] = {
    Extra.INTERVIEWER: gettext_lazy("the interviewer"),
    Extra.RECRUITER: gettext_lazy("the recruiter"),
}
_NOW: dict[str, Text] = {
    Anchor.KNOWN: gettext_lazy("at once"),
    Anchor.BEFORE_START: gettext_lazy("on the day of the interview"),
    Anchor.AFTER_END: gettext_lazy("when the interview ends"),
    Anchor.AFTER_SENT: gettext_lazy("when the invitation has left"),
    Anchor.AFTER_SILENCE: gettext_lazy("when the invitation has left"),
    Anchor.AFTER_ANSWER: gettext_lazy("upon the answer"),
    Anchor.AFTER_PROMISE: gettext_lazy("when the promised date passes"),
}
_FROM: dict[str, Text] = {
    Anchor.KNOWN: gettext_lazy("%(length)s after the interview was entered"),
    Anchor.BEFORE_START: gettext_lazy("%(length)s before the interview"),
    Anchor.AFTER_END: gettext_lazy("%(length)s after the interview"),
    Anchor.AFTER_SENT: gettext_lazy("%(length)s after the invitation"),
    Anchor.AFTER_SILENCE: gettext_lazy("after %(length)s without an answer"),
    Anchor.AFTER_ANSWER: gettext_lazy("%(length)s after the answer"),
    Anchor.AFTER_PROMISE: gettext_lazy("%(length)s after the promised date"),
}
#: Where a delivery with the same reason still waits, a step is over.
_REASONS: dict[str, Text] = {
    ReasonCode.QUIET_HOURS: gettext_lazy("only quiet hours were left"),
    ReasonCode.DEADLINE_PASSED: gettext_lazy("too late to be of use"),
    ReasonCode.INTERVIEW_OVER: gettext_lazy("the interview is over"),
    ReasonCode.INTERVIEW_CANCELLED: gettext_lazy("the interview is cancelled"),
    ReasonCode.RECIPIENT_ALREADY_REPLIED: gettext_lazy("the candidate has answered"),
    ReasonCode.NOT_INVITED: gettext_lazy("the candidate had not been invited"),
    ReasonCode.DID_NOT_COME: gettext_lazy("the candidate did not come"),
    ReasonCode.RESULT_DECIDED: gettext_lazy("the result is decided"),
    ReasonCode.MISSING_CONTACT: gettext_lazy("there was no address to write to"),
    ReasonCode.TEMPLATE_ERROR: gettext_lazy("no template was published for it"),
    ReasonCode.SUPERSEDED_BY_RESCHEDULE: gettext_lazy("overtaken by a change of the interview"),
    ReasonCode.OVERTAKEN: gettext_lazy("another message said the same"),
    ReasonCode.OPTED_OUT: gettext_lazy("the candidate wants no surveys"),
    ReasonCode.FREQUENCY_CAP: gettext_lazy("asked within the last 30 days"),
    ReasonCode.STOPPED_BY_PERSON: gettext_lazy("surveys are switched off"),
}
_PICKS: dict[str, Text] = {
    Pick.BEST: gettext_lazy("on the best channel"),
    Pick.NEXT: gettext_lazy("on the next channel"),
    Pick.LISTED: gettext_lazy("by %(channels)s, one after the other"),
    Pick.ALL: gettext_lazy("by %(channels)s at once"),
}


def length(offset: timedelta) -> str:
    """`1 day`, `2 hours`, `1 day 12 hours`: the units that are not zero."""
    minutes = int(offset.total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if minutes or not parts:
        parts.append(ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
    return " ".join(parts)


def rule(step: Step) -> str:
    """When, as the plan says it: `1 day before the interview, at 18:00`."""
    said = (
        str(_FROM[step.anchor]) % {"length": length(step.offset)} if step.offset else str(_NOW[step.anchor])
    )
    if step.at is None:
        return said
    return _("%(rule)s, at %(clock)s") % {"rule": said, "clock": f"{step.at:%H:%M}"}


def pick(step: Step) -> str:
    """On which channels: `on the best channel`, `by text message`."""
    channels = listed(str(wording.BY[channel]) for channel in step.channels)
    if step.pick in {Pick.LISTED, Pick.ALL} and len(step.channels) == 1:
        return _("by %(channel)s") % {"channel": channels}
    return str(_PICKS[step.pick]) % {"channels": channels} if channels else str(_PICKS[step.pick])


def listed(words: Iterable[str]) -> str:
    return _(", ").join(words)


def condition_words(conditions: Conditions) -> list[str]:
    """One short phrase per condition, for chips; empty when the step is for everybody."""
    found = []
    if conditions.answers:
        found.append(listed(str(ANSWERS[each]) for each in Answer if each in conditions.answers))
    if conditions.missed_at_least:
        count = conditions.missed_at_least
        text = ngettext("missed an interview before", "missed %(count)d interviews before", count)
        found.append(text % {"count": count})
    if conditions.weekdays:
        found.append(listed(weekday(number) for number in sorted(conditions.weekdays)))
    if conditions.starts_from:
        found.append(_("from %(clock)s on") % {"clock": f"{conditions.starts_from:%H:%M}"})
    if conditions.starts_until:
        found.append(_("before %(clock)s") % {"clock": f"{conditions.starts_until:%H:%M}"})
    if conditions.is_first is not None:
        found.append(_("first interview") if conditions.is_first else _("later round"))
    if conditions.modes:
        found.append(listed(str(wording.MODES[mode]) for mode in sorted(conditions.modes)))
    return found


def weekday(number: int) -> str:
    """1 is Monday."""
    names = (
        _("Mondays"),
        _("Tuesdays"),
        _("Wednesdays"),
        _("Thursdays"),
        _("Fridays"),
        _("Saturdays"),
        _("Sundays"),
    )
    return names[number - 1]


def sentence(item: AgendaItem, zone: ZoneInfo) -> str:
    """Why the item stands as it does, in the active language; times on the clock of `zone`."""
    why = item.why
    values = {
        "rule": rule(item.step),
        "planned": _clock(why.planned_at, zone),
        "time": _clock(item.due_at, zone),
        "other": str(wording.purpose(why.by)) if why.by else "",
        "answers": _(" or ").join(str(ANSWERS[each]) for each in Answer if each in why.answers),
        "reason": _reason(item),
        "length": length(item.step.offset),
    }
    return _sentences()[_code(item)] % values


def _reason(item: AgendaItem) -> str:
    if item.reason == ReasonCode.CONDITION_NOT_MET and (words := condition_words(item.step.conditions)):
        return _("only for: %(conditions)s") % {"conditions": listed(words)}
    if item.reason in _REASONS:
        return str(_REASONS[item.reason])
    return str(wording.reason(item.reason).sentence) if item.reason else ""


def _code(item: AgendaItem) -> str:
    code = item.why.code
    if code == WhyCode.SKIPPED and item.why.answers:
        return "skipped_answer"
    if code in {WhyCode.WAITS_FOR_INVITATION, WhyCode.WAITS_FOR_ANSWER} and item.due_at is None:
        return f"{code}_first"
    return str(code)


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    return moment_text(at, zone, with_year=False) if at else "?"


def _sentences() -> dict[str, str]:
    return {
        WhyCode.AS_PLANNED: "%(rule)s",
        WhyCode.AT_ONCE: _("%(rule)s; at once, as that was %(planned)s already"),
        WhyCode.LATE: _("%(rule)s; late, it was due %(planned)s"),
        WhyCode.MOVED_FROM_QUIET_HOURS: _("%(rule)s, moved from %(planned)s to %(time)s: quiet hours"),
        WhyCode.MOVED_FROM_FREE_DAY: _("%(rule)s, moved from %(planned)s to %(time)s: not a workday"),
        WhyCode.MOVED_TO_OWN_HOUR: _(
            "%(rule)s, moved from %(planned)s to %(time)s: the hour that the candidate chose"
        ),
        WhyCode.SENT: "%(rule)s",
        WhyCode.ON_ITS_WAY: _("%(rule)s; it is on its way"),
        WhyCode.LOST: _("%(rule)s; stopped, or not deliverable"),
        WhyCode.INVITED_BY_HAND: _("already invited by hand"),
        WhyCode.CHANGE_TOLD: _("the notice of the change stands for it"),
        WhyCode.SUGGESTED: _("suggested since %(planned)s; waits for somebody to send it"),
        WhyCode.WAITS_FOR_INVITATION: _("%(rule)s, if the candidate has been invited by then"),
        f"{WhyCode.WAITS_FOR_INVITATION}_first": _("%(rule)s; waits for the invitation to leave"),
        WhyCode.WAITS_FOR_SENDING: _("%(rule)s; waits until the message before it has left"),
        WhyCode.WAITS_FOR_ANSWER: _("%(rule)s, if the answer is then: %(answers)s"),
        f"{WhyCode.WAITS_FOR_ANSWER}_first": _("%(rule)s; waits for the candidate's answer"),
        WhyCode.WAITS_FOR_PROMISE: _("%(rule)s; no date has been promised"),
        WhyCode.WAITS_FOR_CONTACT: _("%(rule)s; waits for an address that can be used"),
        WhyCode.WAITS_FOR_TEXT: _("%(rule)s; waits for a published template"),
        WhyCode.WAITS_FOR_ATTENDANCE: _("%(rule)s, once it is noted that the candidate came"),
        WhyCode.WAITS_FOR_OUR_ANSWER: _("%(rule)s; waits until you have answered the candidate's question"),
        WhyCode.SKIPPED: _("%(rule)s: %(reason)s"),
        "skipped_answer": _("%(rule)s: only for those whose answer is “%(answers)s”"),
        WhyCode.OVERTAKEN: _("%(rule)s: not needed, “%(other)s” says the same at nearly the same time"),
        WhyCode.ADDED_LATE: _("%(rule)s: it was due %(planned)s, before the plan had this step"),
    }
