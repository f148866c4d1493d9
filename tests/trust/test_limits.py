"""Rate limits open again by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from yuemian.trust.limits import Limit, forget, hit

LIMIT = Limit("test", 2, timedelta(minutes=1))


def test_the_third_hit_in_a_window_waits(db: None, now: datetime) -> None:
    assert [hit(LIMIT, "a", now=now) for _ in range(3)] == [None, None, timedelta(minutes=1)]


def test_another_key_is_not_touched(db: None, now: datetime) -> None:
    for _ in range(3):
        hit(LIMIT, "a", now=now)
    assert hit(LIMIT, "b", now=now) is None


def test_the_next_window_is_open(db: None, now: datetime) -> None:
    for _ in range(3):
        hit(LIMIT, "a", now=now)
    assert hit(LIMIT, "a", now=now + timedelta(minutes=1)) is None


def test_success_forgets_the_misses(db: None, now: datetime) -> None:
    for _ in range(3):
        hit(LIMIT, "a", now=now)
    forget(LIMIT, "a")
    assert hit(LIMIT, "a", now=now) is None
