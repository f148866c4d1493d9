"""`yuemian worker`: the engine that sends, beside it the clock for what comes with time, and the mailroom."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from typing import Any

import psycopg

from yuemian.config import environment, logs
from yuemian.config.cli import keys
from yuemian.config.cli.children import end_with_supervisor

ENGINE = "yuemian.messaging.engine.run"
CLOCK = "yuemian.messaging.engine.clock"
MAILROOM = "yuemian.intake.mail.service"
DATABASE_ASKED_EVERY = 2.0


def run(_rest: list[str]) -> int:
    end_with_supervisor()
    logs.configure("worker")
    if not _exists():
        print("This version has no engine to send messages.", file=sys.stderr)
        return 1
    _prove_keys()
    importlib.import_module("django").setup()
    engine: Any = importlib.import_module(ENGINE)
    # Threads of the web role beside the engine's own connections: it plans, the engine sends.
    clock: Any = importlib.import_module(CLOCK).Clock()
    mailroom: Any = importlib.import_module(MAILROOM).Mailroom()
    clock.start()
    mailroom.start()
    try:
        return int(engine.main() or 0)
    finally:
        mailroom.stop()
        clock.stop()


def _prove_keys() -> None:
    """Once the database answers: before that there is nothing to send. Raises KeyFileProblem."""
    settings = environment.read()
    while True:
        try:
            return keys.prove(settings)
        except psycopg.OperationalError as error:
            first = str(error).strip().splitlines()[0]
            print(f"The worker waits for the database ({first})", file=sys.stderr, flush=True)
            time.sleep(DATABASE_ASKED_EVERY)


def _exists() -> bool:
    try:
        return importlib.util.find_spec(ENGINE) is not None
    except ModuleNotFoundError:
        return False
