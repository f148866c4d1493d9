"""A reachable database for a command: external, or embedded and adopted or started for its duration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from yuemian.config.environment import Environment
from yuemian.postgres import running_server


@contextmanager
def database_running(environment: Environment) -> Iterator[None]:
    """Raises ServerProblem when the embedded server does not start."""
    if not environment.database_is_embedded:
        yield
        return
    with running_server(environment.data):
        yield
