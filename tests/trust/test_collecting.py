"""What a process keeps is not looked at again."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
from yuemian.trust.collecting import collect_rarely
kept = [[] for _ in range(1000)]
usual = gc.get_threshold()[0]
collect_rarely()
print(gc.get_freeze_count() > 1000, gc.get_threshold()[0] > usual, gc.isenabled())
"""


def test_what_stands_is_left_alone_and_the_rest_still_collected() -> None:
    """In a process of its own: it is the whole process's."""
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True", "True"]
