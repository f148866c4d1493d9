"""Thin feedback, what must not count, insults: on tables of real sentences, with the rates that they reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.scorecard.flagged import FLAGGED
from tests.domain.scorecard.ordinary import CHINESE, ENGLISH
from yuemian.domain.results import Rating
from yuemian.domain.scorecard import SUMMARY, Draft, Flag, HintKind, Mark, Thin, flags, hints, thin

ORDINARY = [*CHINESE, *ENGLISH]
#: Of ordinary notes at most one in fifty may be flagged, of those to be flagged at most one in fifty missed.
WRONG_AT_MOST = 0.02


def test_what_must_not_count_is_flagged_under_its_name() -> None:
    missed = [
        (note, kind, flags(note)) for note, kind in FLAGGED if kind not in {f.kind for f in flags(note)}
    ]
    assert len(FLAGGED) >= 100
    assert len(missed) <= WRONG_AT_MOST * len(FLAGGED), missed


def test_ordinary_notes_are_left_alone() -> None:
    wrong = [(note, flags(note)) for note in ORDINARY if flags(note)]
    assert len(ORDINARY) >= 150
    assert len(wrong) <= WRONG_AT_MOST * len(ORDINARY), wrong


def test_every_kind_is_in_the_table_in_both_languages() -> None:
    chinese = {kind for note, kind in FLAGGED if not note.isascii()}
    assert chinese == {kind for note, kind in FLAGGED if note.isascii()}
    assert len(chinese) == 12


def test_a_flag_says_which_words() -> None:
    assert flags("表达清楚。今年35岁了") == [Flag(flags("35岁")[0].kind, "35岁", 7)]


THIN = [
    ("", Thin.ONLY_RATING),
    ("   ", Thin.ONLY_RATING),
    ("不错", Thin.TOO_SHORT),
    ("沟通好", Thin.TOO_SHORT),
    ("ok", Thin.TOO_SHORT),
    ("Good coder", Thin.TOO_SHORT),
    ("沟通能力很好，表达清晰流畅", Thin.ONLY_ADJECTIVES),
    ("逻辑思维较强，思路清晰，有条理", Thin.ONLY_ADJECTIVES),
    ("技术基础扎实，经验丰富，非常优秀", Thin.ONLY_ADJECTIVES),
    ("整体表现一般，各方面都还可以", Thin.ONLY_ADJECTIVES),
    ("态度积极，性格开朗，有亲和力，比较自信", Thin.ONLY_ADJECTIVES),
    ("候选人专业能力不足，有待提高", Thin.ONLY_ADJECTIVES),
    ("不太合适，建议不推荐录用", Thin.ONLY_ADJECTIVES),
    ("Very good communication skills, clear and confident", Thin.ONLY_ADJECTIVES),
    ("Strong technical background and a positive attitude", Thin.ONLY_ADJECTIVES),
    ("Overall a solid candidate, would recommend", Thin.ONLY_ADJECTIVES),
    ("Weak in system design, needs improvement", Thin.ONLY_ADJECTIVES),
]


@pytest.mark.parametrize(("note", "why"), THIN)
def test_thin_notes_are_noticed(note: str, why: Thin) -> None:
    assert thin(note, Rating.STRONG) == why


def test_notes_that_say_what_was_seen_are_left_alone() -> None:
    wrong = [(note, thin(note, Rating.SOLID)) for note in ORDINARY if thin(note, Rating.SOLID)]
    assert len(wrong) <= WRONG_AT_MOST * len(ORDINARY), wrong


def test_nothing_is_asked_of_what_is_not_touched_yet() -> None:
    assert thin("", None) is None


def test_hints_stand_under_their_competency() -> None:
    draft = Draft(
        {
            "coding": Mark(Rating.STRONG, note=CHINESE[0]),
            "teamwork": Mark(Rating.WEAK),
            "learning": Mark(is_skipped=True),
            "language": Mark(Rating.SOLID, note="有孩子，英文自我介绍两分钟，小孩还小"),
        },
        summary="已婚，讲清了订单超时的原因",
    )
    found = hints(draft)
    assert set(found) == {"teamwork", "language", SUMMARY}
    assert found["teamwork"][0].what == Thin.ONLY_RATING
    assert [(hint.kind, hint.what, hint.words) for hint in found["language"]] == [
        (HintKind.FLAG, "children", "有孩子、小孩还小")
    ]
    assert found[SUMMARY][0].what == "marriage"


@given(st.text(max_size=400))
def test_any_text_is_judged(text: str) -> None:
    for flag in flags(text):
        assert flag.words in text
    thin(text, Rating.SOLID)
