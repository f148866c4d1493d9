"""Embedded servers of this suite: small, and ended with the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
#: Small memory; the doors, the roles and the recovery are those of the real thing.
SMALL = {"shared_buffers": "16MB", "max_connections": "30"}


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data directory at a short path that every user may enter."""
    path = Path(tempfile.mkdtemp(prefix="yuemian-test-"))
    path.chmod(0o755)
    yield path
    home = (path / "postgres").resolve()
    if home.is_dir() and home.parent != path:
        shutil.rmtree(home)
    shutil.rmtree(path)


@pytest.fixture
def python_for_everybody() -> list[str]:
    """A Python with our dependencies that other users of this machine may run, as the head of a command."""
    packages = [str(SOURCE), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    for interpreter in (sys.executable, "/usr/bin/python3"):
        command = ["env", f"PYTHONPATH={os.pathsep.join(packages)}", "PYTHONDONTWRITEBYTECODE=1", interpreter]
        if os.geteuid() == 0 and _works_as_nobody(command):
            return command
    pytest.skip("needs root, and a Python of the same minor version that the user nobody can run")


@pytest.fixture
def run_as(python_for_everybody: list[str]) -> Callable[[str, str, str], subprocess.CompletedProcess[str]]:
    """Runs a Python program with one argument as another user of the machine."""

    def run(user: str, program: str, argument: str) -> subprocess.CompletedProcess[str]:
        command = [*python_for_everybody, "-c", program, argument]
        return subprocess.run(
            command,
            user=user,
            group="nogroup",
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _works_as_nobody(command: list[str]) -> bool:
    try:
        tried = subprocess.run(
            [*command, "-c", "import psycopg, yuemian.postgres"],
            user="nobody",
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except (LookupError, OSError):
        return False
    return tried.returncode == 0
