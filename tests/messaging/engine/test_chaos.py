"""Workers and the database are killed and frozen while messages go out to bad receivers: none is lost, none doubled.

Short in `make test`; `make chaos` does it at length. Where a receiver takes a key or can be asked, every message
arrives exactly once. Where it can neither, nothing is repeated by itself, and what is unclear stands there to be seen.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass

import pytest

from tests.messaging.engine.scene import Scene, Truth, staged, wait_until

IS_LONG = os.environ.get("CHAOS") == "long"
UNDER_WAY = (
    "messaging_delivery WHERE state IN ('queued', 'sending', 'held') AND due_at < now() + interval '100 days'"
)


@dataclass(frozen=True)
class Measure:
    messages: int
    steps: int
    freezes: int
    database_kills: int
    workers: int = 3


SHORT, LONG = Measure(320, 16, 4, 1), Measure(10_000, 215, 55, 6)
#: Shorter than a lease, longer than one, and longer than a lease and the patience of a look-up together.
NAPS = (0.3, 3.0, 7.0)


@pytest.mark.chaos
def test_killing_and_freezing_loses_and_doubles_nothing() -> None:
    measure = LONG if IS_LONG else SHORT
    with staged(measure.messages, faults=0.1, seed=20261126) as scene:
        began = time.monotonic()
        rage(scene, measure)
        settle_down(scene, measure)
        truth = scene.truth()
        figures = {
            "messages": measure.messages,
            **asdict(scene.tally),
            "seconds": round(time.monotonic() - began),
        }
        sys.stdout.write(
            f"{json.dumps(figures | words(truth))}\n"
        )  # shown with `pytest -s`, and when it fails
        assert scene.tally.kills >= measure.steps
        assert scene.tally.freezes >= measure.freezes
        assert scene.tally.database_kills >= measure.database_kills
        check(truth, measure)


def rage(scene: Scene, measure: Measure) -> None:
    """A few messages at a time become due, and something dies at a random moment of their sending."""
    each = -(-measure.messages // measure.steps)
    for step in range(measure.steps):
        scene.staff(measure.workers)
        scene.release(each)
        time.sleep(scene.chance.uniform(0.02, 0.4))
        if step % max(measure.steps // measure.freezes, 1) == 1:
            scene.freeze_worker(scene.chance.choice(NAPS))
            time.sleep(scene.chance.uniform(0.02, 0.2))
        if step % max(measure.steps // measure.database_kills, 1) == 2:
            scene.kill_database()
        if step % 9 == 3:
            scene.restart_worker()
        scene.kill_worker()
        scene.let_time_pass()


def settle_down(scene: Scene, measure: Measure) -> None:
    """Nothing dies any more; what is left comes to its end. Frozen workers wake meanwhile."""
    scene.release(measure.messages)

    def is_done() -> bool:
        scene.staff(measure.workers)
        scene.let_time_pass()
        can_be_asked = (
            "messaging_delivery d JOIN messaging_provideraccount a ON a.id = d.account"
            " WHERE d.state = 'unknown' AND a.name = 'lookup'"
        )
        # In this order: what is asked for may be queued again.
        return not scene.count(can_be_asked) and not scene.count(UNDER_WAY)

    wait_until(is_done, seconds=600 if IS_LONG else 120, what="An end of everything")


def words(truth: Truth) -> dict[str, object]:
    return {
        "states": {f"{kind} {state}": number for (kind, state), number in sorted(truth.states.items())},
        "doubled": {kind: len(found) for kind, found in truth.doubled.items()},
        "lost": len(truth.lost),
        "unclear": dict(truth.unclear),
        "requests_beyond_one": truth.repeats,
        "events": truth.found,
    }


def check(truth: Truth, measure: Measure) -> None:
    assert truth.lost == []
    assert not any(truth.doubled.values()), truth.doubled
    assert truth.refused == []
    assert truth.again == [], "what nobody can know of was repeated"
    assert {state for _, state in truth.states} <= {"sent", "unknown"}
    assert set(truth.unclear) <= {"neither", "mail"}
    assert sum(truth.states.values()) == measure.messages
    # Else nothing died at a wrong moment, and nothing was shown.
    assert truth.repeats["key"] > 0
    assert any(name.startswith("lease_expired") for name in truth.found)
    assert truth.unclear["neither"] + truth.unclear["mail"] > 0
