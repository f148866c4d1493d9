"""Which PostgreSQL is taken, and how root's private programs reach the server's user."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from yuemian.postgres import ServerProblem
from yuemian.postgres.binaries import Binaries, choose, installed, runnable
from yuemian.postgres.users import server_account


def test_the_wheels_newest_server_is_preferred() -> None:
    assert installed()[0].major == 18


def test_a_distribution_server_older_than_15_is_not_used(tmp_path: Path) -> None:
    for major in (14, 15, 17):
        programs = tmp_path / str(major) / "bin"
        programs.mkdir(parents=True)
        for name in ("postgres", "initdb"):
            (programs / name).touch(mode=0o755)
    assert [item.major for item in installed(tmp_path) if item.package is None] == [17, 15]


def test_existing_data_decide_the_version(tmp_path: Path) -> None:
    (tmp_path / "16").mkdir()
    (tmp_path / "16" / "PG_VERSION").write_text("16\n")
    available = [Binaries(18, tmp_path), Binaries(16, tmp_path)]
    assert choose(available, tmp_path).major == 16
    with pytest.raises(ServerProblem, match="written by PostgreSQL 16"):
        choose(available[:1], tmp_path)


def test_no_server_at_all_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ServerProblem, match="DATABASE_URL"):
        choose([], tmp_path)


def test_programs_in_a_private_directory_are_copied_with_their_libraries_and_run(data: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as another user")
    wheel = installed()[0]
    assert wheel.package
    private = data / "private"
    private.mkdir(mode=0o700)
    inside = wheel.root.relative_to(wheel.package)
    package = private / wheel.package.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(wheel.root / part, package / inside / part, symlinks=True)
    libraries = f"{wheel.package.name}.libs"
    shutil.copytree(wheel.package.with_name(libraries), private / libraries)
    account = server_account(None)
    reachable = runnable(Binaries(wheel.major, package / inside, package), data, account)
    assert reachable.root.is_relative_to(data / "programs")
    said = subprocess.run(
        [str(reachable.program("initdb")), "-D", str(data / "cluster"), "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **account.credentials,
    )
    assert "could not create directory" in said.stderr  # it ran; the directory is not its own
    assert private.stat().st_mode & 0o777 == 0o700
    assert runnable(Binaries(wheel.major, package / inside, package), data, account) == reachable
