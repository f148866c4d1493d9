"""Names are cleaned of what cannot be seen and never refused for being unusual."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.names import clean_name, comparable_name, read_name
from yuemian.domain.reading import ProblemCode, ReadingState, RepairCode


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("张 三", "张三"),
        ("张　三丰", "张三丰"),
        (" 张三 ", "张三"),
        ("张\u200b三", "张三"),
        ("\u202e张三\u202c", "张三"),
        ("张三\r\n", "张三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽 ・ 买买提", "阿依古丽·买买提"),
        ("ＺＨＡＮＧ　Ｓａｎ", "ZHANG San"),
        ("O'Neil   Smith", "O'Neil Smith"),
        ("Jose\u0301", "José"),
        ("ジョン・スミス", "ジョン・スミス"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("王\x00芳", "王芳"),
    ],
)
def test_cleaning_keeps_the_name_and_drops_the_rest(raw: str, expected: str) -> None:
    assert clean_name(raw) == expected


@pytest.mark.parametrize(
    "name",
    [
        "李",
        "𠮷野家",
        "Nguyễn Văn A",
        "Jean-Luc d'Arc",
        "X Æ A-12",
        "Null Smith",
        "Björk",
        "O",
        "Ng",
        "María José",
        "Müller (geb. Schmidt)",
        "Prince 3rd",
        "司马相如",
        "爱新觉罗·溥仪",
        "김철수",
        "Иван",
        "محمد",
        "=Anna",
        "True",
    ],
)
def test_legitimate_names_are_good(name: str) -> None:
    reading = read_name(name)
    assert (reading.value, reading.state) == (name, ReadingState.GOOD)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("13800138000", ProblemCode.LOOKS_LIKE_PHONE),
        ("a@b.cn", ProblemCode.LOOKS_LIKE_EMAIL),
        ("12", ProblemCode.NAME_WITHOUT_LETTER),
        ("#N/A", ProblemCode.FORMULA_ERROR),
        ("张" * 121, ProblemCode.TOO_LONG),
        ("领奖 http://x.test", ProblemCode.NAME_CONTAINS_LINK),
    ],
)
def test_only_what_cannot_be_a_name_is_refused(raw: str, code: ProblemCode) -> None:
    reading = read_name(raw)
    assert reading.problem is not None
    assert reading.problem.code is code


def test_invisible_characters_are_named_in_the_repair() -> None:
    assert [each.code for each in read_name("张\u200b三").repairs] == [RepairCode.INVISIBLE_REMOVED]


def test_two_spellings_of_one_name_compare_equal() -> None:
    assert comparable_name("ZHANG  san") == comparable_name("Zhang-San")
    assert comparable_name("阿依古丽·买买提") == comparable_name("阿依古丽买买提")
    assert comparable_name("张三") != comparable_name("张四")


@given(st.text())
def test_cleaning_is_idempotent_and_leaves_nothing_invisible(text: str) -> None:
    once = clean_name(text)
    assert clean_name(once) == once
    assert not any(unicodedata.category(each) == "Cc" for each in once)
    assert "\u202e" not in once


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.datetimes()))
def test_no_cell_crashes_the_name_reader(raw: object) -> None:
    read_name(raw)
