"""The deeds of a survey's page: say how it was, once; and be asked no more."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.survey import LONGEST_WORDS, AnswerKind
from yuemian.interviews.actions.surveys import Given, answer_survey, kind_of, standing_of, stop_surveys
from yuemian.interviews.models import SurveyQuestion
from yuemian.interviews.surveys.asking import questions_for
from yuemian.messaging.actions.plan import SURVEY_LINK
from yuemian.portal.actions import STOP, SURVEY
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.showing import show_subpage
from yuemian.portal.survey_page import survey_contents

#: The form's field of a further question.
FIELD = "q_"
_WORDS = ("well", "badly")


def questions(door: Opened) -> list[SurveyQuestion]:
    interview = door.interview
    family = interview.application.job.family_id
    return questions_for(interview.organization_id, kind_of(door.link), family)


def _read(door: Opened, form: QueryDict) -> Asked | None:
    """Without the two main figures there is nothing to send."""
    fields = _fields(door, form)
    is_complete = "impression" in fields and "recommend" in fields
    is_open = standing_of(door.link, door.interview) == "open"
    return Asked(SURVEY, fields, is_about_the_facts=False) if is_complete and is_open else None


def _fields(door: Opened, form: QueryDict) -> dict[str, str]:
    """Only what was asked, and within its bounds."""
    bounds = {"impression": (1, 5), "recommend": (0, 10), "notice": (1, 5)}
    texts = list(_WORDS)
    for question in questions(door):
        name = f"{FIELD}{question.pk}"
        if question.answered_by == AnswerKind.TEXT:
            texts.append(name)
        else:
            is_rating = question.answered_by == AnswerKind.RATING
            bounds[name] = (1, 5) if is_rating else (0, len(question.options) - 1)
    given = {name: str(form.get(name, "")).strip() for name in (*bounds, *texts)}
    fields = {name: given[name] for name, limits in bounds.items() if _is_within(given[name], limits)}
    fields |= {name: given[name][:LONGEST_WORDS] for name in texts if given[name]}
    if form.get("may_contact"):
        fields["may_contact"] = "1"
    return fields


def _show_again(request: HttpRequest, door: Opened) -> HttpResponse | str:
    typed = _fields(door, request.POST)
    return show_subpage(request, door, "portal/survey.html", partial(survey_contents, typed=typed))


def _is_within(text: str, limits: tuple[int, int]) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 3 and limits[0] <= int(text) <= limits[1]


def _summarize(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("You are about to send your answers:"),
        button=_("Yes, send them"),
        words=_("%(impression)s of 5, %(recommend)s of 10") % asked.fields,
        quote="\n".join(asked.fields[name] for name in _WORDS if name in asked.fields),
        is_about_the_facts=False,
    )


def _carry_out(door: Opened, asked: Asked, manner: Manner) -> None:  # noqa: ARG001
    fields = asked.fields
    kinds = {str(question.pk): question.answered_by for question in questions(door)}
    words = {name: fields[name] for name in _WORDS if name in fields}
    extras: dict[str, int] = {}
    for key, kind in kinds.items():
        value = fields.get(FIELD + key)
        if value is not None and kind == AnswerKind.TEXT:
            words[key] = value
        elif value is not None:
            extras[key] = int(value)
    given = Given(
        impression=int(fields["impression"]),
        recommend=int(fields["recommend"]),
        notice=int(fields["notice"]) if "notice" in fields else None,
        extras=extras,
        words=words,
        may_contact="may_contact" in fields,
    )
    answer_survey(door.link, given, now=door.now)


def _read_stop(door: Opened, form: QueryDict) -> Asked:  # noqa: ARG001
    return Asked(STOP, {}, is_about_the_facts=False)


def _summarize_stop(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("We will not ask you again how an interview was."),
        button=_("Yes, do not ask me again"),
        is_about_the_facts=False,
    )


def _stop(door: Opened, asked: Asked, manner: Manner) -> None:  # noqa: ARG001
    stop_surveys(door.link, now=door.now)


SURVEYING = Deed(
    name="opinion",
    actions=frozenset({SURVEY}),
    part="/survey",
    read=_read,
    summarize=_summarize,
    carry_out=_carry_out,
    purpose=SURVEY_LINK,
    again=_show_again,
)
STOPPING = Deed(
    name=STOP,
    actions=frozenset({STOP}),
    part="/survey",
    read=_read_stop,
    summarize=_summarize_stop,
    carry_out=_stop,
    follows=frozenset({SURVEY}),
    purpose=SURVEY_LINK,
)
