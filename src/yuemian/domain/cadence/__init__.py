"""Plans: the ordered steps that say what a candidate hears, when, and under which conditions."""

from __future__ import annotations

from yuemian.domain.cadence.agenda import agenda
from yuemian.domain.cadence.item import AgendaItem, Verdict, Why, WhyCode, next_look, wakes_early
from yuemian.domain.cadence.situation import Done, Fate, Record, Said, Situation, Terms
from yuemian.domain.cadence.standing import reminds_anew, since_after
from yuemian.domain.cadence.step import (
    PLANNABLE,
    Anchor,
    BadStep,
    Conditions,
    Extra,
    Pick,
    Step,
    check_plannable,
    since_from_json,
    steps_from_json,
    steps_to_json,
)

__all__ = [
    "PLANNABLE",
    "AgendaItem",
    "Anchor",
    "BadStep",
    "Conditions",
    "Done",
    "Extra",
    "Fate",
    "Pick",
    "Record",
    "Said",
    "Situation",
    "Step",
    "Terms",
    "Verdict",
    "Why",
    "WhyCode",
    "agenda",
    "check_plannable",
    "next_look",
    "reminds_anew",
    "since_after",
    "since_from_json",
    "steps_from_json",
    "steps_to_json",
    "wakes_early",
]
