"""The connections that an operator counts against `max_connections` are those that the processes open."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

from yuemian.config import listening
from yuemian.messaging.engine.service import create_worker

ROOT = Path(__file__).resolve().parents[2]
#: The hub's; the engine's and the mailroom's; the clock's listener and the one its chores work on.
HUB, LISTENING, CLOCK = 1, 2, 2


def said() -> str:
    return (ROOT / "docs/howto/external-postgresql.md").read_text("utf-8").replace("\n  ", " ")


def page_threads() -> int:
    """Read, not imported: the module builds the application."""
    tree = ast.parse((ROOT / "src/yuemian/config/asgi.py").read_text("utf-8"))
    found = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    return int(ast.literal_eval(found["THREADS"]))


async def pool_of_a_worker() -> int:
    return create_worker().database._pool.max_size


def test_the_web_process_is_counted_as_it_is() -> None:
    pages, statements, sessions = page_threads(), listening.MOST_STATEMENTS, listening.MOST_SESSIONS
    assert (
        f"up to {pages + statements + sessions + HUB} connections ({pages} for pages, {statements} for candidates' "
        f"pages, {sessions} for sessions of streams, {HUB} listening)" in said()
    )


def test_a_worker_is_counted_as_it_is() -> None:
    pool = asyncio.run(pool_of_a_worker())
    assert (
        f"a worker up to {pool + CLOCK + LISTENING} ({pool} for sending, {CLOCK} for what comes with "
        f"time, {LISTENING} listening)" in said()
    )
