"""The deeds of “My data”: how to be written to, which channels, and a code that proves who asks."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.states import Channel
from yuemian.hiring.actions import choose_channel
from yuemian.hiring.actions.correct import prefer
from yuemian.hiring.own_holdings import CHANNELS
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.step_up import NoWay
from yuemian.portal import my_data
from yuemian.portal.actions import DATA_ACTIONS
from yuemian.portal.browser import browser_of, new_browser, remember
from yuemian.portal.codes import NO_WAY, NotSent, send
from yuemian.portal.data_views import shown
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.my_data import DATA, Typed
from yuemian.portal.showing import back

PREFER, CHANNEL, _CORRECT, CODE = DATA_ACTIONS
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


def _read_code(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    """An address that waits in its form for this proof travels along."""
    typed = Typed.of(form)
    waiting = {"field": typed.field, "value": typed.value} if typed.value else {}
    return Asked(CODE, waiting, is_about_the_facts=False)


def _summarize_code(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(_("Send you a code?"), _("Yes, send me a code"), is_about_the_facts=False)


def _ask_code(door: Opened, asked: Asked, manner: Manner) -> HttpResponse | str:
    fields = asked.fields
    typed = Typed(fields.get("field", ""), fields.get("value", ""))
    browser = browser_of(manner.request) or new_browser()
    try:
        point = step_up.address_for(door.link, my_data.candidate_of(door))
        send(manner.request, door, point, DATA, browser)
    except NoWay:
        return shown(manner.request, door, 409, problem=NO_WAY, typed=typed)
    except NotSent as refusal:
        return shown(
            manner.request,
            door,
            refusal.status,
            problem=refusal.words,
            typed=typed,
            retry_after=refusal.seconds,
        )
    if not typed.value:
        response = back(door, "/data#code")
    else:
        response = shown(manner.request, door, typed=typed, browser=browser)
    remember(response, browser)
    return response


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
ASKING_CODE = Deed(
    name="code",
    actions=frozenset({CODE}),
    part="/data#code",
    anchor="#code",
    read=_read_code,
    summarize=_summarize_code,
    carry_out=_ask_code,
    follows=_FOLLOWS,
)
