"""Suggest the hour of sending, where a step leaves it open: the person's own, else the best known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from yuemian.domain.routing.learning import (
    ENOUGH,
    HOUR_WEIGHT,
    NOTHING,
    TIE,
    History,
    hour_band,
    over_all_hours,
    shrunk,
)
from yuemian.domain.routing.sentence import ReasonedSentence, Why
from yuemian.domain.states import Channel

_ANY: Final = ReasonedSentence(Why.ANY_HOUR)


def choose_hour(
    preferred: int | None, history: History, channel: Channel, allowed: Sequence[int], *, is_workday: bool
) -> tuple[int | None, ReasonedSentence]:
    """One of the full hours in `allowed` (the recipient's clock), and why; None where any is as good as the next.

    A part of the day counts as best only when it stands out from the channel's average, and when at least two
    parts are known well enough to be compared.
    """
    if preferred is not None and preferred in allowed:
        return preferred, ReasonedSentence(Why.OWN_HOUR, {"hour": preferred})
    band = best_band(history, channel, allowed, is_workday=is_workday)
    if band is None:
        return None, _ANY
    tally = history[channel, band, is_workday]
    values = {"band": band, "answered": tally.answered, "sent": tally.sent}
    return min(hour for hour in allowed if hour_band(hour) == band), ReasonedSentence(Why.BEST_HOUR, values)


def best_band(history: History, channel: Channel, allowed: Sequence[int], *, is_workday: bool) -> int | None:
    everything = over_all_hours(history, channel)
    if not everything.sent:
        return None
    level = everything.answered / everything.sent
    rates = {}
    for band in dict.fromkeys(hour_band(hour) for hour in sorted(allowed)):
        tally = history.get((channel, band, is_workday), NOTHING)
        if tally.sent >= ENOUGH:
            rates[band] = shrunk(tally, level, HOUR_WEIGHT)
    best = max(rates, key=lambda band: rates[band], default=None)
    return best if best is not None and len(rates) > 1 and rates[best] > level + TIE else None
