"""The deeds of a result's page: a code that proves who reads, a question about the result, how it was told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.survey import LONGEST_WORDS
from yuemian.interviews.actions.surveys import Given, answer_beside_letter
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.messaging.actions.plan import RESULT_LINK
from yuemian.messaging.actions.step_up import NoWay, TooManyCodes
from yuemian.portal import my_data
from yuemian.portal.actions import QUESTION, RESULT_CODE, RESULT_OPINION, send_question
from yuemian.portal.browser import browser_of, new_browser, remember
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.result_page import RESULT, shown
from yuemian.portal.showing import back, posted

_PAGE = "/result"
_BOUNDS = {"impression": (1, 5), "recommend": (0, 10), "notice": (1, 5)}


def _prove(request: HttpRequest, door: Opened) -> HttpResponse:
    """The code itself says that a person reads it: no second press."""
    browser = browser_of(request)
    if browser:
        typed = request.POST.get("code", "")
        step_up.check_code(my_data.candidate_of(door), RESULT, browser, typed, now=door.now)
    return back(door, f"{_PAGE}#code")


prove = posted(_prove, (RESULT_LINK,))


def _read_code(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    return Asked(RESULT_CODE, is_about_the_facts=False)


def _summarize_code(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(_("Send you a code?"), _("Yes, send me a code"), is_about_the_facts=False)


def _send_code(door: Opened, asked: Asked, manner: Manner) -> HttpResponse:  # noqa: ARG001
    candidate, browser = my_data.candidate_of(door), browser_of(manner.request) or new_browser()
    no_way = _(
        "We have no address to which we could send you a code. Please write to us, or call your contact."
    )
    try:
        point = step_up.address_for(door.link, candidate)
        step_up.send_code(candidate, RESULT, browser, to=point, locale=door.locale, now=door.now)
    except (NoWay, NoTemplate):
        return shown(manner.request, door, 409, problem=no_way)
    except TooManyCodes as refusal:
        minutes = int(refusal.wait.total_seconds() // 60) + 1
        problem = _(
            "Too many codes were asked for. The next one can be sent in %(minutes)d minutes; "
            "a code that you have already received may still work."
        )
        return shown(
            manner.request, door, 429, problem=problem % {"minutes": minutes}, retry_after=minutes * 60
        )
    response = back(door, f"{_PAGE}#code")
    remember(response, browser)
    return response


def _read_question(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    text = form.get("text", "").strip()[:LONGEST]
    return Asked(QUESTION, {"text": text}, is_about_the_facts=False) if text else None


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
    """Within its bounds; without the two main figures there is nothing to send."""
    given = {name: form.get(name, "").strip() for name in _BOUNDS}
    fields = {
        name: value
        for name, value in given.items()
        if value.isascii() and value.isdigit() and _BOUNDS[name][0] <= int(value[:3]) <= _BOUNDS[name][1]
    }
    if words := form.get("badly", "").strip()[:LONGEST_WORDS]:
        fields["badly"] = words
    is_complete = "impression" in fields and "recommend" in fields
    return Asked(RESULT_OPINION, fields, is_about_the_facts=False) if is_complete else None


def _summarize_opinion(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("You are about to send your answers:"),
        button=_("Yes, send them"),
        words=_("%(impression)s of 5, %(recommend)s of 10") % asked.fields,
        quote=asked.fields.get("badly", ""),
        is_about_the_facts=False,
    )


def _judge(door: Opened, asked: Asked, manner: Manner) -> str:
    """Only whoever has opened the letter in this browser has read it."""
    candidate, fields = my_data.candidate_of(door), asked.fields
    if not step_up.stand(candidate, RESULT, browser_of(manner.request), now=door.now).is_open:
        return f"{_PAGE}#code"
    given = Given(
        impression=int(fields["impression"]),
        recommend=int(fields["recommend"]),
        notice=int(fields["notice"]) if "notice" in fields else None,
        words={"badly": fields["badly"]} if "badly" in fields else {},
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
