"""Does learned routing bring more answers in time than fixed routing, at equal cost? A simulated population says.

`python -m bench.routing [--seeds 10] [--json]`. Nothing is timed; the same seeds give the same figures.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, sqrt
from random import Random
from statistics import fmean, stdev
from typing import Any, Final, NamedTuple

from yuemian.domain.routing import Lane, Person, PointState, Route, RouteRequest, Setting, choose_route
from yuemian.domain.routing.learning import EXPLORATION, NOTHING, Expectation, Slot, Tally, expect
from yuemian.domain.states import Channel, Purpose

EMAIL, SMS, WECHAT = Channel.EMAIL, Channel.SMS, Channel.WECHAT
CHANNELS: Final = (EMAIL, SMS, WECHAT)
LANES: Final = {EMAIL: Lane(0), SMS: Lane(500), WECHAT: Lane(100)}
HAS: Final = {EMAIL: 0.95, SMS: 0.9, WECHAT: 0.35}
#: Results are known when the interview has begun.
KNOWN_AFTER: Final = 3
KEPT_PER_MONTH: Final = 0.9
INVITE: Final = RouteRequest(Purpose.INVITATION)
#: Two-sided 95 % of Student's t by degrees of freedom (seeds less one).
_T: Final = {4: 2.776, 9: 2.262, 14: 2.145, 19: 2.093, 29: 2.045}


@dataclass(frozen=True)
class World:
    """What is true of a population and unknown to routing. Spreads are standard deviations of log-odds."""

    name: str
    days: int = 240
    per_day: int = 40
    people: int = 2500
    segments: int = 6
    between_segments: float = 0.8
    between_people: float = 0.8
    between_hours: float = 0.3
    drifts: bool = False
    #: Log-odds of answering in time by e-mail, text message and WeChat, before anything differs.
    base: tuple[float, float, float] = (-0.6, -0.1, 0.2)


WORLDS: Final = (
    World("segments and people differ"),
    World("only segments differ", between_people=0.0),
    World("only people differ", between_segments=0.0),
    World("hours differ much", between_hours=0.9),
    World("habits change at half time", drifts=True),
    World("only channels differ", between_segments=0.0, between_people=0.0, between_hours=0.0),
    World("nothing differs", between_segments=0.0, between_people=0.0, between_hours=0.0, base=(0, 0, 0)),
    World("everybody is new", people=40_000),
    World("a small company", per_day=3, people=300),
)


@dataclass
class Human:
    """One candidate with true log-odds of answering in time, by channel."""

    segment: int
    points: Mapping[Channel, PointState]
    bias: Mapping[Channel, float]
    preferred: Channel | None
    misses: float
    tallies: dict[Channel, Tally] = field(default_factory=dict)
    missed: int = 0
    interviews: int = 0

    def as_known(self) -> Person:
        return Person(
            self.points, self.preferred, self.tallies, missed=self.missed, interviews=self.interviews
        )


@dataclass
class Outcome:
    """What one policy brought in one run."""

    messages: int = 0
    answered: int = 0
    cost: int = 0
    firsts: dict[frozenset[Channel], Counter[Channel]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def share(self) -> float:
        return self.answered / self.messages

    @property
    def cost_each(self) -> float:
        return self.cost / self.messages / 100  # ten-thousandths of a yuan → fen


class Population:
    """A drawn world: who lives in it, how they answer, who is written to when. The same for every policy."""

    def __init__(self, world: World, seed: int) -> None:
        random = Random(f"{world.name}/{seed}")
        self.world = world
        base = dict(zip(CHANNELS, world.base, strict=True))
        self.levels = [
            [
                {channel: base[channel] + random.gauss(0, world.between_segments) for channel in CHANNELS}
                for _ in range(world.segments)
            ]
            for _ in range(2)
        ]
        self.hours = {
            (channel, band): random.gauss(0, world.between_hours)
            for channel in CHANNELS
            for band in (3, 4, 5, 6)
        }
        self.humans = [self._human(random) for _ in range(world.people)]
        self.messages = [
            [(random.randrange(world.people), random.choice((3, 4, 5, 6)), random.random(), random.random(),
              random.random()) for _ in range(world.per_day)]
            for _ in range(world.days)
        ]  # fmt: skip

    def _human(self, random: Random) -> Human:
        points = {channel: PointState.ACTIVE for channel in CHANNELS if random.random() < HAS[channel]}
        points = points or {SMS: PointState.ACTIVE}
        bias = {channel: random.gauss(0, self.world.between_people) for channel in CHANNELS}
        preferred = random.choice(list(points)) if random.random() < 0.1 else None
        misses = 0.4 if random.random() < 0.1 else 0.03
        return Human(random.randrange(self.world.segments), points, bias, preferred, misses)

    def fresh(self) -> list[Human]:
        return [Human(h.segment, h.points, h.bias, h.preferred, h.misses) for h in self.humans]

    def chance(self, human: Human, channel: Channel, band: int, day: int) -> float:
        era = int(self.world.drifts and day >= self.world.days // 2)
        odds = self.levels[era][human.segment][channel] + human.bias[channel] + self.hours[channel, band]
        return 1 / (1 + exp(-odds))


class Moment(NamedTuple):
    """One message to be: to whom, on which day, in which part of it, and what chance says."""

    run: Run
    human: Human
    day: int
    band: int
    draw: float


Policy = Callable[[Moment], Route]


class Run:
    """One policy through one population."""

    def __init__(self, population: Population, policy: Policy) -> None:
        self.population, self.policy, self.outcome = population, policy, Outcome()
        self.humans = population.fresh()
        self.history: dict[int, dict[tuple[Channel, int, bool], Tally]] = defaultdict(dict)  # -1: everybody
        self._expected: dict[tuple[int, Slot], dict[Channel, Expectation]] = {}
        self._pending: list[list[tuple[int, Channel, int, bool]]] = [[] for _ in range(KNOWN_AFTER)]

    def run(self) -> Outcome:
        for day, messages in enumerate(self.population.messages):
            self._learn(day)
            for who, band, luck, draw, shows in messages:
                self._send(self.humans[who], who, day, (band, luck, draw, shows))
        return self.outcome

    def expected(self, segment: int, slot: Slot) -> dict[Channel, Expectation]:
        key = (segment, slot)
        if key not in self._expected:
            self._expected[key] = {
                channel: expect(self.history[-1], self.history[segment], channel, slot)
                for channel in CHANNELS
            }
        return self._expected[key]

    def _send(self, human: Human, who: int, day: int, dice: tuple[int, float, float, float]) -> None:
        band, luck, draw, shows = dice
        route = self.policy(Moment(self, human, day, band, draw))
        silent = 1.0
        for channel in route.first:
            silent *= 1 - self.population.chance(human, channel, band, day)
            self.outcome.cost += LANES[channel].cost
        is_answered = luck < 1 - silent
        self.outcome.messages += 1
        self.outcome.answered += is_answered
        self.outcome.firsts[frozenset(human.points)][route.channels[0]] += 1
        human.interviews += 1
        human.missed += shows < human.misses
        if route.at_once == 1:
            self._pending[-1].append((who, route.channels[0], band, is_answered))

    def _learn(self, day: int) -> None:
        due = self._pending.pop(0)
        self._pending.append([])
        if day % 30 == 0:
            self._fade()
        for who, channel, band, is_answered in due:
            seen = Tally(1, int(is_answered), int(is_answered))
            human = self.humans[who]
            human.tallies[channel] = human.tallies.get(channel, NOTHING) + seen
            for segment in (-1, human.segment):
                cell = self.history[segment]
                cell[channel, band, True] = cell.get((channel, band, True), NOTHING) + seen
        if due:
            self._expected.clear()

    def _fade(self) -> None:
        for cells in self.history.values():
            for key, tally in cells.items():
                kept = (round(each * KEPT_PER_MONTH) for each in (tally.sent, tally.reached, tally.answered))
                cells[key] = Tally(*kept)


# --- Policies ------------------------------------------------------------------------------------------------


def in_order(channels: Sequence[Channel]) -> Setting:
    return Setting({channel: LANES[channel] for channel in channels}, is_learned=False)


def fixed(*channels: Channel) -> Policy:
    setting = in_order(channels)
    return lambda moment: choose_route(moment.human.as_known(), INVITE, setting)


def learned(moment: Moment) -> Route:
    expected = moment.run.expected(moment.human.segment, (moment.band, True))
    setting = Setting(LANES, expected, exploration=EXPLORATION)
    return choose_route(moment.human.as_known(), INVITE, setting, draw=moment.draw)


def mixed(firsts: Mapping[frozenset[Channel], Counter[Channel]]) -> Policy:
    """As often on each channel as the learned routes, hence at their cost, but without regard to whom and when."""

    def choose(moment: Moment) -> Route:
        shares = firsts[frozenset(moment.human.points)]
        first = Random(f"{moment.draw}").choices(list(shares), list(shares.values()))[0]
        setting = in_order([first, *(each for each in CHANNELS if each != first)])
        return choose_route(moment.human.as_known(), INVITE, setting)

    return choose


def knowing(moment: Moment) -> Route:
    """Knows the truth: what no learning can exceed."""
    chance, human = moment.run.population.chance, moment.human
    best = sorted(CHANNELS, key=lambda channel: -chance(human, channel, moment.band, moment.day))
    return choose_route(human.as_known(), INVITE, in_order(best))


# --- Figures -------------------------------------------------------------------------------------------------


def play(world: World, seed: int) -> dict[str, Outcome]:
    population = Population(world, seed)
    found = {
        "email first": Run(population, fixed(EMAIL, WECHAT, SMS)).run(),
        "text first": Run(population, fixed(SMS, WECHAT, EMAIL)).run(),
        "learned": Run(population, learned).run(),
        "knowing": Run(population, knowing).run(),
    }
    found["equal cost"] = Run(population, mixed(found["learned"].firsts)).run()
    return found


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and 95 % bounds over the seeds."""
    middle = fmean(values)
    half = _T.get(len(values) - 1, 1.96) * stdev(values) / sqrt(len(values))
    return middle, middle - half, middle + half


def figures(world: World, seeds: int) -> dict[str, Any]:
    runs = [play(world, seed) for seed in range(seeds)]
    gain = interval([run["learned"].share - run["equal cost"].share for run in runs])
    names = ("email first", "text first", "equal cost", "learned", "knowing")
    return {
        "world": world.name,
        "messages": world.days * world.per_day,
        "answered": {name: fmean(run[name].share for run in runs) for name in names},
        "fen": {name: fmean(run[name].cost_each for run in runs) for name in names},
        "gain": gain,
    }


def line(found: Mapping[str, Any]) -> str:
    shown = [f"{100 * found['answered'][name]:.1f} ({found['fen'][name]:.1f})" for name in found["answered"]]
    gain, low, high = (100 * each for each in found["gain"])
    return " | ".join(
        ["", found["world"], f"{found['messages']:,}", *shown, f"{gain:+.1f} ({low:+.1f} to {high:+.1f})", ""]
    ).strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    given, _ = parser.parse_known_args()
    results = []
    if not given.json:
        print("Answered in time, % (cost of the first message, fen)\n")
        print(
            "| world | messages | email first | text first | equal cost | learned | knowing | gain, points |"
        )
        print("|---|---|---|---|---|---|---|---|")
    for world in WORLDS:
        results.append(figures(world, given.seeds))
        if not given.json:
            print(line(results[-1]), flush=True)
    if given.json:
        print(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
