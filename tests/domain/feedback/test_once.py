"""A letter says nothing twice: what it says by itself is taken out of the feedback, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.domain.feedback.test_checks import facts, options
from yuemian.domain.feedback import Draft, Options, Part, Sentence, compose, said_once
from yuemian.domain.results import Fact

ALL = frozenset({Part.OPENING, Part.REASON, Part.AGAIN})
ZH = Draft(
    (
        Sentence(Part.OPENING, "感谢您参加面试。", (), 0),
        Sentence(Part.STRENGTH, "您的代码整洁大方。", ("f1",), 0),
        Sentence(Part.REASON, "这次没有继续，主要的考虑是：经验不足。", ("reason",), 1),
        Sentence(Part.AGAIN, "半年以后可以再次投递。", (), 2),
        Sentence(Part.CLOSING, "祝您求职顺利。", (), 2),
    ),
    "zh-hans",
)
EN = Draft(
    (
        Sentence(Part.OPENING, "Thank you for your time.", (), 0),
        Sentence(Part.STRENGTH, "Your code was clear.", ("f1",), 0),
        Sentence(Part.AGAIN, "You may apply again after half a year.", (), 1),
        Sentence(Part.CLOSING, "We wish you success in your search.", (), 1),
    ),
    "en",
)


@pytest.mark.parametrize(
    ("draft", "text", "said", "left"),
    [
        (ZH, ZH.text, ALL, "您的代码整洁大方。\n\n祝您求职顺利。"),
        (ZH, ZH.text, {Part.OPENING}, ZH.text.removeprefix("感谢您参加面试。")),
        (EN, EN.text, ALL, "Your code was clear.\n\nWe wish you success in your search."),
        (
            EN,
            "Your code was clear. Thank you for your time. Well done.",
            ALL,
            "Your code was clear. Well done.",
        ),
        # Twice in a row, and on a line of its own.
        (ZH, "感谢您参加面试。感谢您参加面试。您的代码整洁大方。", ALL, "您的代码整洁大方。"),
        (ZH, "您的代码整洁大方。\n感谢您参加面试。\n我们都记得。", ALL, "您的代码整洁大方。\n我们都记得。"),
        # What a person rewrote, or wrote around it, is left alone.
        (ZH, "再次感谢您参加面试。您的代码整洁大方。", ALL, "再次感谢您参加面试。您的代码整洁大方。"),
        (ZH, "他说：“感谢您参加面试。”您的代码好。", ALL, "他说：“感谢您参加面试。”您的代码好。"),
        (EN, "Honestly, Thank you for your time. Bye.", ALL, "Honestly, Thank you for your time. Bye."),
        (ZH, "您写得好。\n\n\n\n很好。", ALL, "您写得好。\n\n\n\n很好。"),
        # Only the good wishes are left: the letter has its own.
        (ZH, "感谢您参加面试。\n\n祝您求职顺利。", ALL, ""),
        (ZH, "感谢您参加面试。", ALL, ""),
        (ZH, "感谢您参加面试。\n\n祝您求职顺利。我们会想您的。", ALL, "祝您求职顺利。我们会想您的。"),
        (ZH, "感谢您参加面试。\0您写得好。", ALL, "感谢您参加面试。\0您写得好。"),
        # No draft that can be read: the text stays whole.
        (Draft((), "zh-hans"), "感谢您参加面试。", ALL, "感谢您参加面试。"),
    ],
)
def test_what_the_letter_says_is_left_out(draft: Draft, text: str, said: set[Part], left: str) -> None:
    assert said_once(text, draft, said) == left


@given(
    facts, options, st.sets(st.sampled_from(sorted(ALL))), st.lists(st.sampled_from(["经验不足", "level"]))
)
def test_of_any_draft_every_other_sentence_is_left_in_its_order(
    found: list[Fact], how: Options, said: set[Part], told: list[str]
) -> None:
    draft = compose(found, told, how)
    assume("\0" not in draft.text)
    left = said_once(draft.text, draft, said)
    kept = [each for each in draft.sentences if each.part not in said]
    if all(each.part is Part.CLOSING for each in kept):
        assert left == ""
    else:
        assert re.sub(r"\s", "", left) == re.sub(r"\s", "", "".join(each.text for each in kept))
        assert "\n\n\n" not in left
        assert left == left.strip()


@given(facts, options, st.text(alphabet=st.characters(exclude_characters="\0"), max_size=200))
def test_of_a_text_of_ones_own_not_a_sign_is_taken(found: list[Fact], how: Options, text: str) -> None:
    draft = compose(found, [], how)
    if text.strip() and not any(each.text in text for each in draft.sentences):
        assert said_once(text, draft, ALL) == text


@given(facts, options)
def test_a_second_look_takes_nothing_more(found: list[Fact], how: Options) -> None:
    draft = compose(found, ["经验不足"], how)
    left = said_once(draft.text, draft, ALL)
    assert said_once(left, draft, ALL) == left
