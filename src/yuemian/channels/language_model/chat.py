"""One question to a language model by POST {base}/chat/completions, within bounds of time and size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import orjson

from yuemian.channels.base import BadConfig, said, setting
from yuemian.channels.http import PUBLIC, HTTPClient, HTTPFailure, NotWritten, Reply, Target

if TYPE_CHECKING:
    from yuemian.channels.http import Network

#: Seconds for one answer; a person waits for it.
PATIENCE: Final = 25.0
_MOST_TOKENS: Final = 1200


class Capability(StrEnum):
    """How far the service sees to the form of an answer. Whatever it promises, the answer is checked here."""

    SCHEMA = "schema"  # response_format json_schema
    JSON_OBJECT = "json_object"
    TEXT = "text"


class Trouble(StrEnum):
    """Why there is no answer."""

    SETTINGS = "settings"
    REFUSED = "refused"  # 401, 403: the key
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    SERVER = "server"
    UNREADABLE = "unreadable"
    BLANK = "blank"
    TRUNCATED = "truncated"
    DECLINED = "declined"  # the model would not answer


#: What a second question may mend at once.
WORTH_A_RETRY: Final = frozenset({Trouble.BLANK, Trouble.TRUNCATED, Trouble.UNREADABLE, Trouble.SERVER})


class ModelTrouble(Exception):  # noqa: N818
    """No usable answer; the message holds neither key nor question."""

    def __init__(self, why: Trouble, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.why, self.retry_after = why, retry_after


@dataclass(frozen=True)
class LanguageModelConfig:
    base_url: str = setting(
        "Address",
        help_text=said(
            "Up to and including the version, such as https://api.example.com/v1. A model in your own network: name "
            "that network in YUEMIAN_PRIVATE_NETWORKS first."
        ),
    )
    model: str = setting("Model", help_text=said("Its name, as the service writes it."))
    api_key: str = setting(
        "Key", default="", help_text=said("Empty where the service asks for none."), secret=True
    )
    capability: str = setting(
        "Form of answers",
        help_text=said("What the service can keep to; every answer is checked here all the same."),
        default=Capability.JSON_OBJECT.value,
        choices=tuple(each.value for each in Capability),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    model: str


class ChatModel:
    """One connection in one event loop. Raises BadConfig when its settings cannot work."""

    def __init__(
        self, config: LanguageModelConfig, *, network: Network | None = None, patience: float = PATIENCE
    ) -> None:
        self._config = config
        self._target = Target.parse(f"{config.base_url.rstrip('/')}/chat/completions")
        if not config.model.strip():
            raise BadConfig("Name the model.")
        if config.capability not in set(Capability):
            raise BadConfig("The form of answers must be schema, json_object or text.")
        self._patience = patience
        self._http = HTTPClient(
            network=network or PUBLIC,
            timeout=patience,
            connect_timeout=5.0,
            body_cap=256 * 1024,
            connections=1,
        )

    async def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Answer:
        """Raises ModelTrouble."""
        headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
        if self._config.api_key:
            headers.append(("Authorization", f"Bearer {self._config.api_key}"))
        try:
            async with asyncio.timeout(self._patience):
                reply = await self._http.exchange("POST", self._target, headers, self._body(messages, schema))
        except TimeoutError:
            raise ModelTrouble(Trouble.TIMEOUT, "The model did not answer in time.") from None
        except NotWritten as failure:
            why = Trouble.SETTINGS if failure.is_settings else Trouble.UNREACHABLE
            raise ModelTrouble(why, str(failure)) from None
        except HTTPFailure as failure:
            why = Trouble.TIMEOUT if failure.code == "timeout" else Trouble.UNREACHABLE
            raise ModelTrouble(why, str(failure)) from None
        return _answer(reply)

    async def close(self) -> None:
        await self._http.close()

    def _body(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> bytes:
        body: dict[str, Any] = {
            "model": self._config.model,
            "messages": list(messages),
            "temperature": 0.2,
            "max_tokens": _MOST_TOKENS,
            "stream": False,
        }
        if self._config.capability == Capability.SCHEMA:
            named = {"name": "feedback", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self._config.capability == Capability.JSON_OBJECT:
            body["response_format"] = {"type": "json_object"}
        return orjson.dumps(body)


def _answer(reply: Reply) -> Answer:
    if reply.status != 200:
        raise _refusal(reply)
    try:
        data = orjson.loads(reply.body)
        choice = data["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        text, name = message.get("content"), str(data.get("model") or "")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ModelTrouble(Trouble.UNREADABLE, "The answer is no chat completion.") from None
    if message.get("refusal") or finish == "content_filter":
        raise ModelTrouble(Trouble.DECLINED, "The model declined to answer.")
    if finish == "length":
        raise ModelTrouble(Trouble.TRUNCATED, "The answer was cut off.")
    if not isinstance(text, str) or not text.strip():
        raise ModelTrouble(Trouble.BLANK, "The answer is empty.")
    return Answer(text, name[:80])


def _refusal(reply: Reply) -> ModelTrouble:
    if reply.status in (401, 403):
        return ModelTrouble(Trouble.REFUSED, "The service refuses the key.")
    if reply.status == 429:
        wait = reply.headers.get("retry-after", "")
        return ModelTrouble(
            Trouble.THROTTLED,
            "The service asks to slow down.",
            retry_after=int(wait) if wait.isdecimal() else 0,
        )
    if reply.status >= 500:
        return ModelTrouble(Trouble.SERVER, f"The service failed ({reply.status}).")
    return ModelTrouble(
        Trouble.SETTINGS, f"The service does not take the question ({reply.status}); check address and model."
    )
