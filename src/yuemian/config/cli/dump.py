"""`yuemian dump FILE`: the embedded database as one file, whole also while Yuemian runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from yuemian.config import environment
from yuemian.postgres import ServerProblem, running_server


def run(rest: list[str]) -> int:
    """In pg_dump's own format, for pg_restore. As superuser: row-level security hides rows from everybody else."""
    settings = environment.read()
    if not settings.database_is_embedded:
        print(
            "yuemian dump: DATABASE_URL names another server; use its own means, such as pg_dump",
            file=sys.stderr,
        )
        return 1
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
