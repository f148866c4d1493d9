"""The shipped letters tell one outcome each; the message that points at them tells none, in any language."""

from __future__ import annotations

import re

import pytest

from yuemian.domain.languages import LANGUAGES
from yuemian.domain.placeholder import available, samples
from yuemian.domain.results import Outcome
from yuemian.domain.results.checking import is_in_script
from yuemian.domain.results.telling import telling
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import TemplateProblem, compile_template, render
from yuemian.messaging.defaults import shipped_templates

LINK = "https://jobs.example.com/c/" + "x" * 43
LETTERS = {each.outcome: each for each in shipped_templates() if each.purpose == Purpose.LETTER}
(POINTER,) = (each for each in shipped_templates() if each.purpose == Purpose.RESULT)


def test_there_is_one_for_each_outcome_in_every_language() -> None:
    assert set(LETTERS) == {Outcome.ADVANCE, Outcome.PASS, Outcome.REJECT}
    for letter in LETTERS.values():
        assert set(letter.texts) == {(Channel.EMAIL, locale) for locale in LANGUAGES}
    assert set(POINTER.texts) == {(channel, locale) for channel in Channel for locale in LANGUAGES}


@pytest.mark.parametrize("locale", list(LANGUAGES))
@pytest.mark.parametrize("outcome", sorted(LETTERS))
@pytest.mark.parametrize("is_full", [True, False])
def test_a_letter_reads_without_gaps(outcome: str, locale: str, is_full: bool) -> None:
    text = LETTERS[outcome].texts[Channel.EMAIL, locale]
    whole = samples(locale, Purpose.LETTER)
    bare = {"candidate_name", "organization_name", "job_title", "round_name"}
    context = whole if is_full else {name: value for name, value in whole.items() if name in bare}
    said = render(compile_template(text.subject, text.body, Purpose.LETTER), context)
    assert "\n\n\n" not in said.text
    assert not re.search(r"[（(]\s*[)）]| {2,}|{|}|None", said.text), said.text
    assert str(context["candidate_name"]) in said.text
    assert is_in_script(said.text, locale)
    corrected = render(
        compile_template(text.subject, text.body, Purpose.LETTER), context | {"is_correction": True}
    )
    assert len(corrected.text) > len(said.text) + 20
    if is_full:
        assert str(whole["feedback"]).splitlines()[0] in said.text
        if outcome == Outcome.REJECT:
            assert str(whole["apply_again_from"]) in said.text
    # Its own words tell what it is about: this is where they belong.
    assert telling(said.text) or outcome == Outcome.REJECT


@pytest.mark.parametrize("locale", list(LANGUAGES))
@pytest.mark.parametrize("outcome", sorted(LETTERS))
def test_a_letter_wishes_well_once(outcome: str, locale: str) -> None:
    """Feedback ends with a wish of its own: the letter's stands only where there is none."""
    text = LETTERS[outcome].texts[Channel.EMAIL, locale]
    whole = samples(locale, Purpose.LETTER)
    told = render(compile_template(text.subject, text.body, Purpose.LETTER), whole).text.splitlines()
    bare = {name: value for name, value in whole.items() if name != "feedback"}
    untold = render(compile_template(text.subject, text.body, Purpose.LETTER), bare).text.splitlines()
    only = [line for line in untold if line not in told]
    assert len(only) == 1
    assert only[0] in untold[-6:]


@pytest.mark.parametrize("locale", list(LANGUAGES))
def test_a_rejection_promises_reasons_only_where_it_gives_some(locale: str) -> None:
    text = LETTERS[Outcome.REJECT].texts[Channel.EMAIL, locale]
    compiled, whole = (
        compile_template(text.subject, text.body, Purpose.LETTER),
        samples(locale, Purpose.LETTER),
    )
    without = {name: value for name, value in whole.items() if name not in {"reasons", "feedback"}}
    said = [
        render(compiled, without | {name: whole[name] for name in names}).text.splitlines()
        for names in ((), ("reasons",), ("feedback",), ("reasons", "feedback"))
    ]
    thanks = next(at for at, line in enumerate(said[0]) if line and at)
    assert said[0][thanks] != said[1][thanks] == said[2][thanks] == said[3][thanks]
    assert all(lines[thanks + 1] == "" for lines in said)
    promise = {"zh-hans": "把原因说清楚", "en": "clear about why"}.get(locale)
    assert promise is None or (promise in said[1][thanks] and promise not in said[0][thanks])


@pytest.mark.parametrize("locale", list(LANGUAGES))
@pytest.mark.parametrize("channel", list(Channel))
def test_the_pointer_tells_nothing(channel: Channel, locale: str) -> None:
    text = POINTER.texts[channel, locale]
    for context in ({**samples(locale, Purpose.RESULT), "answer_link": LINK},):
        said = render(compile_template(text.subject, text.body, Purpose.RESULT), context)
        assert not telling(f"{said.subject}\n{said.text}")
        assert LINK in said.text
        assert "\n\n\n" not in said.text
        # What a locked phone shows names neither job nor round.
        first = said.text.splitlines()[0] if channel is not Channel.WECHAT else said.subject
        for fact in ("job_title", "round_name"):
            assert str(context[fact]) not in f"{said.subject} {first}"


def test_no_placeholder_of_a_pointer_tells() -> None:
    telling_ones = {
        "feedback",
        "reasons",
        "next_step",
        "may_apply_again",
        "apply_again_from",
        "is_correction",
    }
    assert not telling_ones & available(Purpose.RESULT).keys()
    assert telling_ones <= available(Purpose.LETTER).keys()
    assert not {"answer_link", "verify_code", "video_link"} & available(Purpose.LETTER).keys()


@pytest.mark.parametrize(
    "body",
    [
        "恭喜您！{{ answer_link }}",
        "很遗憾，{{ answer_link }}",
        "您已通过面试 {{ answer_link }}",
        "Unfortunately {{ answer_link }}",
        "Glückwunsch! {{ answer_link }}",
        "К сожалению {{ answer_link }}",
        "{{ feedback }} {{ answer_link }}",
        "{% if is_correction %}x{% endif %}{{ answer_link }}",
    ],
)
def test_a_pointer_that_tells_cannot_be_published(body: str) -> None:
    with pytest.raises(TemplateProblem):
        compile_template("消息", body, Purpose.RESULT)


@pytest.mark.parametrize(
    "body", ["有一条新消息，请通过下面的链接查看：{{ answer_link }}", "There is news: {{ answer_link }}"]
)
def test_neutral_words_pass(body: str) -> None:
    compile_template("消息", body, Purpose.RESULT)


def test_every_outcome_word_is_found_in_its_own_letter() -> None:
    for locale in LANGUAGES:
        for outcome in (Outcome.ADVANCE, Outcome.PASS):
            text = LETTERS[outcome].texts[Channel.EMAIL, locale]
            assert telling(text.body), (locale, outcome)
