"""How well the checks tell faulty sentences from good ones, and that the figures in the docs are these."""

from __future__ import annotations

import pytest

from bench.feedback import PAGE, SETS, measure, with_figures
from tests.domain.feedback.reading import Labelled, labelled
from yuemian.domain.feedback import BLOCKING, Code, check

FIGURES = measure()


def test_there_are_enough_of_them_and_half_are_faulty() -> None:
    everything = [each for name in SETS for each in labelled(name)]
    assert len(everything) >= 600
    faulty = sum(each.label != "ok" for each in everything)
    assert 0.4 <= faulty / len(everything) <= 0.6
    assert len({(each.context, each.text) for each in everything}) == len(everything)


def test_what_was_set_aside_is_told_apart_as_well() -> None:
    held = FIGURES["held"]
    assert held["recall"] >= 0.95
    assert held["precision"] >= 0.85


def test_what_was_written_to_get_past_the_checks_is_not_let_through_more_often_than_the_docs_say() -> None:
    late = FIGURES["late"]
    assert late["recall"] >= 0.6
    assert late["false_reds"] <= 0.02


RED = [
    each
    for name in ("known", "subtle")
    for each in labelled(name)
    if each.label != "ok" and Code(each.label) in BLOCKING
]


@pytest.mark.parametrize("each", RED, ids=lambda each: each.text)
def test_what_nobody_may_let_through_is_red(each: Labelled) -> None:
    assert any(one.is_blocking for one in check(each.text, each.ground))


def test_the_docs_hold_the_measured_figures() -> None:
    page = PAGE.read_text("utf-8")
    assert with_figures(page, FIGURES) == page, "python -m bench.feedback --write"
