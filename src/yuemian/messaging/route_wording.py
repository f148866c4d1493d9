"""The sentences of routing in the reader's language: why this channel, why this hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from yuemian.domain.routing import ReasonedSentence, Why
from yuemian.domain.routing.learning import BAND_HOURS
from yuemian.domain.states import Channel

Values = Mapping[str, str | int]


def route_sentence(note: str) -> str:
    """The sentence a delivery keeps, in words; any other text as it stands."""
    why = ReasonedSentence.decode(note)
    return sentence(why) if why else note


def sentence(why: ReasonedSentence) -> str:
    """One sentence without a full stop, as it stands beside a channel."""
    return _SENTENCES[why.code](_in_words(why.values))


def _in_words(values: Values) -> Values:
    words: dict[str, str | int] = dict(values)
    for name in ("channel", "other"):
        if name in words:
            words[name] = by(str(words[name]))
    if isinstance(begins := words.get("band"), int):
        begins *= BAND_HOURS
        words["hours"] = f"{begins:02}:00–{begins + BAND_HOURS:02}:00"
    if "hour" in words:
        words["hour"] = f"{words['hour']:02}:00"
    return words


def by(channel: str) -> str:
    """The channel as it stands inside a sentence."""
    return {
        Channel.EMAIL: pgettext("by", "email"),
        Channel.SMS: pgettext("by", "text message"),
        Channel.WECHAT: pgettext("by", "WeChat"),
    }[Channel(channel)]


def _own_choice(values: Values) -> str:
    return _("The candidate's own choice: %(channel)s") % values


def _only_channel(values: Values) -> str:
    return _("Only %(channel)s reaches this candidate") % values


def _no_channel(values: Values) -> str:
    return _("No channel reaches this candidate") % values


def _answers_here(values: Values) -> str:
    text = ngettext(
        "Answered %(answered)s of %(sent)s message by %(channel)s → %(channel)s first",
        "Answered %(answered)s of %(sent)s messages by %(channel)s → %(channel)s first",
        int(values["sent"]),
    )
    return text % values


def _silent_elsewhere(values: Values) -> str:
    text = ngettext(
        "Answered only %(answered)s of %(sent)s message by %(other)s → %(channel)s first",
        "Answered only %(answered)s of %(sent)s messages by %(other)s → %(channel)s first",
        int(values["sent"]),
    )
    return text % values


def _similar_people(values: Values) -> str:
    return _("Similar candidates answered %(answered)s of %(sent)s by %(channel)s → %(channel)s first") % values


def _similar_elsewhere(values: Values) -> str:
    return _("Similar candidates answered only %(answered)s of %(sent)s by %(other)s → %(channel)s first") % values


def _everybody(values: Values) -> str:
    return _("Candidates here answered %(answered)s of %(sent)s by %(channel)s → %(channel)s first") % values


def _everybody_elsewhere(values: Values) -> str:
    return _("Candidates here answered only %(answered)s of %(sent)s by %(other)s → %(channel)s first") % values


def _at_this_hour(values: Values) -> str:
    text = _("Sent %(hours)s, candidates answered %(answered)s of %(sent)s by %(channel)s → %(channel)s first")
    return text % values


def _usual_order(values: Values) -> str:
    return _("No channel promises more: usual order, %(channel)s first") % values


def _learning_off(values: Values) -> str:
    return _("Smart routing is off: usual order, %(channel)s first") % values


def _holdout(values: Values) -> str:
    return _("Comparison group: usual order, %(channel)s first") % values


def _explored(values: Values) -> str:
    return _("Tried to learn: %(channel)s instead of %(other)s") % values


def _cheaper(values: Values) -> str:
    return _("As promising as %(other)s and cheaper: %(channel)s first") % values


def _unhealthy(values: Values) -> str:
    return _("Disturbed: %(other)s → %(channel)s first") % values


def _budget_spent(values: Values) -> str:
    return _("Today's budget is used up: %(other)s → %(channel)s") % values


def _missed_before(values: Values) -> str:
    text = ngettext(
        "Added %(channel)s: missed %(missed)s of %(interviews)s interview",
        "Added %(channel)s: missed %(missed)s of %(interviews)s interviews",
        int(values["interviews"]),
    )
    return text % values


def _urgent(values: Values) -> str:
    text = ngettext(
        "Interview in %(hours)s hour: %(channel)s and %(other)s at once",
        "Interview in %(hours)s hours: %(channel)s and %(other)s at once",
        int(values["hours"]),
    )
    return text % values


def _next_channel(values: Values) -> str:
    return _("After %(other)s now %(channel)s") % values


def _again(values: Values) -> str:
    return _("Every channel was used: %(channel)s again") % values


def _as_ordered(values: Values) -> str:
    return _("As set in the plan: %(channel)s first") % values


def _all_at_once(values: Values) -> str:
    text = ngettext(
        "As set in the plan: %(count)s channel", "As set in the plan: %(count)s channels at once", int(values["count"])
    )
    return text % values


def _best_hour(values: Values) -> str:
    return _("Most answers when sent %(hours)s: %(answered)s of %(sent)s") % values


def _own_hour(values: Values) -> str:
    return _("The candidate's own choice: %(hour)s") % values


def _any_hour(values: Values) -> str:
    return _("No hour stands out") % values


_SENTENCES: Mapping[Why, Callable[[Values], str]] = {
    Why.OWN_CHOICE: _own_choice,
    Why.ONLY_CHANNEL: _only_channel,
    Why.NO_CHANNEL: _no_channel,
    Why.ANSWERS_HERE: _answers_here,
    Why.SILENT_ELSEWHERE: _silent_elsewhere,
    Why.SIMILAR_PEOPLE: _similar_people,
    Why.SIMILAR_ELSEWHERE: _similar_elsewhere,
    Why.EVERYBODY: _everybody,
    Why.EVERYBODY_ELSEWHERE: _everybody_elsewhere,
    Why.AT_THIS_HOUR: _at_this_hour,
    Why.USUAL_ORDER: _usual_order,
    Why.LEARNING_OFF: _learning_off,
    Why.HOLDOUT: _holdout,
    Why.EXPLORED: _explored,
    Why.CHEAPER: _cheaper,
    Why.UNHEALTHY: _unhealthy,
    Why.BUDGET_SPENT: _budget_spent,
    Why.MISSED_BEFORE: _missed_before,
    Why.URGENT: _urgent,
    Why.NEXT_CHANNEL: _next_channel,
    Why.AGAIN: _again,
    Why.AS_ORDERED: _as_ordered,
    Why.ALL_AT_ONCE: _all_at_once,
    Why.BEST_HOUR: _best_hour,
    Why.OWN_HOUR: _own_hour,
    Why.ANY_HOUR: _any_hour,
}
