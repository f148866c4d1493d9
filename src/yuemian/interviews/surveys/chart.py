"""The months of a survey as coordinates for the template: the mean, and the interval it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from yuemian.domain.survey import Estimate

WIDTH: Final = 560
HEIGHT: Final = 150
TOP: Final = 14
LEFT: Final = 34
MOST_MONTHS: Final = 12


@dataclass(frozen=True)
class Point:
    """One month; `estimate` is None where there were too few answers."""

    month: date
    estimate: Estimate | None
    x: float
    y: float = 0
    low_y: float = 0
    high_y: float = 0

    @property
    def label(self) -> str:
        return f"{self.month:%Y-%m}"


@dataclass(frozen=True)
class Chart:
    """`lines` are polylines through neighbouring months; a month with too few interrupts them."""

    points: Sequence[Point]
    lines: Sequence[str]
    marks: Sequence[tuple[float, float]]
    width: int = WIDTH
    base: int = TOP + HEIGHT
    height: int = TOP + HEIGHT + 28


def chart(months: Sequence[tuple[date, Estimate | None]], lowest: float, highest: float) -> Chart:
    """The last twelve months at most, in the order of time."""
    shown = months[-MOST_MONTHS:]
    step = (WIDTH - LEFT - 10) / max(len(shown), 1)

    def y(figure: float) -> float:
        return round(TOP + HEIGHT * (highest - figure) / (highest - lowest), 1)

    points = []
    for place, (month, found) in enumerate(shown):
        x = round(LEFT + step * (place + 0.5), 1)
        if found is None:
            points.append(Point(month, None, x))
        else:
            points.append(Point(month, found, x, y(found.mean), y(found.low), y(found.high)))
    marks = [(lowest + (highest - lowest) * quarter / 4, quarter) for quarter in range(5)]
    return Chart(points, _lines(points), [(mark, y(mark)) for mark, _ in marks])


def _lines(points: Sequence[Point]) -> list[str]:
    runs: list[list[str]] = [[]]
    for point in points:
        if point.estimate is None:
            runs.append([])
        else:
            runs[-1].append(f"{point.x},{point.y}")
    return [" ".join(run) for run in runs if len(run) > 1]
