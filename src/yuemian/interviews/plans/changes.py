"""What saving a plan would change: its steps in words, and what the open interviews under it would hear instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from yuemian.domain.cadence import AgendaItem, Step, Verdict
from yuemian.domain.states import Purpose
from yuemian.interviews.agenda.wording import EXTRAS, condition_words, pick, rule
from yuemian.interviews.plans import wording as words

_AHEAD: Final = frozenset({Verdict.DUE, Verdict.COMING, Verdict.WAITING})


@dataclass(frozen=True)
class StepChange:
    """A step before and after, in words; empty: there was or will be none."""

    title: str
    old: str
    new: str


@dataclass
class Effect:
    """How many interviews hear more, less, at another time or another way, by purpose."""

    looked_at: int = 0
    total: int = 0
    touched: int = 0
    added: Counter[Purpose] = field(default_factory=Counter)
    moved: Counter[Purpose] = field(default_factory=Counter)
    rerouted: Counter[Purpose] = field(default_factory=Counter)
    lost: Counter[Purpose] = field(default_factory=Counter)
    #: Leaves within a minute of saving.
    at_once: Counter[Purpose] = field(default_factory=Counter)
    #: No longer waits for a press, or does from now on.
    by_itself: Counter[Purpose] = field(default_factory=Counter)
    by_hand: Counter[Purpose] = field(default_factory=Counter)

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.total

    @property
    def is_nothing(self) -> bool:
        return not self.touched


def sentence_of(step: Step) -> str:
    """The whole step in one line."""
    parts = [rule(step), pick(step), *condition_words(step.conditions)]
    parts += [f"+ {EXTRAS[each]}" for each in sorted(step.extras)]
    if not step.is_on:
        parts.append(str(words.OFF))
    return " · ".join(parts)


def step_changes(before: Sequence[Step], after: Sequence[Step]) -> list[StepChange]:
    """Steps are the same step when they have the same key, whatever else changed."""
    old, new = ({step.key: step for step in steps} for steps in (before, after))
    found = []
    for key in dict.fromkeys([*old, *new]):
        one, two = old.get(key), new.get(key)
        if one == two:
            continue
        shown = two or one
        assert shown is not None
        title = words.title_of(shown)
        if one and two and one.purpose != two.purpose:
            title = f"{words.title_of(one)} → {title}"
        found.append(StepChange(title, sentence_of(one) if one else "", sentence_of(two) if two else ""))
    return found


def effect_of(
    before: Mapping[UUID, Sequence[AgendaItem]], after: Mapping[UUID, Sequence[AgendaItem]], total: int
) -> Effect:
    """Counts what is still ahead; what was said stays said."""
    effect = Effect(looked_at=len(after), total=total)
    for interview_id, items in after.items():
        changes = _compare(_ahead(before.get(interview_id, ())), _ahead(items))
        effect.touched += bool(changes)
        for kind, purposes in changes.items():
            getattr(effect, kind).update(purposes)
    return effect


def _ahead(items: Sequence[AgendaItem]) -> dict[str, AgendaItem]:
    return {item.step.key: item for item in items if item.verdict in _AHEAD}


def _compare(old: Mapping[str, AgendaItem], new: Mapping[str, AgendaItem]) -> dict[str, set[Purpose]]:
    """Kind of change → purposes; one interview counts once for each."""
    found: dict[str, set[Purpose]] = {}
    for key in {**old, **new}:
        for kind in _kinds(old.get(key), new.get(key)):
            found.setdefault(kind, set()).add((new.get(key) or old[key]).step.purpose)
    return found


def _kinds(one: AgendaItem | None, two: AgendaItem | None) -> Iterator[str]:
    if two is None:
        yield "lost"
        return
    if two.verdict == Verdict.DUE and not two.is_suggestion and (one is None or not _leaves_now(one)):
        yield "at_once"
    if one is None:
        yield "added"
    elif one.is_suggestion != two.is_suggestion:
        yield "by_hand" if two.is_suggestion else "by_itself"
    elif not _is_same_moment(one.due_at, two.due_at):
        yield "moved"
    elif _way(one.step) != _way(two.step):
        yield "rerouted"


def _leaves_now(item: AgendaItem) -> bool:
    return item.verdict == Verdict.DUE and not item.is_suggestion


def _is_same_moment(one: datetime | None, two: datetime | None) -> bool:
    """To the minute: what is overdue goes now, and now differs by the time that the reading took."""
    if one is None or two is None:
        return one == two
    return abs((one - two).total_seconds()) < 60


def _way(step: Step) -> tuple[object, ...]:
    return (step.purpose, step.pick, step.channels, step.extras)
