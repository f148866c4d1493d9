"""Estimates what arrives of a salary: contributions by their bases, then the year's cumulative withholding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from yuemian.domain.pay.rules import Contribution, Rules

_CENT: Final = Decimal("0.01")
MONTHS: Final = 12


class Offer(NamedTuple):
    """Before anything is taken off. `shares` holds those a company chooses; `deductions` are monthly and personal."""

    monthly: Decimal
    shares: tuple[tuple[str, Decimal], ...] = ()
    deductions: Decimal = Decimal(0)

    def share_of(self, contribution: Contribution) -> tuple[Decimal, Decimal]:
        """Employee's and employer's; a chosen one is bounded, and the same for both."""
        if contribution.lowest is None or contribution.highest is None:
            return contribution.employee, contribution.employer
        chosen = dict(self.shares).get(contribution.key, contribution.employee)
        share = min(max(chosen, contribution.lowest), contribution.highest)
        return share, share


class Line(NamedTuple):
    """One thing taken off, or paid besides by the employer, a month."""

    key: str
    base: Decimal
    employee: Decimal
    employer: Decimal


class Estimate(NamedTuple):
    """`net` and `tax` are those of the twelve months, which differ as the year goes on."""

    gross: Decimal
    lines: Sequence[Line]
    tax: Sequence[Decimal]
    net: Sequence[Decimal]

    @property
    def deducted(self) -> Decimal:
        return sum((line.employee for line in self.lines), Decimal(0))

    @property
    def first_month(self) -> Decimal:
        return self.net[0]

    @property
    def average(self) -> Decimal:
        return _rounded(sum(self.net, Decimal(0)) / len(self.net))


def estimate(rules: Rules, offer: Offer, months: int = MONTHS) -> Estimate:
    """Whoever is hired in the year's course is taxed from the first month there: `months` are those left of it."""
    lines = [_line(each, offer) for each in rules.contributions]
    deducted = sum((line.employee for line in lines), Decimal(0))
    free = rules.tax.free_a_month + deducted + offer.deductions
    taxes: list[Decimal] = []
    for month in range(1, months + 1):
        taxable = max(Decimal(0), (offer.monthly - free) * month)
        due = _rounded(rules.tax.on(taxable)) - sum(taxes, Decimal(0))
        taxes.append(max(Decimal(0), due))
    net = [offer.monthly - deducted - tax for tax in taxes]
    return Estimate(offer.monthly, lines, taxes, net)


def _line(contribution: Contribution, offer: Offer) -> Line:
    base = contribution.base.of(offer.monthly)
    employee, employer = offer.share_of(contribution)
    step = Decimal(1) if contribution.rounds_to_yuan else _CENT
    own = (base * employee).quantize(step, ROUND_HALF_UP) + contribution.employee_extra
    theirs = (base * employer).quantize(step, ROUND_HALF_UP)
    return Line(contribution.key, base, own.quantize(_CENT), theirs.quantize(_CENT))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
