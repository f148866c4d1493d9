"""The code before the form of an onboarding: one press for a person, two for what may be a machine."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.plan import ONBOARDING_LINK
from yuemian.messaging.actions.step_up import NoWay, TooManyCodes
from yuemian.portal import my_data
from yuemian.portal.actions import ONBOARDING_CODE
from yuemian.portal.browser import browser_of, new_browser, remember
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.onboarding_page import PURPOSE
from yuemian.portal.onboarding_showing import show
from yuemian.portal.showing import back

PART = "/onboarding"


def _read(door: Opened, form: QueryDict) -> Asked:  # noqa: ARG001
    return Asked(ONBOARDING_CODE, is_about_the_facts=False)


def _summarize(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(_("Send you a code?"), _("Yes, send me a code"), is_about_the_facts=False)


def _send(door: Opened, asked: Asked, manner: Manner) -> HttpResponse:  # noqa: ARG001
    candidate = my_data.candidate_of(door)
    browser = browser_of(manner.request) or new_browser()
    try:
        point = step_up.address_for(door.link, candidate)
        step_up.send_code(candidate, PURPOSE, browser, to=point, locale=door.locale, now=door.now)
    except (NoWay, NoTemplate):
        words = _(
            "We have no address to which we could send you a code. Please write to us, or call your contact."
        )
        return show(manner.request, door, 409, problem=words)
    except TooManyCodes as refusal:
        minutes = int(refusal.wait.total_seconds() // 60) + 1
        words = _(
            "Too many codes were asked for. The next one can be sent in %(minutes)d minutes; "
            "a code that you have already received may still work."
        ) % {"minutes": minutes}
        return show(manner.request, door, 429, problem=words)
    response = back(door, f"{PART}#code")
    remember(response, browser)
    return response


ASKING_ONBOARDING_CODE = Deed(
    name=ONBOARDING_CODE,
    actions=frozenset({ONBOARDING_CODE}),
    part=PART,
    read=_read,
    summarize=_summarize,
    carry_out=_send,
    purpose=ONBOARDING_LINK,
)
