"""Every code has its sentence, and every sentence its Chinese."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

import yuemian
from yuemian.domain.header_words import Field
from yuemian.domain.headers import RowKind, Why
from yuemian.domain.reading import NoticeCode, Problem, ProblemCode, Repair, RepairCode
from yuemian.intake import wording
from yuemian.intake.checking import RowState
from yuemian.intake.refusal import Refusal, UnreadableFile

MAPPINGS: list[tuple[type[StrEnum], object]] = [
    (ProblemCode, wording.PROBLEMS),
    (RepairCode, wording.REPAIRS),
    (NoticeCode, wording.NOTICES),
    (Refusal, wording.REFUSALS),
    (RowState, wording.STATES),
    (RowKind, wording.KINDS),
    (Why, wording.WHYS),
    (Field, wording.FIELDS),
]
CATALOGUE = Path(yuemian.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.mark.parametrize(("codes", "mapping"), MAPPINGS)
def test_every_code_has_a_sentence_and_its_chinese(
    codes: type[StrEnum], mapping: dict[StrEnum, object]
) -> None:
    assert set(mapping) == set(codes)
    with CATALOGUE.open("rb") as file:
        chinese = {str(entry.id): str(entry.string) for entry in read_po(file)}
    with translation.override(None):
        for sentence in map(str, mapping.values()):
            assert chinese.get(sentence), f"Translate {sentence!r} in {CATALOGUE.name}."
            assert set(re.findall(r"%\(\w+\)s", chinese[sentence])) <= set(re.findall(r"%\(\w+\)s", sentence))


def test_sentences_are_filled_and_a_missing_parameter_leaves_a_gap() -> None:
    with translation.override(None):
        assert "1.38E+10" in wording.problem_text(Problem(ProblemCode.PHONE_ROUNDED, {"text": "1.38E+10"}))
        assert wording.problem_text(Problem(ProblemCode.PHONE_ROUNDED))
        assert "b" in wording.repair_text(Repair(RepairCode.TIDIED, "a", "b"))
        assert "20 MB" in wording.refusal_text(UnreadableFile(Refusal.TOO_LARGE, limit="20"))
