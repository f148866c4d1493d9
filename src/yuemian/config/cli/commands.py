"""The command line: what can be said, and which module does it."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from yuemian.config.cli.state import NewerDatabase
from yuemian.config.environment import EnvironmentError_
from yuemian.postgres import RolesMissing, ServerProblem
from yuemian.trust.keyfile import KeyFileProblem


@dataclass(frozen=True)
class Command:
    """`entry` is module:function, imported only when asked for; the role is the database's."""

    name: str
    help: str
    entry: str
    role: str


_HERE = "yuemian.config.cli"
COMMANDS = [
    Command("up", "start everything: database, web, worker; stop it with Ctrl-C", f"{_HERE}.up:run", "owner"),
    Command("web", "serve the pages (one process)", f"{_HERE}.web:run", "app"),
    Command("worker", "send what is due (one process)", f"{_HERE}.worker:run", "app"),
    Command("migrate", "bring the database up to date", f"{_HERE}.database:migrate", "owner"),
    Command("demo", "create the demo organization in an empty database", f"{_HERE}.database:demo", "owner"),
    Command(
        "found", "found a real organization with its first administrator", f"{_HERE}.database:found", "owner"
    ),
    Command("import", "check and import a file of interviews", f"{_HERE}.database:import_file", "app"),
    Command(
        "rehearse",
        "make a copy harmless: all in rehearsal, connections off",
        f"{_HERE}.restored:rehearse",
        "app",
    ),
    Command(
        "hold", "after a restore: hold what waits until a person releases it", f"{_HERE}.restored:hold", "app"
    ),
    Command("dump", "write the embedded database into a file for pg_restore", f"{_HERE}.dump:dump", "owner"),
    Command("restore", "read such a file into an empty embedded database", f"{_HERE}.dump:restore", "owner"),
    Command("doctor", "say what is wrong with the set-up and how to mend it", f"{_HERE}.doctor:run", "owner"),
    Command(
        "keys", "replace the master key by a new one while everything runs", f"{_HERE}.masters:run", "app"
    ),
    Command("privacy", "check the receipt of an erasure", f"{_HERE}.privacy:run", "app"),
    Command("manage", "run one of Django's management commands", f"{_HERE}.database:manage", "owner"),
]
_OPTIONS = {
    "up": {
        "--no-demo": "never create the demo organization",
        "--no-worker": "pages alone: nothing is sent, and no mailbox is read",
    },
    "migrate": {"--roles": "make the roles alone, for a dump that is restored next"},
    "demo": {"--bare": "people, jobs and texts only: no candidates yet"},
    "rehearse": {"--yes": "do not ask"},
    "hold": {"--yes": "do not ask"},
    "doctor": {"--json": "print the findings as JSON"},
}
#: Their arguments are read by somebody else.
_PASS_THROUGH = {"found", "import", "keys", "manage", "privacy"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code says whether it worked. Expected problems are one sentence on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command, rest = _read(given)
    os.environ["YUEMIAN_DATABASE_ROLE"] = command.role
    os.environ.setdefault("YUEMIAN_PROCESS", command.name if command.name in {"web", "worker"} else "command")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yuemian.config.settings")
    module, _, function = command.entry.partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)(rest) or 0)
    except (EnvironmentError_, ServerProblem, RolesMissing, NewerDatabase, KeyFileProblem) as problem:
        print(f"yuemian {command.name}: {problem}", file=sys.stderr)
        return 1
    except psycopg.OperationalError as problem:
        first = str(problem).strip().splitlines()[0]
        print(
            f"yuemian {command.name}: the database does not answer ({first}); try: yuemian doctor",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130


def _read(given: list[str]) -> tuple[Command, list[str]]:
    by_name = {command.name: command for command in COMMANDS}
    if given and given[0] in _PASS_THROUGH:
        return by_name[given[0]], given[1:]
    parser = argparse.ArgumentParser(
        prog="yuemian",
        description="Yuemian 约面: invites candidates to interviews.",
        epilog="Settings come from the environment: YUEMIAN_DATA, PORT, DATABASE_URL, YUEMIAN_PUBLIC_URL, …",
    )
    choices = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        child = choices.add_parser(command.name, help=command.help, description=command.help)
        for option, words in _OPTIONS.get(command.name, {}).items():
            child.add_argument(option, action="store_true", help=words)
        if command.name in {"dump", "restore"}:
            child.add_argument("file", help="its path; a dump writes over nothing")
    parsed = parser.parse_args(given)
    return by_name[parsed.command], given[1:]
