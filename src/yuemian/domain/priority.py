"""In what order messages go when there are more than can leave at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yuemian.domain.states import Purpose

_PRIORITY: Final[Mapping[Purpose, int]] = {
    Purpose.TEST: 0,
    Purpose.CODE: 1,
    Purpose.STAFF_NEWS: 6,
    Purpose.LINK: 8,
    Purpose.ANSWER: 10,
    Purpose.CONSULTATION: 15,
    Purpose.NEEDS: 15,
    Purpose.APPROVAL: 18,
    Purpose.RESULT: 20,
    Purpose.ONBOARDING: 22,
    Purpose.CHANGE: 25,
    Purpose.CANCELLATION: 25,
    Purpose.INVITATION: 30,
    Purpose.REMINDER: 40,
    Purpose.NUDGE: 45,
    Purpose.STILL_DECIDING: 50,
    Purpose.STAFF_REMINDER: 50,
    Purpose.ATTENDANCE: 50,
    Purpose.SCORECARD: 50,
    Purpose.DIGEST: 55,
    Purpose.SURVEY: 60,
    Purpose.LETTER: 60,  # never sent: it stands on the page
}


def priority(purpose: Purpose, *, same_day: bool = False) -> int:
    """Smaller goes first: changes of today, then answers, results, invitations, reminders, surveys."""
    if same_day and purpose in {Purpose.CHANGE, Purpose.CANCELLATION}:
        return 5
    return _PRIORITY[purpose]
