"""A chat/completions service on loopback: strict about every request, scripted in every answer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.http_server import DROP, HANG, Request, ScriptedHTTP, answer, running

JSON = "Content-Type: application/json; charset=utf-8"
KEY = "sk-test-4711"
_ALLOWED = {"model", "messages", "temperature", "max_tokens", "response_format", "stream"}


def completion(content: str | None, finish: str = "stop", **message: Any) -> bytes:
    """The service's answer around what the model said."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "stub-1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
    }
    return answer(200, json.dumps(body, ensure_ascii=False), JSON)


def said(
    strengths: list[tuple[str, list[str]]], improvements: list[tuple[str, list[str]]], closing: str
) -> str:
    return json.dumps(
        {
            "strengths": [{"text": text, "evidence_ids": ids} for text, ids in strengths],
            "improvements": [{"text": text, "evidence_ids": ids} for text, ids in improvements],
            "closing": {"text": closing},
        },
        ensure_ascii=False,
    )


Scripted = bytes | str | int | Callable[[dict[str, Any]], bytes]


@dataclass
class LanguageModelService:
    """`script`: what is answered one after another; the last one again and again. A number is a status; `forbidden`
    are words that must never arrive. What breaks the service's rules is in `wrong`."""

    script: list[Scripted] = field(default_factory=list)
    forbidden: tuple[str, ...] = ()
    capability: str = "json_object"
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __call__(self, request: Request) -> bytes | str:
        problem = self._problem(request)
        if problem:
            self.wrong.append(problem)
            return answer(400, json.dumps({"error": {"message": problem}}), JSON)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return answer(401, '{"error":{"code":"invalid_api_key"}}', JSON)
        data = json.loads(request.body)
        self.asked.append(data)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(step):
            return step(data)
        if step in (DROP, HANG):
            return str(step)
        if isinstance(step, int):
            more = ("Retry-After: 7",) if step == 429 else ()
            return answer(step, '{"error":{"message":"no"}}', JSON, *more)
        return completion(step) if isinstance(step, str) else step

    def _problem(self, request: Request) -> str:
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            return f"{request.method} {request.path} does not exist"
        if request.headers.get("content-type") != "application/json":
            return "the body must be declared as JSON"
        try:
            data = json.loads(request.body)
        except ValueError:
            return "the body is no JSON"
        unknown = set(data) - _ALLOWED
        text = json.dumps(data, ensure_ascii=False)
        leaked = [word for word in self.forbidden if word in text]
        problems = {
            f"unknown fields {sorted(unknown)}": bool(unknown),
            "no model": not data.get("model"),
            "no messages": not data.get("messages"),
            "unknown role": any(
                m.get("role") not in ("system", "user", "assistant") for m in data["messages"]
            ),
            "temperature out of range": not 0 <= data.get("temperature", -1) <= 2,
            "max_tokens out of range": not 0 < data.get("max_tokens", 0) <= 4096,
            "streaming was not agreed": data.get("stream") is not False,
            "response_format is not the agreed one": not self._is_agreed(data),
            # DashScope refuses json_object when no message speaks of JSON.
            "the word JSON is missing": "json" not in text.lower(),
            f"personal data: {leaked}": bool(leaked),
        }
        return next((problem for problem, is_so in problems.items() if is_so), "")

    def _is_agreed(self, data: dict[str, Any]) -> bool:
        found = data.get("response_format")
        if self.capability == "text":
            return found is None
        if self.capability == "json_object":
            return bool(found == {"type": "json_object"})
        schema = (found or {}).get("json_schema", {})
        return bool(
            schema.get("strict") is True and schema.get("schema", {}).get("additionalProperties") is False
        )


@contextmanager
def serving(service: LanguageModelService) -> Iterator[LanguageModelService]:
    """In a thread of its own, as the pages wait for it without a loop."""
    ready, stop = threading.Event(), threading.Event()

    async def work() -> None:
        async with running(ScriptedHTTP(service)) as server:
            service.port = server.port
            ready.set()
            while not stop.is_set():  # noqa: ASYNC110 - the stop comes from another thread
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    ready.wait(10)
    try:
        yield service
    finally:
        stop.set()
        thread.join(10)
