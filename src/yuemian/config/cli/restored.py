"""`yuemian rehearse` and `yuemian hold`: before restored data meet the world. Both ask first."""

from __future__ import annotations

import importlib
import sys

from yuemian.config import environment, logs
from yuemian.config.cli.session import database_running

_REHEARSE = (
    "Put every organization of this database in rehearsal, and switch off its accounts, mailbox and calendars?\n"
    "Do this in a copy: from then on nothing reaches anybody. [y/N] "
)
_HOLD = "Hold every message that waits, until a person sends it or gives it up? [y/N] "


def rehearse(rest: list[str]) -> int:
    """The exit code is 1 when nobody agreed."""
    if not _agreed(_REHEARSE, rest):
        return 1
    with database_running(environment.read()):
        _set_up()
        done = importlib.import_module("yuemian.config.restoring").rehearse()
    print(
        f"In rehearsal: organizations {done.organizations}. Switched off: accounts {done.accounts}, "
        f"mailboxes {done.mailboxes}, calendars {done.calendars}."
    )
    return 0


def hold(rest: list[str]) -> int:
    """The exit code is 1 when nobody agreed, or a worker is at work."""
    if not _agreed(_HOLD, rest):
        return 1
    with database_running(environment.read()):
        _set_up()
        restoring = importlib.import_module("yuemian.config.restoring")
        try:
            count = restoring.hold()
        except restoring.WorkerAtWork as problem:
            print(f"yuemian hold: {problem}", file=sys.stderr)
            return 1
    print(f"Held: {count} messages. They wait at Needs attention; start with: yuemian up")
    return 0


def _agreed(question: str, rest: list[str]) -> bool:
    if "--yes" in rest:
        return True
    print(question, end="", flush=True)
    if sys.stdin.readline().strip().casefold() in {"y", "yes", "是"}:
        return True
    print("Nothing was changed.")
    return False


def _set_up() -> None:
    logs.configure("command")
    importlib.import_module("django").setup()
