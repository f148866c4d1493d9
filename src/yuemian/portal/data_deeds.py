"""The deeds of “My data”: how to be written to, which channels, what is wrong, and a code that proves who asks."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.addresses import email_index_form, phone_index_form, read_email, read_phone
from yuemian.domain.names import read_name
from yuemian.domain.states import Channel
from yuemian.hiring.actions import choose_channel
from yuemian.hiring.actions.correct import LONGEST, TooMany, ask_correction, prefer, propose_address
from yuemian.hiring.models import ContactPoint
from yuemian.hiring.own_holdings import CHANNELS
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.step_up import NoWay, TooManyCodes
from yuemian.portal import my_data
from yuemian.portal.actions import DATA_ACTIONS
from yuemian.portal.browser import browser_of, new_browser, remember
from yuemian.portal.data_views import shown
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.my_data import ADDRESS, DATA
from yuemian.portal.showing import back

PREFER, CHANNEL, CORRECT, CODE = DATA_ACTIONS
_FOLLOWS = frozenset(DATA_ACTIONS)


def _read_wishes(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    fields = {
        "locale": form.get("locale", ""),
        "time_zone": form.get("time_zone", ""),
        "preferred_channel": form.get("preferred_channel", ""),
        "preferred_hour": form.get("preferred_hour", ""),
        "discreet": "1" if form.get("discreet") else "",
    }
    hours = {"", *map(str, range(24))}
    is_sensible = (
        fields["locale"] in dict(settings.LANGUAGES)
        and fields["time_zone"] in {"", *available_timezones()}
        and fields["preferred_channel"] in {"", *map(str, Channel)}
        and fields["preferred_hour"] in hours
    )
    return Asked(PREFER, fields, is_about_the_facts=False) if is_sensible else None


def _summarize_wishes(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        _("Save how we write to you?"),
        _("Yes, save"),
        quote=_("Neither company nor interview in what others may see.") if asked.fields["discreet"] else "",
        is_about_the_facts=False,
    )


def _prefer(door: Opened, asked: Asked, manner: Manner) -> str:  # noqa: ARG001
    hour = asked.fields["preferred_hour"]
    wishes = {name: asked.fields[name] for name in ("locale", "time_zone", "preferred_channel")}
    prefer(
        my_data.candidate_of(door),
        {**wishes, "preferred_hour": int(hour) if hour else None},
        is_discreet=bool(asked.fields["discreet"]),
        now=door.now,
    )
    return "/data#kept"


def _read_channel(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    channel, wanted = form.get("channel", ""), form.get("wanted", "")
    if my_data.channel_of(channel) is None or wanted not in {"0", "1"}:
        return None
    return Asked(CHANNEL, {"channel": channel, "wanted": wanted}, is_about_the_facts=False)


def _summarize_channel(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    name = CHANNELS[Channel(asked.fields["channel"])]
    is_wanted = asked.fields["wanted"] == "1"
    return Summary(
        _("Receive messages here again?") if is_wanted else _("Stop messages here?"),
        _("Yes, send me messages") if is_wanted else _("Yes, stop them"),
        words=str(name),
        is_about_the_facts=False,
    )


def _choose_channel(door: Opened, asked: Asked, manner: Manner) -> str:  # noqa: ARG001
    channel = Channel(asked.fields["channel"])
    choose_channel(my_data.candidate_of(door), channel, is_wanted=asked.fields["wanted"] == "1", now=door.now)
    return "/data#chosen"


def _read_correction(door: Opened, form: QueryDict) -> Asked | None:
    field, value = form.get("field", ""), form.get("value", "").strip()[:LONGEST]
    normal = _normal(door, field, value)
    return Asked(CORRECT, {"field": field, "value": normal}, is_about_the_facts=False) if normal else None


def _normal(door: Opened, field: str, value: str) -> str:
    """As it is stored; empty when it cannot be."""
    if field == "name":
        return read_name(value).value or ""
    if field == "email":
        read = read_email(value).value
        return email_index_form(read) if read else ""
    if field == "sms":
        phone = read_phone(value, door.interview.branch.region).value
        return phone_index_form(phone) if phone else ""
    return value if field == "other" else ""


def _summarize_correction(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        _("Send this correction?"), _("Yes, send it"), quote=asked.fields["value"], is_about_the_facts=False
    )


def _correct(door: Opened, asked: Asked, manner: Manner) -> HttpResponse | str:
    """A new address gets a code first, and only in a browser that has proved itself; the rest a person decides."""
    candidate, field, value = my_data.candidate_of(door), asked.fields["field"], asked.fields["value"]
    if field not in {Channel.EMAIL, Channel.SMS}:
        try:
            ask_correction(candidate, field, value, now=door.now)
        except TooMany:
            problem = _("You have asked for several corrections already. We answer these first.")
            return shown(manner.request, door, 429, problem=problem)
        return "/data#asked"
    browser = browser_of(manner.request)
    if not step_up.stand(candidate, DATA, browser, now=door.now).is_open:
        return "/data#code"
    point = propose_address(candidate, Channel(field), value, now=door.now)
    return _send(door, manner, point, ADDRESS, browser) or "/data#address"


def _read_code(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    return Asked(CODE, is_about_the_facts=False)


def _summarize_code(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(_("Send you a code?"), _("Yes, send me a code"), is_about_the_facts=False)


def _ask_code(door: Opened, asked: Asked, manner: Manner) -> HttpResponse | str:  # noqa: ARG001
    candidate = my_data.candidate_of(door)
    browser = browser_of(manner.request) or new_browser()
    try:
        point = step_up.address_for(door.link, candidate)
    except NoWay:
        return shown(manner.request, door, 409, problem=_no_way())
    refused = _send(door, manner, point, DATA, browser)
    if refused is not None:
        return refused
    response = back(door, "/data#code")
    remember(response, browser)
    return response


def _send(
    door: Opened, manner: Manner, point: ContactPoint, purpose: str, browser: str
) -> HttpResponse | None:
    """None when the code is on its way, else the page that says why not."""
    candidate = my_data.candidate_of(door)
    try:
        step_up.send_code(candidate, purpose, browser, to=point, locale=door.locale, now=door.now)
    except TooManyCodes as refusal:
        minutes = int(refusal.wait.total_seconds() // 60) + 1
        problem = _(
            "Too many codes were asked for. The next one can be sent in %(minutes)d minutes; "
            "a code that you have already received may still work."
        )
        return shown(
            manner.request, door, 429, problem=problem % {"minutes": minutes}, retry_after=minutes * 60
        )
    except NoTemplate:
        return shown(manner.request, door, 409, problem=_no_way())
    return None


def _no_way() -> str:
    return _(
        "We have no address to which we could send you a code. Please write to us, or call your contact."
    )


PREFERRING = Deed(
    name="prefer",
    actions=frozenset({PREFER}),
    part="/data",
    read=_read_wishes,
    summarize=_summarize_wishes,
    carry_out=_prefer,
    follows=_FOLLOWS,
)
CHOOSING_CHANNEL = Deed(
    name="channel",
    actions=frozenset({CHANNEL}),
    part="/data",
    read=_read_channel,
    summarize=_summarize_channel,
    carry_out=_choose_channel,
    follows=_FOLLOWS,
)
CORRECTING = Deed(
    name="correct",
    actions=frozenset({CORRECT}),
    part="/data",
    read=_read_correction,
    summarize=_summarize_correction,
    carry_out=_correct,
    follows=_FOLLOWS,
)
ASKING_CODE = Deed(
    name="code",
    actions=frozenset({CODE}),
    part="/data#code",
    read=_read_code,
    summarize=_summarize_code,
    carry_out=_ask_code,
    follows=_FOLLOWS,
)
