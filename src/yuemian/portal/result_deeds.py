"""The deeds of a result's page: a code that proves who reads, a question about the result, how it was told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.interviews.actions.surveys import Given, answer_beside_letter
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.messaging.actions.plan import RESULT_LINK
from yuemian.messaging.actions.step_up import NoWay
from yuemian.portal import my_data
from yuemian.portal.actions import QUESTION, RESULT_CODE, RESULT_OPINION, send_question
from yuemian.portal.browser import browser_of, new_browser, remember
from yuemian.portal.codes import NO_WAY, NotSent, send
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.result_page import RESULT, Opinion, shown
from yuemian.portal.showing import back, posted

_PAGE = "/result"
_LAPSED = gettext_lazy(
    "Too much time has passed, and nothing was sent. Please prove once more that it is you: "
    "your answers then stand in the form again."
)


def _prove(request: HttpRequest, door: Opened) -> HttpResponse:
    """The code itself says that a person reads it: no second press."""
    browser = browser_of(request)
    if browser:
        typed = request.POST.get("code", "")
        step_up.check_code(my_data.candidate_of(door), RESULT, browser, typed, now=door.now)
    waiting = Opinion.of(request.POST)
    return shown(request, door, typed=waiting) if waiting.fields else back(door, f"{_PAGE}#code")


prove = posted(_prove, (RESULT_LINK,))


def _read_code(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    """An opinion that waits for this proof travels along."""
    return Asked(RESULT_CODE, dict(Opinion.of(form).fields), is_about_the_facts=False)


def _summarize_code(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(_("Send you a code?"), _("Yes, send me a code"), is_about_the_facts=False)


def _send_code(door: Opened, asked: Asked, manner: Manner) -> HttpResponse:
    waiting, request = Opinion(asked.fields), manner.request
    browser = browser_of(request) or new_browser()
    try:
        point = step_up.address_for(door.link, my_data.candidate_of(door))
        send(request, door, point, RESULT, browser)
    except NoWay:
        return shown(request, door, 409, problem=NO_WAY, typed=waiting)
    except NotSent as refusal:
        return shown(
            request,
            door,
            refusal.status,
            problem=refusal.words,
            typed=waiting,
            retry_after=refusal.seconds,
        )
    is_waiting = bool(waiting.fields)
    response = (
        shown(request, door, typed=waiting, browser=browser) if is_waiting else back(door, f"{_PAGE}#code")
    )
    remember(response, browser)
    return response


def _read_question(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    text = form.get("text", "").strip()[:LONGEST]
    return Asked(QUESTION, {"text": text}, is_about_the_facts=False) if text else None


def _ask_again(request: HttpRequest, door: Opened) -> HttpResponse | str:
    text = request.POST.get("text", "").strip()[:LONGEST]
    return shown(request, door, kept={"text": text}) if text else _PAGE


def _summarize_question(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("Send this question?"),
        button=_("Yes, send my question"),
        quote=asked.fields["text"],
        is_about_the_facts=False,
    )


def _ask(door: Opened, asked: Asked, manner: Manner) -> None:
    send_question(door, asked.fields["text"], manner.nonce)


def _read_opinion(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    typed = Opinion.of(form)
    return Asked(RESULT_OPINION, dict(typed.fields), is_about_the_facts=False) if typed.is_complete else None


def _summarize_opinion(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("You are about to send your answers:"),
        button=_("Yes, send them"),
        words=_("%(impression)s of 5, %(recommend)s of 10") % asked.fields,
        quote=asked.fields.get("badly", ""),
        is_about_the_facts=False,
    )


def _judge(door: Opened, asked: Asked, manner: Manner) -> HttpResponse | str:
    """Only whoever has opened the letter in this browser has read it; what was typed too late waits for the code."""
    candidate, typed = my_data.candidate_of(door), Opinion(asked.fields)
    if not step_up.stand(candidate, RESULT, browser_of(manner.request), now=door.now).is_open:
        return shown(manner.request, door, 422, problem=_LAPSED, typed=typed)
    given = Given(
        impression=int(asked.fields["impression"]),
        recommend=int(asked.fields["recommend"]),
        notice=typed.figure("notice"),
        words={"badly": typed.words} if typed.words else {},
    )
    answer_beside_letter(door.interview, candidate.pk, given, now=door.now)
    return f"{_PAGE}#opinion"


ASKING_RESULT_CODE = Deed(
    name=RESULT_CODE,
    actions=frozenset({RESULT_CODE}),
    part=f"{_PAGE}#code",
    read=_read_code,
    summarize=_summarize_code,
    carry_out=_send_code,
    follows=frozenset({RESULT_OPINION, QUESTION}),
    purpose=RESULT_LINK,
)
ASKING_ABOUT_RESULT = Deed(
    name="result-ask",
    actions=frozenset({QUESTION}),
    part=f"{_PAGE}#questions",
    read=_read_question,
    summarize=_summarize_question,
    carry_out=_ask,
    follows=frozenset({RESULT_CODE}),
    purpose=RESULT_LINK,
    again=_ask_again,
)
JUDGING_RESULT = Deed(
    name=RESULT_OPINION,
    actions=frozenset({RESULT_OPINION}),
    part=f"{_PAGE}#opinion",
    read=_read_opinion,
    summarize=_summarize_opinion,
    carry_out=_judge,
    follows=frozenset({RESULT_CODE, QUESTION}),
    purpose=RESULT_LINK,
)
