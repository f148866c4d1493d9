"""Reads .xlsx: openpyxl streams the cells, a scan of the XML finds what it does not tell."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from yuemian.domain.headers import SEARCHED_ROWS, find_header
from yuemian.intake.container import DAMAGE, MEGABYTE, Limits, open_workbook_zip, pieces
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import Cell, FileKind, SheetRow, Table

_LAST_EXCEL_ROW = 1_048_576
# Column widths before the cells, links and formats behind them; honest sheets stay far below.
_SURROUNDINGS = 32 * MEGABYTE
_MOST_MERGES = 50_000
_MOST_FILLED = 1_000_000
_MOST_HIDDEN = 200_000
# So many sheets beside the one that is read are looked into, and named if they hold anything.
_MOST_SHEETS = 20

_ELEMENT = r"<(?:\w+:)?"
_ROW = re.compile((_ELEMENT + r"row\b[^<>]*?\sr=\"(\d{1,10})\"").encode())
_HIDDEN_ROW = re.compile((_ELEMENT + r"row\b([^<>]*?\shidden=\"(?:1|true)\"[^<>]*)>").encode())
_ROW_NUMBER = re.compile(rb'\sr="(\d{1,7})"')
_MERGE = re.compile(
    (_ELEMENT + r"mergeCell\b[^<>]*?\sref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"").encode()
)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\b[^<>]*(?:/>|>([^<]*)</(?:\w+:)?v>))?"
)
_CELL_REFERENCE = re.compile(rb'\sr="([A-Z]{1,3}\d{1,7})"')
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*[^<>/])>")
_CELL_STYLE = re.compile(rb'\ss="(\d{1,6})"')
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DATA_START, _DATA_END = (
    re.compile(rb"<(?:\w+:)?sheetData\b"),
    re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>"),
)
_OVERLAP = 20_000

# What openpyxl raises for workbooks whose parts contradict each other.
_INCONSISTENT = (
    *DAMAGE,
    ET.ParseError,
    InvalidFileException,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


@dataclass
class _Scan:
    """What the XML of one sheet says beside its values."""

    last_row: int = 0
    hidden: set[int] = field(default_factory=set)
    merges: list[str] = field(default_factory=list)
    formulas: int = 0
    without_result: list[str] = field(default_factory=list)


def read_workbook(data: bytes, limits: Limits, sheet: str | None, on_row: Callable[[int], None]) -> Table:
    """Reads the sheet named, else the first visible one with a header, else the first with rows."""
    archive = open_workbook_zip(data, limits)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions it ignores; so do we.
            warnings.simplefilter("ignore")
            return _read(archive, data, limits, sheet, on_row)
    except _INCONSISTENT as error:
        raise UnreadableFile(Refusal.DAMAGED) from error
    finally:
        archive.close()


def _read(
    archive: zipfile.ZipFile, data: bytes, limits: Limits, wanted: str | None, on_row: Callable[[int], None]
) -> Table:
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [each for each in workbook.worksheets if each.sheet_state == "visible"]
        if not sheets:
            raise UnreadableFile(Refusal.NO_VISIBLE_SHEET)
        chosen = _choose(sheets, wanted, limits)
        scan = _scan(archive, _part_name(chosen))
        if scan.last_row > _LAST_EXCEL_ROW:
            raise UnreadableFile(Refusal.DAMAGED)
        if scan.without_result:
            raise UnreadableFile(Refusal.FORMULAS_WITHOUT_RESULT, cells=", ".join(scan.without_result[:5]))
        rows = _fill_merged(_rows(chosen, scan.last_row, limits, on_row), scan.merges)
        return Table(
            FileKind.XLSX,
            tuple(rows),
            sheet=chosen.title,
            other_sheets=_filled_beside(chosen, sheets, limits),
            hidden_rows=tuple(row.number for row in rows if row.number in scan.hidden),
            struck_rows=_struck(archive, _part_name(chosen), _struck_styles(workbook)),
            is_1904=workbook.epoch == CALENDAR_MAC_1904,
            formulas=scan.formulas,
        )
    finally:
        workbook.close()


def _choose(sheets: list[Any], wanted: str | None, limits: Limits) -> Any:
    if wanted is not None:
        named = [each for each in sheets if each.title == wanted]
        if not named:
            raise UnreadableFile(Refusal.NO_SUCH_SHEET, sheet=wanted)
        return named[0]
    first_filled = None
    for sheet in sheets:
        top = _top(sheet, limits)
        if find_header(top).row >= 0:
            return sheet
        if first_filled is None and any(any(cell is not None for cell in cells) for cells in top):
            first_filled = sheet
    return first_filled or sheets[0]


def _filled_beside(chosen: Any, sheets: list[Any], limits: Limits) -> tuple[str, ...]:
    """The visible sheets that are not read although something stands in them; a damaged one counts as such."""
    found = []
    for sheet in [each for each in sheets if each is not chosen][:_MOST_SHEETS]:
        try:
            is_filled = any(any(cell is not None for cell in cells) for cells in _top(sheet, limits))
        except _INCONSISTENT:
            is_filled = True
        if is_filled:
            found.append(str(sheet.title))
    return tuple(found)


def _top(sheet: Any, limits: Limits) -> list[tuple[Cell, ...]]:
    return [cells for _, cells in zip(range(SEARCHED_ROWS), _cells(sheet, limits), strict=False)]


def _part_name(sheet: Any) -> str:
    return str(sheet._worksheet_path)  # noqa: SLF001 - the only place that knows which part a sheet is


def _cells(sheet: Any, limits: Limits) -> Iterator[tuple[Cell, ...]]:
    # Some programs write a wrong size; openpyxl would believe it and cut rows off.
    sheet.reset_dimensions()
    for cells in sheet.iter_rows(values_only=True):
        yield tuple(map(_plain, cells[: limits.columns])) if cells else ()


def _plain(value: object) -> Cell:
    if isinstance(value, str | bool | int | float | datetime | date | time | timedelta):
        return value
    return None if value is None else str(value)


def _rows(sheet: Any, last_row: int, limits: Limits, on_row: Callable[[int], None]) -> list[SheetRow]:
    """Keeps rows with content; stops behind the last row so that what follows the cells is never built."""
    kept: list[SheetRow] = []
    for number, cells in enumerate(_cells(sheet, limits), start=1):
        if trimmed := _trimmed(cells):
            kept.append(SheetRow(number, trimmed))
            on_row(len(kept))
        if len(kept) > limits.rows:
            raise UnreadableFile(Refusal.TOO_MANY_ROWS, limit=str(limits.rows))
        if number >= _LAST_EXCEL_ROW or number == last_row:
            break
    return kept


def _trimmed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    width = len(cells)
    while width and cells[width - 1] in {None, ""}:
        width -= 1
    return cells[:width]


def _scan(archive: zipfile.ZipFile, part: str) -> _Scan:
    scan, before, after, has_started, has_ended = _Scan(), 0, 0, False, False
    for raw in pieces(archive, part, _OVERLAP):
        piece = raw.replace(b"\0", b"") if b"\0" in raw else raw
        has_started = has_started or _DATA_START.search(piece) is not None
        before += 0 if has_started else len(piece)
        after += len(piece) if has_ended else 0
        has_ended = has_ended or _DATA_END.search(piece) is not None
        if max(before, after) > _SURROUNDINGS:
            raise UnreadableFile(Refusal.BOMB)
        _scan_piece(piece, scan)
    return scan


def _scan_piece(piece: bytes, scan: _Scan) -> None:
    for row in _ROW.finditer(piece):
        scan.last_row = max(scan.last_row, int(row[1]))
    for row in _HIDDEN_ROW.finditer(piece):
        if (number := _ROW_NUMBER.search(row[1])) and len(scan.hidden) < _MOST_HIDDEN:
            scan.hidden.add(int(number[1]))
    known = set(scan.merges[-2000:])
    scan.merges += [each for found in _MERGE.findall(piece) if (each := found.decode()) not in known]
    if len(scan.merges) > _MOST_MERGES:
        raise UnreadableFile(Refusal.BOMB)
    for formula in _FORMULA.finditer(piece):
        scan.formulas += 1
        # An empty text is an honest result; no result at all means the file was never calculated.
        is_empty_text = b't="str"' in formula[1] and formula[2] is not None
        if formula[3] or is_empty_text:
            continue
        reference = _CELL_REFERENCE.search(formula[1])
        name = reference[1].decode() if reference else "?"
        if name not in scan.without_result[-50:] and len(scan.without_result) < 50:
            scan.without_result.append(name)


def _struck_styles(workbook: Any) -> frozenset[bytes]:
    """The numbers of cell formats whose letters are struck out; there are none in nearly every workbook."""
    fonts = workbook._fonts  # noqa: SLF001 - read-only cells tell their format only one by one
    styles = enumerate(workbook._cell_styles)  # noqa: SLF001
    return frozenset(str(number).encode() for number, style in styles if fonts[style.fontId].strike)


def _struck(archive: zipfile.ZipFile, part: str, styles: frozenset[bytes]) -> tuple[int, ...]:
    """Rows of which most cells are struck out."""
    if not styles:
        return ()
    cells: dict[int, dict[bytes, bool]] = {}
    for piece in pieces(archive, part, _OVERLAP):
        for cell in _FILLED_CELL.finditer(piece):
            place, style = _CELL_REFERENCE.search(cell[1]), _CELL_STYLE.search(cell[1])
            if place:
                row = int(place[1].lstrip(_CAPITALS))
                cells.setdefault(row, {})[place[1]] = style is not None and style[1] in styles
    return tuple(row for row, struck in cells.items() if sum(struck.values()) * 2 > len(struck))


def _fill_merged(rows: list[SheetRow], merges: list[str]) -> list[SheetRow]:
    """A merged area shows one value; every row it covers means it."""
    at = {row.number: position for position, row in enumerate(rows)}
    filled = 0
    for reference in merges:
        left, top, right, bottom = range_boundaries(reference)
        if not (left and top and right and bottom) or top not in at:
            continue
        cells = rows[at[top]].cells
        value = cells[left - 1] if left <= len(cells) else None
        if value in {None, ""}:
            continue
        for number in range(top, min(bottom, rows[-1].number) + 1):
            if number in at:
                rows[at[number]] = _filled(rows[at[number]], left, right, value)
                filled += right - left + 1
        if filled > _MOST_FILLED:
            raise UnreadableFile(Refusal.BOMB)
    return rows


def _filled(row: SheetRow, left: int, right: int, value: Cell) -> SheetRow:
    cells = list(row.cells) + [None] * max(0, min(right, 200) - len(row.cells))
    for column in range(left - 1, min(right, 200)):
        if cells[column] in {None, ""}:
            cells[column] = value
    return SheetRow(row.number, tuple(cells))
