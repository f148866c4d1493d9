"""Every reason has a sentence in both languages, with its figures in it."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from yuemian.domain.routing import ReasonedSentence, Why
from yuemian.domain.routing.sentence import VALUES
from yuemian.messaging.route_wording import SENTENCES, route_sentence, sentence

SAMPLE: dict[str, str | int] = {
    "channel": "sms", "other": "email", "answered": 37, "sent": 41, "missed": 22, "interviews": 23, "hours": 17,
    "band": 6, "count": 3,
}  # fmt: skip
SAID = {"band": "18:00–21:00"}


def example(code: Why) -> ReasonedSentence:
    return ReasonedSentence(code, {name: value for name, value in SAMPLE.items() if name in VALUES[code]})


def test_there_is_exactly_one_sentence_per_reason() -> None:
    assert set(SENTENCES) == set(Why)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", list(Why))
def test_the_sentence_holds_every_figure(code: Why, language: str) -> None:
    with override(language):
        text = sentence(example(code))
    figures = {
        SAID.get(name, str(value))
        for name, value in SAMPLE.items()
        if name in VALUES[code] and name not in {"channel", "other"}
    }
    assert [figure for figure in figures if figure not in text] == []
    assert "%" not in text


@pytest.mark.parametrize("code", [code for code in Why if "channel" in VALUES[code]])
def test_the_sentence_names_its_channels(code: Why) -> None:
    with override("zh-hans"):
        chinese = sentence(example(code))
    with override("en"):
        english = sentence(example(code))
    assert "短信" in chinese
    assert "text message" in english.lower()
    if "other" in VALUES[code]:
        assert "邮件" in chinese
        assert "email" in english.lower()


def test_the_figures_of_the_promise_read_as_promised() -> None:
    missed = ReasonedSentence(Why.MISSED_BEFORE, {"channel": "sms", "missed": 2, "interviews": 3})
    answers = ReasonedSentence(Why.ANSWERS_HERE, {"channel": "wechat", "answered": 3, "sent": 4})
    with override("zh-hans"):
        assert sentence(missed) == "短信补发：过去 3 次面试缺席 2 次"
        assert sentence(answers) == "微信发 4 次，答复 3 次 → 先发微信"
    with override("en"):
        assert sentence(missed) == "Text message added: missed 2 of 3 interviews"
        assert sentence(answers) == "Answered 3 of 4 messages by WeChat → WeChat first"


def test_one_message_is_one_message() -> None:
    why = ReasonedSentence(Why.ANSWERS_HERE, {"channel": "email", "answered": 1, "sent": 1})
    with override("en"):
        assert sentence(why) == "Answered 1 of 1 message by email → email first"


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    assert route_sentence("") == ""
    assert route_sentence("told by phone") == "told by phone"
    with override("en"):
        assert (
            route_sentence("only_channel;channel=sms;arm=learned")
            == "The only way to reach this candidate: text message"
        )
