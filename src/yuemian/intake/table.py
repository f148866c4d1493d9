"""The rows of a file, free of the file's format, and their form as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

Cell = str | int | float | bool | datetime | date | time | timedelta | None


class FileKind(StrEnum):
    """What the bytes were."""

    XLSX = "xlsx"
    TEXT = "text"


@dataclass(frozen=True)
class SheetRow:
    """One row; `number` is what the spreadsheet program shows beside it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Origin:
    """Where rows came from: the sheet, the visible ones beside it that were not read, rows hidden or struck out in it.

    Of a text: the encoding, whether it is a mere guess, and the others in which it would be letters too.
    """

    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    struck_rows: tuple[int, ...] = ()
    encoding: str = ""
    other_encodings: tuple[str, ...] = ()
    is_encoding_doubtful: bool = False


@dataclass(frozen=True)
class Table:
    """The sheet that was read, with what a person should know about how.

    `came_at`: when the file came, the day from which `明天` is counted.
    """

    kind: FileKind
    rows: tuple[SheetRow, ...]
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    is_1904: bool = False
    encoding: str = ""
    other_encodings: tuple[str, ...] = ()
    is_encoding_doubtful: bool = False
    delimiter: str = ""
    formulas: int = 0
    came_at: datetime | None = None
    hidden_rows: tuple[int, ...] = ()
    struck_rows: tuple[int, ...] = ()

    @property
    def grid(self) -> list[tuple[Cell, ...]]:
        return [row.cells for row in self.rows]

    def origin_of(self, numbers: Collection[int]) -> Origin:
        """Of the rows with these numbers."""
        hidden, struck = (
            tuple(number for number in each if number in numbers)
            for each in (self.hidden_rows, self.struck_rows)
        )
        return Origin(
            self.sheet,
            self.other_sheets,
            hidden,
            struck,
            self.encoding,
            self.other_encodings,
            self.is_encoding_doubtful,
        )


def cell_to_json(cell: Cell) -> Any:
    """JSON's own types stand for themselves; times are tagged lists."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["length", cell.total_seconds()]
    if isinstance(cell, float) and not abs(cell) < float("inf"):
        return str(cell)
    return cell


def cell_from_json(value: Any) -> Cell:
    if not isinstance(value, list):
        return value if isinstance(value, str | int | float | bool) else None
    kind, content = value
    if kind == "datetime":
        return datetime.fromisoformat(content)
    if kind == "date":
        return date.fromisoformat(content)
    return time.fromisoformat(content) if kind == "time" else timedelta(seconds=content)


def table_to_json(table: Table) -> dict[str, Any]:
    return {
        "kind": table.kind,
        "sheet": table.sheet,
        "other_sheets": list(table.other_sheets),
        "is_1904": table.is_1904,
        "encoding": table.encoding,
        "other_encodings": list(table.other_encodings),
        "is_encoding_doubtful": table.is_encoding_doubtful,
        "delimiter": table.delimiter,
        "formulas": table.formulas,
        "hidden_rows": list(table.hidden_rows),
        "struck_rows": list(table.struck_rows),
        "came_at": table.came_at and table.came_at.isoformat(),
        "rows": [[row.number, *map(cell_to_json, row.cells)] for row in table.rows],
    }


def table_from_json(data: Mapping[str, Any]) -> Table:
    return Table(
        kind=FileKind(data["kind"]),
        rows=tuple(SheetRow(number, tuple(map(cell_from_json, cells))) for number, *cells in data["rows"]),
        sheet=data["sheet"],
        other_sheets=tuple(data["other_sheets"]),
        is_1904=data["is_1904"],
        encoding=data["encoding"],
        other_encodings=tuple(data.get("other_encodings", ())),
        is_encoding_doubtful=data.get("is_encoding_doubtful", False),
        delimiter=data["delimiter"],
        formulas=data["formulas"],
        hidden_rows=tuple(data.get("hidden_rows", ())),
        struck_rows=tuple(data.get("struck_rows", ())),
        came_at=datetime.fromisoformat(data["came_at"]) if data.get("came_at") else None,
    )
