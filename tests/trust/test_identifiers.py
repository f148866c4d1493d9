"""Keys of many rows."""

from __future__ import annotations

import time
from itertools import islice

from yuemian.trust.identifiers import uuid7_series


def test_a_series_is_ordered_and_of_version_seven_near_the_clock() -> None:
    before = time.time_ns() // 1_000_000
    ids = list(islice(uuid7_series(), 10_000))
    assert ids == sorted(set(ids))
    assert {(id_.version, id_.variant) for id_ in ids} == {(7, "specified in RFC 4122")}
    assert before <= ids[0].int >> 80 <= ids[-1].int >> 80 <= time.time_ns() // 1_000_000 + 3
