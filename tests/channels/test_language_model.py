"""The adapter of language models against a strict service: every trouble has a word, and nothing private is reached."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.simulators.http_server import DROP, HANG, answer
from tests.simulators.language_model import KEY, LanguageModelService, Scripted, completion, serving
from yuemian.channels.base import BadConfig
from yuemian.channels.http import Network
from yuemian.channels.language_model import ChatModel, LanguageModelConfig, ModelTrouble, Trouble

LOOPBACK = Network(["127.0.0.0/8"])
MESSAGES = [{"role": "system", "content": "Answer with JSON."}, {"role": "user", "content": "{}"}]
SCHEMA = {"type": "object", "additionalProperties": False}


def config(service: LanguageModelService, **changes: Any) -> LanguageModelConfig:
    given = {
        "base_url": service.address,
        "model": "qwen-plus",
        "api_key": KEY,
        "capability": service.capability,
    }
    return LanguageModelConfig(**given | changes)


def ask(
    service: LanguageModelService, *, network: Network = LOOPBACK, patience: float = 5, **changes: Any
) -> str:
    async def run() -> str:
        model = ChatModel(config(service, **changes), network=network, patience=patience)
        try:
            return (await model.ask(MESSAGES, SCHEMA)).text
        finally:
            await model.close()

    return asyncio.run(run())


@pytest.mark.parametrize("capability", ["schema", "json_object", "text"])
def test_every_form_of_answer_is_asked_for_as_documented(capability: str) -> None:
    with serving(LanguageModelService(['{"ok":true}'], capability=capability)) as service:
        assert ask(service) == '{"ok":true}'
    assert service.wrong == []


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (401, Trouble.REFUSED),
        (403, Trouble.REFUSED),
        (404, Trouble.SETTINGS),
        (429, Trouble.THROTTLED),
        (500, Trouble.SERVER),
        (503, Trouble.SERVER),
        (HANG, Trouble.TIMEOUT),
        (DROP, Trouble.UNREACHABLE),
        (completion(""), Trouble.BLANK),
        (completion(None), Trouble.BLANK),
        (completion('{"strengths":[', "length"), Trouble.TRUNCATED),
        (completion(None, refusal="I cannot help with that."), Trouble.DECLINED),
        (completion("x", "content_filter"), Trouble.DECLINED),
    ],
)
def test_every_trouble_has_its_word(step: Scripted, why: Trouble) -> None:
    with serving(LanguageModelService([step])) as service, pytest.raises(ModelTrouble) as trouble:
        ask(service, patience=1)
    assert trouble.value.why is why
    assert KEY not in str(trouble.value)


def test_how_long_to_wait_is_taken_from_the_answer() -> None:
    with serving(LanguageModelService([429])) as service, pytest.raises(ModelTrouble) as trouble:
        ask(service)
    assert trouble.value.retry_after == 7


def test_an_answer_without_choices_cannot_be_read() -> None:
    for body in ("[]", "{}", '{"choices":[]}', "not json"):
        with (
            serving(LanguageModelService([answer(200, body)])) as service,
            pytest.raises(ModelTrouble) as trouble,
        ):
            ask(service)
        assert trouble.value.why is Trouble.UNREADABLE


def test_a_private_address_is_not_reached_unless_the_operator_names_it() -> None:
    with serving(LanguageModelService(["{}"])) as service:
        with pytest.raises(ModelTrouble) as trouble:
            ask(service, network=Network())
        assert service.asked == []
    assert trouble.value.why is Trouble.SETTINGS


def test_settings_that_cannot_work_are_refused() -> None:
    for changes in ({"base_url": "not an address"}, {"model": " "}, {"capability": "magic"}):
        given: dict[str, Any] = {
            "base_url": "https://llm.example/v1",
            "model": "m",
            "capability": "text",
        } | changes
        with pytest.raises(BadConfig):
            ChatModel(LanguageModelConfig(**given))


def test_the_key_is_no_part_of_what_is_printed() -> None:
    assert KEY not in repr(LanguageModelConfig("https://llm.example/v1", "m", KEY))
