"""A body that trickles in is cut off; one that comes is left alone."""

from __future__ import annotations

import asyncio
from typing import Any

from yuemian.config.patience import Patient


def run(gaps: list[float], *, grace: float, length: int = 0, method: str = "POST") -> list[dict[str, Any]]:
    """What the application receives when a part of the body comes after each gap."""
    seen: list[dict[str, Any]] = []
    parts = iter(enumerate(gaps))

    async def receive() -> dict[str, Any]:
        number, gap = next(parts)
        await asyncio.sleep(gap)
        return {"type": "http.request", "body": b"x", "more_body": number < len(gaps) - 1}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            seen.append(message)
            if not message.get("more_body", False):
                return

    async def send(message: Any) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": method, "headers": [(b"content-length", str(length).encode())]}
    asyncio.run(Patient(application, grace=grace)(scope, receive, send))
    return seen


def test_what_comes_in_time_comes_whole() -> None:
    assert [each["type"] for each in run([0, 0.01, 0.01], grace=5)] == ["http.request"] * 3


def test_what_trickles_is_cut_off_as_if_the_client_had_gone() -> None:
    found = run([0, 0.02, 30], grace=0.3)
    assert [each["type"] for each in found] == ["http.request", "http.request", "http.disconnect"]


def test_a_long_body_has_longer() -> None:
    assert [each["type"] for each in run([0, 0.4], grace=0.1, length=8 * 1024 * 20)] == ["http.request"] * 2


def test_a_page_that_is_only_read_is_not_hurried() -> None:
    assert [each["type"] for each in run([0, 0.2], grace=0.01, method="GET")] == ["http.request"] * 2
