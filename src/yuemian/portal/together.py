"""Presses that come while others are being written share the next statement: one transaction, one wait for the disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

#: One statement in a transaction of its own: its only row.
Ask = Callable[[LiteralString, list[Any]], Awaitable[tuple[Any, ...]]]

PRESSES: LiteralString = "SELECT press_answers(%s::text::json)"
#: In one transaction. What waits beyond comes with the next.
MOST = 32
#: Statements at once: a further one begins when all others have taken longer than this, in seconds.
LANES, PATIENCE = 4, 0.05


@dataclass(frozen=True)
class _Waiting:
    link: str
    press: str
    outcome: asyncio.Future[str]


class Together:
    """Nobody waits for company: a press that comes alone is written alone."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._waiting: deque[_Waiting] = deque()
        self._lanes: set[asyncio.Task[None]] = set()
        self._held_up: set[asyncio.Task[None]] = set()

    async def press(self, link: str, press: str) -> str:
        """How the press, a JSON object for `press_answers`, came out. Raises what `ask` raises."""
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(link, press, outcome))
        self._open_lane()
        return await outcome

    def _open_lane(self) -> None:
        """When somebody waits and every statement on its way is held up."""
        if self._waiting and len(self._held_up) == len(self._lanes) < LANES:
            self._lanes.add(asyncio.create_task(self._run()))

    def _relieve(self, lane: asyncio.Task[None]) -> None:
        self._held_up.add(lane)
        self._open_lane()

    async def _run(self) -> None:
        lane = asyncio.current_task()
        assert lane is not None
        try:
            while batch := self._next():
                await self._write(lane, batch)
        finally:
            # At once, not when the loop comes round to it: who presses in between would wait for a lane that has ended.
            self._lanes.discard(lane)

    async def _write(self, lane: asyncio.Task[None], batch: list[_Waiting]) -> None:
        relief = asyncio.get_running_loop().call_later(PATIENCE, self._relieve, lane)
        try:
            (outcomes,) = await self._ask(PRESSES, [f"[{','.join(each.press for each in batch)}]"])
        except Exception as error:  # noqa: BLE001  (whoever pressed gets it)
            _tell(batch, [error] * len(batch))
        except asyncio.CancelledError:
            _tell(batch, [ConnectionError("the process ends")] * len(batch))
            raise
        else:
            _tell(batch, outcomes)
        finally:
            relief.cancel()
            self._held_up.discard(lane)

    def _next(self) -> list[_Waiting]:
        """Of one link at most one press: the next must see what the first has done."""
        taken: dict[str, _Waiting] = {}
        later: list[_Waiting] = []
        while self._waiting and len(taken) < MOST:
            each = self._waiting.popleft()
            if taken.setdefault(each.link, each) is not each:
                later.append(each)
        self._waiting.extendleft(reversed(later))
        return list(taken.values())


def _tell(batch: list[_Waiting], outcomes: Sequence[str | Exception]) -> None:
    """Who no longer waits is not told."""
    for each, outcome in zip(batch, outcomes, strict=True):
        if each.outcome.done():
            continue
        if isinstance(outcome, Exception):
            each.outcome.set_exception(outcome)
        else:
            each.outcome.set_result(outcome)
