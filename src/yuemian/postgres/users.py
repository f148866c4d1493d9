"""Which user of the operating system runs the server: ourselves, or as root an unprivileged one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from yuemian.postgres.problems import ServerProblem

#: Tried in this order by root; the last resort is shared with other programs and therefore the last.
PREFERRED = ("postgres", "yuemian")
LAST_RESORT = "nobody"


class Credentials(TypedDict, total=False):
    """Arguments of subprocess.Popen that make a child run as an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    @property
    def credentials(self) -> Credentials:
        return Credentials(user=self.uid, group=self.gid, extra_groups=[]) if self.is_other else Credentials()


def own_name() -> str:
    """The name of the user who runs this process. Raises ServerProblem when it has none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise ServerProblem(
            f"User id {os.geteuid()} has no name in /etc/passwd, which PostgreSQL needs; "
            "run as a named user, or set DATABASE_URL to use another server"
        ) from None


def server_account(owner: int | None) -> Account:
    """Who runs the server. As root: the owner of the existing cluster, else a system user."""
    if os.geteuid() != 0:
        return _account(own_name())
    if owner:
        return _account(pwd.getpwuid(owner).pw_name)
    for name in PREFERRED:
        if _exists(name):
            return _account(name)
    return _account(_create(PREFERRED[-1]))


def may_enter(path: Path, account: Account) -> bool:
    """Whether the account can pass through every directory down to this one."""
    if not account.is_other:
        return os.access(path, os.X_OK)
    return _test("-x", path, account)


def may_run(path: Path, account: Account) -> bool:
    if not account.is_other:
        return os.access(path, os.R_OK | os.X_OK)
    return _test("-x", path, account) and _test("-r", path, account)


def _test(flag: str, path: Path, account: Account) -> bool:
    return (
        subprocess.run(["test", flag, str(path)], check=False, cwd="/", **account.credentials).returncode == 0
    )


def _account(name: str) -> Account:
    entry = pwd.getpwnam(name)
    return Account(name, entry.pw_uid, entry.pw_gid)


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _create(name: str) -> str:
    useradd = shutil.which("useradd")
    if useradd:
        subprocess.run(
            [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
            check=False,
            capture_output=True,
        )
    return name if _exists(name) else LAST_RESORT
