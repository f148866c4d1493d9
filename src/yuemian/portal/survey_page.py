"""The page of a survey: what is asked, and in plain words who will see it."""

from __future__ import annotations

from dataclasses import dataclass
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


def survey_contents(door: Opened, locale: str) -> dict[str, Any]:
    interview, kind = door.interview, kind_of(door.link)
    family = interview.application.job.family_id
    found = questions_for(interview.organization_id, kind, family)
    return {
        "part": "survey",
        "survey": standing_of(door.link, interview),
        "is_result": kind == SurveyKind.RESULT,
        "minimum": policy_of(interview.organization_id).minimum,
        "is_stopped": SurveyStop.objects.filter(candidate_id=door.link.candidate_id).exists(),
        "fives": list(range(1, 6)),
        "tens": list(range(11)),
        "questions": [_question(each, locale) for each in found],
    }


def _question(question: SurveyQuestion, locale: str) -> Question:
    is_chinese = locale.startswith("zh")
    return Question(
        field=f"q_{question.pk}",
        text=question.text if is_chinese else question.text_en or question.text,
        is_rating=question.answered_by == AnswerKind.RATING,
        is_choice=question.answered_by == AnswerKind.CHOICE,
        options=[
            (place, chinese if is_chinese else english or chinese)
            for place, (chinese, english) in enumerate(question.options)
        ],
    )
