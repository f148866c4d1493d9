"""`yuemian up`: database, migrations, demo, web and worker under one supervisor."""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg

from yuemian.config import connection, environment
from yuemian.config.cli import banner, keys, port, state
from yuemian.config.cli.children import Absent, Child
from yuemian.config.environment import PACKAGE, Environment
from yuemian.postgres import Server, ServerProblem

TICK = 0.2
READY_WITHIN = 60.0
WEB_PATIENCE = 10.0
WORKER_PATIENCE = 20.0
#: A server that another command started ends with it; asking costs a connection, so not at every tick.
ADOPTED_ASKED_EVERY = 3.0
#: Ours of a killed predecessor end within their grace.
PREDECESSOR_PATIENCE = 8.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _StopAsked(BaseException):
    """Somebody pressed Ctrl-C while things were being started."""


def run(rest: list[str]) -> int:
    settings = environment.read()
    settings.data.mkdir(parents=True, exist_ok=True)
    with _only_one(settings):
        return _Supervisor(
            settings, wants_demo="--no-demo" not in rest, wants_worker="--no-worker" not in rest
        ).run()


class _Supervisor:
    def __init__(self, settings: Environment, *, wants_demo: bool, wants_worker: bool) -> None:
        self._settings = settings
        self._wants_demo = wants_demo
        self._server = Server(settings.data) if settings.database_is_embedded else None
        self._web = Child("web", "app", say=_say)
        self._worker = (Child if wants_worker else Absent)("worker", "app", say=_say)
        self._step: subprocess.Popen[bytes] | None = None
        self._stops_asked = 0
        self._is_starting = True
        self._adopted_asked_at = 0.0

    def run(self) -> int:
        for number in _SIGNALS:
            signal.signal(number, self._stop_asked)
        try:
            is_first_start = self._start()
            self._wait_until_ready()
            banner.show(self._settings, is_first_start=is_first_start)
            self._is_starting = False
            while not self._stops_asked:
                self._keep_alive()
                if self._server:
                    self._server.shorten_log()
                time.sleep(TICK)
        except _StopAsked:
            pass
        finally:
            self._is_starting = False
            self._stop()
        return 0 if self._stops_asked == 1 else 130

    def _start(self) -> bool:
        """Everything in order. Returns whether the database was empty."""
        _claim_port(self._settings)
        if self._server:
            self._server.start()
        remembered = self._state()
        if not remembered.is_current:
            _refuse_newer(remembered)
            self._run_step("migrate", "Preparing the database …")
        keys.prove(self._settings)
        if self._wants_demo and not remembered.demo:
            self._run_step("demo", "Creating the demo organization …")
        _compile_catalogues()
        self._web.start()
        self._worker.start()
        return not remembered.migrations

    def _state(self) -> state.State:
        try:
            with connection.connect(self._settings.database, as_role=False) as link:
                return state.read(link)
        except psycopg.OperationalError as error:
            if self._server:
                raise
            first = str(error).strip().splitlines()[0]
            raise ServerProblem(
                f"The server of DATABASE_URL does not answer ({first}); is it running?"
            ) from error

    def _run_step(self, command: str, words: str) -> None:
        """A command in a process of its own: this one stays free of Django."""
        _say(words)
        self._step = subprocess.Popen(
            [sys.executable, "-m", "yuemian.config.cli", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = self._step.wait()
        except BaseException:
            self._step.terminate()
            self._step.wait()
            raise
        if code:
            raise ServerProblem(f"`yuemian {command}` failed; the lines above say why")
        self._step = None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        pause = 0.05
        while not port.answers(self._settings, "/readyz"):
            self._keep_alive()
            if time.monotonic() > deadline:
                raise ServerProblem(
                    f"The pages did not come up within {READY_WITHIN:.0f} s; the lines above say why"
                )
            time.sleep(pause)
            pause = min(pause * 1.2, 0.3)

    def _keep_alive(self) -> None:
        if self._server and self._has_ended(self._server):
            self._revive(self._server)
        self._web.keep_alive()
        self._worker.keep_alive()

    def _has_ended(self, server: Server) -> bool:
        if server.is_adopted:
            if time.monotonic() < self._adopted_asked_at + ADOPTED_ASKED_EVERY:
                return False
            self._adopted_asked_at = time.monotonic()
        return not server.is_running()

    def _revive(self, server: Server) -> None:
        _say("The database server ended; starting it again.")
        try:
            server.start()
        except ServerProblem as problem:
            _say(str(problem))
            time.sleep(1)

    def _stop_asked(self, _number: int, _frame: FrameType | None) -> None:
        self._stops_asked += 1
        if self._stops_asked == 1 and self._is_starting:
            raise _StopAsked
        if self._stops_asked > 1:
            for child in (self._web, self._worker):
                child.hurry()
            if self._server:
                self._server.hurry()

    def _stop(self) -> None:
        """Web first, so that nothing new comes in; the worker finishes what it holds; the database last."""
        if self._stops_asked:
            _say("Stopping … (Ctrl-C again stops at once)")
        self._web.stop(WEB_PATIENCE)
        self._worker.stop(WORKER_PATIENCE)
        if self._server:
            self._server.stop()
        if self._stops_asked:
            _say("Stopped.")


@contextmanager
def _only_one(settings: Environment) -> Iterator[None]:
    """One supervisor per data directory; the lock ends with the process, however it ends."""
    path = settings.data / "up.lock"
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ServerProblem(
                f"Yuemian already runs for {settings.data} (process {file.read().strip() or 'unknown'}); "
                "stop it first, or choose another YUEMIAN_DATA and PORT"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _refuse_newer(remembered: state.State) -> None:
    """A restart takes no database back by itself; a person may, with a command of its own."""
    if remembered.is_newer:
        raise state.NewerDatabase(
            f"The database was last brought up to date by Yuemian {remembered.version}, and this is "
            f"{state.own_version()}; update this machine, or to go back on purpose run: yuemian migrate"
        )


def _claim_port(settings: Environment) -> None:
    patience = PREDECESSOR_PATIENCE if port.look(settings) == port.OURS else 1.0
    found = port.wait_until_free(settings, patience)
    where = f"{settings.host}:{settings.port}"
    if found == port.OURS:
        raise ServerProblem(f"Another Yuemian already answers at {where}; stop it, or choose another PORT")
    if found == port.TAKEN:
        raise ServerProblem(f"Another program already listens on {where}; stop it, or start with PORT=8001")
    if found == port.FORBIDDEN:
        raise ServerProblem(f"This user may not listen on {where}; choose a PORT above 1023")


def _compile_catalogues() -> None:
    """Before two processes would do it at once; mostly there is nothing to do, and nothing is imported then."""
    stale = [source for source in PACKAGE.glob("locale/*/LC_MESSAGES/*.po") if not _is_compiled(source)]
    if stale and importlib.util.find_spec("yuemian.ui.catalogue"):
        importlib.import_module("yuemian.ui.catalogue").compile_stale()


def _is_compiled(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
