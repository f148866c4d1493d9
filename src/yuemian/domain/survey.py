"""Surveys: what is asked, when somebody may be asked, and how answers are mixed until nobody can be told apart.

An answer is published only in a block of at least `promised` answers that are alike in their surroundings (kind,
month, job, family, branch, round). So whatever is filtered, what is seen is a sum of whole blocks; two filters, or the
same one today and tomorrow, differ by whole blocks as well, and no subtraction leaves fewer people than promised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

#: One person is asked at most once in so long, whatever the survey is about.
BETWEEN: Final = timedelta(days=30)
#: How long a link of a survey can be used.
OPEN_FOR: Final = timedelta(days=30)
MINIMUM: Final = 5
#: So long an answer waits for others of its own job and round before it is told less exactly.
PATIENCE: Final = timedelta(days=7)
LONGEST_WORDS: Final = 1000


class SurveyKind(StrEnum):
    """What a survey is about."""

    INTERVIEW = "interview"
    RESULT = "result"  # only once the notice of the result was sent


class AnswerKind(StrEnum):
    """How a question is answered."""

    RATING = "rating"  # 1 to 5
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is kept of where an answer comes from; ids as they are in the database."""

    kind: str
    month: date | None
    job: Any = None
    family: Any = None
    branch: Any = None
    round: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer not mixed yet: `key` is whatever the caller finds it by."""

    key: Any
    surroundings: Surroundings
    promised: int
    day: date


#: From exact to vague; what stays too rare at one is told at the next.
_VAGUER: Final[Sequence[Callable[[Surroundings], Surroundings]]] = (
    lambda s: s,
    lambda s: replace(s, round=""),
    lambda s: replace(s, round="", job=None),
    lambda s: replace(s, round="", job=None, family=None),
    lambda s: replace(s, round="", job=None, family=None, branch=None),
    lambda s: replace(s, round="", job=None, family=None, branch=None, month=None),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Answers to publish together, all with the same surroundings."""

    surroundings: Surroundings
    keys: tuple[Any, ...]


def mix(waiting: Iterable[Waiting], today: date) -> list[Block]:
    """The blocks that are complete. What is not in one goes on waiting."""
    left = list(waiting)
    blocks: list[Block] = []
    for number, vaguer in enumerate(_VAGUER):
        groups: dict[Surroundings, list[Waiting]] = defaultdict(list)
        for each in left:
            if number == 0 or today - each.day >= PATIENCE:
                groups[vaguer(each.surroundings)].append(each)
        complete = {
            where: group for where, group in groups.items() if len(group) >= max(e.promised for e in group)
        }
        blocks += [Block(where, tuple(e.key for e in group)) for where, group in complete.items()]
        gone = {id(each) for group in complete.values() for each in group}
        left = [each for each in left if id(each) not in gone]
    return blocks


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of `count` answers with the 95 % interval of it."""

    count: int
    mean: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the interval."""
        return (self.high - self.low) / 2


def estimate(counts: dict[int, int], minimum: int, lowest: float, highest: float) -> Estimate | None:
    """Of how often each figure was given; None for fewer than `minimum`."""
    count = sum(counts.values())
    if count < max(minimum, 2):
        return None
    mean = sum(figure * times for figure, times in counts.items()) / count
    spread = sum(times * (figure - mean) ** 2 for figure, times in counts.items()) / (count - 1)
    half = student(count - 1) * (spread / count) ** 0.5
    return Estimate(count, mean, max(lowest, mean - half), min(highest, mean + half))


def recommend_share(counts: dict[int, int], minimum: int) -> Estimate | None:
    """Promoters (9, 10) less detractors (0 to 6), in percent of all who answered: from -100 to 100."""
    shifted = {1: 0, 0: 0, -1: 0}
    for figure, times in counts.items():
        shifted[1 if figure >= 9 else -1 if figure <= 6 else 0] += times
    found = estimate(shifted, minimum, -1, 1)
    if found is None:
        return None
    return Estimate(found.count, found.mean * 100, found.low * 100, found.high * 100)


_STUDENT: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def student(degrees: int) -> float:
    """The 97.5 % quantile of Student's t, from the printed table; above 30 degrees by Cornish and Fisher."""
    if degrees <= len(_STUDENT):
        return _STUDENT[degrees - 1]
    z = 1.959964
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def may_ask_again(last_asked_at: datetime | None, now: datetime) -> bool:
    return last_asked_at is None or now - last_asked_at >= BETWEEN
