"""The one sentence behind every route: a closed catalogue of codes with values, worded by the rooms above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self


class Why(StrEnum):
    """The rule that decided. Which values each code carries stands in VALUES."""

    OWN_CHOICE = "own_choice"
    ONLY_CHANNEL = "only_channel"
    NO_CHANNEL = "no_channel"
    ANSWERS_HERE = "answers_here"
    SILENT_ELSEWHERE = "silent_elsewhere"
    SIMILAR_PEOPLE = "similar_people"
    SIMILAR_ELSEWHERE = "similar_elsewhere"
    EVERYBODY = "everybody"
    EVERYBODY_ELSEWHERE = "everybody_elsewhere"
    AT_THIS_HOUR = "at_this_hour"
    USUAL_ORDER = "usual_order"
    LEARNING_OFF = "learning_off"
    HOLDOUT = "holdout"
    EXPLORED = "explored"
    CHEAPER = "cheaper"
    UNHEALTHY = "unhealthy"
    BUDGET_SPENT = "budget_spent"
    MISSED_BEFORE = "missed_before"
    URGENT = "urgent"
    NEXT_CHANNEL = "next_channel"
    AGAIN = "again"
    AS_ORDERED = "as_ordered"
    ALL_AT_ONCE = "all_at_once"


#: Code → the names of its values. `channel` is the one the sentence speaks for, `other` the one it is set against.
VALUES: Final[Mapping[Why, frozenset[str]]] = {
    Why.OWN_CHOICE: frozenset({"channel"}),
    Why.ONLY_CHANNEL: frozenset({"channel"}),
    Why.NO_CHANNEL: frozenset(),
    Why.ANSWERS_HERE: frozenset({"channel", "answered", "sent"}),
    Why.SILENT_ELSEWHERE: frozenset({"channel", "other", "answered", "sent"}),
    Why.SIMILAR_PEOPLE: frozenset({"channel", "answered", "sent"}),
    Why.SIMILAR_ELSEWHERE: frozenset({"channel", "other", "answered", "sent"}),
    Why.EVERYBODY: frozenset({"channel", "answered", "sent"}),
    Why.EVERYBODY_ELSEWHERE: frozenset({"channel", "other", "answered", "sent"}),
    Why.AT_THIS_HOUR: frozenset({"channel", "band", "answered", "sent"}),
    Why.USUAL_ORDER: frozenset({"channel"}),
    Why.LEARNING_OFF: frozenset({"channel"}),
    Why.HOLDOUT: frozenset({"channel"}),
    Why.EXPLORED: frozenset({"channel", "other"}),
    Why.CHEAPER: frozenset({"channel", "other"}),
    Why.UNHEALTHY: frozenset({"channel", "other"}),
    Why.BUDGET_SPENT: frozenset({"channel", "other"}),
    Why.MISSED_BEFORE: frozenset({"channel", "missed", "interviews"}),
    Why.URGENT: frozenset({"channel", "other", "hours"}),
    Why.NEXT_CHANNEL: frozenset({"channel", "other"}),
    Why.AGAIN: frozenset({"channel"}),
    Why.AS_ORDERED: frozenset({"channel"}),
    Why.ALL_AT_ONCE: frozenset({"count"}),
}


#: What follows a stored sentence when the delivery is part of the comparison.
ARM: Final = ";arm="


@dataclass(frozen=True, slots=True)
class ReasonedSentence:
    """A code and its values, small enough to be stored beside a delivery: `answers_here;channel=sms;…`."""

    code: Why
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.values.keys() != VALUES[self.code]:
            raise ValueError(f"'{self.code}' is told with {sorted(VALUES[self.code])}, not {[*self.values]}.")

    def encode(self) -> str:
        return ";".join([self.code.value, *(f"{name}={value}" for name, value in self.values.items())])

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """The sentence as it was stored; None for any other text."""
        code, *pairs = text.partition(ARM)[0].split(";")
        try:
            values = dict(pair.split("=", 1) for pair in pairs)
            return cls(Why(code), {name: _value(value) for name, value in values.items()})
        except ValueError:
            return None


def _value(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() else text
