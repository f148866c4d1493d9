"""Plans: the ordered steps that say what a candidate hears, when, and under which conditions."""

from __future__ import annotations

from yuemian.domain.cadence.step import (
    Anchor,
    BadStep,
    Conditions,
    Extra,
    Pick,
    Step,
    steps_from_json,
    steps_to_json,
)

__all__ = [
    "Anchor",
    "BadStep",
    "Conditions",
    "Extra",
    "Pick",
    "Step",
    "steps_from_json",
    "steps_to_json",
]
