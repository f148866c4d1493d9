"""Calendar dates as people write them: without year, in either order, by weekday or by Excel's count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from yuemian.domain.reading import ProblemCode, Reading, Repair, RepairCode, bad

# Excel's day numbers: 1900 is wrongly a leap year there, so day 60 never was and day 61 is 1900-03-01.
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
# Within this time a date without year is the next one beyond doubt; later it is asked.
_YEAR_IS_CLEAR = timedelta(days=183)
_SERIAL_IS_CLEAR = timedelta(days=400)

_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)  # noqa: SIM905
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?")
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_SHORT_YEAR_ZH = re.compile(r"(\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?")
_MONTH_DAY_ZH = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?")
_DAY_NAME = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s-]*(?:of\s+)?{_MONTH}[\s,-]*(\d{{4}}|\d{{2}})?")
_NAME_DAY = re.compile(rf"{_MONTH}[\s-]*(\d{{1,2}})(?:st|nd|rd|th)?(?:[\s,-]+(\d{{4}}|\d{{2}}))?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_SHORT_YEAR = re.compile(
    r"(\d{2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{2})"
)
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
# Behind figures a numeral in brackets is a weekday too: `12/1（二）`.
_WEEKDAY_ZH = re.compile(
    r"(上上|下下|上|下|本|这|這)?(?:个|個)?(?:周|星期|礼拜|週)([一二三四五六日天])|(?<=[\d日号號])\s*\(([一二三四五六日天])\)"
)
_WEEKDAY_EN = re.compile(
    r"\b(next|this|last|coming)?\s*(mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b\.?"
)
_RELATIVE = {
    **dict.fromkeys(("今天", "今日", "today"), 0),
    **dict.fromkeys(("明天", "明日", "tomorrow"), 1),
    **dict.fromkeys(("后天", "後天"), 2),
    **dict.fromkeys(("大后天", "大後天"), 3),
}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOISE = re.compile(
    r"(?:面试|面談|开始|interview|start)?\s*(?:日期|时间|時間|date|time)\s*:|[()\[\]{}【】,;|]|\bon\b|\bat\b"
)


class DateOrder(StrEnum):
    """How `03/04/2026` is meant, once other rows of the column have shown it."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True)
class DateContext:
    """What is needed to read a date that leaves something unsaid."""

    today: date
    order: DateOrder | None = None
    is_1904: bool = False


def read_date_text(text: str, context: DateContext) -> Reading[date] | None:
    """Reads what `cut_clock` left over; None when nothing is left."""
    written = text.strip()
    text, weekday = _cut_weekday(text)
    text = re.sub(r"\s+", " ", _NOISE.sub(" ", text)).strip(" -~.、:tz")
    if not text:
        return None if weekday is None else _by_weekday(weekday, written, context.today)
    if text in _RELATIVE:
        return _proposed(RepairCode.RELATIVE_DATE, text, context.today + timedelta(days=_RELATIVE[text]))
    reading = _absolute(text, context)
    if reading is None:
        return bad(ProblemCode.UNREADABLE, text=written)
    return reading if weekday is None else _compare_weekday(reading, weekday)


def read_serial(number: float, context: DateContext) -> Reading[date]:
    """Reads Excel's count of days; asks when the day is far from today, where a plain number is as likely."""
    if not 1 <= number < 200_000:
        return bad(ProblemCode.UNREADABLE, text=f"{number:g}")
    epoch = _EPOCH_1904 if context.is_1904 else _EPOCH_1900
    found = epoch + timedelta(days=int(number))
    if not context.is_1904 and number < 60:
        found += timedelta(days=1)
    is_sure = abs(found - context.today) <= _SERIAL_IS_CLEAR
    return Reading(found, (Repair(RepairCode.EXCEL_SERIAL, f"{number:g}", found.isoformat(), is_sure),))


def shown_order(text: str) -> DateOrder | None:
    """The order that one unambiguous `25/11/2026` gives away."""
    match = _YEAR_LAST.search(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > 12 >= first else None


def _absolute(text: str, context: DateContext) -> Reading[date] | None:
    for pattern in (_YEAR_FIRST, _COMPACT):
        if match := pattern.fullmatch(text):
            return _exact(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _SHORT_YEAR_ZH.fullmatch(text):
        return _exact(2000 + int(match[1]), int(match[2]), int(match[3]), text)
    if match := _MONTH_DAY_ZH.fullmatch(text):
        return _without_year(int(match[1]), int(match[2]), text, context.today)
    if match := _DAY_NAME.fullmatch(text):
        return _named(match[3], _MONTHS[match[2]], int(match[1]), text, context.today)
    if match := _NAME_DAY.fullmatch(text):
        return _named(match[3], _MONTHS[match[1]], int(match[2]), text, context.today)
    return _in_figures(text, context)


def _in_figures(text: str, context: DateContext) -> Reading[date] | None:
    if match := _YEAR_LAST.fullmatch(text):
        return _either_order(int(match[1]), int(match[2]), int(match[3]), text, context)
    if _SHORT_YEAR.fullmatch(text):
        return _short_year(text, context)
    if match := _NO_YEAR.fullmatch(text):
        return _figures_without_year(int(match[1]), int(match[2]), text, context)
    return read_serial(float(text), context) if _SERIAL.fullmatch(text) else None


def _named(year: str | None, month: int, day: int, text: str, today: date) -> Reading[date]:
    if year is None:
        return _without_year(month, day, text, today)
    return _exact(int(year) if len(year) == 4 else 2000 + int(year), month, day, text)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _exact(year: int, month: int, day: int, text: str) -> Reading[date]:
    found = _make(year, month, day)
    if found is None or not 1990 <= year <= 2100:
        return bad(ProblemCode.DATE_IMPOSSIBLE, text=text)
    return Reading(found)


def _proposed(code: RepairCode, text: str, found: date, *alternatives: date) -> Reading[date]:
    repair = Repair(code, text, found.isoformat(), is_sure=False)
    return Reading(found, (repair,), alternatives=alternatives)


def _without_year(month: int, day: int, text: str, today: date) -> Reading[date]:
    """The next such day; when that is long off, last time's day may have been meant, so it is asked."""
    every = [found for year in range(today.year - 1, today.year + 9) if (found := _make(year, month, day))]
    coming = [found for found in every if found >= today]
    if not coming:
        return bad(ProblemCode.DATE_IMPOSSIBLE, text=text)
    is_clear = coming[0] - today <= _YEAR_IS_CLEAR
    repair = Repair(RepairCode.YEAR_ASSUMED, text, coming[0].isoformat(), is_clear)
    past = [found for found in every if found < today][-1:]
    return Reading(coming[0], (repair,), alternatives=() if is_clear else tuple(past))


def _either_order(first: int, second: int, year: int, text: str, context: DateContext) -> Reading[date]:
    month_first, day_first = _make(year, first, second), _make(year, second, first)
    possible = [found for found in (month_first, day_first) if found]
    if len(set(possible)) == 1:
        return _exact(year, possible[0].month, possible[0].day, text)
    if not possible or not 1990 <= year <= 2100:
        return bad(ProblemCode.DATE_IMPOSSIBLE, text=text)
    if context.order is DateOrder.DAY_FIRST and day_first and month_first:
        return _proposed(RepairCode.ORDER_ASSUMED, text, day_first, month_first)
    if context.order is DateOrder.MONTH_FIRST and day_first and month_first:
        return _proposed(RepairCode.ORDER_ASSUMED, text, month_first, day_first)
    return bad(ProblemCode.DATE_AMBIGUOUS, text=text, alternatives=tuple(possible))


def _short_year(text: str, context: DateContext) -> Reading[date]:
    """`26/11/25`: every reading within reach of today is offered, the closest first."""
    a, b, c = (int(each) for each in re.split(r"\s*[-/.]\s*", text))
    made = (_make(2000 + a, b, c), _make(2000 + c, a, b), _make(2000 + c, b, a))
    possible = [found for found in dict.fromkeys(made) if found]
    near = [found for found in possible if abs((found - context.today).days) <= 400] or possible
    if not near:
        return bad(ProblemCode.DATE_IMPOSSIBLE, text=text)
    # Without century the year nearly always stands first; a day to come is meant more often.
    best = sorted(near, key=lambda found: (found < context.today, near.index(found)))
    return _proposed(RepairCode.CENTURY_ASSUMED, text, best[0], *best[1:])


def _figures_without_year(first: int, second: int, text: str, context: DateContext) -> Reading[date]:
    """`11/25` and `25/11` are clear; `3/4` is read month first, as is usual in Chinese, but asked."""
    if first > 12:
        return _without_year(second, first, text, context.today)
    if second > 12 or first == second:
        return _without_year(first, second, text, context.today)
    day_first = context.order is DateOrder.DAY_FIRST
    readings = [_without_year(*each, text, context.today) for each in ((first, second), (second, first))]
    likely, other = reversed(readings) if day_first else readings
    if likely.value is None or other.value is None:
        return likely if likely.value else other
    return _proposed(RepairCode.ORDER_ASSUMED, text, likely.value, other.value)


def _cut_weekday(text: str) -> tuple[str, tuple[int, str] | None]:
    """Takes the weekday out: what remains, and (0 = Monday, word before it)."""
    if match := _WEEKDAY_ZH.search(text):
        day = "一二三四五六日".find((match[2] or match[3]).replace("天", "日"))
    elif match := _WEEKDAY_EN.search(text):
        day = _ENGLISH_DAYS.index(match[2][:3])
    else:
        return text, None
    return text[: match.start()] + " " + text[match.end() :], (day, match[1] or "")


def _by_weekday(weekday: tuple[int, str], written: str, today: date) -> Reading[date]:
    """`下周三` counts calendar weeks from Monday; a bare `周三` or `Wednesday` is the next one."""
    day, word = weekday
    monday = today - timedelta(days=today.weekday())
    weeks = {
        "上": -1,
        "上上": -2,
        "last": -1,
        "下": 1,
        "下下": 2,
        "next": 1,
        "本": 0,
        "这": 0,
        "這": 0,
        "this": 0,
    }
    if word in weeks:
        found = monday + timedelta(weeks=weeks[word], days=day)
    else:
        found = today + timedelta(days=(day - today.weekday()) % 7)
    return _proposed(RepairCode.RELATIVE_DATE, written, found)


def _compare_weekday(reading: Reading[date], weekday: tuple[int, str]) -> Reading[date]:
    """A weekday that does not fit its date betrays a slip in one of them."""
    found = reading.value
    if found is None:
        fitting = [each for each in reading.alternatives if each.weekday() == weekday[0]]
        return Reading(fitting[0]) if len(fitting) == 1 else reading
    if found.weekday() == weekday[0]:
        return reading
    near = found + timedelta(days=(weekday[0] - found.weekday() + 3) % 7 - 3)
    repair = Repair(RepairCode.WEEKDAY_DIFFERS, _ENGLISH_DAYS[weekday[0]], found.isoformat(), is_sure=False)
    return Reading(found, (*reading.repairs, repair), None, reading.notices, (*reading.alternatives, near))
