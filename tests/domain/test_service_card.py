"""A WeChat text reads as a card: rows, a note, and no address in sight."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.service_card import read_card

LINK = "https://hr.example.com/c/token"


def test_rows_and_the_note_below_them() -> None:
    card = read_card(f"公司：星河科技\n时间：11月25日 周三 14:00（北京时间）\n点开选一下：{LINK}", LINK)
    assert card.rows == (("公司", "星河科技"), ("时间", "11月25日 周三 14:00（北京时间）"))
    assert card.note == "点开选一下"


def test_english_rows_and_clock_times_inside_values() -> None:
    card = read_card(f"Time: Wed, 25 Nov 2026, 14:00\nTap to answer: {LINK}", LINK)
    assert card.rows == (("Time", "Wed, 25 Nov 2026, 14:00"),)
    assert card.note == "Tap to answer"


def test_free_text_is_a_note_and_what_follows_it_too() -> None:
    card = read_card("你好\n时间：明天", "")
    assert (card.rows, card.note) == ((), "你好\n时间：明天")


def test_an_address_is_no_row() -> None:
    assert read_card("https://x.cn/a", "").rows == ()


@given(st.text(), st.sampled_from(["", LINK]))
def test_nothing_is_lost_but_the_link(text: str, link: str) -> None:
    card = read_card(text, link)
    assert all(label and value for label, value in card.rows)
    assert not link or link not in card.note
