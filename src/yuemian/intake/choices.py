"""What a person has decided about a sheet so far; with the file itself it determines the whole check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yuemian.domain.cell_text import comparable
from yuemian.domain.header_words import Field


@dataclass(frozen=True)
class Choices:
    """Decisions by row number as the spreadsheet shows it.

    `overrides`: text typed in place of a cell. `accepted`: the value agreed to where a cell was doubtful, the proposed
    one or another that it may mean: a cell that is read otherwise later is asked about again. `mapped`: option keys
    given to unknown texts, for all rows at once. `confirmed`: rows whose shared contact is meant. `sheet`: the one to
    read of the workbook, where it was named.
    """

    columns: Mapping[int, Field | None] = field(default_factory=dict)
    overrides: Mapping[int, Mapping[Field, str]] = field(default_factory=dict)
    accepted: Mapping[tuple[int, Field], str] = field(default_factory=dict)
    accepts_all: bool = False
    mapped: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    confirmed: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    sheet: str = ""

    def chosen(self, name: Field) -> dict[str, str]:
        return {comparable(text): key for text, key in self.mapped.get(name, {}).items()}


def choices_to_json(choices: Choices) -> dict[str, Any]:
    return {
        "columns": {str(index): name or "" for index, name in choices.columns.items()},
        "overrides": {
            str(number): {str(name): text for name, text in cells.items()}
            for number, cells in choices.overrides.items()
        },
        "accepted": sorted([number, str(name), value] for (number, name), value in choices.accepted.items()),
        "accepts_all": choices.accepts_all,
        "mapped": {str(name): dict(keys) for name, keys in choices.mapped.items()},
        "confirmed": sorted(choices.confirmed),
        "left_out": sorted(choices.left_out),
        "sheet": choices.sheet,
    }


def choices_from_json(data: Mapping[str, Any]) -> Choices:
    return Choices(
        columns={int(index): Field(name) if name else None for index, name in data["columns"].items()},
        overrides={
            int(number): {Field(name): text for name, text in cells.items()}
            for number, cells in data["overrides"].items()
        },
        # Kept without a value by earlier versions: asked about again.
        accepted={(number, Field(name)): value[0] for number, name, *value in data["accepted"] if value},
        accepts_all=data["accepts_all"],
        mapped={Field(name): dict(keys) for name, keys in data["mapped"].items()},
        confirmed=frozenset(data["confirmed"]),
        left_out=frozenset(data["left_out"]),
        sheet=data.get("sheet", ""),
    )
