"""The supervisor's children: started, restarted when they die, ended in order; they never outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from yuemian.postgres.process import die_with_parent

#: Seconds before the first, second, … restart in a row; a child that lived longer than CALM starts over.
BACKOFF = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
CALM = 30.0
SUPERVISOR = "YUEMIAN_SUPERVISOR"


def end_with_supervisor() -> None:
    """Called first by web and worker: when the supervisor is gone, even killed, they stop as if asked to."""
    supervisor = os.environ.get(SUPERVISOR, "")
    if supervisor.isdigit():
        die_with_parent(int(supervisor), signal.SIGTERM)


class Child:
    """One process of a kind, kept alive."""

    def __init__(self, name: str, role: str, *, say: Callable[[str], None]) -> None:
        self.name = name
        self._role = role
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._failures = 0
        self._restart_at = 0.0

    def start(self) -> None:
        """In a session of its own, so that a Ctrl-C at the terminal reaches the supervisor alone."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "yuemian.config.cli", self.name],
            env=os.environ
            | {
                "YUEMIAN_PROCESS": self.name,
                "YUEMIAN_DATABASE_ROLE": self._role,
                SUPERVISOR: str(os.getpid()),
            },
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def keep_alive(self) -> None:
        """To be called often: notices a death at once, restarts when the pause is over."""
        if self._process is None:
            if time.monotonic() >= self._restart_at:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            return
        lived = time.monotonic() - self._started_at
        self._failures = 1 if lived > CALM else self._failures + 1
        pause = BACKOFF[min(self._failures, len(BACKOFF)) - 1]
        self._restart_at = time.monotonic() + pause
        self._process = None
        self._say(f"The {self.name} process ended ({_reason(code)}); starting it again in {pause:g} s.")

    def stop(self, patience: float) -> None:
        """Ask, wait, then insist."""
        process = self._process
        if process is None:
            return
        process.terminate()  # does nothing to one that has ended
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            self._say(f"The {self.name} process did not stop within {patience:g} s; killing it.")
            process.kill()
            process.wait()

    def hurry(self) -> None:
        """Kill without waiting: safe in a signal handler while `stop` waits."""
        if self._process is not None:
            self._process.kill()


class Absent(Child):
    """One that nobody asked for."""

    def start(self) -> None:
        """Never."""

    def keep_alive(self) -> None:
        """There is nothing to keep."""


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
