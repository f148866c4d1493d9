"""`yuemian keys`: which master keys there are, and how one is replaced by another while everything runs."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from yuemian.config import environment, logs
from yuemian.config.cli.session import database_running
from yuemian.trust.keyfile import KeyFileProblem


@dataclass(frozen=True)
class Deed:
    """What can be said after `yuemian keys`; `do` gets the module that does it, and prints nothing of a key."""

    help: str
    do: Callable[[Any], int]


def run(rest: Sequence[str]) -> int:
    """The exit code is 1 when something has to be done before, or some key does not open."""
    parser = argparse.ArgumentParser(prog="yuemian keys", description=__doc__)
    choices = parser.add_subparsers(dest="what", metavar="WHAT")
    for name, each in _DEEDS.items():
        choices.add_parser(name, help=each.help, description=each.help)
    deed = _DEEDS[parser.parse_args(list(rest)).what or "show"]
    with database_running(environment.read()):
        logs.configure("command")
        importlib.import_module("django").setup()
        rotation = importlib.import_module("yuemian.trust.rotation")
        try:
            return deed.do(rotation)
        except (rotation.Unfinished, KeyFileProblem) as problem:
            print(f"yuemian keys: {problem}", file=sys.stderr)
            return 1


def _show(rotation: Any) -> int:
    code = 0
    for use in rotation.uses():
        line = f"Master key {use.number} wraps the keys of {use.organizations} organizations"
        if not use.is_in_file:
            line, code = f"{line}, and is not in the key file; restore it from your backup", 1
        print(f"{line}.")
    return code


def _add(rotation: Any) -> int:
    number = rotation.add()
    print(
        f"Master key {number} is in the key file and wraps nothing yet. Make a new copy of the file, bring it to every "
        "machine of this installation (what runs there reads it by itself), then: yuemian keys rotate"
    )
    return 0


def _rotate(rotation: Any) -> int:
    newest, done, closed = rotation.rotate(now=datetime.now(UTC))
    if closed:
        print(
            f"The keys of {closed} organizations open with no key of the file; restore the right one from your backup.",
            file=sys.stderr,
        )
    if done:
        print(f"Master key {newest} wraps the keys of {done} more organizations. Then: yuemian keys retire")
    elif not closed:
        print(
            f"Nothing to do: master key {newest} wraps every organization's key. A new one: yuemian keys add"
        )
    return 1 if closed else 0


def _retire(rotation: Any) -> int:
    numbers = ", ".join(map(str, rotation.retire()))
    if not numbers:
        print("Nothing to do: the key file holds the newest master key alone.")
        return 0
    print(
        f"Taken out of the key file: {numbers}. Do the same with its copies on other machines. A backup of the "
        "database from before opens with the key file of then alone: keep both as long, and delete both together."
    )
    return 0


_DEEDS = {
    "show": Deed("how many organizations' keys each master key wraps; the same as no word at all", _show),
    "add": Deed("a new master key into the key file; it wraps nothing yet", _add),
    "rotate": Deed("wrap every organization's key by the newest; can be ended, and called again", _rotate),
    "retire": Deed("take those out of the key file that wrap nothing any more", _retire),
}
