"""Pay, against worked examples: the tax authority's own, and sums done by hand."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yuemian.onboarding
from yuemian.domain.pay import BadRules, Offer, Rules, estimate, read_rules

FILES = sorted((Path(yuemian.onboarding.__file__).parent / "pay_rules").glob("*.toml"))


def rules(name: str) -> Rules:
    return read_rules(data(name))


def data(name: str) -> dict[str, Any]:
    return tomllib.loads(next(path for path in FILES if path.stem == name).read_text("utf-8"))


def without_contributions() -> Rules:
    return read_rules(data("cn-shanghai") | {"contribution": []})


# Both examples of the State Taxation Administration's explanation of its notice 61 of 2018: what is deducted besides
# the 5,000 a month is social insurance (1,500; 4,500) and personal deductions (1,000; 2,000).
@pytest.mark.parametrize(
    ("monthly", "deducted", "taxes"),
    [(10_000, 2_500, [75, 75, 75]), (30_000, 6_500, [555, 625, 1850])],
)
def test_the_tax_is_the_authoritys_own_example(monthly: int, deducted: int, taxes: list[int]) -> None:
    found = estimate(without_contributions(), Offer(Decimal(monthly), deductions=Decimal(deducted)))
    assert list(found.tax[:3]) == taxes


@pytest.mark.parametrize(
    ("place", "monthly", "lines", "net"),
    [
        # 20,000: 1,600 + 400 + 100 + 1,400 = 3,500; taxable 11,500 at 3 per cent = 345.
        ("cn-shanghai", 20_000, [1600, 400, 100, 1400], 16_155),
        # Above the ceiling: shares of 37,302; taxable 38,472.29, already in the second bracket: 3,847.23 - 2,520.
        ("cn-shanghai", 50_000, ["2984.16", "746.04", "186.51", 2611], "42145.06"),
        # Below the floor of the insurances, above that of the fund; nothing to tax.
        ("cn-shanghai", 4_000, ["596.80", "149.20", "37.30", 280], "2936.70"),
        # Beijing: 3 yuan more for the sick, and 12 per cent for the fund: 1,600 + 403 + 100 + 2,400; taxable 10,497.
        ("cn-beijing", 20_000, [1600, 403, 100, 2400], "15182.09"),
    ],
)
def test_the_first_month(place: str, monthly: int, lines: list[Any], net: Any) -> None:
    found = estimate(rules(place), Offer(Decimal(monthly)))
    assert [line.employee for line in found.lines] == [Decimal(each) for each in lines]
    assert found.first_month == Decimal(net)


def test_a_company_chooses_the_share_of_the_fund_within_its_bounds() -> None:
    for wanted, given_ in (("0.05", "0.05"), ("0.01", "0.05"), ("0.5", "0.07")):
        found = estimate(rules("cn-shanghai"), Offer(Decimal(20_000), (("housing_fund", Decimal(wanted)),)))
        fund = found.lines[-1]
        assert fund.employee == fund.employer == Decimal(20_000) * Decimal(given_)


@given(st.integers(0, 200_000), st.integers(1, 12))
def test_nobody_pays_less_in_all_for_earning_more(monthly: int, months: int) -> None:
    place = rules("cn-shanghai")
    less = estimate(place, Offer(Decimal(monthly)), months)
    more = estimate(place, Offer(Decimal(monthly + 100)), months)
    assert sum(more.tax) >= sum(less.tax) >= 0
    assert sum(more.net) >= sum(less.net)
    assert all(net == less.gross - less.deducted - tax for net, tax in zip(less.net, less.tax, strict=True))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_names_its_source_and_its_time(path: Path) -> None:
    found = rules(path.stem)
    assert (found.key, bool(found.source), bool(found.year)) == (path.stem, True, True)
    assert found.is_current(found.valid_from)
    assert not found.is_current(date(2030, 1, 1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"currency": None, "contribution": [{"key": "x"}]}, "floor"),
        (
            {"contribution": [{"key": "x", "floor": 9, "ceiling": 1, "employee": 0, "employer": 0}]},
            "floor is above",
        ),
        (
            {"contribution": [{"key": "x", "floor": 1, "ceiling": 9, "employee": 8, "employer": 0}]},
            "8 per cent",
        ),
        (
            {"contribution": [{"key": "x", "floor": 1, "ceiling": 9, "employee": 0.08, "employer": 0}]},
            "quotes",
        ),
        ({"tax": {"free_a_month": 1, "bracket": [{"limit": 5, "rate": 0, "quick": 0}]}}, "only the last"),
        ({"tax": {"free_a_month": "-1", "bracket": []}}, "negative"),
        ({"tax": {"free_a_month": "nan", "bracket": []}}, "finite"),
        ({"valid_from": "2025"}, "no day"),
        ({"contribution": 5}, "shape"),
    ],
)
def test_rules_that_cannot_be_used_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRules, match=words):
        read_rules(data("cn-shanghai") | change)
