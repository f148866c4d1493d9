"""Reads the golden scorecards and the labelled sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from yuemian.domain.feedback import Ground, Length
from yuemian.domain.results import Fact, Outcome, Rating

HERE = Path(__file__).parent


class Card(NamedTuple):
    """One golden scorecard: what a letter says and never says."""

    name: str
    facts: list[Fact]
    told: list[str]
    locale: str
    outcome: Outcome
    family: str
    names: list[str]
    says: list[str]
    never: list[str]


class Labelled(NamedTuple):
    """A sentence with the code of its fault, `ok` without one."""

    context: str
    label: str
    text: str
    ground: Ground


def facts_of(rows: list[list[Any]]) -> list[Fact]:
    return [
        Fact(f"f{number}", key, name, Rating(rating) if rating else None, note, is_shareable, round_name)
        for number, (key, name, rating, note, is_shareable, round_name) in enumerate(rows, 1)
    ]


def cards() -> list[Card]:
    paths = sorted((HERE / "golden").glob("*.toml"))
    return [_card(path.stem, row) for path in paths for row in tomllib.loads(path.read_text("utf-8"))["card"]]


def _card(stem: str, row: dict[str, Any]) -> Card:
    return Card(
        name=f"{stem}: {row['name']}",
        facts=facts_of(row["facts"]),
        told=row["told"],
        locale=row.get("locale", "zh-hans"),
        outcome=Outcome(row.get("outcome", "reject")),
        family=row.get("family", ""),
        names=row.get("names", []),
        says=row.get("says", []),
        never=row["never"],
    )


def ground_of(card: Card, length: Length, again_after: int | None) -> Ground:
    return Ground(
        card.facts, card.locale, card.outcome, length, card.told, names=card.names, again_after=again_after
    )


def labelled(name: str) -> Iterator[Labelled]:
    contexts = tomllib.loads((HERE / "labelled" / "contexts.toml").read_text("utf-8"))
    for context, lists in tomllib.loads((HERE / "labelled" / f"{name}.toml").read_text("utf-8")).items():
        about = contexts[context]
        ground = Ground(
            facts_of(about["facts"]),
            about.get("locale", "zh-hans"),
            Outcome.REJECT,
            Length.LONG,
            about["told"],
            names=about["names"],
            again_after=about.get("again_after"),
        )
        for label, texts in lists.items():
            yield from (Labelled(context, label, text, ground) for text in texts)
