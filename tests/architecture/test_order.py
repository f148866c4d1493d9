"""The suite's own order: nothing is lost, a file's tests stay together, and the longest begin early."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.houses import ROOT
from tests.order import LONGEST, file_of, in_order


def test_no_test_is_lost_and_those_of_a_file_stay_together(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    ordered = in_order(sorted(items, key=file_of))
    assert sorted(each.nodeid for each in ordered) == sorted(each.nodeid for each in items)
    files = [file_of(each) for each in ordered]
    assert len(set(files)) == 1 + sum(here != there for here, there in pairwise(files))


def test_the_longest_files_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
