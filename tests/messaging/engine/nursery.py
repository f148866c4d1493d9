"""Gives birth to workers: everything is imported once, each line on standard input forks one, whose number is said.

A worker is a process like any other, and made to be killed: short leases, small claims.
"""

from __future__ import annotations

import os
import signal
import sys

import django

django.setup()

import uvloop  # noqa: E402  (models can be imported only after setup)

from yuemian.config import logs  # noqa: E402
from yuemian.messaging.engine.service import serve  # noqa: E402

OPTIONS = {
    "batch": 40,
    "chunk": 10,
    "jobs": 3,
    "lease": 2.0,
    "poll": 0.2,
    "sweep_every": 0.5,
    "tend_every": 0.5,
    "lookup_after": 3.0,
}


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            logs.configure("worker")
            uvloop.run(serve((signal.SIGTERM,), **OPTIONS))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        assert line


if __name__ == "__main__":
    main()
