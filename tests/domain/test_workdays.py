"""Workdays by region, with China's moved ones, and honesty about years nobody has published."""

from __future__ import annotations

from datetime import date

import pytest

from yuemian.domain.workdays import is_known, is_workday


@pytest.mark.parametrize(
    ("day", "region", "expected"),
    [
        ("2026-02-13", "CN", True),  # the Friday before Spring Festival
        ("2026-02-14", "CN", True),  # a Saturday that is worked instead
        ("2026-02-15", "CN", False),  # bridged
        ("2026-02-17", "CN", False),  # Spring Festival
        ("2026-02-28", "CN", True),  # a Saturday that is worked instead
        ("2026-10-01", "CN", False),
        ("2026-10-10", "CN", True),
        ("2025-01-26", "CN", True),  # a Sunday that is worked instead
        ("2026-11-26", "US", False),  # Thanksgiving
        ("2026-11-27", "US", True),
        ("2026-10-03", "DE", False),
        ("2026-12-25", "BR", False),
        ("2026-11-25", "XX", True),  # an unknown region has weekends only
        ("2026-11-28", "XX", False),
        ("2026-11-28", "", False),
    ],
)
def test_free_days_and_workdays(day: str, region: str, *, expected: bool) -> None:
    assert is_workday(date.fromisoformat(day), region) is expected


def test_a_chinese_year_is_known_when_its_make_up_days_are_published() -> None:
    assert is_known(2026, "CN")
    assert not is_known(2040, "CN")
    assert is_known(2040, "US")
    assert not is_known(2026, "XX")


def test_in_an_unknown_chinese_year_weekends_and_the_holidays_of_the_law_still_count() -> None:
    assert not is_workday(date(2040, 10, 1), "CN")
    assert not is_workday(date(2040, 11, 24), "CN")  # a Saturday
    assert is_workday(date(2040, 11, 26), "CN")
