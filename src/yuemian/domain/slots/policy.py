"""Whether a candidate may move their interview themselves, and what happens then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RequestState(StrEnum):
    """What became of a wish for another time; only an open one becomes something else. It expires when the facts
    change or the interview begins."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Refusal(StrEnum):
    """Why a candidate can no longer ask for another time on the page."""

    TOO_LATE = "too_late"
    TOO_OFTEN = "too_often"
    NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a company, a branch or a job; these are the ones that hold where nobody set others."""

    #: How often one interview's time may be asked to move; 0: not on the page.
    most: int = 2
    #: So long before the start it is too late for that.
    latest: timedelta = timedelta(hours=12)
    #: A slot that the candidate chooses holds at once; otherwise a person accepts it.
    is_automatic: bool = False
    #: Whether free slots are shown at all.
    offers_slots: bool = True
    #: How many times of their own a candidate may propose; 0: none.
    proposals: int = 3
    #: So long a chosen slot is kept for a request that waits for a person.
    hold: timedelta = timedelta(hours=24)


def refusal(
    policy: Policy, *, asked: int, starts_at: datetime, now: datetime, is_settled: bool
) -> Refusal | None:
    """None when the candidate may ask. `asked`: those that count. A time that is not settled is free to choose."""
    if not is_settled:
        return None
    if policy.most == 0 or not (policy.offers_slots or policy.proposals):
        return Refusal.NOT_HERE
    if now > starts_at - policy.latest:
        return Refusal.TOO_LATE
    return Refusal.TOO_OFTEN if asked >= policy.most else None
