"""What the page “My data” says: what is kept, why, until when; and what the candidate may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from yuemian.domain.in_app import in_app, takes_files
from yuemian.domain.quiet import QuietRule, is_quiet_hour
from yuemian.domain.retention import USUAL, erasable_at
from yuemian.domain.states import Channel
from yuemian.domain.when import date_text, zone_label
from yuemian.hiring.actions.correct import LONGEST
from yuemian.hiring.actions.erase import COMING
from yuemian.hiring.actions.retain import past_of
from yuemian.hiring.holdings import Held, holdings
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.hiring.own_holdings import CHANNELS, mask_address
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.step_up import Standing
from yuemian.portal.door import Opened
from yuemian.trust.vault import Unreadable, Vault

#: What a code may be asked for here.
DATA: Final = "data"
ADDRESS: Final = "address"
#: What can be corrected, and what the page calls it.
FIELDS: Final = {
    "name": gettext_lazy("My name"),
    "email": gettext_lazy("A new mail address"),
    "sms": gettext_lazy("A new mobile number"),
    "other": gettext_lazy("Something else"),
}
TOO_MANY: Final = gettext_lazy("You have asked for several corrections already. We answer these first.")
#: So many entries of one kind are listed on the page; the export has them all.
MOST_LINES: Final = 20
#: What people choose from; their own stands among them whatever it is.
ZONES: Final = (
    *("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul"),
    *("Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Jakarta", "Asia/Manila", "Asia/Kolkata", "Asia/Dubai"),
    *("Asia/Riyadh", "Europe/Moscow", "Europe/Istanbul", "Africa/Cairo", "Africa/Johannesburg"),
    *("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/London", "America/Sao_Paulo"),
    *("America/New_York", "America/Toronto", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("Australia/Sydney", "Pacific/Auckland"),
)


@dataclass(frozen=True)
class Kind:
    """One kind of data: how many entries, and those that are listed."""

    title: str | Promise
    why: str | Promise
    count: str
    lines: Sequence[str]
    more: str


@dataclass(frozen=True)
class OwnChannel:
    """A channel with the candidate's addresses on it."""

    value: str
    name: str | Promise
    addresses: str
    is_wanted: bool


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Typed:
    """A correction as it was typed: it stays in its form until it could be sent. `wrong` says what to mend."""

    field: str = ""
    value: str = ""
    wrong: str | Promise = ""
    needs_proof: bool = False

    @classmethod
    def of(cls, form: QueryDict) -> Typed:
        return cls(form.get("field", "")[:10], form.get("value", "").strip()[:LONGEST])


NOTHING_TYPED: Final = Typed()


def candidate_of(door: Opened) -> Candidate:
    return door.interview.application.candidate


def contents(door: Opened, browser: str, *, agent: str, typed: Typed = NOTHING_TYPED) -> dict[str, Any]:
    """For the template, in the active language."""
    candidate, vault = candidate_of(door), door.data.vault()
    standing = step_up.stand(candidate, DATA, browser, now=door.now)
    points = list(candidate.contact_points.order_by("created_at", "pk"))
    for point in points:
        point.candidate = candidate
    return {
        "part": "data",
        "typed_form": "correction",
        "is_open": standing.is_open,
        "step": said_of(standing, vault, candidate),
        "new_address": said_of(step_up.stand(candidate, ADDRESS, browser, now=door.now), vault, candidate),
        **_kept(candidate, vault, standing),
        "until": until(door, candidate),
        "is_kept": bool(candidate.hold_reason),
        "channels": _channels(points, vault),
        "takes_files": takes_files(in_app(agent)),
        "word": _("ERASE"),
        "typed": typed,
        "fields": [Choice(value, str(label), value == typed.field) for value, label in FIELDS.items()],
        **_wishes(candidate, points, door),
    }


def until(door: Opened, candidate: Candidate) -> str:
    """Until when everything is kept, in one sentence."""
    if candidate.hold_reason:
        return _("We must keep your data for now. It is erased as soon as that ends.")
    coming = candidate.erasures.filter(state__in=COMING).first()
    past = past_of(door.interview.organization, candidate.pk)
    end = coming.due_at if coming else erasable_at(past) if past else None
    if end is None:
        return _("We owe you an answer. The time until your data is erased begins when you have it.")
    day = _day(end, door)
    days = max(past.days, default=USUAL) if past else USUAL
    kept = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return _(
        "Everything is erased by itself %(kept)s after the last thing that happens between us. "
        "As of now, that is %(day)s."
    ) % {"kept": kept, "day": day}


def said_of(standing: Standing, vault: Vault, candidate: Candidate) -> dict[str, Any]:
    """How far the proof is, for the template."""
    where = ""
    if standing.point is not None:
        standing.point.candidate = candidate
        where = masked(standing.point, vault)
    left = ngettext("%(count)d try left.", "%(count)d tries left.", standing.tries_left)
    return {
        "state": standing.state,
        "where": where,
        "left": left % {"count": standing.tries_left},
        "is_asked": standing.state in {"sent", "wrong"},
    }


def masked(point: ContactPoint, vault: Vault) -> str:
    try:
        return mask_address(point.channel, point.value(vault))
    except Unreadable:
        return "—"


def erase_words() -> set[str]:
    """What counts as typed, whatever the page's language was."""
    words = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            words.add(_("ERASE").casefold())
    return words


def _kept(candidate: Candidate, vault: Vault, standing: Standing) -> dict[str, Any]:
    """What there is, kind by kind; of what there is nothing, the names alone."""
    read = [(each, each.read(candidate, vault)) for each in holdings()]
    return {
        "kinds": [_kind(each.title, each.why, held, standing) for each, held in read if held],
        "absent": [each.title for each, held in read if not held],
    }


def _kind(title: str | Promise, why: str | Promise, held: Sequence[Held], standing: Standing) -> Kind:
    lines = [each.shown(is_open=standing.is_open) for each in held[-MOST_LINES:]]
    count = ngettext("%(count)d entry", "%(count)d entries", len(held)) % {"count": len(held)}
    left = len(held) - len(lines)
    more = ngettext("and %(count)d older one", "and %(count)d older ones", left) % {"count": left}
    return Kind(title, why, count, lines, more if left else "")


def _channels(points: Sequence[ContactPoint], vault: Vault) -> list[OwnChannel]:
    found = []
    for channel, name in CHANNELS.items():
        mine = [p for p in points if p.channel == channel and p.state != ContactState.UNCONFIRMED]
        if mine:
            addresses = " · ".join(masked(point, vault) for point in mine)
            wanted = not any(point.state == ContactState.OPTED_OUT for point in mine)
            found.append(OwnChannel(str(channel), name, addresses, wanted))
    return found


def _wishes(candidate: Candidate, points: Sequence[ContactPoint], door: Opened) -> dict[str, Any]:
    zone, now = door.interview.time_zone, door.now
    branch = door.interview.branch
    quiet = QuietRule(branch.quiet_from, branch.quiet_until)
    own = {point.channel for point in points if point.state == ContactState.ACTIVE}
    hours = [
        (f"{hour:02}:00–{(hour + 1) % 24:02}:00", hour)
        for hour in range(24)
        if hour == candidate.preferred_hour or not is_quiet_hour(time(hour), quiet)
    ]
    zones = sorted({*ZONES, *([candidate.time_zone] if candidate.time_zone else [])})
    return {
        "locales": [Choice(code, name, code == candidate.locale) for code, name in settings.LANGUAGES],
        "wished_channels": [
            Choice(str(channel), str(name), channel == candidate.preferred_channel)
            for channel, name in CHANNELS.items()
            if channel in own or channel == candidate.preferred_channel
        ],
        "hours": [Choice(str(hour), said, hour == candidate.preferred_hour) for said, hour in hours],
        "zones": [Choice(each, _zone_name(each, now), each == candidate.time_zone) for each in zones],
        "interview_zone": _zone_name(zone, now),
        "is_discreet": any(point.is_discreet for point in points),
    }


def _zone_name(zone: str, now: datetime) -> str:
    return zone_label(now.astimezone(ZoneInfo(zone)), zone, get_language() or settings.LANGUAGE_CODE)


def _day(at: datetime, door: Opened) -> str:
    zone = ZoneInfo(candidate_of(door).time_zone or door.interview.time_zone)
    return date_text(at.astimezone(zone), get_language() or settings.LANGUAGE_CODE)


def channel_of(value: str) -> Channel | None:
    return Channel(value) if value in set(Channel) else None


def day_of(door: Opened) -> str:
    """Today, as the person's calendar says it."""
    return _day(door.now, door)
