"""The deed that says what of “My data” is wrong. Nothing that was typed is lost: it comes back with what to mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.domain.addresses import email_index_form, phone_index_form, read_email, read_phone
from yuemian.domain.names import read_name
from yuemian.domain.reading import ProblemCode
from yuemian.domain.states import Channel
from yuemian.hiring.actions.correct import OptedOut, TooMany, ask_correction, propose_address
from yuemian.messaging.actions import step_up
from yuemian.portal import my_data
from yuemian.portal.actions import DATA_ACTIONS
from yuemian.portal.browser import browser_of
from yuemian.portal.codes import NotSent, send
from yuemian.portal.data_views import shown
from yuemian.portal.deeds import Asked, Deed, Manner, Mistyped, Summary
from yuemian.portal.door import Opened
from yuemian.portal.my_data import ADDRESS, DATA, FIELDS, TOO_MANY, Typed

Text = str | Promise

_PREFER, _CHANNEL, CORRECT, _CODE = DATA_ACTIONS
_MISSING = gettext_lazy("Please fill this in.")
_NO_NAME = gettext_lazy("Please write only your name here.")
_NO_EMAIL = gettext_lazy("This is no mail address. Write it like this: name@example.com.")
_NO_NUMBER = gettext_lazy(
    "This is no mobile number. Check the digits; a number from abroad begins with + and the country code."
)
_NO_MOBILE = gettext_lazy("This is no mobile number: no text message can reach it.")
_OPTED_OUT = gettext_lazy(
    "You have stopped the messages to this address. First press “Receive again” above, under “Stop messages”."
)
_NUMBERS: Mapping[ProblemCode, Text] = {
    ProblemCode.PHONE_TOO_SHORT: gettext_lazy("This number is too short; a digit is missing."),
    ProblemCode.PHONE_TOO_LONG: gettext_lazy("This number is too long; there is a digit too many."),
}


class _Unusable(Exception):  # noqa: N818
    """What was typed cannot be taken as it stands; `wrong` says what to do."""

    def __init__(self, wrong: Text) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def _read_correction(door: Opened, form: QueryDict) -> Asked | None:
    typed = Typed.of(form)
    if typed.field not in FIELDS:
        return None
    try:
        normal = _normal(door, typed)
    except _Unusable as problem:
        raise Mistyped(partial(_shown_again, typed=replace(typed, wrong=problem.wrong))) from problem
    return Asked(CORRECT, {"field": typed.field, "value": normal}, is_about_the_facts=False)


def _normal(door: Opened, typed: Typed) -> str:
    """As it is stored. Raises _Unusable."""
    if not typed.value.strip():
        raise _Unusable(_MISSING)
    if typed.field == "name":
        return _usable(read_name(typed.value).value, _NO_NAME)
    if typed.field == Channel.EMAIL:
        return email_index_form(_usable(read_email(typed.value).value, _NO_EMAIL))
    return _number(door, typed.value) if typed.field == Channel.SMS else typed.value


def _usable(value: str | None, otherwise: Text) -> str:
    if not value:
        raise _Unusable(otherwise)
    return value


def _number(door: Opened, value: str) -> str:
    reading = read_phone(value, door.interview.branch.region)
    if reading.value is None:
        raise _Unusable(_NUMBERS.get(reading.problem.code, _NO_NUMBER) if reading.problem else _NO_NUMBER)
    if not reading.value.can_receive_sms:
        raise _Unusable(_NO_MOBILE)
    return phone_index_form(reading.value)


def _shown_again(request: HttpRequest, door: Opened, typed: Typed) -> HttpResponse:
    return shown(request, door, 422, typed=typed)


def _correct_again(request: HttpRequest, door: Opened) -> HttpResponse | str:
    typed = Typed.of(request.POST)
    return shown(request, door, typed=typed) if typed.value else "/data"


def _summarize_correction(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        _("Send this correction?"), _("Yes, send it"), quote=asked.fields["value"], is_about_the_facts=False
    )


def _correct(door: Opened, asked: Asked, manner: Manner) -> HttpResponse | str:
    """A new address gets a code first, and only in a browser that has proved itself; the rest a person decides."""
    candidate, typed = my_data.candidate_of(door), Typed(asked.fields["field"], asked.fields["value"])
    if typed.field in {Channel.EMAIL, Channel.SMS}:
        return _propose(manner.request, door, typed)
    try:
        ask_correction(candidate, typed.field, typed.value, now=door.now)
    except TooMany:
        return shown(manner.request, door, 429, typed=replace(typed, wrong=TOO_MANY))
    return "/data#asked"


def _propose(request: HttpRequest, door: Opened, typed: Typed) -> HttpResponse | str:
    candidate, browser = my_data.candidate_of(door), browser_of(request)
    if not step_up.stand(candidate, DATA, browser, now=door.now).is_open:
        return shown(request, door, 422, typed=replace(typed, needs_proof=True))
    try:
        point = propose_address(candidate, Channel(typed.field), typed.value, now=door.now)
    except OptedOut:
        return shown(request, door, 409, typed=replace(typed, wrong=_OPTED_OUT))
    try:
        send(request, door, point, ADDRESS, browser)
    except NotSent as refusal:
        told = replace(typed, wrong=refusal.words)
        return shown(request, door, refusal.status, typed=told, retry_after=refusal.seconds)
    return "/data#address"


CORRECTING = Deed(
    name="correct",
    actions=frozenset({CORRECT}),
    part="/data",
    read=_read_correction,
    summarize=_summarize_correction,
    carry_out=_correct,
    follows=frozenset(DATA_ACTIONS),
    anchor="#correct",
    again=_correct_again,
)
