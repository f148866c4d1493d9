"""An interview's time as a person reads it: weekday, clock and zone, and their own zone when it differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, get_timezone_location

from .date_writing import WRITINGS, writing_of

# China says "Beijing time", wherever the database puts the zone's name.
_BEIJING: Final = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "PRC"})


@dataclass(frozen=True, slots=True)
class When:
    """The pieces of one time; `own` is the second line for somebody whose clock differs, or empty."""

    date: str
    day: str
    time: str
    zone: str
    full: str
    own: str

    @property
    def text(self) -> str:
        return f"{self.full}\n{self.own}" if self.own else self.full


@lru_cache(maxsize=64)
def _babel(locale: str) -> Locale:
    """`zh-hans` → zh_Hans; an unknown locale reads English rather than failing a message."""
    try:
        return Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en")


def offset_text(moment: datetime) -> str:
    """`UTC+8`, `UTC−3:30`, `UTC`."""
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


@lru_cache(maxsize=4096)
def _city(zone: str, locale: str) -> str:
    return str(get_timezone_location(zone, locale=_babel(locale), return_city=True))


def zone_label(moment: datetime, zone: str, locale: str) -> str:
    """`北京时间`, `新加坡时间，UTC+8`, `Singapore time, UTC+8`, `Ortszeit Singapur, UTC+8`."""
    said, offset = writing_of(locale), offset_text(moment)
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    if zone in _BEIJING:
        # At home nobody needs the offset.
        name = said.zone(said.beijing)
        return name if said is WRITINGS["zh-hans"] else f"{name}{said.comma}{offset}"
    return f"{said.zone(_city(zone, locale))}{said.comma}{offset}"


def date_text(local: datetime, locale: str) -> str:
    """`2026年11月25日 周三`, `Wed, 25 Nov 2026`."""
    said = writing_of(locale)
    return said.date(local) if said.date else format_skeleton("yMMMEd", local, locale=_babel(locale))


def day_text(local: datetime, locale: str) -> str:
    """The date without its year: `11月25日 周三`, `Wed, 25 Nov`."""
    said = writing_of(locale)
    return said.day(local) if said.day else format_skeleton("MMMEd", local, locale=_babel(locale))


def range_text(start: datetime, end: datetime, locale: str) -> str:
    """`14:00–15:00`; the end's day is named when it is another one, its offset when the clocks change."""
    if end <= start:
        return f"{start:%H:%M}"
    said = writing_of(locale)
    text = f"{start:%H:%M}{said.until}{end:%H:%M}"
    if end.date() != start.date():
        text = f"{start:%H:%M} {said.until.strip()} {day_text(end, locale)} {end:%H:%M}"
    return text if start.utcoffset() == end.utcoffset() else f"{text} ({offset_text(end)})"


def _clock(local: datetime, zone: str, locale: str) -> str:
    said = writing_of(locale)
    moment = f"{date_text(local, locale)}{said.gap}{said.clock.format(f'{local:%H:%M}')}"
    return moment + said.parens.format(zone_label(local, zone, locale))


@lru_cache(maxsize=65536)
def present(
    start_at: datetime,
    zone: str,
    locale: str,
    *,
    duration: timedelta = timedelta(),
    own_zone: str | None = None,
) -> When:
    """`start_at` is aware, zones are IANA names; remembered, as a day's interviews share few slots."""
    if start_at.tzinfo is None:
        raise ValueError("The start has no time zone; pass an aware datetime.")
    local = start_at.astimezone(ZoneInfo(zone))
    # Arithmetic on a wall clock forgets the change of the clocks; on UTC it does not.
    end = (start_at.astimezone(ZoneInfo("UTC")) + duration).astimezone(ZoneInfo(zone))
    own = ""
    if own_zone and own_zone != zone:
        there = start_at.astimezone(ZoneInfo(own_zone))
        if there.utcoffset() != local.utcoffset():
            own = _clock(there, own_zone, locale)
    return When(
        date=date_text(local, locale),
        day=day_text(local, locale),
        time=range_text(local, end, locale),
        zone=zone_label(local, zone, locale),
        full=_clock(local, zone, locale),
        own=own,
    )
