"""The six checks: pure, whoever wrote the text; a person decides about what is not blocking."""

from __future__ import annotations

from yuemian.domain.feedback.checking.detail import check_details
from yuemian.domain.feedback.checking.evidence import check_evidence, resting_on
from yuemian.domain.feedback.checking.finding import BLOCKING, Code, Finding, Ground, digest
from yuemian.domain.feedback.checking.rules import check_form, check_rules
from yuemian.domain.feedback.checking.sentences import Piece, split

__all__ = ["BLOCKING", "Code", "Finding", "Ground", "Piece", "check", "digest", "resting_on", "split"]


def check(text: str, ground: Ground) -> list[Finding]:
    """In the order of the sentences; what is about the whole text comes last."""
    pieces = split(text)
    found = [
        *check_rules(pieces, ground),
        *check_evidence(pieces, ground),
        *check_details(pieces, ground),
    ]
    return [*sorted(set(found), key=lambda each: (each.sentence, each.code)), *check_form(text, ground)]
