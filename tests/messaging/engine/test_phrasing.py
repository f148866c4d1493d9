"""A message filled into a pattern is, to the letter, the one that rendering would have given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.pattern import TOKEN_MARK, clean
from yuemian.domain.placeholder import PLACEHOLDERS, Kind, samples
from yuemian.domain.richtext import to_text
from yuemian.domain.template import RenderProblem, TemplateProblem, compile_template
from yuemian.messaging.engine.phrasing import CrossTalk, Phrasing

BASE = "https://jobs.example.com/c/"
TEXTUAL = [p.name for p in PLACEHOLDERS.values() if p.kind in (Kind.NAME, Kind.TEXT)]
#: What could mean something beside a value: bold, lists, links, escapes, the language's own signs.
SIGNS = [
    "**",
    "*",
    "- ",
    "-",
    "1",
    "12. ",
    ". ",
    ")",
    "·",
    "https://",
    "http",
    "s://",
    "://",
    "/",
    "/c/",
    "c/",
    ":",
]
SIGNS += [
    "\n",
    "\n\n",
    " ",
    "%",
    "%s",
    "&",
    "<b>",
    '"',
    "'",
    "中",
    "。",
    "www.",
    "a" * 17,
    "\u3000",
    "\ue000",
]
values = st.lists(st.sampled_from(SIGNS) | st.text(max_size=6), max_size=5).map("".join)
pieces = st.sampled_from(SIGNS) | st.sampled_from([f"{{{{ {name} }}}}" for name in TEXTUAL[:8]])
bodies = st.lists(
    pieces | st.just("\n{{ answer_link }}\n") | st.just("{{ video_link }}"), min_size=1, max_size=12
)


def outcome(phrasing: Phrasing, context: dict[str, Any], token: str) -> object:
    try:
        wording = phrasing.say(context, token)
    except RenderProblem as problem:
        return type(problem), str(problem)
    return (*wording, to_text(wording.said.text))


@given(bodies.map("".join), st.lists(st.tuples(values, values, values), min_size=3, max_size=6))
def test_filled_or_rendered_the_message_is_the_same(body: str, people: list[tuple[str, str, str]]) -> None:
    try:
        compiled = compile_template("{{ candidate_name }} {{ round_name }}", body)
    except TemplateProblem:
        return
    phrasing = Phrasing(compiled, BASE)
    for number, (name, place, link) in enumerate(people * 2):
        context = {**samples("en"), "candidate_name": name, "place_name": place, "job_title": place + name}
        context["video_link"] = f"https://meet.example.com/{link}"
        token = f"{number:043d}"
        assert outcome(phrasing, context, token) == outcome(Phrasing(compiled, BASE), context, token)


@pytest.mark.parametrize("between", ["**", "-", "x", "?name=", "/", "&amp;", ".", ""])
@pytest.mark.parametrize("link", ["video_link", "answer_link"])
def test_what_follows_a_link_without_a_blank_is_part_of_it(link: str, between: str) -> None:
    compiled = compile_template("{{ round_name }}", f"{{{{ {link} }}}}{between}{{{{ candidate_name }}}}")
    phrasing = Phrasing(compiled, BASE)
    for number, name in enumerate(["Ann", "http", "王小雨", "http", "Ann"]):
        context = {**samples("en"), "candidate_name": name}
        token = f"{number:043d}"
        assert outcome(phrasing, context, token) == outcome(Phrasing(compiled, BASE), context, token)


TEMPLATE = (
    "{{ candidate_name }}，您好：\n\n邀请您参加**{{ job_title }}**的{{ round_name }}。\n\n时间：{{ interview_when }}\n"
    "请带：\n{{ materials|bullets }}\n\n{% if is_onsite %}地点：{{ place_name }}{% endif %}\n\n{{ answer_link }}\n\n"
    "谢谢"
)


def test_people_who_differ_in_what_is_only_printed_share_one_pattern() -> None:
    phrasing = Phrasing(compile_template("{{ round_name }}", TEMPLATE), BASE)
    for number in range(50):
        context = {
            **samples("zh-hans"),
            "candidate_name": f"候选人{number}",
            "interview_when": f"周三 {number}:00",
        }
        said = phrasing.say(context, f"{number:043d}").said.text
        assert f"候选人{number}，您好" in said
        assert f"/c/{number:043d}" in said
    assert len(phrasing.known()) == 1
    phrasing.say({**samples("zh-hans"), "materials": ["护照"]}, "m" * 43)
    assert len(phrasing.known()) == 2


def test_a_value_that_is_missing_is_an_error_for_the_second_person_too() -> None:
    phrasing = Phrasing(compile_template("{{ round_name }}", TEMPLATE), BASE)
    for token in ("a" * 43, "b" * 43, "c" * 43):
        with pytest.raises(RenderProblem, match="interview_when"):
            phrasing.say({**samples("zh-hans"), "interview_when": ""}, token)


def test_a_template_that_links_to_somebody_is_caught_each_time() -> None:
    body = f"{{{{ candidate_name }}}} {BASE}{'o' * 43} {{{{ answer_link }}}}"
    phrasing = Phrasing(compile_template("{{ round_name }}", body), BASE)
    for token in ("a" * 43, "b" * 43, "c" * 43):
        with pytest.raises(CrossTalk):
            phrasing.say(samples("zh-hans"), token)


@pytest.mark.parametrize(
    "value", ["", " a", "a*b", "https://x", "- a", "1. a", "12", "/a", "a\nb", "x" * 121]
)
def test_what_could_mean_something_beside_other_text_takes_no_marks_place(value: str) -> None:
    assert clean(Kind.TEXT, value) is None


@pytest.mark.parametrize("value", ["王小雨", "A & B <i>", "2026年11月25日 周三 14:00", "100% 1/2"])
def test_ordinary_values_do(value: str) -> None:
    assert clean(Kind.TEXT, value) is not None


def test_the_token_mark_is_like_a_token() -> None:
    assert len(TOKEN_MARK) == 43


@pytest.mark.parametrize(
    "body", ["{{ interview_day }}{{ interview_time }}", "{{ candidate_name }}{{ job_title }}"]
)
def test_two_values_side_by_side_still_make_a_pattern(body: str) -> None:
    """The one that differs less stays part of the key: else such a text would be rendered for each person."""
    phrasing = Phrasing(compile_template("Hello", f"{body} – {{{{ answer_link }}}}"), BASE)
    for number in range(3):
        said = phrasing.say({**samples("en"), "candidate_name": f"Alex {number}"}, f"{number}".zfill(43))
        assert f"{number}".zfill(43) in said.plain
    (pattern,) = phrasing.known()
    assert pattern is not None
    assert set(pattern.names) & {"interview_time", "candidate_name"}
