"""Where the embedded server keeps its files, its socket and, if need be, its programs."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from yuemian.postgres.problems import ServerProblem
from yuemian.postgres.users import Account, may_enter

#: A Unix socket's path holds 107 bytes on Linux and 103 on macOS; the rest is `/.s.PGSQL.5432` and its lock.
LONGEST_SOCKET_DIRECTORY = 80
STATE = Path("/var/lib/yuemian")


def socket_directory(data: Path) -> Path:
    """The directory of the server's socket for a data directory, the same for every process of one user.

    Root's is outside the data, because the server runs as another user who may not reach them.
    """
    if os.geteuid() == 0:
        runtime = Path("/run") if Path("/run").is_dir() else Path("/var/run")
        return runtime / "yuemian" / _mark(data)
    inside = data / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY:
        return inside
    return Path(tempfile.gettempdir()) / f"yuemian-{os.geteuid()}-{_mark(data)}"


def make_socket_directory(data: Path, account: Account) -> Path:
    """Create it for the server's user alone. Raises ServerProblem when somebody else made it first."""
    path = socket_directory(data)
    if account.is_other:
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(0o711)
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise ServerProblem(f"{path} belongs to another user of this machine; remove it and start again")
    if account.is_other:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path


def cluster_home(data: Path, account: Account) -> Path:
    """The directory that holds the clusters, one per major version, and is entered by the server's user.

    `postgres/` of the data directory; when the server's user cannot get there (a private home), a directory
    under /var/lib/yuemian to which `postgres` is a link. Permissions of existing directories stay untouched. Without
    the link the data directory is a new one: clusters of an earlier one at the same path stay where they are.
    """
    link = data / "postgres"
    if not (link.exists() or link.is_symlink()):
        if may_enter(data, account):
            link.mkdir()
            link.chmod(0o711)
        else:
            elsewhere = _unused(STATE / _mark(data))
            for directory in (STATE, elsewhere):
                directory.mkdir(exist_ok=True)
                directory.chmod(0o711)
            link.symlink_to(elsewhere)
    home = link.resolve()
    if not home.is_dir():
        raise ServerProblem(f"{link} points to {home}, which does not exist; restore it from your backup")
    if not may_enter(home, account):
        raise ServerProblem(
            f"The database server runs as the system user {account.name}, who cannot enter {home}; "
            "allow it (chmod o+x on the directories above) or choose another YUEMIAN_DATA"
        )
    return home


def _unused(wanted: Path) -> Path:
    """This place, or one beside it: a database that stands there was made with other keys than those there are now."""
    place, number = wanted, 1
    while next(place.glob("[0-9]*/PG_VERSION"), None):
        sys.stderr.write(f"{place} holds the database of an earlier data directory; it stays as it is.\n")
        number += 1
        place = wanted.with_name(f"{wanted.name}-{number}")
    return place


def cluster_owner(data: Path) -> int | None:
    """The user who owns the clusters that exist already."""
    for version in sorted((data / "postgres").glob("[0-9]*/PG_VERSION")):
        return version.stat().st_uid
    return None


def _mark(data: Path) -> str:
    return hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
