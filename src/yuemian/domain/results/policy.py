"""Who must agree before a result leaves. Rules R1 to R3 of docs/security.md."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from yuemian.domain.results.outcome import Outcome

#: From so many on, whoever releases types the number.
TYPED_COUNT_FROM: Final = 51
#: So long a released result can be called back; none at all is possible for a single one alone.
HOLD_WINDOW: Final = timedelta(minutes=10)
LONGEST_HOLD: Final = timedelta(hours=24)
#: So many of a batch leave first.
CANARY: Final = 5


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """An organization's rules; the defaults are those of the house.

    `approvals` people besides the author approve passes and batches; a single letter that is no pass may do with one
    person when `is_single_free` (the author then approves it, seeing the final text).
    """

    approvals: int = 1
    is_single_free: bool = False
    hold_window: timedelta = HOLD_WINDOW
    #: A rejection leaves only with reviewed words on the interview.
    wants_feedback: bool = False
    #: After so many months somebody who was rejected may apply again; None: nothing is said of it.
    apply_again_months: int | None = 6


def approvals_needed(policy: ApprovalPolicy, outcome: Outcome, batch_size: int) -> int:
    """How many different people must approve; never none."""
    if outcome is not Outcome.PASS and batch_size == 1 and policy.is_single_free:
        return 1
    return max(1, policy.approvals)


def may_approve(
    policy: ApprovalPolicy, outcome: Outcome, batch_size: int, *, approver: UUID, authors: Collection[UUID]
) -> bool:
    """Whoever decided, wrote or submitted it does not approve it, but for the single letters that the policy frees."""
    is_free = policy.is_single_free and batch_size == 1 and outcome is not Outcome.PASS
    return is_free or approver not in authors


def hold_window(policy: ApprovalPolicy, batch_size: int) -> timedelta:
    """How long a released result can be called back: never none for several."""
    window = min(policy.hold_window, LONGEST_HOLD)
    return window if batch_size == 1 else max(window, timedelta(minutes=1))


def months_after(start: datetime, months: int) -> datetime:
    """The same day so many months later, or the month's last that every month has."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, 28))
