"""Codes people type, and the code of a notice that leads back to it without being stored."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.notice_code import LENGTH, bounds_of, code_of, fits, made_at
from yuemian.domain.short_code import ALPHABET, decode, encode, grouped, normal
from yuemian.trust.identifiers import uuid7

KEY = bytes(range(32))
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def made(at: datetime) -> UUID:
    value = int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def test_no_sign_looks_like_another() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("01IO") & set(ALPHABET)


@given(number=st.integers(0, 2**40 - 1))
def test_a_number_survives_being_typed(number: int) -> None:
    code = encode(number, 8)
    for typed in (
        code,
        grouped(code),
        grouped(code).lower(),
        f"  {code[:4]} {code[4:]} ",
        code.replace("A", "Ａ"),
    ):
        assert decode(normal(typed, 8) or "") == number


@pytest.mark.parametrize(
    "typed", ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCD-EFG!", "'; DROP TABLE", "１２"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert normal(typed, 8) is None


@given(seconds=st.integers(0, 2 * 365 * 24 * 3600))
def test_a_code_leads_to_its_notice_for_two_years(seconds: int) -> None:
    notification = made(NOW - timedelta(seconds=seconds))
    code = code_of(KEY, notification)
    first, before = bounds_of(KEY, code, now=NOW)
    assert first <= notification < before
    assert before.int - first.int == 4000 << 80
    assert fits(KEY, code, notification)
    assert abs(made_at(notification) - (NOW - timedelta(seconds=seconds))) < timedelta(milliseconds=2)


def test_another_key_makes_another_code() -> None:
    notification = uuid7()
    assert code_of(KEY, notification) != code_of(KEY[::-1], notification)


def test_the_codes_of_one_batch_differ_and_tell_no_order() -> None:
    """Ten thousand of one moment: as many doubles as chance has in 16 bits, and signs spread evenly."""
    codes = [code_of(KEY, made(NOW)) for _ in range(10_000)]
    assert all(len(code) == LENGTH for code in codes)
    assert 8_500 < len(set(codes)) <= 10_000
    for place in range(LENGTH):
        most = Counter(code[place] for code in codes).most_common(1)[0][1]
        assert most < 600, place  # 312 would be perfectly even


def test_a_guess_is_as_good_as_no_guess() -> None:
    """Of a hundred thousand random codes none fits one of a thousand notices: the chance is one in ten thousand."""
    key = secrets.token_bytes(32)
    known = [made(NOW - timedelta(days=day % 700)) for day in range(1000)]
    codes = {code_of(key, each) for each in known}
    guesses = {encode(secrets.randbits(40), LENGTH) for _ in range(100_000)}
    assert len(codes & guesses) <= 1
