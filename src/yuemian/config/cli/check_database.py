"""The doctor's checks of the database: reachable, up to date, roles and tenancy as they must be."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg.rows import TupleRow

from yuemian.config import connection
from yuemian.config.cli import keys, state
from yuemian.config.cli.findings import Finding, fail, ok, warn
from yuemian.config.cli.session import database_running
from yuemian.config.environment import APP, ENGINE, OWNER, Environment
from yuemian.postgres import ServerProblem
from yuemian.trust.keyfile import KeyFileProblem

OLDEST_SERVER = 150000
Link = psycopg.Connection[TupleRow]

_OPEN_TABLES = """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    ORDER BY c.relname
"""
_POWERFUL_ROLES = """
    SELECT rolname FROM pg_roles
    WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls) ORDER BY rolname
"""
_OWNED_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE r.rolname = ANY(%s) AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""

# The database checks no foreign key of the tables written by thousands (docs/decisions/0013): here it is looked after.
_ORPHANS = {
    "notifications without candidate": """
        SELECT FROM messaging_notification n WHERE n.candidate_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM hiring_candidate p WHERE p.id = n.candidate_id)
    """,
    "notifications without template version": """
        SELECT FROM messaging_notification n
        WHERE NOT EXISTS (SELECT FROM messaging_templateversion p WHERE p.id = n.version_id)
    """,
    "deliveries without notification": """
        SELECT FROM messaging_delivery d
        WHERE NOT EXISTS (SELECT FROM messaging_notification p WHERE p.id = d.notification_id)
    """,
    "deliveries without batch": """
        SELECT FROM messaging_delivery d WHERE d.batch_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM messaging_batch p WHERE p.id = d.batch_id)
    """,
    "links without candidate": """
        SELECT FROM messaging_accesslink l
        WHERE NOT EXISTS (SELECT FROM hiring_candidate p WHERE p.id = l.candidate_id)
    """,
    "events without delivery": """
        SELECT FROM messaging_deliveryevent e
        WHERE NOT EXISTS (SELECT FROM messaging_delivery p WHERE p.id = e.delivery_id)
    """,
}


def database(settings: Environment) -> Iterator[Finding]:
    """All of them; the first that makes the others pointless ends it."""
    try:
        with database_running(settings), connection.connect(settings.database, as_role=False) as link:
            yield from _examine(link)
            yield _keys(link, settings)
    except ServerProblem as problem:
        yield fail("database", "The embedded database does not run", str(problem))
    except psycopg.OperationalError as error:
        first = str(error).strip().splitlines()[0]
        remedy = "Check DATABASE_URL and that the server runs and lets this machine in."
        yield fail("database", f"The database does not answer ({first})", remedy)


def _examine(link: Link) -> Iterator[Finding]:
    version = link.info.server_version
    if version < OLDEST_SERVER:
        yield fail("database", f"PostgreSQL {version // 10000} is too old", "Use PostgreSQL 15 or newer.")
        return
    yield ok("database", f"PostgreSQL {version // 10000} answers")
    yield from _roles(link)
    yield _migrations(link)
    yield _row_level_security(link)
    if state.read(link).is_current:
        yield _orphans(link)


def _roles(link: Link) -> Iterator[Finding]:
    roles = [OWNER, APP, ENGINE]
    present = {
        row[0] for row in link.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [roles])
    }
    powerful = [row[0] for row in link.execute(_POWERFUL_ROLES, [roles])]
    owned = [row[0] for row in link.execute(_OWNED_TABLES, [[APP, ENGINE]])]
    if missing := sorted(set(roles) - present):
        yield fail("roles", f"The roles {', '.join(missing)} do not exist", "Run: yuemian migrate")
    elif powerful:
        remedy = f"Let an administrator run: ALTER ROLE {powerful[0]} NOSUPERUSER NOBYPASSRLS"
        yield fail("roles", f"{', '.join(powerful)} may see every organization's rows", remedy)
    elif owned:
        remedy = f"Let an administrator run: ALTER TABLE {owned[0]} OWNER TO {OWNER}"
        yield fail("roles", f"Tables belong to the wrong role: {', '.join(owned)}", remedy)
    else:
        yield ok("roles", "The database roles are as they must be")


def _migrations(link: Link) -> Finding:
    remembered = state.read(link)
    if not remembered.migrations:
        return warn("migrations", "The database is empty", "Run: yuemian up (or yuemian migrate)")
    if state.unknown_migrations(link) or remembered.is_newer:
        text = "The database was brought up to date by a newer version of Yuemian"
        return fail("migrations", text, "Update this machine to that version.")
    if not remembered.is_current:
        return fail("migrations", "The database is of another version of Yuemian", "Run: yuemian migrate")
    return ok("migrations", "The database is up to date")


def _keys(link: Link, settings: Environment) -> Finding:
    try:
        closed, total = keys.count_closed(link, settings.key_file)
    except KeyFileProblem as problem:
        return fail("keys", "The data cannot be read", str(problem))
    except psycopg.errors.InvalidParameterValue:  # no such role yet; said above
        closed, total = 0, 0
    if closed:
        return fail(
            "keys",
            f"{settings.key_file} does not open the keys of {closed} of {total} organizations",
            "Restore from your backup the key file that the database was made with.",
        )
    return ok("keys", f"The key file opens the keys of all organizations ({total})")


def _row_level_security(link: Link) -> Finding:
    tables = [row[0] for row in link.execute(_OPEN_TABLES)]
    if tables:
        return fail(
            "tenancy",
            f"Organizations are not kept apart in: {', '.join(tables)}",
            "Run: yuemian migrate; if that does not help, stop the web process and report it.",
        )
    return ok("tenancy", "Every organization's rows are kept apart by the database")


def _orphans(link: Link) -> Finding:
    # The engine's role sees every organization's rows, and may not change these.
    with link.transaction():
        link.execute(f"SET LOCAL ROLE {ENGINE}")
        found = [
            name
            for name, query in _ORPHANS.items()
            if link.execute(f"SELECT EXISTS ({query})").fetchone() == (True,)
        ]
    if found:
        remedy = "They are never sent. Restore the backup from before, or report how rows were deleted past Yuemian."
        return warn("integrity", f"Rows lost what they belong to: {', '.join(found)}", remedy)
    return ok("integrity", "Every message belongs to a person, a text and a batch that exist")
