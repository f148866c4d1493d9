"""Pay: what is left of a monthly salary, estimated by rules that are data."""

from __future__ import annotations

from yuemian.domain.pay.estimate import Estimate, Line, Offer, estimate
from yuemian.domain.pay.rules import BadRules, Base, Bracket, Contribution, Rules, TaxRules, read_rules

__all__ = [
    "BadRules",
    "Base",
    "Bracket",
    "Contribution",
    "Estimate",
    "Line",
    "Offer",
    "Rules",
    "TaxRules",
    "estimate",
    "read_rules",
]
