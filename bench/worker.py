"""The worker process of a benchmark: says when it is ready, then works like any other."""

from __future__ import annotations

from yuemian.messaging.engine.run import main

if __name__ == "__main__":
    print("ready", flush=True)
    raise SystemExit(main())
