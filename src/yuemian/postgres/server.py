"""Starts, adopts and stops the embedded server; proves by a real connection that it runs."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from yuemian.postgres import binaries, cluster, places, process, roles, users
from yuemian.postgres.problems import ServerProblem

#: Crash recovery of a large database may take minutes; while the server says so, we wait.
PATIENCE = 600.0
LOCK_PATIENCE = 120.0
#: After a killed postmaster its last children hold the shared memory for a moment.
LEFTOVER_PATIENCE = 15.0
STOP_PATIENCE = 60.0
LARGEST_LOG = 10 * 1024 * 1024


class Server:
    """The server of one data directory, seen from one process: started here, or adopted from another."""

    def __init__(self, data: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self._settings = settings or {}
        self._child: subprocess.Popen[bytes] | None = None
        self._log: Path | None = None

    @property
    def is_adopted(self) -> bool:
        """Whether another process started it, and will stop it."""
        return self._child is None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id when it was started here."""
        return self._child.pid if self._child else None

    def conninfo(self, role: str = roles.OWNER, database: str = roles.DATABASE) -> str:
        socket = str(places.socket_directory(self.data))
        return make_conninfo(host=socket, port=cluster.PORT, user=role, dbname=database, connect_timeout=5)

    def start(self) -> None:
        """Start it, or adopt a running one. Raises ServerProblem with the remedy when neither works."""
        self.data.mkdir(parents=True, exist_ok=True)
        with _locked(self.data / "postgres.lock"):
            if not self._answers():
                self._launch()
                self._prepare_database()

    def is_running(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return self._answers()

    def stop(self) -> None:
        """Stop it when it was started here: sessions are ended, everything committed is kept."""
        if self._child is not None:
            process.end(self._child, (signal.SIGINT, signal.SIGQUIT), patience=STOP_PATIENCE)
            self._child = None

    def hurry(self) -> None:
        """Make it stop without waiting for anybody, and return at once; the next start recovers."""
        if self._child is not None:
            self._child.send_signal(signal.SIGQUIT)

    def program(self, name: str) -> Path:
        """One of PostgreSQL's own, of the version that wrote the data."""
        home = places.cluster_home(self.data, users.server_account(places.cluster_owner(self.data)))
        return binaries.choose(binaries.installed(), home).program(name)

    def shorten_log(self) -> None:
        """Keep a long log aside and begin it anew; asked now and then by whoever runs the server for months."""
        if self._log is not None and self._child is not None:
            _shorten(self._log)

    def _answers(self) -> bool:
        """Whether a server takes our connection; waits while one is on its way up or down."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                if not _is_changing(error) or time.monotonic() > deadline:
                    _refuse_strangers(error)
                    return False
                time.sleep(0.05)
            else:
                return True

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.conninfo(cluster.SUPERUSER, "postgres"), autocommit=True)

    def _launch(self) -> None:
        account = users.server_account(places.cluster_owner(self.data))
        home = places.cluster_home(self.data, account)
        programs = binaries.choose(binaries.installed(), home)
        programs = binaries.runnable(programs, home, account)
        files = home / str(programs.major)
        if not files.exists():
            cluster.create(files, programs, account)
        sockets = places.make_socket_directory(self.data, account)
        guests = [users.own_name(), account.name, "root"]
        cluster.configure(files, sockets=sockets, guests=guests, account=account, extra=self._settings)
        process.remove_stale_marks(files, sockets)
        self._log = home / "server.log"
        _shorten(self._log)
        with self._log.open("ab") as log:
            self._run(programs.program("postgres"), files, account, log)

    def _run(self, program: Path, files: Path, account: users.Account, log: IO[bytes]) -> None:
        """Start the foreground server and wait until it answers."""
        leftover_until = time.monotonic() + LEFTOVER_PATIENCE
        while True:
            begin = log.seek(0, os.SEEK_END)
            child = process.spawn([str(program), "-D", str(files)], files, account, log)
            try:
                ready = self._wait_until_ready(child)
            except BaseException:
                process.end(child, (signal.SIGINT, signal.SIGQUIT), patience=STOP_PATIENCE)
                raise
            if ready:
                self._child = child
                return
            said = Path(log.name).read_bytes()[begin:].decode("utf-8", "replace").strip()
            if not _is_leftover(said) or time.monotonic() > leftover_until:
                last = " / ".join(said.splitlines()[-3:]) or "it said nothing"
                raise ServerProblem(f"The database server did not start: {last}. Its log is {log.name}")
            time.sleep(0.1)

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while child.poll() is None:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                _refuse_strangers(error)
                if time.monotonic() > deadline:
                    raise ServerProblem(
                        f"The database server did not answer for {PATIENCE:.0f} s: {error}"
                    ) from error
                time.sleep(0.02)
            else:
                return True
        return False

    def _prepare_database(self) -> None:
        try:
            with self._connect() as connection:
                roles.ensure_embedded(connection)
        except BaseException:
            self.stop()
            raise


@contextmanager
def running_server(data: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A running server for the duration; one that was running already is left running."""
    server = Server(data, settings=settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One starter at a time; polled, so that a signal can end the wait."""
    deadline = time.monotonic() + LOCK_PATIENCE
    with _open_lock(path) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServerProblem(
                        f"Another process has been starting the database for {LOCK_PATIENCE:.0f} s; "
                        f"end it (it holds {path}) and start again"
                    ) from None
                time.sleep(0.02)
        yield


def _open_lock(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except PermissionError as error:
        raise ServerProblem(
            f"{path} cannot be written: the data directory belongs to another user; run as that user"
        ) from error


def _shorten(log: Path) -> None:
    """Emptied, not replaced: the server keeps it open and appends, wherever its end is."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def _is_changing(error: psycopg.OperationalError) -> bool:
    """A failed connection carries no SQLSTATE; the server speaks English because lc_messages is C."""
    text = str(error)
    return any(
        words in text for words in ("starting up", "shutting down", "in recovery mode", "not yet accepting")
    )


def _refuse_strangers(error: psycopg.OperationalError) -> None:
    if "Peer authentication failed" in str(error) or "Permission denied" in str(error):
        raise ServerProblem(
            "The database of this data directory belongs to another user of this machine; run as that user"
        ) from error


def _is_leftover(said: str) -> bool:
    return "shared memory block" in said or 'lock file "postmaster.pid" already exists' in said
