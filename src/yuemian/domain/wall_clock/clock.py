"""Times of day as people write them: `14:00`, `下午2点半`, `2-3 PM`, `14:00-15:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

from yuemian.domain.reading import ProblemCode, Reading, Repair, RepairCode, bad

_MERIDIEM = "凌晨|清晨|早上|早晨|早|上午|中午|正午|下午|午后|傍晚|晚上|晚间|晚|夜里|上昼|下昼"
_SUFFIX = r"a\.?m\.?|p\.?m\.?"
_CLOCK = re.compile(
    rf"(?P<before>{_MERIDIEM}|{_SUFFIX})?\s*"
    r"(?:(?P<hour>\d{1,2})\s*(?:[:h]|\.(?=\d\d\s*(?:[ap]\.?m)))\s*(?P<minute>\d{2})(?!\d)(?:[:.]\d{2}(?:\.\d+)?)?"
    r"|(?P<zh>\d{1,2})\s*[点點时時](?!间)\s*(?:钟|鐘)?(?:(?P<zhm>\d{1,2})\s*分?|(?P<half>半)|(?P<quarter>[13])刻|[整正])?"
    rf"|(?P<bare>\d{{1,2}})(?=\s*(?:{_SUFFIX})(?![a-z]))"
    r"|(?P<open>\d{1,2})(?=\s*(?:-|~|至|到|—|–)\s*\d{1,2}\s*(?:[点點时時]|[ap]\.?m)))"
    rf"\s*(?P<after>(?:{_SUFFIX})(?![a-z]))?"
)
_RANGE = re.compile(r"\s*(?:-+|~|至|到|—+|–|－|to|until)\s*")
_BEFORE_DAWN = ("凌晨",)
_MORNING = (*_BEFORE_DAWN, "清晨", "早上", "早晨", "早", "上午", "上昼", "am")
_NOON = ("中午", "正午")
_NIGHT = ("晚上", "晚间", "晚", "夜里")

# Nobody invites to an interview before this hour without saying so: `2:30` means the afternoon.
EARLIEST_PLAUSIBLE = 7


@dataclass(frozen=True)
class Clock:
    """A time of day, with how long when a range was given."""

    start: time
    duration: timedelta | None = None

    def __str__(self) -> str:
        return f"{self.start:%H:%M}"


@dataclass(frozen=True)
class _Mark:
    """One clock time as written, before its half of the day is settled."""

    hour: int
    minute: int
    meridiem: str
    is_padded: bool

    def minutes(self, meridiem: str = "") -> int | None:
        """Minutes since midnight; None when the words contradict the figure."""
        word, hour = self.meridiem or meridiem, self.hour
        if hour > 24 or self.minute > 59 or (hour == 24 and self.minute):
            return None
        if word in _MORNING:
            if hour > 12:
                return None
            hour %= 12
        elif word in _NOON:
            hour = hour + 12 if hour < 4 else hour
        elif word in _NIGHT and (hour < 4 or hour == 12):
            # Of which day, the one before or the one after?
            return None
        elif word and hour < 12:
            hour += 12
        return hour * 60 + self.minute


def cut_clock(text: str) -> tuple[str, Reading[Clock] | None]:
    """Takes the time of day out of folded lower-case text: what remains, and the time read (None if none)."""
    found = list(_CLOCK.finditer(text))
    if not found:
        return text, None
    rest = text[: found[0].start()] + " " + text[found[-1].end() :]
    marks = [_mark(match) for match in found]
    if len(marks) == 1:
        return rest, _single(marks[0], found[0][0].strip())
    between = text[found[0].end() : found[1].start()]
    if len(marks) == 2 and _RANGE.fullmatch(between):
        return rest, _span(marks[0], marks[1], text[found[0].start() : found[1].end()].strip())
    return rest, bad(ProblemCode.SEVERAL_TIMES, text=text, alternatives=_each(marks))


def _mark(match: re.Match[str]) -> _Mark:
    part = match.groupdict()
    hour = part["hour"] or part["zh"] or part["bare"] or part["open"] or "0"
    minute = part["minute"] or part["zhm"] or "0"
    if part["half"]:
        minute = "30"
    elif part["quarter"]:
        minute = str(15 * int(part["quarter"]))
    word = (part["after"] or part["before"] or "").replace(".", "")
    return _Mark(int(hour), int(minute), word, is_padded=len(hour) == 2)


def _as_clock(minutes: int, duration: timedelta | None = None) -> Clock:
    return Clock(time(minutes // 60, minutes % 60), duration)


def _is_improbable(mark: _Mark, minutes: int) -> bool:
    """`2:30` alone; and `12:30 AM`, which many write for half past noon."""
    if mark.hour == 12 and mark.meridiem in _MORNING:
        return mark.meridiem not in _BEFORE_DAWN
    return not mark.meridiem and 60 <= minutes < EARLIEST_PLAUSIBLE * 60


def _single(mark: _Mark, text: str) -> Reading[Clock]:
    minutes = mark.minutes()
    if minutes is None or minutes >= 24 * 60:
        return bad(ProblemCode.TIME_IMPOSSIBLE, text=text)
    return _perhaps_afternoon(mark, minutes, None, text)


def _span(first: _Mark, last: _Mark, text: str) -> Reading[Clock]:
    start, end = _ends(first, last)
    if start is None or end is None or start >= 24 * 60:
        return bad(ProblemCode.TIME_IMPOSSIBLE, text=text)
    if end <= start:
        return bad(ProblemCode.END_BEFORE_START, text=text)
    return _perhaps_afternoon(first, start, timedelta(minutes=end - start), text)


def _ends(first: _Mark, last: _Mark) -> tuple[int | None, int | None]:
    """`2-3 PM` and `下午2点-3点` share one word; `上午11点-1点` crosses noon, `上午11点-12点` ends at it."""
    start, end = first.minutes(), last.minutes(first.meridiem)
    if not first.meridiem and last.meridiem:
        shared = first.minutes(last.meridiem)
        if shared is not None and end is not None and shared < end:
            start = shared
    if start is not None and (end is None or end <= start) and not last.meridiem and last.hour <= 12:
        end = (last.hour % 12 + 12) * 60 + last.minute
    return start, end


def _perhaps_afternoon(mark: _Mark, minutes: int, duration: timedelta | None, text: str) -> Reading[Clock]:
    literal = _as_clock(minutes, duration)
    if not _is_improbable(mark, minutes):
        return Reading(literal)
    likely = _as_clock(minutes + 12 * 60, duration)
    repair = Repair(RepairCode.AFTERNOON_ASSUMED, text, str(likely), is_sure=False)
    return Reading(likely, (repair,), alternatives=(literal,))


def _each(marks: list[_Mark]) -> tuple[Clock, ...]:
    found = [minutes for mark in marks if (minutes := mark.minutes()) is not None and minutes < 24 * 60]
    return tuple(_as_clock(minutes) for minutes in dict.fromkeys(found))[:4]
