"""Whether the key file is the one that the database was made with: asked at every start, before anything is sealed."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from yuemian.config import connection
from yuemian.config.environment import ENGINE, Environment
from yuemian.trust import keyfile
from yuemian.trust.keyfile import KeyFileProblem

Link = psycopg.Connection[TupleRow]

_ORGANIZATIONS_KEYS = """
    SELECT organization_id, number, wrapped_by, wrapped FROM trust_key
    WHERE purpose = 'organization' AND wrapped IS NOT NULL ORDER BY number DESC LIMIT 1000
"""


def prove(settings: Environment) -> None:
    """Raises KeyFileProblem when the file is gone or opens no organization's key.

    One organization whose key is lost does not keep the others from working: the doctor names it.
    """
    with connection.connect(settings.engine_database) as link:
        closed, total = count_closed(link, settings.key_file)
    if total and closed == total:
        raise KeyFileProblem(
            f"{settings.key_file} is not the key file that this database was made with; "
            "restore that one from your backup, or set YUEMIAN_KEY_FILE to where it is"
        )


def count_closed(link: Link, path: Path) -> tuple[int, int]:
    """How many organizations' keys do not open, and of how many. Raises KeyFileProblem.

    As the engine's role, which sees every organization's rows.
    """
    if link.execute("SELECT to_regclass('public.trust_key')").fetchone() == (None,):
        return 0, 0
    with link.transaction():
        link.execute(f"SET LOCAL ROLE {ENGINE}")
        keys = link.execute(_ORGANIZATIONS_KEYS).fetchall()
    if not keys:
        return 0, 0
    try:
        ring = keyfile.read(path)
    except FileNotFoundError:
        raise keyfile.missing(path) from None
    return sum(not ring.opens(*key) for key in keys), len(keys)
