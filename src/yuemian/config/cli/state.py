"""What the database remembers: its migrations, the version that made them, and whether the demo was offered.

Kept as the comment of Django's migration table: it travels with a dump, and one cheap question reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from yuemian.config.environment import APP, ENGINE, PACKAGE

_READ = "SELECT obj_description(to_regclass('public.django_migrations'), 'pg_class')"
#: What a migration run works from: grants and policies follow models and functions, not migrations alone.
_SOURCES = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "*/functions.sql", "trust/database.py")
_APPLIED = "SELECT app, name FROM public.django_migrations ORDER BY id"
#: As a migration names others: those it stands upon, and those it replaces.
_NAMED = re.compile(r"""\(['"](\w+)['"],\s*['"](\w+)['"]\)""")


class NewerDatabase(Exception):  # noqa: N818
    """The database was brought up to date by a newer version of Yuemian; this one would take it back."""


@dataclass(frozen=True)
class State:
    migrations: str = ""
    demo: bool = False
    #: Of the program that migrated last.
    version: str = ""

    @property
    def is_current(self) -> bool:
        return self.migrations == fingerprint()

    @property
    def is_newer(self) -> bool:
        """Whether a later release than this one migrated last."""
        return _release(self.version) > _release(own_version())


def fingerprint() -> str:
    """Of everything that a migration run of this version applies."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _SOURCES for path in PACKAGE.glob(pattern)}):
        digest.update(f"{path.relative_to(PACKAGE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def read(connection: psycopg.Connection[TupleRow]) -> State:
    row = connection.execute(_READ).fetchone()
    try:
        found = json.loads(row[0]) if row and row[0] else {}
        # A newer version may remember more.
        return State(**{field.name: found[field.name] for field in fields(State) if field.name in found})
    except (ValueError, TypeError):
        return State()


def refuse_newer(connection: psycopg.Connection[TupleRow]) -> None:
    """Raises NewerDatabase when migrations were applied that this version does not have."""
    if unknown := unknown_migrations(connection):
        raise NewerDatabase(
            f"The database was brought up to date by a newer version of Yuemian (it has {unknown[0]}); "
            "update this machine, nothing was changed"
        )


def unknown_migrations(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """Those applied that this version neither has nor names."""
    if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
        return []
    applied = connection.execute(_APPLIED).fetchall()
    known: set[tuple[str, str]] = set()
    for path in PACKAGE.glob("*/migrations/[0-9]*.py"):
        known.add((path.parent.parent.name, path.stem))
        known.update(_NAMED.findall(path.read_text(encoding="utf-8")))
    return [f"{app}.{name}" for app, name in applied if (app, name) not in known]


def own_version() -> str:
    try:
        return version("yuemian")
    except PackageNotFoundError:
        return ""


def _release(text: str) -> tuple[int, ...]:
    """The numbers alone: of what follows them nobody says which is newer."""
    numbers = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()


def write(connection: psycopg.Connection[TupleRow], state: State) -> None:
    """As the owner of the tables. The other roles may read them: `/readyz` asks what is applied."""
    readers = sql.SQL(", ").join(map(sql.Identifier, (APP, ENGINE)))
    connection.execute(sql.SQL("GRANT SELECT ON public.django_migrations TO {}").format(readers))
    text = sql.Literal(json.dumps(asdict(state)))
    connection.execute(sql.SQL("COMMENT ON TABLE public.django_migrations IS {}").format(text))
