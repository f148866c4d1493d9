"""Row-level security, grants and functions: brought to every table after every migration, checked by a guard test.

Workers and pages go on meanwhile. So what belongs together changes in one transaction, and what stands as its
statements made it is not touched: a run that changes nothing locks nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from re import compile as pattern
from typing import Any, Final

from django.apps import AppConfig, apps
from django.core.management.base import CommandError
from django.db import OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from psycopg import errors, sql

from yuemian.trust.models import TenantModel
from yuemian.trust.tenancy import SETTING

APP, ENGINE = "yuemian_app", "yuemian_engine"
#: Tables without an organization and what the web role may do with them. The first is itself the tenant.
SHARED_TABLES = {
    "trust_ratelimit": "SELECT, INSERT, UPDATE, DELETE",
    "django_migrations": "SELECT",
    "messaging_workerlife": "SELECT",
}
#: The same for the engine's role.
SHARED_TABLES_OF_ENGINE = {
    "django_migrations": "SELECT",
    "messaging_workerlife": "SELECT, INSERT, UPDATE, DELETE",
}

#: Everything that comes after it waits behind a statement that waits for a lock: better to step back and try again.
LOCK_TIMEOUT: Final = "1s"
TRIES: Final = 60
PAUSE: Final = 1.0

# What was made last and how it stood then, part by part; travels with a dump.
_READ_NOTES: Final = """
    SELECT col_description(attrelid, attnum) FROM pg_attribute
    WHERE attrelid = 'django_migrations'::regclass AND attname = 'name'
"""
_WRITE_NOTES: Final = "COMMENT ON COLUMN django_migrations.name IS {}"
_TABLE_STANDS: Final = """
    SELECT concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity, c.relacl, (
        SELECT string_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), ' ' ORDER BY p.polname)
        FROM pg_policy p WHERE p.polrelid = c.oid))
    FROM pg_class c WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace
"""
_FUNCTIONS_STAND: Final = """
    WITH named AS (SELECT unnest(%s::text[]) AS name)
    SELECT string_agg(text, ' ' ORDER BY text) FROM (
        SELECT concat_ws(' ', pg_get_functiondef(f.oid), pg_get_userbyid(f.proowner), f.proacl)
        FROM pg_proc f JOIN named ON f.proname = name WHERE f.pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
        FROM pg_trigger t JOIN named ON t.tgname = name WHERE NOT t.tgisinternal
        UNION ALL
        SELECT concat_ws(' ', c.relname, c.reloptions, CASE WHEN c.relkind = 'i' THEN pg_get_indexdef(c.oid) END)
        FROM pg_class c JOIN named ON c.relname = name WHERE c.relnamespace = 'public'::regnamespace
    ) it(text)
"""
_MADE_IN_FUNCTIONS: Final = pattern(
    r"(?m)^(?:CREATE (?:OR REPLACE )?(?:FUNCTION|TRIGGER|INDEX)(?: IF NOT EXISTS)?|ALTER TABLE) (\w+)"
)


class Busy(CommandError):  # noqa: N818
    """Somebody works in a table for so long that it could not be changed."""


@dataclass(frozen=True)
class Part:
    """What changes together: a table with its policies and grants, or the functions of one app."""

    name: str
    statements: list[str]
    #: Asks how it stands, of these names.
    stands: str
    made: list[str] = field(default_factory=list)

    def note(self, cursor: CursorWrapper) -> str:
        """Changes with the statements, and with whatever anybody did to what they had made."""
        cursor.execute(self.stands, [self.made])
        (stands,) = cursor.fetchone() or ("",)
        return sha256("\0".join([*self.statements, str(stands)]).encode()).hexdigest()[:16]


def secure(sender: AppConfig, using: str, **_: Any) -> None:
    """After a migration: force row-level security on tenant tables, grant the roles what the models say.

    Idempotent. Runs once, for the last of our apps, when all tables stand. Raises Busy.
    """
    if sender.label != "trust":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] in {APP, ENGINE}:
            return  # the serving roles never migrate; emptying a table in a test sends the same signal
        for statement in _shared():
            cursor.execute(statement)  # of these none locks a table
        notes = _notes(cursor)
        for part in parts():
            if notes.get(part.name) != part.note(cursor):
                _bring(part, using, cursor)


def parts() -> Iterator[Part]:
    """Tables first: the functions read them."""
    for model in apps.get_models():
        table = model._meta.db_table
        if issubclass(model, TenantModel):
            lines = _tenant_table(model, "organization_id", model.app_may, model.engine_may)
        elif model._meta.label == "accounts.Organization":
            lines = _tenant_table(model, "id", frozenset({"SELECT", "UPDATE"}), frozenset({"SELECT"}))
        else:
            continue
        yield Part(table, lines, _TABLE_STANDS, [table])
    for config in apps.get_app_configs():
        path = Path(config.path) / "functions.sql"
        if path.exists():
            text = path.read_text(encoding="utf-8")
            lines = [
                # A function's new owner must be allowed to create in the schema at that moment, and only then.
                f"GRANT CREATE ON SCHEMA public TO {ENGINE}",
                text,
                f"REVOKE CREATE ON SCHEMA public FROM {ENGINE}",
            ]
            yield Part(f"{config.label}.sql", lines, _FUNCTIONS_STAND, _MADE_IN_FUNCTIONS.findall(text))


def _bring(part: Part, using: str, cursor: CursorWrapper) -> None:
    """All of it or nothing: between a policy that is dropped and the new one the engine would see no rows at all."""
    for _try in range(TRIES):
        try:
            with transaction.atomic(using):
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                for statement in part.statements:
                    cursor.execute(statement)
                notes = _notes(cursor) | {part.name: part.note(cursor)}
                cursor.execute(sql.SQL(_WRITE_NOTES).format(sql.Literal(json.dumps(notes))))
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected):
                raise
            time.sleep(PAUSE)
        else:
            return
    raise Busy(f"Somebody works in {part.name} for minutes, so it could not be changed; migrate again later")


def _notes(cursor: CursorWrapper) -> dict[str, str]:
    cursor.execute(_READ_NOTES)
    (text,) = cursor.fetchone() or (None,)
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shared() -> list[str]:
    return [
        f"GRANT USAGE ON SCHEMA public TO {APP}, {ENGINE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}, {ENGINE}",
        *(f"GRANT {grants} ON {table} TO {APP}" for table, grants in SHARED_TABLES.items()),
        *(f"GRANT {grants} ON {table} TO {ENGINE}" for table, grants in SHARED_TABLES_OF_ENGINE.items()),
    ]


def _tenant_table(
    model: type[Model], column: str, app_may: frozenset[str], engine_may: frozenset[str]
) -> list[str]:
    table = model._meta.db_table
    mine = f"{column} = nullif(current_setting('{SETTING}', true), '')::uuid"
    lines = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS organization ON {table}",
        f"CREATE POLICY organization ON {table} USING ({mine}) WITH CHECK ({mine})",
        f"DROP POLICY IF EXISTS engine ON {table}",
        f"REVOKE ALL ON {table} FROM {APP}, {ENGINE}",
        f"GRANT {', '.join(sorted(app_may))} ON {table} TO {APP}",
    ]
    if engine_may:
        lines.append(f"CREATE POLICY engine ON {table} TO {ENGINE} USING (true) WITH CHECK (true)")
        lines.append(f"GRANT {', '.join(sorted(engine_may))} ON {table} TO {ENGINE}")
    return lines
