"""Rate limits open again by themselves, and leave nothing behind."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from yuemian.trust import limits
from yuemian.trust.limits import Limit, forget, hit, hit_behind, key_of, purge
from yuemian.trust.models import RateLimit

LIMIT = Limit("test", 2, timedelta(minutes=1))
GATE = Limit("gate", 3, timedelta(minutes=2))


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


def test_what_the_gate_refuses_is_counted_nowhere_else(db: None, now: datetime) -> None:
    waits = [hit_behind((GATE, "address"), (LIMIT, f"made up {n}"), now=now) for n in range(20)]
    assert waits == [None] * 3 + [timedelta(minutes=2)] * 17
    assert RateLimit.objects.count() == 1 + 3
    assert RateLimit.objects.get(key_hash=key_of(GATE, "address")).hits == 20


def test_the_narrow_limit_holds_behind_an_open_gate(db: None, now: datetime) -> None:
    waits = [hit_behind((GATE, "address"), (LIMIT, "a"), now=now) for _ in range(3)]
    assert waits == [None, None, timedelta(minutes=1)]
    later = now + timedelta(minutes=1)
    assert hit_behind((GATE, "another"), (LIMIT, "a"), now=later) is None


def test_what_is_over_is_cleared_away_slice_by_slice(
    db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SLICE", 2)
    for n in range(3):
        hit(LIMIT, str(n), now=now)
    hit(GATE, "runs", now=now)
    later = now + timedelta(minutes=1)
    assert [purge(uuid4(), later) for _ in range(3)] == [2, 1, 0]
    assert bytes(RateLimit.objects.get().key_hash) == key_of(GATE, "runs")


def test_a_key_tells_nothing_without_the_key_file(db: None, now: datetime) -> None:
    hit(LIMIT, "+8613800000000", now=now)
    plain = hashlib.sha256(b"test\0+8613800000000").digest()
    assert not RateLimit.objects.filter(key_hash=plain).exists()
