"""What a scorecard lacks, and how long it can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from yuemian.domain.results import Rating, Recommendation
from yuemian.domain.scorecard import Draft, Mark, Missing, is_reopenable, missing

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_what_is_not_rated_is_named_in_the_order_of_the_form() -> None:
    draft = Draft({"b": Mark(Rating.SOLID), "c": Mark(note="x")})
    assert missing(draft, ["a", "b", "c"]) == Missing(("a", "c"), recommendation=True)


def test_not_asked_is_an_answer() -> None:
    draft = Draft({"a": Mark(is_skipped=True), "b": Mark(Rating.WEAK)}, Recommendation.NO)
    assert not missing(draft, ["a", "b"])


def test_nothing_but_skipped_is_no_evaluation() -> None:
    draft = Draft({"a": Mark(is_skipped=True)}, Recommendation.YES)
    assert missing(draft, ["a"]).any_rating
    assert missing(draft, ["a"])


def test_a_form_without_competencies_asks_for_the_overall_word_alone() -> None:
    assert not missing(Draft(recommendation=Recommendation.YES), [])


def test_blank_is_what_nobody_touched() -> None:
    assert Draft({"a": Mark()}, summary=" ").is_blank
    assert not Draft({"a": Mark(is_skipped=True)}).is_blank
    assert not Draft(summary="x").is_blank


def test_a_day_to_take_it_back() -> None:
    assert is_reopenable(NOW, NOW + timedelta(hours=23, minutes=59))
    assert not is_reopenable(NOW, NOW + timedelta(hours=24))
