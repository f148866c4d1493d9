"""The embedded server: starts, is adopted, recovers, and lets nobody else in."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.postgres.conftest import SMALL, SOURCE
from yuemian.postgres import Server, ServerProblem, running_server, socket_directory
from yuemian.postgres.roles import APP, ENGINE, OWNER

RunAs = Callable[[str, str, str], subprocess.CompletedProcess[str]]

CONNECT = (
    "import psycopg, sys; print(psycopg.connect(sys.argv[1]).execute('SELECT current_user').fetchone()[0])"
)
START = """
import sys, os, psycopg
from pathlib import Path
from yuemian.postgres import running_server
with running_server(Path(sys.argv[1]), settings={"shared_buffers": "16MB"}) as server:
    with psycopg.connect(server.conninfo()) as connection:
        print(connection.execute("SELECT current_user").fetchone()[0], os.geteuid())
    sys.stdout.flush()
    sys.stdin.readline()
    print("adopted" if server.is_adopted else "started")
"""


def test_the_first_start_makes_the_database_and_its_roles(data: Path) -> None:
    with running_server(data, settings=SMALL) as server:
        assert not server.is_adopted
        with psycopg.connect(server.conninfo("postgres")) as connection:
            rows = connection.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin"
                " FROM pg_roles WHERE rolname LIKE 'yuemian%' ORDER BY rolname"
            ).fetchall()
            assert rows == [
                (APP, False, False, False, False, True),
                (ENGINE, False, False, False, False, True),
                (OWNER, False, False, True, False, True),
            ]
            facts = connection.execute(
                "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding),"
                " current_setting('data_checksums'), current_setting('TimeZone'), current_setting('fsync')"
                " FROM pg_database WHERE datname = 'yuemian'"
            ).fetchone()
            assert facts == (OWNER, "UTF8", "on", "UTC", "on")
            owned = connection.execute(
                "SELECT count(*) FROM pg_shdepend"
                " WHERE deptype = 'o' AND refobjid IN (%s::regrole, %s::regrole)",
                [APP, ENGINE],
            ).fetchone()
            assert owned == (0,)


def test_the_owner_may_make_databases_and_take_on_the_other_roles(data: Path) -> None:
    with (
        running_server(data, settings=SMALL) as server,
        psycopg.connect(server.conninfo(), autocommit=True) as connection,
    ):
        connection.execute("CREATE DATABASE test_yuemian")
        for role in (APP, ENGINE):
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine ()")
            connection.execute("RESET ROLE")


def test_a_warm_restart_keeps_the_data(data: Path) -> None:
    with running_server(data, settings=SMALL) as server:
        _write(server, "kept")
    with running_server(data, settings=SMALL) as server:
        assert _read(server) == ["kept"]
    assert not server.is_running()


def test_after_kill_9_of_the_postmaster_the_next_start_recovers_everything(data: Path) -> None:
    server = Server(data, settings=SMALL)
    server.start()
    try:
        _write(server, "committed")
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        while server.is_running():
            time.sleep(0.01)
        server.start()
        assert not server.is_adopted
        assert _read(server) == ["committed"]
    finally:
        server.stop()


def test_two_starts_at_once_give_one_server_and_one_adoption(data: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    for starter in starters:
        assert starter.stdout
        assert starter.stdout.readline().startswith(OWNER)
    said = sorted(starter.communicate("\n", timeout=60)[0].strip() for starter in starters)
    assert said == ["adopted", "started"]


def test_the_server_ends_with_a_starter_that_is_killed(data: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent has ended")
    starter = subprocess.Popen(
        [sys.executable, "-c", START, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )
    assert starter.stdout
    assert starter.stdout.readline()
    starter.kill()
    starter.communicate()
    with running_server(data, settings=SMALL) as server:
        assert not server.is_adopted


def test_no_network_port_is_opened(data: Path) -> None:
    with (
        running_server(data, settings=SMALL) as server,
        psycopg.connect(server.conninfo("postgres")) as connection,
    ):
        row = connection.execute("SHOW listen_addresses").fetchone()
        assert row == ("",)
        if Path("/proc/net/tcp").exists():
            assert not _tcp_sockets(server.pid or 0)


def test_a_long_data_path_still_gets_a_short_socket_path(data: Path) -> None:
    deep = data.joinpath(*["deep" * 10] * 4)
    assert len(str(socket_directory(deep))) <= 80
    with running_server(deep, settings=SMALL) as server:
        _write(server, "here")


def test_another_user_of_the_machine_is_refused_by_directory_and_by_peer(data: Path, run_as: RunAs) -> None:
    with running_server(data, settings=SMALL) as server:
        for role in ("postgres", OWNER, APP, ENGINE):
            assert "Permission denied" in run_as("nobody", CONNECT, server.conninfo(role)).stderr
        socket_directory(data).chmod(0o711)
        for role in ("postgres", OWNER, APP, ENGINE):
            assert "Peer authentication failed" in run_as("nobody", CONNECT, server.conninfo(role)).stderr


def test_an_ordinary_user_runs_the_server_as_itself_and_root_is_not_locked_out_of_the_files(
    data: Path, run_as: RunAs
) -> None:
    os.chown(data, *_ids("nobody"))
    done = run_as("nobody", START, str(data))
    assert done.stdout.splitlines() == [f"{OWNER} {_ids('nobody')[0]}", "started"], done.stderr
    assert (data / "postgres" / "18" / "PG_VERSION").stat().st_uid == _ids("nobody")[0]
    with running_server(data, settings=SMALL) as server:
        _write(server, "as root")


def test_a_data_directory_in_a_private_home_is_served_from_elsewhere_and_the_home_stays_private(
    data: Path,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as another user")
    data.chmod(0o700)
    inside = data / "var"
    with running_server(inside, settings=SMALL) as server:
        _write(server, "kept")
    home = (inside / "postgres").resolve()
    try:
        assert home.parent == Path("/var/lib/yuemian")
        assert data.stat().st_mode & 0o777 == 0o700
        with running_server(inside, settings=SMALL) as server:
            assert _read(server) == ["kept"]
    finally:
        subprocess.run(["rm", "-r", str(home)], check=True)


def test_a_data_directory_made_anew_in_a_private_home_begins_with_an_empty_database(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as another user")
    data.chmod(0o700)
    inside, homes = data / "var", []
    try:
        with running_server(inside, settings=SMALL) as server:
            homes.append((inside / "postgres").resolve())
            _write(server, "of before")
        shutil.rmtree(inside)
        with running_server(inside, settings=SMALL) as server, psycopg.connect(server.conninfo()) as link:
            homes.append((inside / "postgres").resolve())
            assert link.execute("SELECT to_regclass('words')").fetchone() == (None,)
        assert homes[0] != homes[1]
        assert (homes[0] / "18" / "PG_VERSION").exists()
        assert f"{homes[0]} holds the database of an earlier" in capsys.readouterr().err
    finally:
        subprocess.run(["rm", "-r", *map(str, homes)], check=True)


def test_a_process_number_reused_by_a_stranger_does_not_stop_the_start(data: Path) -> None:
    with running_server(data, settings=SMALL) as server:
        _write(server, "kept")
    cluster = next((data / "postgres").glob("[0-9]*"))
    mark = cluster / "postmaster.pid"
    mark.write_text(f"{os.getppid()}\n{cluster}\n1700000000\n5432\n{socket_directory(data)}\n\n0 0\nready\n")
    with running_server(data, settings=SMALL) as server:
        assert _read(server) == ["kept"]


def test_the_log_of_a_running_server_begins_anew_when_it_is_long(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(data, settings=SMALL | {"log_min_messages": "debug1"}) as server:
        log = data / "postgres" / "server.log"
        begun = log.read_text()
        server.shorten_log()
        assert not log.with_suffix(".log.1").exists()
        monkeypatch.setattr("yuemian.postgres.server.LARGEST_LOG", 10)
        server.shorten_log()
        assert log.with_suffix(".log.1").read_text().startswith(begun)
        assert log.stat().st_size == 0
        os.kill(server.pid or 0, signal.SIGHUP)
        _until(lambda: "SIGHUP" in log.read_text())
        assert b"\0" not in log.read_bytes()


def test_a_broken_setting_is_reported_with_the_servers_own_words(data: Path) -> None:
    with pytest.raises(ServerProblem, match=r"did not start.*no_such_setting"):
        Server(data, settings={"no_such_setting": "1"}).start()


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _write(server: Server, word: str) -> None:
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def _read(server: Server) -> list[str]:
    with psycopg.connect(server.conninfo()) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words").fetchall()]


def _tcp_sockets(pid: int) -> set[str]:
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    lines = [
        line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]
    ]
    return inodes & {line[9] for line in lines}


def _ids(name: str) -> tuple[int, int]:
    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid
