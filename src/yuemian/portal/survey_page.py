"""The page of a survey: what is asked, and in plain words who will see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from yuemian.domain.survey import AnswerKind, SurveyKind
from yuemian.interviews.actions.surveys import kind_of, standing_of
from yuemian.interviews.models import SurveyQuestion, SurveyStop
from yuemian.interviews.surveys.asking import policy_of, questions_for
from yuemian.portal.door import Opened


@dataclass(frozen=True)
class Question:
    """A further question in the page's language."""

    field: str
    text: str
    is_rating: bool
    is_choice: bool
    options: list[tuple[int, str]]
    #: As it was typed: the figure or the place of an option, or the words.
    chosen: int | None
    words: str


_NOTHING: Mapping[str, str] = MappingProxyType({})
_FIGURES = ("impression", "recommend", "notice")


def survey_contents(door: Opened, locale: str, typed: Mapping[str, str] = _NOTHING) -> dict[str, Any]:
    """`typed`: what stands in the form already, by its fields and within their bounds."""
    interview, kind = door.interview, kind_of(door.link)
    family = interview.application.job.family_id
    found = questions_for(interview.organization_id, kind, family)
    standing = standing_of(door.link, interview)
    return {
        "part": "survey",
        "survey": standing,
        "typed_form": "surveying" if standing == "open" else "",
        "typed": {name: _figure(typed, name) for name in _FIGURES},
        "kept": typed,
        "is_result": kind == SurveyKind.RESULT,
        "minimum": policy_of(interview.organization_id).minimum,
        "is_stopped": SurveyStop.objects.filter(candidate_id=door.link.candidate_id).exists(),
        "fives": list(range(1, 6)),
        "tens": list(range(11)),
        "questions": [_question(each, locale, typed) for each in found],
    }


def _figure(typed: Mapping[str, str], name: str) -> int | None:
    return int(typed[name]) if name in typed else None


def _question(question: SurveyQuestion, locale: str, typed: Mapping[str, str]) -> Question:
    is_chinese, field = locale.startswith("zh"), f"q_{question.pk}"
    is_text = question.answered_by == AnswerKind.TEXT
    return Question(
        field=field,
        text=question.text if is_chinese else question.text_en or question.text,
        is_rating=question.answered_by == AnswerKind.RATING,
        is_choice=question.answered_by == AnswerKind.CHOICE,
        options=[
            (place, chinese if is_chinese else english or chinese)
            for place, (chinese, english) in enumerate(question.options)
        ],
        chosen=None if is_text else _figure(typed, field),
        words=typed.get(field, "") if is_text else "",
    )
