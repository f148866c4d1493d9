"""Installations that one run makes once and everybody copies: a migrated database, and one with the demo organization.

Migrations take longer than most files of tests. Whoever asks first makes it; the other processes of the run wait.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Where the houses stand; the process that begins a run makes the place, its workers inherit the name.
PLACE = "SUITE_HOUSES"


def open_place() -> None:
    if PLACE not in os.environ:
        place = tempfile.mkdtemp(prefix="yuemian-houses-")
        os.environ[PLACE] = place
        Path(place).chmod(0o711)
        atexit.register(_clear, Path(place))


def migrated_house() -> Path:
    """The data directory of an empty installation, closed."""
    return _made_once("migrated", None, ["migrate"])


def show_house() -> Path:
    """With the demo organization; without the demo's week: each journey brings its own candidates."""
    return _made_once("show", migrated_house(), ["demo", "--bare"])


def new_house(like: Path | None, prefix: str) -> Path:
    """A data directory of one's own; as `root` the database is another user's, who may only pass through."""
    data = Path(tempfile.mkdtemp(prefix=prefix))
    _copy(like, data)
    data.chmod(0o711)
    return data


def remove_house(data: Path) -> None:
    shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def environment_of(data: Path) -> dict[str, str]:
    foreign = ("YUEMIAN_", "DATABASE_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {"YUEMIAN_DATA": str(data), "PYTHONPATH": str(ROOT / "src")}


def _made_once(name: str, like: Path | None, command: Sequence[str]) -> Path:
    place = Path(os.environ[PLACE])
    data, ready = place / name, place / f"{name}.ready"
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            data.mkdir()
            _copy(like, data)
            data.chmod(0o711)
            _run(command, data)
            ready.touch()
    return data


def _copy(like: Path | None, data: Path) -> None:
    if like and not (like / "postgres").is_symlink():  # a link: the database lies elsewhere, and is one
        subprocess.run(["cp", "-a", f"{like}/.", str(data)], check=True)


def _run(command: Sequence[str], data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "yuemian.config.cli", *command],
        env=environment_of(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _clear(place: Path) -> None:
    for data in place.iterdir():
        if data.is_dir():
            remove_house(data)
    shutil.rmtree(place, ignore_errors=True)
