"""Commands that work in the database through Django."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from yuemian.config import connection, environment
from yuemian.config.cli import keys, state
from yuemian.config.cli.session import database_running
from yuemian.config.environment import Environment
from yuemian.postgres import ensure_roles

#: Held while migrating, so that machines started together take turns. The number is the letters "ym".
_MIGRATION_LOCK = 0x796D


def migrate(rest: list[str]) -> int:
    """Roles first where the server is not ours, then the tables; then the database knows its version.

    With `--roles` they are all: a dump that is restored next brings its own tables. Raises NewerDatabase.
    """
    settings = environment.read()
    with database_running(settings):
        if not settings.database_is_embedded:
            with connection.connect(settings.database, as_role=False) as link:
                ensure_roles(link)
        if "--roles" in rest:
            print("The roles are there; nothing else was made.")
            return 0
        with connection.connect(settings.database) as link:
            link.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
            state.refuse_newer(link)
            _management("migrate", "--verbosity", "1", "--no-input")
            importlib.import_module("yuemian.config.upgrading").bring_up_to_date()
            remembered = replace(
                state.read(link), migrations=state.fingerprint(), version=state.own_version()
            )
            state.write(link, remembered)
    return 0


def demo(rest: list[str]) -> int:
    """Create the demo organization when there is none yet."""
    settings = environment.read()
    with database_running(settings), connection.connect(settings.database) as link:
        if importlib.util.find_spec("yuemian.config.demo") is None:
            print("This version has no demo organization; start with: yuemian up --no-demo", file=sys.stderr)
            return 1
        keys.prove(settings)
        _set_up_django()
        create_demo: Any = importlib.import_module("yuemian.config.demo").create_demo
        how_to_sign_in: str | None = create_demo(is_bare="--bare" in rest)
        print(how_to_sign_in or "There is an organization already; nothing was created.")
        state.write(link, replace(state.read(link), demo=True))
    return 0


def found(rest: list[str]) -> int:
    """A real organization; its own arguments are read by `config.founding`."""
    settings = environment.read()
    with database_running(settings):
        keys.prove(settings)
        _set_up_django()
        return int(importlib.import_module("yuemian.config.founding").main(rest))


def manage(rest: list[str]) -> int:
    """Django's own commands, as the owner."""
    settings = environment.read()
    with database_running(settings):
        if rest[:1] == ["migrate"]:
            with connection.connect(settings.database) as link:
                state.refuse_newer(link)
        _management(*(rest or ["help"]))
    return 0


def import_file(rest: list[str]) -> int:
    """The intake's command line."""
    if importlib.util.find_spec("yuemian.intake.command") is None:
        print("This version cannot import files from the command line.", file=sys.stderr)
        return 1
    if {"-h", "--help"} & set(rest):
        _set_up_django()
        return _intake(rest)
    settings = environment.read()
    with database_running(settings):
        keys.prove(settings)
        _set_up_django()
        return _intake(rest)


def sign_in_file(settings: Environment) -> Path:
    """How to sign in to the demo, as `create_demo` keeps it."""
    return settings.data / "demo-accounts.txt"


def _intake(rest: list[str]) -> int:
    module: Any = importlib.import_module("yuemian.intake.command")
    return int(module.main(rest) or 0)


def _set_up_django() -> None:
    importlib.import_module("django").setup()


def _management(*arguments: str) -> None:
    importlib.import_module("django.core.management").execute_from_command_line(
        ["yuemian manage", *arguments]
    )
