"""The server's process: ends with its starter, leaves no stale marks that stop the next start."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from yuemian.postgres.cluster import ENVIRONMENT, PORT
from yuemian.postgres.users import Account

PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, death: signal.Signals) -> None:
    """Ask Linux for a signal when the parent's thread ends, however it does; at once if it has ended."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), death)


def spawn(command: list[str], directory: Path, account: Account, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that a Ctrl-C at the terminal reaches the supervisor alone."""
    return subprocess.Popen(
        command,
        cwd=directory,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        umask=0o077,
        # After the change of user, which would clear the wish.
        preexec_fn=_ending_with(os.getpid()),  # noqa: PLW1509  (this process starts it before any thread)
        **account.credentials,
    )


def end(child: subprocess.Popen[bytes], signals: Iterable[signal.Signals], *, patience: float) -> None:
    """Send one signal after the other until it has ended, SIGKILL last; each gets the patience in seconds."""
    for number in signals:
        with suppress(ProcessLookupError):
            child.send_signal(number)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
    child.kill()
    child.wait()


def remove_stale_marks(files: Path, sockets: Path) -> None:
    """Remove postmaster.pid when its number now belongs to a stranger, as after a restart of a container.

    PostgreSQL itself copes with a number that nobody has. Nothing is removed while any process works there.
    """
    mark = files / "postmaster.pid"
    try:
        pid = int(mark.read_text(encoding="ascii").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not Path("/proc/self/cwd").exists() or not _is_alive(pid) or any(_working_in(files)):
        return
    for path in (mark, sockets / f".s.PGSQL.{PORT}.lock"):
        path.unlink(missing_ok=True)


def _ending_with(parent: int) -> Callable[[], None]:
    def before_exec() -> None:
        die_with_parent(parent, signal.SIGINT)

    return before_exec


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _working_in(files: Path) -> Iterable[int]:
    """Processes whose working directory is the cluster: every server process stays there."""
    target = files.resolve()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink() == target:
                yield int(entry.name)
