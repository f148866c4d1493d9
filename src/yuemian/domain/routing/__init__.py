"""By which channels and in which order one person is written to; and why, in one sentence."""

from __future__ import annotations

from yuemian.domain.routing.choosing import choose_route
from yuemian.domain.routing.facts import (
    SAME_DAY,
    Lane,
    Person,
    PointState,
    Route,
    RouteRequest,
    Setting,
)
from yuemian.domain.routing.sentence import ReasonedSentence, Why

__all__ = [
    "SAME_DAY",
    "Lane",
    "Person",
    "PointState",
    "ReasonedSentence",
    "Route",
    "RouteRequest",
    "Setting",
    "Why",
    "choose_route",
]
