"""Five hundred people whose facts change while two workers write to them: what is false never leaves.

Twenty-five rounds with twenty people each. In a round two workers, the providers and everybody at a desk or on a page
take turns as the round's seed says (`interleaving.turns`), down to the single statement of a transaction; the rows say
at every hand-over what was true just then (`interleaving.witness`). `test_stale_facts_overlapping` has no such turns.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from pytest_django import Settings

from tests.messaging.engine.interleaving.deeds import DEEDS
from tests.messaging.engine.interleaving.play import prepared
from tests.messaging.engine.interleaving.turns import IDLE, POINTS

IS_LONG = os.environ.get("CHAOS") == "long"
ROUNDS = 500 if IS_LONG else 25
pytestmark = [pytest.mark.chaos] if IS_LONG else []


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What was done, and where the engine was meanwhile, in all rounds."""
    return Counter()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_what_is_false_never_leaves_and_what_became_false_is_corrected(
    transactional_db: None, settings: Settings, seen: Counter[str], seed: int
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    play = prepared(seed)
    faults = play.run()
    seen.update(play.people.done + play.stage.met + play.outside.fates + Counter(rounds=1))
    again = f"CHAOS=long python -m pytest '{os.environ['PYTEST_CURRENT_TEST'].split()[0]}'"
    assert not faults, "\n".join([*faults, f"The same seed: {again}"])


def test_everybody_did_everything_at_every_moment(seen: Counter[str]) -> None:
    """Ids are drawn anew each time, and what they decide with them: the short run may miss a rare one or two."""
    if seen["rounds"] < ROUNDS:
        pytest.skip("says something only after all rounds")
    wanted = {deed.__name__ for deed in DEEDS} | set(POINTS.values()) - IDLE.keys()
    wanted |= {"a lock", "another person", "gone without waiting", "too_late"}
    lacking = wanted - set(seen)
    assert len(lacking) <= (0 if IS_LONG else 3), lacking
