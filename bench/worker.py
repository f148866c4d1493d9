"""The worker process of a benchmark: says when it is ready, then works like any other."""

from __future__ import annotations

import sys

import structlog

from yuemian.messaging.engine.run import main

structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
)

if __name__ == "__main__":
    print("ready", flush=True)
    raise SystemExit(main())
