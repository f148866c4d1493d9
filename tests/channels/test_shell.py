"""The HTML frame: escaped, readable in every colour, right-to-left where the language is."""

from __future__ import annotations

import pytest

from tests.channels.mails import EN, ZH, create_slots
from yuemian.channels.mail import ShellTexts, facts_html, shell


def test_texts_of_an_organization_cannot_become_markup_or_slots() -> None:
    evil = ShellTexts(
        "<b>[[content]]", '"><script>', "[[href]]", ["<img src=x>"], 'https://x/"onerror="y', "red;x:y"
    )
    page = shell(evil, "en").fill(create_slots("Hello"))
    assert "<script>" not in page
    assert "<img src=x>" not in page
    assert '"onerror="' not in page
    assert page.count("Hello") == 1
    assert "red;x:y" not in page


def test_the_page_loads_nothing_from_outside_but_the_logo() -> None:
    page = shell(ZH, "zh-hans").fill(create_slots())
    for word in ("<link", "@import", "url(", "<img", "<script", "http://"):
        assert word not in page
    assert 'lang="zh-CN"' in page
    logo = ShellTexts("星", "查看", "链接", [], "https://jobs.example.com/logo.png")
    assert 'alt=""' in shell(logo, "zh-hans").fill(create_slots())


@pytest.mark.parametrize(
    ("accent", "expected"), [("#ffffff", "#101315"), ("#000000", "#ffffff"), ("#0b6b5d", "#ffffff")]
)
def test_the_button_stays_readable_on_any_brand_colour(accent: str, expected: str) -> None:
    texts = ShellTexts("O", "B", "L", [], accent=accent)
    assert f"background:{accent};color:{expected}" in shell(texts, "en").fill(create_slots())


def test_arabic_reads_from_right_to_left() -> None:
    page = shell(EN, "ar").fill(create_slots())
    assert 'dir="rtl"' in page
    assert "text-align:right" in page


def test_facts_without_a_value_are_left_out() -> None:
    assert facts_html([("Place", ""), ("Video", "")]) == ""
    card = facts_html([("Place", "A <b>\nB"), ("Video", "")])
    assert "A &lt;b&gt;<br>B" in card
    assert "Video" not in card
