"""How often a long-lived process looks for garbage that refers to itself."""

from __future__ import annotations

import gc
from typing import Final

#: The interpreter's own are 700, 10 and 10: with them a fifth of planning a large send went into looking.
_RARELY: Final = (50_000, 20, 50)


def collect_rarely() -> None:
    """To be called once a process has all it keeps: the collector need not look at that again, nor at the rest after
    every few messages or people.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_RARELY)
