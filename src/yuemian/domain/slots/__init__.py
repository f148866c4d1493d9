"""Bookable times: which slots a series makes, which of them one candidate may have, and how often times may move."""

from __future__ import annotations

from .expanding import expand
from .offering import Engagement, Offer, SlotKey, offered
from .policy import Policy, Refusal, RequestState, refusal
from .series import BadSeries, Closure, Series, Span, Window, closures_from_json, windows_from_json

__all__ = [
    "BadSeries",
    "Closure",
    "Engagement",
    "Offer",
    "Policy",
    "Refusal",
    "RequestState",
    "Series",
    "SlotKey",
    "Span",
    "Window",
    "closures_from_json",
    "expand",
    "offered",
    "refusal",
    "windows_from_json",
]
