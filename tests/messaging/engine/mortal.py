"""A worker with a short lease and small claims, made to be killed."""

from __future__ import annotations

from yuemian.messaging.engine.run import main

if __name__ == "__main__":
    raise SystemExit(main(batch=60, chunk=30, lease=2.0, sweep_every=0.5, poll=0.2))
