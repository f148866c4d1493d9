"""The sentences of routing in the reader's language: why this channel, why this hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.routing import ReasonedSentence, Route, Why
from yuemian.domain.routing.learning import BAND_HOURS
from yuemian.domain.states import Channel

#: At the beginning of a sentence, and inside one.
NAMES = {
    Channel.EMAIL: word("channel", "Email"),
    Channel.SMS: word("channel", "Text message"),
    Channel.WECHAT: word("channel", "WeChat"),
}
BY = {
    Channel.EMAIL: word("by", "email"),
    Channel.SMS: word("by", "text message"),
    Channel.WECHAT: word("by", "WeChat"),
}

#: `name` and `channel` are the same channel, at the beginning and inside.
SENTENCES: Mapping[Why, Any] = {
    Why.OWN_CHOICE: _("The candidate's own choice: %(channel)s"),
    Why.ONLY_CHANNEL: _("The only way to reach this candidate: %(channel)s"),
    Why.NO_CHANNEL: _("No channel reaches this candidate"),
    Why.ANSWERS_HERE: ngettext_lazy(
        "Answered %(answered)s of %(sent)s message by %(channel)s → %(channel)s first",
        "Answered %(answered)s of %(sent)s messages by %(channel)s → %(channel)s first",
        "sent",
    ),
    Why.SILENT_ELSEWHERE: ngettext_lazy(
        "Answered only %(answered)s of %(sent)s message by %(other)s → %(channel)s first",
        "Answered only %(answered)s of %(sent)s messages by %(other)s → %(channel)s first",
        "sent",
    ),
    Why.SIMILAR_PEOPLE: _(
        "Similar candidates answered %(answered)s of %(sent)s by %(channel)s → %(channel)s first"
    ),
    Why.SIMILAR_ELSEWHERE: _(
        "Similar candidates answered only %(answered)s of %(sent)s by %(other)s → %(channel)s first"
    ),
    Why.EVERYBODY: _("All candidates answered %(answered)s of %(sent)s by %(channel)s → %(channel)s first"),
    Why.EVERYBODY_ELSEWHERE: _(
        "All candidates answered only %(answered)s of %(sent)s by %(other)s → %(channel)s first"
    ),
    Why.AT_THIS_HOUR: _(
        "At %(hours)s candidates answered %(answered)s of %(sent)s by %(channel)s → %(channel)s first"
    ),
    Why.USUAL_ORDER: _("No channel promises more: usual order, %(channel)s first"),
    Why.LEARNING_OFF: _("Smart routing is off: usual order, %(channel)s first"),
    Why.HOLDOUT: _("Comparison group: usual order, %(channel)s first"),
    Why.EXPLORED: _("Tried out: %(channel)s instead of %(other)s"),
    Why.CHEAPER: _("As promising as %(other)s and cheaper: %(channel)s first"),
    Why.UNHEALTHY: _("%(channel)s first: %(other)s is disturbed at the moment"),
    Why.BUDGET_SPENT: _("%(channel)s first: today's budget for %(other)s is used up"),
    Why.MISSED_BEFORE: ngettext_lazy(
        "%(name)s added: missed %(missed)s of %(interviews)s interview",
        "%(name)s added: missed %(missed)s of %(interviews)s interviews",
        "interviews",
    ),
    Why.URGENT: ngettext_lazy(
        "Interview in %(hours)s hour: %(channel)s and %(other)s at once",
        "Interview in %(hours)s hours: %(channel)s and %(other)s at once",
        "hours",
    ),
    Why.NEXT_CHANNEL: _("After %(other)s now %(channel)s"),
    Why.AGAIN: _("Every channel was used: %(channel)s once more"),
    Why.AS_ORDERED: _("As set in the plan: %(channel)s first"),
    Why.ALL_AT_ONCE: ngettext_lazy(
        "As set in the plan: %(count)s channel", "As set in the plan: %(count)s channels at once", "count"
    ),
}


@dataclass(frozen=True)
class ShownRoute:
    """A route in words: `first` leaves at once, `then` only if that fails. `channel` is the code of the first."""

    channel: str
    first: str
    then: str
    sentence: str


def shown(route: Route) -> ShownRoute:
    return ShownRoute(
        next(iter(route.channels), ""),
        _listed(route.first),
        _listed(route.channels[route.at_once :]),
        sentence(route.explanation),
    )


def _listed(channels: Sequence[Channel]) -> str:
    return gettext(", ").join(str(NAMES[channel]) for channel in channels)


def route_sentence(note: str) -> str:
    """The sentence a delivery keeps, in words; any other text as it stands."""
    why = ReasonedSentence.decode(note)
    return sentence(why) if why else note


def sentence(why: ReasonedSentence) -> str:
    """One sentence without a full stop, as it stands beside a channel."""
    text = str(SENTENCES[why.code] % _in_words(why.values))
    return text[:1].upper() + text[1:]


def _in_words(values: Mapping[str, str | int]) -> dict[str, Any]:
    words: dict[str, Any] = dict(values)
    if "channel" in values:
        channel = Channel(str(values["channel"]))
        words |= {"name": NAMES[channel], "channel": BY[channel]}
    if "other" in values:
        words["other"] = BY[Channel(str(values["other"]))]
    if "band" in values:
        begins = int(values["band"]) * BAND_HOURS
        words["hours"] = f"{begins:02}:00–{begins + BAND_HOURS:02}:00"
    return words
