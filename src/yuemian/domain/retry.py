"""When to try again: doubling waits with jitter, ended by the number of tries and by the message's own deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
#: With the doubling above: about seven hours of trying.
MAX_ATTEMPTS: Final = 12


def next_wait(
    attempt: int, *, now: datetime, deadline: datetime, chance: float, at_least: timedelta = timedelta(0)
) -> timedelta | None:
    """How long to wait after this failed attempt (the first is 1), or None when trying again is pointless.

    `chance` is a random number from 0 to 1: it spreads the retries of a failed batch over half the wait.
    `at_least` is what the provider asked for.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    full = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
    wait = max(full * (0.5 + chance / 2), at_least)
    return wait if now + wait < deadline else None
