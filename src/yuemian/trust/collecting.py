"""How often a process looks for garbage that refers to itself."""

from __future__ import annotations

import gc
from typing import Final

#: The interpreter's own are 700, 10 and 10: with them a sixth of planning a large send went into looking.
RARELY: Final = (50_000, 20, 50)


def collect_rarely() -> None:
    """To be called once a process that only sends has all it keeps: the collector need not look at that again, nor at
    the rest after every few messages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
