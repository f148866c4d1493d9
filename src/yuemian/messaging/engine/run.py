"""`yuemian worker`: reads the settings, works until it is told to stop."""

from __future__ import annotations

import importlib
import signal
from typing import Any

import django
import uvloop


def main(**options: Any) -> int:
    """The process's whole life; `options` are those of `worker.Options`. Returns the exit code."""
    django.setup()
    # Models can be imported only now.
    service: Any = importlib.import_module("yuemian.messaging.engine.service")
    uvloop.run(service.serve((signal.SIGTERM, signal.SIGINT), **options))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
