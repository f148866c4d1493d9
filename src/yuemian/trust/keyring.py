"""The master keys of this process: read once and when one is added, never printed; made with the first organization."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from yuemian.trust.keyfile import KeyFileProblem, Keyring, create, missing, parse, read

__all__ = ["KeyFileProblem", "Keyring", "create", "keyring", "parse", "reread"]

# The organization that is being founded in this transaction has no key yet and does not count.
_IS_IN_USE = """
    SELECT EXISTS (SELECT FROM trust_key WHERE wrapped IS NOT NULL) OR EXISTS (
        SELECT FROM list_organizations() known
        WHERE known IS DISTINCT FROM nullif(current_setting('yuemian.organization', true), '')::uuid)
"""


@cache
def keyring() -> Keyring:
    """The installation's keyring, made on first use while nothing has been sealed yet. Raises KeyFileProblem."""
    path: Path = settings.KEY_FILE
    try:
        return read(path)
    except FileNotFoundError:
        with connection.cursor() as cursor:
            cursor.execute(_IS_IN_USE)
            if cursor.fetchone() != (False,):
                raise missing(path) from None
        create(path)
        return read(path)


def reread() -> Keyring:
    """As the file is by now: another process may have added a key to it. Raises KeyFileProblem."""
    keyring.cache_clear()
    return keyring()
