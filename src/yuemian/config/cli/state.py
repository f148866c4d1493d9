"""What the database remembers about its set-up: which migrations it has, and whether the demo was offered.

Kept as the comment of Django's migration table: it travels with a dump, and one cheap question reads it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from yuemian.config.environment import APP, ENGINE, PACKAGE

_READ = "SELECT obj_description(to_regclass('public.django_migrations'), 'pg_class')"
#: What a migration run works from: grants and policies follow models and functions, not migrations alone.
_SOURCES = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "*/functions.sql", "trust/database.py")


@dataclass(frozen=True)
class State:
    migrations: str = ""
    demo: bool = False

    @property
    def is_current(self) -> bool:
        return self.migrations == fingerprint()


def fingerprint() -> str:
    """Of everything that a migration run of this version applies."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _SOURCES for path in PACKAGE.glob(pattern)}):
        digest.update(f"{path.relative_to(PACKAGE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def read(connection: psycopg.Connection[TupleRow]) -> State:
    row = connection.execute(_READ).fetchone()
    try:
        return State(**json.loads(row[0])) if row and row[0] else State()
    except (ValueError, TypeError):
        return State()


def write(connection: psycopg.Connection[TupleRow], state: State) -> None:
    """As the owner of the tables. The other roles may read them: `/readyz` asks what is applied."""
    readers = sql.SQL(", ").join(map(sql.Identifier, (APP, ENGINE)))
    connection.execute(sql.SQL("GRANT SELECT ON public.django_migrations TO {}").format(readers))
    text = sql.Literal(json.dumps(asdict(state)))
    connection.execute(sql.SQL("COMMENT ON TABLE public.django_migrations IS {}").format(text))
