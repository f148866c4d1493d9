"""Saved replies: placeholders from a closed list, and nothing left blank."""

from __future__ import annotations

import pytest

from yuemian.domain.phrase import PLACEHOLDERS_OF_PHRASES, compile_phrase, fill, is_code
from yuemian.domain.template import RenderProblem, TemplateProblem


def test_a_phrase_is_filled_in_for_one_interview() -> None:
    text = "{{ candidate_name }}，地址是{{ place_address }}。"
    assert fill(text, {"candidate_name": "王小雨", "place_address": "世纪大道 100 号"}) == (
        "王小雨，地址是世纪大道 100 号。"
    )


def test_what_has_no_value_is_an_error_with_its_name() -> None:
    with pytest.raises(RenderProblem) as problem:
        fill("会议链接：{{ video_link }}", {"candidate_name": "王小雨"})
    assert problem.value.name == "video_link"


@pytest.mark.parametrize(
    "text",
    ["{{ password }}", "{{ hr_answer }}", "{{ candidate_question }}", "{{ answer_link }}", "{{ name", ""],
)
def test_what_does_not_belong_there_cannot_be_saved(text: str) -> None:
    with pytest.raises(TemplateProblem):
        compile_phrase(text)


def test_every_placeholder_offered_can_be_used() -> None:
    for name, each in PLACEHOLDERS_OF_PHRASES.items():
        if each.kind in {"name", "text", "link"}:
            compile_phrase(f"{{% if {name} %}}{{{{ {name} }}}}{{% endif %}}.")


@pytest.mark.parametrize(
    ("code", "is_one"), [("地铁", True), ("metro-2", True), ("", False), ("a b", False), ("/x", False)]
)
def test_a_code_is_one_word(code: str, is_one: bool) -> None:
    assert is_code(code) is is_one
