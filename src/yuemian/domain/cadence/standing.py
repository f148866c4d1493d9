"""Since when the steps of a plan stand, from one edit to the next and from one plan to another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from yuemian.domain.cadence.situation import Terms
from yuemian.domain.cadence.step import Step
from yuemian.domain.cadence.timing import FROM_NOW_ON


def since_after(saved: Terms, steps: Iterable[Step], now: datetime) -> dict[str, datetime]:
    """By key, since when each of these steps stands once they are saved; those that go as before keep their date."""
    before = {step.key: step for step in saved.steps}
    return {
        step.key: saved.steps_since.get(step.key, now) if step.goes_as(before.get(step.key)) else now
        for step in steps
    }


def reminds_anew(later: Terms, former: Terms | None) -> bool:
    """Whether a plan reminds, or asks how it was, where the one that held before did not."""
    before = {step.key: step for step in former.steps} if former else {}
    return any(
        step.is_on and step.purpose in FROM_NOW_ON and not step.goes_as(before.get(step.key))
        for step in later.steps
    )
