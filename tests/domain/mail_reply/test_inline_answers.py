"""Answers written right below what is quoted, and lines that only look like a program's own."""

from __future__ import annotations

import pytest

from tests.domain.mail_reply.letters import mail
from yuemian.domain.mail_reply import cut_reply, read_letter

LONG = "a very long line of seventy letters or so that some server on the way"


@pytest.mark.parametrize("above", ["", "您好，\n\n"])
def test_right_below_a_question_stays(above: str) -> None:
    text = f"{above}> 您周三能来吗?\n我那天不行,周四可以吗?\n> 请带简历\n好的\n> 谢谢"
    assert cut_reply(text) == f"{above}我那天不行,周四可以吗?\n好的"


def test_right_below_a_long_question_stays() -> None:
    question = "> Could you tell us whether you will be able to come to us on Wednesday?"
    assert cut_reply(f"{question}\nYes.\n> Please bring your papers\n") == "Yes."


def test_below_a_line_that_was_broken_twice_on_the_way_stays() -> None:
    assert cut_reply(f"> {LONG}\n{LONG}\nbroke here\nFine, I come.") == "Fine, I come."


def test_an_attribution_that_was_broken_is_no_answer() -> None:
    attribution = "On Wed, Nov 25, 2026 at 9:00 AM Galaxy Tech\n<jobs@galaxy.example> wrote:"
    assert cut_reply(f"> 您能来吗?\n能\n{attribution}\n> older") == "能"


def test_between_two_quotations_of_html_stays() -> None:
    made = mail("x")
    made.set_content(
        f"<blockquote>{LONG}</blockquote>周四可以吗<blockquote>请带简历</blockquote>好的", subtype="html"
    )
    assert cut_reply(read_letter(made.as_bytes()).text) == "周四可以吗\n\n好的"


@pytest.mark.parametrize(
    "line", ["從我的 iPhone 傳送", "從我的iPad傳送", "发自我的 iPhone", "发自我的华为手机"]
)
def test_a_telephones_signature_is_no_answer(line: str) -> None:
    assert cut_reply(f"可以\n\n{line}") == "可以"
