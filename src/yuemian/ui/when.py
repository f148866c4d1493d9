"""Dates and times as people read them: with weekday and zone, in the page's language."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_location
from django.utils.translation import get_language

#: Patterns of the two complete languages; others take their locale's own order.
_DAY = {"zh": "M月d日 EEE", "en": "EEE, d MMM"}
_DAY_AND_YEAR = {"zh": "y年M月d日 EEE", "en": "EEE, d MMM y"}


def locale_of(language: str | None = None) -> Locale:
    """Babel's locale for a Django language code such as `zh-hans`; English words come day first."""
    code = language or get_language() or "en"
    return Locale.parse("en_GB" if code == "en" else code.replace("-", "_"))


def day_text(at: datetime, zone: ZoneInfo, *, language: str | None = None, with_year: bool) -> str:
    locale = locale_of(language)
    local = at.astimezone(zone)
    pattern = (_DAY_AND_YEAR if with_year else _DAY).get(locale.language)
    if pattern:
        return format_date(local, pattern, locale=locale)
    return format_skeleton("yMMMEd" if with_year else "MMMEd", local, locale=locale)


def weekday_text(day: date, *, language: str | None = None) -> str:
    """`周三`, `Wed`."""
    return format_date(day, "EEE", locale=locale_of(language))


def moment_text(at: datetime, zone: ZoneInfo, *, language: str | None = None, with_year: bool) -> str:
    """`11月25日 周三 14:00`, `Wed, 25 Nov 2026, 14:00`."""
    locale = locale_of(language)
    day = day_text(at, zone, language=language, with_year=with_year)
    clock = format_time(at.astimezone(zone), "HH:mm", locale=locale)
    return f"{day} {clock}" if locale.language == "zh" else f"{day}, {clock}"


def zone_text(zone: ZoneInfo, *, language: str | None = None) -> str:
    """`北京时间`, `Shanghai time`: the city people name, not an abbreviation they must look up."""
    locale = locale_of(language)
    if locale.language == "zh" and zone.key in {"Asia/Shanghai", "Asia/Chongqing", "PRC"}:
        return "北京时间"
    city = get_timezone_location(zone, locale=locale, return_city=True)
    return {"zh": f"{city}时间", "en": f"{city} time"}.get(locale.language, city)


def full_text(at: datetime, zone: ZoneInfo, *, language: str | None = None, with_year: bool) -> str:
    """`11月25日 周三 14:00（北京时间）`, `Wed, 25 Nov 2026, 14:00 (Shanghai time)`."""
    moment = moment_text(at, zone, language=language, with_year=with_year)
    name = zone_text(zone, language=language)
    return f"{moment}（{name}）" if locale_of(language).language == "zh" else f"{moment} ({name})"


def relative_text(at: datetime, now: datetime, *, language: str | None = None) -> str:
    """`3 分钟前`, `in 2 hours`."""
    return format_timedelta(at - now, add_direction=True, locale=locale_of(language))
