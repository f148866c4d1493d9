"""Choose the channels for one person and one step, and say why in one sentence.

Order of the rules: an address that may not be used is never used; the person's own choice comes first; a provider that
fails goes last; a budget that is spent takes its channel out while another is left; then what was learned; then the
cost; then the organization's usual order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from yuemian.domain.cadence import Pick
from yuemian.domain.routing.facts import Lane, Person, PointState, Route, RouteRequest, Setting
from yuemian.domain.routing.learning import TIE, Expectation, personal_rate
from yuemian.domain.routing.sentence import ReasonedSentence, Why
from yuemian.domain.states import Channel

#: Fewer messages to similar people than this, and the organization's figures are told instead.
WORTH_TELLING = 10
_UNKNOWN = Expectation()


def choose_route(person: Person, asked: RouteRequest, setting: Setting, *, draw: float = 1.0) -> Route:
    """The route for one message. `draw` in [0, 1) decides whether chance chooses; 1.0: never.

    The same arguments always give the same route.
    """
    choice = _Choice(person, asked, setting)
    return replace(choice.route(draw), is_holdout=person.is_holdout, is_compared=choice.is_compared)


def _say(code: Why, **values: str | int) -> ReasonedSentence:
    return ReasonedSentence(code, {name: _plain(value) for name, value in values.items()})


def _plain(value: str | int) -> str | int:
    return value if isinstance(value, int) else str(value)


class _Ranked(NamedTuple):
    """Channels, best first, with the sentence for the first."""

    channels: list[Channel]
    why: ReasonedSentence
    is_explored: bool = False


class _Choice:
    """One decision while it is taken."""

    def __init__(self, person: Person, asked: RouteRequest, setting: Setting) -> None:
        self.person, self.asked, self.setting = person, asked, setting
        self.is_learned = setting.is_learned and not person.is_holdout
        points = person.points
        self.usable = [channel for channel in setting.lanes if points.get(channel) == PointState.ACTIVE]

    @property
    def is_compared(self) -> bool:
        """Whether learning is free to choose here: known without looking at what it would choose."""
        is_doubled = self.asked.is_urgent or (self.person.missed > 0 and self.asked.is_about_attendance)
        is_settled = self.person.preferred in self.usable or len(self.usable) < 2
        return self.setting.is_learned and self.asked.pick is Pick.BEST and not is_doubled and not is_settled

    def route(self, draw: float) -> Route:
        if self.asked.pick in {Pick.LISTED, Pick.ALL}:
            return self._listed()
        if not self.usable:
            return Route((), _say(Why.NO_CHANNEL))
        if self.asked.pick is Pick.NEXT and set(self.asked.used) & set(self.usable):
            return self._next()
        return self._best(draw)

    # --- What a step may ask for

    def _listed(self) -> Route:
        """Those given, in the order given, one after the other or at once; without any, all there are."""
        listed = self.asked.channels or self.usable
        channels = self._own_first([channel for channel in listed if channel in self.usable])
        if not channels:
            return Route((), _say(Why.NO_CHANNEL))
        if self.asked.pick is Pick.ALL and len(channels) > 1:
            return Route(tuple(channels), _say(Why.ALL_AT_ONCE, count=len(channels)), at_once=len(channels))
        why = Why.OWN_CHOICE if channels[0] == self.person.preferred else Why.AS_ORDERED
        return Route(tuple(channels), _say(why, channel=channels[0]))

    def _next(self) -> Route:
        used = [channel for channel in self.asked.used if channel in self.usable]
        fresh = [channel for channel in self._affordable(self.usable) if channel not in used]
        if not fresh:
            again = self._rank(self._affordable(self.usable))
            return Route(tuple(again), _say(Why.AGAIN, channel=again[0]))
        channels = self._rank(fresh)
        if channels[0] == self.person.preferred:
            return Route(tuple(channels), _say(Why.OWN_CHOICE, channel=channels[0]))
        return Route(tuple(channels), _say(Why.NEXT_CHANNEL, channel=channels[0], other=used[-1]))

    def _best(self, draw: float) -> Route:
        ranked = self._ranked(draw)
        if self.asked.is_urgent and len(ranked.channels) > 1:
            return self._urgent(ranked)
        extra = self._extra(ranked.channels)
        if extra is not None:
            rest = [channel for channel in ranked.channels[1:] if channel != extra]
            person = self.person
            why = _say(Why.MISSED_BEFORE, channel=extra, missed=person.missed, interviews=person.interviews)
            return Route((ranked.channels[0], extra, *rest), why, 2, is_explored=ranked.is_explored)
        return Route(tuple(ranked.channels), ranked.why, is_explored=ranked.is_explored)

    def _urgent(self, ranked: _Ranked) -> Route:
        first, second = ranked.channels[:2]
        until = self.asked.until_interview
        assert until is not None
        hours = max(1, round(until.total_seconds() / 3600))
        return Route(
            tuple(ranked.channels), _say(Why.URGENT, channel=first, other=second, hours=hours), at_once=2
        )

    def _extra(self, channels: Sequence[Channel]) -> Channel | None:
        """A second channel at once for somebody who missed an interview: a text message where possible."""
        if not (self.person.missed and self.asked.is_about_attendance):
            return None
        sound = [c for c in channels[1:] if self._lane(c).is_healthy and self._lane(c).is_affordable]
        return Channel.SMS if Channel.SMS in sound else next(iter(sound), None)

    # --- The best first

    def _ranked(self, draw: float) -> _Ranked:
        pool = self._affordable(self.usable)
        channels = self._rank(pool)
        first = channels[0]
        if first == self.person.preferred:
            return _Ranked(channels, _say(Why.OWN_CHOICE, channel=first))
        if len(self.usable) == 1:
            return _Ranked(channels, _say(Why.ONLY_CHANNEL, channel=first))
        everyone = self._rank(self.usable)
        if everyone[0] != first:
            return _Ranked(channels, _say(Why.BUDGET_SPENT, channel=first, other=everyone[0]))
        if (failing := self._by_promise(pool)[0]) != first:
            return _Ranked(channels, _say(Why.UNHEALTHY, channel=first, other=failing))
        if not self.is_learned:
            why = Why.HOLDOUT if self.person.is_holdout and self.setting.is_learned else Why.LEARNING_OFF
            return _Ranked(channels, _say(why, channel=first))
        return self._explored(channels, draw) or _Ranked(channels, self._learned_why(everyone))

    def _explored(self, channels: list[Channel], draw: float) -> _Ranked | None:
        """Another channel than the best, so that it is known tomorrow; never when it matters."""
        others = [channel for channel in channels[1:] if self._lane(channel).is_healthy]
        share = self.setting.exploration
        if draw >= share or not others or not self.is_compared:
            return None
        chosen = others[int(draw / share * len(others))]
        rest = [channel for channel in channels if channel != chosen]
        return _Ranked([chosen, *rest], _say(Why.EXPLORED, channel=chosen, other=channels[0]), True)

    def _learned_why(self, channels: Sequence[Channel]) -> ReasonedSentence:
        """Which figures made the first channel the first."""
        first, expected = channels[0], self._expected(channels[0])
        rates = {channel: self._rate(channel) for channel in channels}
        if equal := self._equal_why(first, rates):
            return equal
        own = self.person.tally(first)
        if own.answered and rates[first] >= expected.rate:
            return _say(Why.ANSWERS_HERE, channel=first, answered=own.answered, sent=own.sent)
        others_rates = {channel: self._expected(channel).rate for channel in channels}
        usual = self._by_rate(others_rates)[0]
        if usual != first:
            silent = self.person.tally(usual)
            return _say(
                Why.SILENT_ELSEWHERE, channel=first, other=usual, answered=silent.answered, sent=silent.sent
            )
        return self._equal_why(first, others_rates) or self._peoples_why(first, channels[1:])

    def _equal_why(self, first: Channel, rates: Mapping[Channel, float]) -> ReasonedSentence | None:
        """When others promise as much: the cost, else the order."""
        bar = max(rates.values()) - TIE
        equal = [channel for channel, rate in rates.items() if rate >= bar and channel != first]
        if not equal:
            return None
        if all(self._lane(channel).cost > self._lane(first).cost for channel in equal):
            return _say(Why.CHEAPER, channel=first, other=equal[0])
        return _say(Why.USUAL_ORDER, channel=first)

    def _peoples_why(self, first: Channel, others: Sequence[Channel]) -> ReasonedSentence:
        """What similar people, or everybody, did."""
        expected = self._expected(first)
        all_day = max([first, *others], key=lambda channel: self._expected(channel).all_day)
        if all_day != first and expected.band is not None and expected.then.sent:
            then = expected.then
            return _say(
                Why.AT_THIS_HOUR, channel=first, band=expected.band, answered=then.answered, sent=then.sent
            )
        second = self._expected(others[0]) if others else _UNKNOWN
        if expected.segment.sent >= WORTH_TELLING:
            tally, code = expected.segment, Why.SIMILAR_PEOPLE
        elif second.segment.sent >= WORTH_TELLING:
            tally, code = second.segment, Why.SIMILAR_ELSEWHERE
        elif expected.organization.sent or not second.organization.sent:
            tally, code = expected.organization, Why.EVERYBODY
        else:
            tally, code = second.organization, Why.EVERYBODY_ELSEWHERE
        values: dict[str, str | int] = {"channel": first, "answered": tally.answered, "sent": tally.sent}
        if code in {Why.SIMILAR_ELSEWHERE, Why.EVERYBODY_ELSEWHERE}:
            values["other"] = others[0]
        return _say(code, **values)

    # --- Ranking

    def _lane(self, channel: Channel) -> Lane:
        return self.setting.lanes[channel]

    def _expected(self, channel: Channel) -> Expectation:
        return self.setting.expected.get(channel, _UNKNOWN)

    def _rate(self, channel: Channel) -> float:
        return personal_rate(self._expected(channel), self.person.tally(channel))

    def _affordable(self, channels: Sequence[Channel]) -> list[Channel]:
        """Without those whose budget is spent, unless it is urgent, the person's choice, or all there is."""
        found = [
            channel
            for channel in channels
            if self._lane(channel).is_affordable or self.asked.is_urgent or channel == self.person.preferred
        ]
        return found or list(channels)

    def _rank(self, channels: Collection[Channel]) -> list[Channel]:
        """Own choice, then sound providers by what they promise, then failing ones."""
        ordered = self._by_promise(channels)
        return self._own_first(sorted(ordered, key=lambda channel: not self._lane(channel).is_healthy))

    def _own_first(self, channels: Sequence[Channel]) -> list[Channel]:
        return sorted(channels, key=lambda channel: channel != self.person.preferred)

    def _by_promise(self, channels: Collection[Channel]) -> list[Channel]:
        """By what was learned; in the usual order without learning."""
        found = [channel for channel in self.setting.lanes if channel in channels]
        return (
            self._by_rate({channel: self._rate(channel) for channel in found}) if self.is_learned else found
        )

    def _by_rate(self, rates: Mapping[Channel, float]) -> list[Channel]:
        """Again and again the cheapest of those that are as good as the best; the usual order settles the rest."""
        left, ordered = [channel for channel in self.setting.lanes if channel in rates], []
        while left:
            bar = max(rates[channel] for channel in left) - TIE
            equal = [channel for channel in left if rates[channel] >= bar]
            ordered.append(min(equal, key=lambda channel: self._lane(channel).cost))
            left.remove(ordered[-1])
        return ordered
