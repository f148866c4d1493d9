"""What stands around dates and times in text: Chinese numerals and names of time zones."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from yuemian.domain.cell_text import as_text, comparable, folded

_NUMERALS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
_NUMBER = re.compile(r"[〇零一二两兩三四五六七八九十]+(?=[年月日号號点點时時分刻])")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:t(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(z|[+-]\d{2}:?\d{2})"
    r"| (\d{2}:\d{2}(?::\d{2})?) ?(z|\+\d{2}:?\d{2})| (\d{2}:\d{2}:\d{2}) ?(-\d{2}:?\d{2}))"
)
# `09:00-05:00` is a span from nine to five, or nine o'clock in New York.
_SPAN_OR_OFFSET = re.compile(r"(\d{4}-\d{2}-\d{2}) ((?:[01]\d|2[0-3]):[0-5]\d)-(0\d|1[0-2]):([03]0)")
_OFFSET = re.compile(r"\(?\s*\b(?:utc|gmt)\s*([+-]\s*\d{1,2})(?::?(\d{2}))?\s*\)?")
_NAMES = {
    **dict.fromkeys(("北京时间", "中国时间", "上海时间", "beijing time", "china time"), "Asia/Shanghai"),
    **dict.fromkeys(("新加坡时间", "singapore time", "sgt"), "Asia/Singapore"),
    **dict.fromkeys(("香港时间", "hong kong time", "hkt"), "Asia/Hong_Kong"),
    **dict.fromkeys(("台北时间", "台湾时间", "taipei time"), "Asia/Taipei"),
    **dict.fromkeys(("东京时间", "日本时间", "tokyo time", "jst"), "Asia/Tokyo"),
    **dict.fromkeys(("伦敦时间", "英国时间", "london time"), "Europe/London"),
    **dict.fromkeys(("柏林时间", "德国时间", "berlin time"), "Europe/Berlin"),
    **dict.fromkeys(("纽约时间", "美东时间", "new york time", "eastern time"), "America/New_York"),
    **dict.fromkeys(("旧金山时间", "美西时间", "pacific time"), "America/Los_Angeles"),
    **dict.fromkeys(("悉尼时间", "sydney time"), "Australia/Sydney"),
}
_NAMED = re.compile(r"\(?\s*(?:" + "|".join(map(re.escape, _NAMES)) + r")(?![a-z])\s*\)?")
_BY_LABEL = {comparable(name): zone for name, zone in _NAMES.items()}


def in_figures(text: str) -> str:
    """`十一月二十五日下午两点` → `11月25日下午2点`."""
    return _NUMBER.sub(lambda match: _figure(match[0]), text)


def _figure(numeral: str) -> str:
    if "十" not in numeral:
        return "".join(str(_NUMERALS[each]) for each in numeral)
    tens, _, units = numeral.partition("十")
    if len(tens) > 1 or len(units) > 1:
        return numeral
    return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[units] if units else 0))


def cut_zone(text: str) -> tuple[str, tzinfo | None]:
    """Takes a stated zone or offset out of folded lower-case text: what remains, and the zone."""
    if match := _OFFSET.search(text):
        minutes = int(match[1].replace(" ", "")) * 60
        minutes += int(match[2] or 0) * (-1 if minutes < 0 else 1)
        if abs(minutes) <= 14 * 60:
            return text[: match.start()] + " " + text[match.end() :], timezone(timedelta(minutes=minutes))
    if match := _NAMED.search(text):
        return text[: match.start()] + " " + text[match.end() :], ZoneInfo(_NAMES[match[0].strip("() ")])
    return text, None


def exact_instant(text: str) -> datetime | None:
    """The aware moment of machine-written text such as `2026-11-25T14:00:00+08:00`."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    try:
        clock, offset = match[2] or match[4] or match[6], match[3] or match[5] or match[7]
        return datetime.fromisoformat(f"{match[1]}T{clock}{offset.upper()}")
    except ValueError:
        return None


def perhaps_instant(text: str) -> datetime | None:
    """The moment of `2026-11-25 09:00-05:00`, if what follows the sign is an offset: no span ends before it starts."""
    match = _SPAN_OR_OFFSET.fullmatch(text)
    if match is None or f"{match[3]}:{match[4]}" >= match[2]:
        return None
    return datetime.fromisoformat(f"{match[1]}T{match[2]}-{match[3]}:{match[4]}")


def find_zone(raw: object, known: frozenset[str]) -> str | None:
    """The IANA name for what a zone column says; `known` is the set of valid names."""
    text = folded(as_text(raw))
    by_case = {name.casefold(): name for name in known}
    if text.casefold() in by_case:
        return by_case[text.casefold()]
    label = comparable(text)
    if label + "时间" in _BY_LABEL or label in _BY_LABEL:
        return _BY_LABEL.get(label) or _BY_LABEL[label + "时间"]
    if match := _OFFSET.fullmatch(text.lower().strip("()")):
        hours = int(match[1].replace(" ", ""))
        # POSIX turned the sign round: Etc/GMT-8 is eight hours ahead of Greenwich.
        name = "Asia/Shanghai" if hours == 8 else f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
        return name if not int(match[2] or 0) and name in known else None
    return None


def same_offset(zone: tzinfo, other: tzinfo, local: datetime) -> bool:
    """Whether two zones show the same wall clock at that moment."""
    return zone.utcoffset(local) == other.utcoffset(local)
