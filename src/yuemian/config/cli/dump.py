"""`yuemian dump FILE` and `yuemian restore FILE`: the embedded database as one file, whole also while Yuemian runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg

from yuemian.config import environment
from yuemian.config.environment import Environment
from yuemian.postgres import Server, ServerProblem, running_server


def dump(rest: list[str]) -> int:
    """In pg_dump's own format, for pg_restore. As superuser: row-level security hides rows from everybody else."""
    settings = _embedded("pg_dump")
    target = Path(rest[0])
    draft = target.with_name(f".{target.name}.part")
    with running_server(settings.data) as server:
        command = [str(server.program("pg_dump")), "--format=custom", "--dbname", server.conninfo("postgres")]
        try:
            _write(command, target, draft)
        finally:
            draft.unlink(missing_ok=True)
    print(f"Dumped to {target}. The keys in {settings.key_file.parent} are not in it; keep them apart.")
    return 0


def restore(rest: list[str]) -> int:
    """All or nothing, into a database without tables; owners and rights come with it."""
    settings = _embedded("pg_restore")
    if not Path(rest[0]).is_file():
        raise ServerProblem(f"{rest[0]} is not a file")
    with running_server(settings.data) as server:
        if not _is_empty(server):
            raise ServerProblem(
                f"The database of {settings.data} holds tables already; set YUEMIAN_DATA to a new directory"
            )
        command = [str(server.program("pg_restore")), "--exit-on-error", "--single-transaction"]
        command += ["--dbname", server.conninfo("postgres"), rest[0]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerProblem(f"pg_restore failed: {done.stderr.strip() or done.returncode}")
    print(f"Restored. Put the keys into {settings.key_file.parent}, then run: yuemian hold")
    return 0


def _embedded(instead: str) -> Environment:
    """Raises ServerProblem."""
    settings = environment.read()
    if not settings.database_is_embedded:
        raise ServerProblem(f"DATABASE_URL names another server; use its own means, such as {instead}")
    return settings


def _is_empty(server: Server) -> bool:
    with psycopg.connect(server.conninfo("postgres")) as link:
        row = link.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row == (0,)


def _write(command: list[str], target: Path, draft: Path) -> None:
    """For our own eyes: names stand in it in clear. Raises ServerProblem."""
    if target.exists():
        raise ServerProblem(f"{target} exists already; name another file")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise ServerProblem(f"{target} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ServerProblem(f"pg_dump failed: {done.stderr.strip() or done.returncode}")
    draft.rename(target)
