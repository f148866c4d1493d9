"""How long a person's data is kept, and when it goes: pure, by the last thing that really happened between both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: Kept so long after the last activity unless the company says otherwise, in days; and what it may say.
USUAL: Final = 180
SHORTEST: Final = 30
LONGEST: Final = 3650
#: A person sees a coming erasure at least so long before it happens.
NOTICE: Final = timedelta(days=14)
#: The nightly look takes place between these hours of the company's clock, else whenever one was missed for too long.
_NIGHT: Final = range(2, 5)
_ONCE: Final = timedelta(hours=12)
_MISSED: Final = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one person. `active_at`: the last interview's end, answer, question or application, whichever
    is latest; a fetched page is none of them. `days`: what each branch that knows the person keeps."""

    active_at: datetime
    days: Collection[int]
    is_waiting: bool = False  # somebody owes the person an answer
    is_held: bool = False  # the law or a dispute asks for the data


def erasable_at(past: Past) -> datetime | None:
    """When the time is over; None while it does not run. The branch that keeps longest decides."""
    if past.is_waiting or past.is_held:
        return None
    return past.active_at + timedelta(days=max(past.days, default=USUAL))


def erasure_due(past: Past, *, now: datetime) -> datetime | None:
    """When the data of a person goes, once that is near enough to be announced; None before.

    Whoever is found late, as after a shorter time was set, is announced like everybody else.
    """
    end = erasable_at(past)
    if end is None or end > now + NOTICE:
        return None
    return max(end, now + NOTICE)


def is_look_due(last: datetime | None, local: datetime) -> bool:
    """Whether the nightly look is to take place now; `local` is the company's time."""
    if last is None or local - last >= _MISSED:
        return True
    return local.hour in _NIGHT and local - last >= _ONCE
