"""`yuemian up` as a person lives with it: started, killed, started again, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.houses import environment_of, migrated_house, new_house, remove_house
from yuemian.postgres import Server, running_server
from yuemian.trust.keyfile import create

PATIENCE = 180


class Installation:
    """A data directory and a port of its own, and the command run there."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.running: list[subprocess.Popen[str]] = []

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.data) | {"PORT": str(self.port)}

    def run(self, *arguments: str, says: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "yuemian.config.cli", *arguments],
            env=self.environment,
            input=says,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def up(self, *options: str) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            [sys.executable, "-m", "yuemian.config.cli", "up", "--no-demo", *options],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.running.append(started)
        return started

    def banner(self, started: subprocess.Popen[str]) -> str:
        """Everything printed until the line that says how to stop, and the warning that may follow."""
        assert started.stdout
        lines = [started.stdout.readline()]
        while lines[-1] and "Ctrl-C" not in lines[-1]:
            lines.append(started.stdout.readline())
        lines.append(started.stdout.readline())
        lines.append(started.stdout.readline() if "已启动" in "".join(lines) and self.is_first else "")
        return "".join(lines)

    is_first = False

    def page(self, path: str) -> int:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def until_page(self, path: str, status: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.page(path) != status:
            assert time.monotonic() < deadline, f"{path} never answered {status}"
            assert status == 0 or self.running[-1].poll() is None, "the supervisor has ended"
            time.sleep(0.05)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(Server(self.data).conninfo()) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def end(self) -> None:
        """End what a test left running, the database included."""
        for process in self.running:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=PATIENCE)
        self.until_database_has_ended()

    def until_database_has_ended(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while list(self.data.glob("postgres/*/postmaster.pid")):
            assert time.monotonic() < deadline, "the database did not end"
            time.sleep(0.05)

    def children(self, parent: int) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An empty data directory."""
    data = new_house(None, "yuemian-up-")
    installation = Installation(data)
    yield installation
    installation.end()
    remove_house(data)


@pytest.fixture(scope="module")
def migrated() -> Iterator[Path]:
    data = new_house(migrated_house(), "yuemian-up-")
    yield data
    remove_house(data)


@pytest.fixture
def prepared(migrated: Path) -> Iterator[Installation]:
    """A data directory whose database is up to date; the tests share it one after the other."""
    installation = Installation(migrated)
    yield installation
    installation.end()


@pytest.mark.chaos
def test_everything_killed_and_started_again_loses_nothing(installation: Installation) -> None:
    installation.is_first = True
    first = installation.up()
    banner = installation.banner(first)
    assert f"http://localhost:{installation.port}" in banner
    assert "Back up" in banner
    assert installation.page("/readyz") == 200
    installation.sql("CREATE TABLE kept AS SELECT 'committed' AS word")

    for pid in [first.pid, *installation.children(first.pid)]:
        os.kill(pid, signal.SIGKILL)
    first.wait()

    installation.is_first = False
    second = installation.up()
    assert "Back up" not in installation.banner(second)
    assert installation.page("/readyz") == 200
    assert installation.sql("SELECT word FROM kept") == [("committed",)]
    second.send_signal(signal.SIGINT)
    assert second.wait(PATIENCE) == 0
    assert installation.page("/healthz") == 0
    with pytest.raises(psycopg.OperationalError):
        installation.sql("SELECT 1")


@pytest.mark.chaos
def test_a_killed_child_and_a_killed_database_are_replaced(prepared: Installation) -> None:
    started = prepared.up()
    prepared.until_page("/readyz", 200)
    for pid in prepared.children(started.pid):
        os.kill(pid, signal.SIGKILL)
    prepared.until_page("/readyz", 200)
    doctor = prepared.run("doctor", "--json")
    assert '"level": "fail"' not in doctor.stdout, doctor.stdout
    assert doctor.returncode == 0
    started.terminate()
    assert started.wait(PATIENCE) == 0


def test_without_a_worker_the_pages_alone_run(prepared: Installation) -> None:
    started = prepared.up("--no-worker")
    prepared.until_page("/readyz", 200)
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in prepared.children(started.pid)]
    assert sorted(
        line.rstrip(b"\0").rpartition(b"\0")[2] for line in lines if b"yuemian.config.cli" in line
    ) == [b"web"]
    started.terminate()
    assert started.wait(PATIENCE) == 0


@pytest.mark.chaos
def test_the_children_end_with_a_killed_supervisor(prepared: Installation) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent has ended")
    started = prepared.up()
    prepared.until_page("/readyz", 200)
    started.kill()
    prepared.until_page("/healthz", 0)
    prepared.until_database_has_ended()


def test_a_database_that_a_command_had_started_is_started_again_when_the_command_ends(
    prepared: Installation,
) -> None:
    with running_server(prepared.data):
        started = prepared.up()
        prepared.until_page("/readyz", 200)
    prepared.until_page("/readyz", 200)
    started.terminate()
    assert started.wait(PATIENCE) == 0


def test_an_older_program_leaves_a_newer_database_as_it_is(prepared: Installation) -> None:
    function = "SELECT prosrc FROM pg_proc WHERE proname = 'list_organizations'"
    newer = json.dumps({"migrations": "of later", "demo": True, "version": "99.1", "more": "of later"})
    with running_server(prepared.data):
        (before,) = prepared.sql(function)
        prepared.sql(
            "CREATE OR REPLACE FUNCTION list_organizations() RETURNS SETOF uuid"
            " LANGUAGE sql AS 'SELECT NULL::uuid'"
        )
        prepared.sql(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('hiring', '9999_later', now())"
        )
        prepared.sql(f"COMMENT ON TABLE django_migrations IS '{newer}'")
        for command in (("migrate",), ("manage", "migrate")):
            refused = prepared.run(*command)
            assert refused.returncode == 1
            assert "it has hiring.9999_later); update this machine" in refused.stderr
        assert "Update this machine" in prepared.run("doctor").stdout
        prepared.sql("DELETE FROM django_migrations WHERE name = '9999_later'")
        refused = prepared.run("up")
        assert refused.returncode == 1
        assert "Yuemian 99.1, and this is" in refused.stderr
        assert "Update this machine" in prepared.run("doctor").stdout
        assert prepared.sql(function) == [("SELECT NULL::uuid",)]
        assert prepared.run("migrate").returncode == 0
        assert prepared.sql(function) == [before]


def test_a_second_start_for_the_same_data_is_refused(prepared: Installation) -> None:
    started = prepared.up()
    prepared.until_page("/healthz", 200)
    again = prepared.run("up", "--no-demo")
    assert again.returncode == 1
    assert f"already runs for {prepared.data} (process {started.pid})" in again.stderr


def test_without_its_key_file_or_with_another_one_nothing_starts(prepared: Installation) -> None:
    found = ("found", "--name", "远山科技", "--admin-name", "周远", "--admin-email")
    path, kept = prepared.data / "keys" / "master.key", prepared.data / "kept.key"
    with running_server(prepared.data):
        done = prepared.run(*found, "zhou@yuanshan.example", says="kuaisu zongse huli 12\n")
        assert done.returncode == 0, done.stderr
        assert "opens the keys of all organizations (1)" in prepared.run("doctor").stdout
        path.rename(kept)
        for command in (("worker",), ("web",), ("up",), (*found, "li@yuanshan.example")):
            refused = prepared.run(*command, says="kuaisu zongse huli 12\n")
            assert (refused.returncode, path.exists()) == (1, False), command
            assert f"There is no key file at {path}" in refused.stderr
        assert prepared.run("doctor").returncode == 1
        create(path)
        refused = prepared.run("worker")
        assert refused.returncode == 1
        assert "is not the key file that this database was made with" in refused.stderr
        assert "does not open the keys of 1 of 1" in prepared.run("doctor").stdout
        kept.replace(path)
        assert "opens the keys of all organizations (1)" in prepared.run("doctor").stdout


def test_a_port_in_use_is_explained(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        started = installation.run("up", "--no-demo")
    assert started.returncode == 1
    assert f"Another program already listens on 127.0.0.1:{installation.port}" in started.stderr
    assert not (installation.data / "postgres").exists()


def test_the_absence_of_a_setting_that_can_be_used_is_one_sentence(installation: Installation) -> None:
    environment = installation.environment | {"PORT": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "yuemian.config.cli", "up"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "yuemian up: PORT is 'many'; give a port number from 1 to 65535\n"
