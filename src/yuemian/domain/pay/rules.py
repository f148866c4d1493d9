"""The rules of one place and year, read from plain values: contributions with their bases, and the tax table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

_MOST_CONTRIBUTIONS: Final = 20
_MOST_BRACKETS: Final = 20


class BadRules(ValueError):  # noqa: N818 - named for what is wrong
    """A file of rules that cannot be used; the message names the entry."""


@dataclass(frozen=True)
class Base:
    """What a share is taken of: the salary, but never less than `floor` nor more than `ceiling`."""

    floor: Decimal
    ceiling: Decimal

    def of(self, salary: Decimal) -> Decimal:
        return min(max(salary, self.floor), self.ceiling)


@dataclass(frozen=True)
class Contribution:
    """One kind: shares of employee and employer, and what is added to the employee's each month.

    `lowest` and `highest` bound a share that each company chooses, such as that of the housing fund.
    """

    key: str
    base: Base
    employee: Decimal
    employer: Decimal
    employee_extra: Decimal = Decimal(0)
    lowest: Decimal | None = None
    highest: Decimal | None = None
    rounds_to_yuan: bool = False

    @property
    def is_chosen(self) -> bool:
        return self.lowest is not None


@dataclass(frozen=True)
class Bracket:
    """Up to `limit` of a year's taxable income (None: without end) at `rate`, less `quick`."""

    limit: Decimal | None
    rate: Decimal
    quick: Decimal


@dataclass(frozen=True)
class TaxRules:
    """Cumulative withholding: so much is free a month, the rest is taxed by the year so far."""

    free_a_month: Decimal
    brackets: Sequence[Bracket]

    def on(self, taxable: Decimal) -> Decimal:
        """The tax on a year's taxable income so far."""
        for bracket in self.brackets:
            if bracket.limit is None or taxable <= bracket.limit:
                return taxable * bracket.rate - bracket.quick
        raise BadRules("The last bracket of the tax has a limit; leave it out.")


@dataclass(frozen=True)
class Rules:
    """One place's rules for one span of time. `source` says where the figures were published."""

    key: str
    name: str
    name_en: str
    currency: str
    year: str
    source: str
    valid_from: date
    valid_until: date
    contributions: Sequence[Contribution]
    tax: TaxRules

    def is_current(self, today: date) -> bool:
        return self.valid_from <= today <= self.valid_until


def read_rules(data: Mapping[str, Any]) -> Rules:
    """Raises BadRules."""
    try:
        contributions = [_contribution(each) for each in data["contribution"][:_MOST_CONTRIBUTIONS]]
        tax = TaxRules(
            _number(data["tax"]["free_a_month"]),
            [_bracket(each) for each in data["tax"]["bracket"][:_MOST_BRACKETS]],
        )
        rules = Rules(
            key=str(data["key"]),
            name=str(data["name"]),
            name_en=str(data["name_en"]),
            currency=str(data["currency"]),
            year=str(data["year"]),
            source=str(data["source"]),
            valid_from=_day(data["valid_from"]),
            valid_until=_day(data["valid_until"]),
            contributions=contributions,
            tax=tax,
        )
    except KeyError as missing:
        raise BadRules(f"The rules lack the entry {missing}.") from missing
    except (TypeError, AttributeError) as wrong:
        raise BadRules(f"The rules have the wrong shape: {wrong}.") from wrong
    _check(rules)
    return rules


def _contribution(data: Mapping[str, Any]) -> Contribution:
    chosen = data.get("chosen_between")
    return Contribution(
        key=str(data["key"]),
        base=Base(_number(data["floor"]), _number(data["ceiling"])),
        employee=_number(data["employee"]),
        employer=_number(data["employer"]),
        employee_extra=_number(data.get("employee_extra", "0")),
        lowest=_number(chosen[0]) if chosen else None,
        highest=_number(chosen[1]) if chosen else None,
        rounds_to_yuan=bool(data.get("rounds_to_yuan", False)),
    )


def _bracket(data: Mapping[str, Any]) -> Bracket:
    limit = data.get("limit")
    return Bracket(None if limit is None else _number(limit), _number(data["rate"]), _number(data["quick"]))


def _number(value: Any) -> Decimal:
    """Numbers are written as texts or whole numbers, so that no share is off by a rounding of binary fractions."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadRules(f"{value!r} is no number; write it in quotes, such as '0.08'.")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise BadRules(f"{value!r} is no number.") from error
    if not number.is_finite() or number < 0:
        raise BadRules(f"{value!r} must be finite and not negative.")
    return number


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise BadRules(f"{value!r} is no day; write it as 2025-07-01, without quotes.")
    return value


def _check(rules: Rules) -> None:
    for each in rules.contributions:
        if each.base.floor > each.base.ceiling:
            raise BadRules(f"{each.key}: the floor is above the ceiling.")
        if each.employee > 1 or each.employer > 1:
            raise BadRules(f"{each.key}: a share is above 1; write 8 per cent as '0.08'.")
    limits = [each.limit for each in rules.tax.brackets]
    ends = [limit for limit in limits[:-1] if limit is not None]
    if not limits or limits[-1] is not None or len(ends) != len(limits) - 1 or ends != sorted(ends):
        raise BadRules("The brackets of the tax must rise, and only the last has no limit.")
    if rules.valid_from > rules.valid_until:
        raise BadRules("The rules end before they begin.")
