"""In which order the files of the suite run, so that no core stands idle and no process ends alone.

A browser's tests mostly wait: for a page, a mail, a minute. The others compute. Beside each other they take less time
than one after the other, so the first kind is spread over the first two thirds of the second, the longest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import pytest

#: The share of the others that the browser's tests are spread over; what is left then fills the gaps.
SPREAD: Final = 2 / 3
#: Over a minute each.
LONGEST: Final = (
    "tests/portal/test_scanners.py",
    "tests/journeys/test_plans_story.py",
    "tests/journeys/test_many_results.py",
    "tests/portal/test_times_in_a_browser.py",
    "tests/portal/test_my_data_in_a_browser.py",
    "tests/journeys/test_inbox.py",
    "tests/portal/test_walks_in_a_browser.py",
    "tests/portal/test_voices_in_a_browser.py",
    "tests/onboarding/test_hostile_in_a_browser.py",
)


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests; those of a file stay together, as they were."""
    files = [(name, list(tests)) for name, tests in groupby(items, key=file_of)]
    waiting = sorted((each for each in files if _has_journey(each[1])), key=lambda each: _place(each[0]))
    computing = [each for each in files if not _has_journey(each[1])]
    step = int(len(computing) * SPREAD) // len(waiting) if waiting else 0
    mixed = [
        each
        for number, journey in enumerate(waiting)
        for each in (journey, *computing[number * step : (number + 1) * step])
    ]
    mixed += computing[len(waiting) * step :]
    return [test for _, tests in mixed for test in tests]


def _has_journey(tests: Sequence[pytest.Item]) -> bool:
    return any(test.get_closest_marker("journey") for test in tests)


def _place(name: str) -> int:
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def file_of(test: pytest.Item) -> str:
    return test.nodeid.partition("::")[0]
