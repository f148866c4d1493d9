"""The rules of results that a company sets for all, for a branch or for a job; the nearest word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What one place says; None: what the next wider place says."""

    #: A result is promised within so many workdays after the interview; 0: nothing is promised.
    promise_workdays: int | None = None
    #: So many workdays after a broken promise the hiring lead hears of it; 0: never.
    escalate_workdays: int | None = None
    #: Only who approves results (the hiring lead) decides that somebody passes.
    is_pass_reserved: bool | None = None


#: Where nobody has said anything: nothing is promised, and nothing reserved.
SHIPPED = Rule(promise_workdays=0, escalate_workdays=1, is_pass_reserved=False)


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one interview."""

    promise_workdays: int
    escalate_workdays: int
    is_pass_reserved: bool


def holding_rules(rules: Sequence[Rule | None]) -> Rules:
    """From the nearest to the widest; what none of them says is as shipped."""
    said = [rule for rule in rules if rule is not None] + [SHIPPED]

    def first(name: str) -> int:
        return int(next(value for rule in said if (value := getattr(rule, name)) is not None))

    return Rules(first("promise_workdays"), first("escalate_workdays"), bool(first("is_pass_reserved")))
