"""The bars of a channel's next days, and the line of its budget: coordinates for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from yuemian.domain.forecast import Expected
from yuemian.interviews.cost_forecast import Price
from yuemian.ui.when import weekday_text

WIDTH: Final = 480
HEIGHT: Final = 120
TOP: Final = 22
BAR: Final = 36
LEFT: Final = 6


@dataclass(frozen=True)
class Bar:
    """One day: the certain part below, what is only likely above it."""

    x: float
    day: date
    middle: float
    y: float
    certain_y: float
    messages: int
    certain: int
    cost: Decimal | None
    is_over: bool

    @property
    def weekday(self) -> str:
        """`周四`, `Thu`: as every other date of a page says it."""
        return weekday_text(self.day)

    @property
    def text_y(self) -> float:
        return round(self.y - 6, 1)

    @property
    def height(self) -> float:
        return round(TOP + HEIGHT - self.y, 1)

    @property
    def certain_height(self) -> float:
        return round(TOP + HEIGHT - self.certain_y, 1)


@dataclass(frozen=True)
class Chart:
    """`budget_y` is None where no line is drawn: no budget, or no price to compare it with."""

    bars: list[Bar]
    budget_y: float | None
    messages: int
    cost: Decimal | None
    over: list[Bar]
    is_upper_bound: bool
    width: int = WIDTH
    base: int = TOP + HEIGHT
    height: int = TOP + HEIGHT + 30


def chart(
    days: Sequence[date], expected: Sequence[Expected | None], price: Price, budget: Decimal | None
) -> Chart:
    """One bar per day; its scale is the largest bar or the budget, whichever is larger."""
    has_price = bool(price.amount)
    amounts = [_amount(each, price) for each in expected]
    limit = float(budget) if budget is not None and has_price else None
    top = max([*(likely for _, likely in amounts), limit or 0.0, 1e-9])
    step = (WIDTH - 2 * LEFT) / len(days)
    bars = []
    for number, (day, each, (certain, likely)) in enumerate(zip(days, expected, amounts, strict=True)):
        middle = LEFT + step * (number + 0.5)
        bars.append(
            Bar(
                x=round(middle - BAR / 2, 1),
                day=day,
                middle=round(middle, 1),
                y=_y(likely, top),
                certain_y=_y(certain, top),
                messages=each.messages if each else 0,
                certain=each.certain if each else 0,
                cost=each.cost(price.amount) if each and price.amount is not None else None,
                is_over=limit is not None and likely > limit,
            )
        )
    return Chart(
        bars=bars,
        budget_y=None if limit is None else _y(limit, top),
        messages=sum(bar.messages for bar in bars),
        cost=sum((bar.cost or Decimal(0) for bar in bars), Decimal(0)) if has_price else None,
        over=[bar for bar in bars if bar.is_over],
        is_upper_bound=any(each.is_upper_bound for each in expected if each),
    )


def _amount(expected: Expected | None, price: Price) -> tuple[float, float]:
    """Certain and likely, in money where there is a price, else in messages."""
    if expected is None:
        return 0.0, 0.0
    unit = float(price.amount) if price.amount else 1.0
    return expected.certain * unit, expected.likely * unit


def _y(amount: float, top: float) -> float:
    return round(TOP + HEIGHT - HEIGHT * amount / top, 1)
