"""Opt-out words are whole messages, in any width and case; sentences are for people to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.replies import is_opt_out


@pytest.mark.parametrize(
    "text",
    [
        "退订",
        " 退订 ",
        "退订。",
        "【退订】",
        "T",
        "t",
        "Ｔ",
        "TD",
        "ｔｄ！",
        "R",
        "N",
        "STOP",
        '"Stop"',
        "UNSUBSCRIBE",
        "不要再发了！",
    ],
)
def test_a_message_that_is_only_the_word_stops(text: str) -> None:
    assert is_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "能来",
        "1",
        "2",
        "好的，谢谢",
        "我不想退订",
        "请问T恤可以吗",
        "not sure",
        "stop by at 3?",
        "明天到不了",
        "退 回 订 单 了吗",
    ],
)
def test_anything_else_is_read_by_people(text: str) -> None:
    assert not is_opt_out(text)


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert isinstance(is_opt_out(text), bool)


@given(st.text(st.sampled_from(" 　。!！.\n"), max_size=4), st.sampled_from(["退订", "TD", "stop"]))
def test_signs_and_spaces_around_change_nothing(around: str, word: str) -> None:
    assert is_opt_out(around + word + around)
