"""The database and its three roles: the owner migrates, the app serves pages, the engine delivers."""

from __future__ import annotations

from psycopg import Connection, errors, sql
from psycopg.rows import TupleRow

OWNER, APP, ENGINE = "yuemian_owner", "yuemian_app", "yuemian_engine"
ROLES = (OWNER, APP, ENGINE)
DATABASE = "yuemian"

Link = Connection[TupleRow]


class RolesMissing(Exception):  # noqa: N818
    """The server's roles are not as Yuemian needs them, and this user may not change that."""


def ensure_embedded(connection: Link) -> None:
    """As superuser on the embedded server: roles that may log in through the socket, and the database."""
    missing = _missing_roles(connection)
    if missing:
        with connection.transaction():
            for role in missing:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOBYPASSRLS").format(sql.Identifier(role)))
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
            _grant_membership(connection, OWNER, (APP, ENGINE))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
        )


def ensure_roles(connection: Link) -> None:
    """On an external server, as the DSN's user in the target database: create what is missing, if permitted.

    The connection must be in autocommit mode. Raises RolesMissing with what an administrator must run.
    """
    try:
        for role in _missing_roles(connection):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOBYPASSRLS").format(sql.Identifier(role)))
        _join(connection)
        _give_database(connection)
    except errors.InsufficientPrivilege as error:
        user, database = connection.info.user, connection.info.dbname
        statements = "\n".join(f"  {line};" for line in setup_statements(user, database))
        raise RolesMissing(
            f"The database user {user} may not set up the roles ({error.diag.message_primary}); "
            f"let an administrator of the server run in {database}:\n{statements}"
        ) from error


def setup_statements(user: str, database: str) -> list[str]:
    """What an administrator of an external server runs once, for a DSN of this user and database."""
    quoted, name = f'"{user}"', f'"{database}"'
    return [
        *(f"CREATE ROLE {role} NOLOGIN NOBYPASSRLS" for role in ROLES),
        f"GRANT {APP}, {ENGINE} TO {OWNER}",
        f"GRANT {', '.join(ROLES)} TO {quoted}",
        f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO {OWNER}",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER} WITH GRANT OPTION",
    ]


def _missing_roles(connection: Link) -> list[str]:
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)]
    ).fetchall()
    return [role for role in ROLES if role not in {row[0] for row in rows}]


def _join(connection: Link) -> None:
    """Make the owner a member of the other two, and the DSN's user a member of all three."""
    user = connection.info.user
    if not _is_member(connection, OWNER, APP) or not _is_member(connection, OWNER, ENGINE):
        _grant_membership(connection, OWNER, (APP, ENGINE))
    if not all(_is_member(connection, user, role) for role in ROLES):
        _grant_membership(connection, user, ROLES)


def _is_member(connection: Link, member: str, role: str) -> bool:
    """Whether the member may `SET ROLE`; before 16 membership alone said so."""
    right = "SET" if connection.info.server_version >= 160000 else "MEMBER"
    row = connection.execute("SELECT pg_has_role(%s, %s, %s)", [member, role, right]).fetchone()
    return bool(row and row[0])


def _grant_membership(connection: Link, member: str, roles: tuple[str, ...]) -> None:
    """Inheriting, because whoever replaces a function must count as its owner."""
    options = " WITH INHERIT TRUE, SET TRUE" if connection.info.server_version >= 160000 else ""
    statement = sql.SQL("GRANT {} TO {}" + options)
    names = sql.SQL(", ").join(sql.Identifier(role) for role in roles)
    connection.execute(statement.format(names, sql.Identifier(member)))


def _give_database(connection: Link) -> None:
    """Let the owner create its tables; grants only what is missing, for granting needs rights itself."""
    row = connection.execute(
        "SELECT has_database_privilege(%(owner)s, current_database(), 'CREATE'),"
        " has_schema_privilege(%(owner)s, 'public', 'CREATE WITH GRANT OPTION')",
        {"owner": OWNER},
    ).fetchone()
    may_database, may_schema = row or (False, False)
    owner, database = sql.Identifier(OWNER), sql.Identifier(connection.info.dbname)
    if not may_database:
        connection.execute(
            sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}").format(database, owner)
        )
    if not may_schema:
        # With the option, because migrations grant the other two roles what they may use.
        grant = sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {} WITH GRANT OPTION")
        connection.execute(grant.format(owner))
