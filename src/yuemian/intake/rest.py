"""The rows that were not imported, as a spreadsheet to be corrected and uploaded again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from yuemian.domain.header_words import Field
from yuemian.domain.headers import RowKind
from yuemian.domain.reading import ReadingState
from yuemian.intake.checking import CheckedRow, CheckedSheet, RowState
from yuemian.intake.choices import Choices
from yuemian.intake.table import Cell, FileKind, SheetRow, Table
from yuemian.intake.wording import FIELDS, problem_text, repair_text

#: Signs with which spreadsheet programs begin a formula, or a command to another program.
_DANGEROUS = re.compile(r"\s*[=+\-@\t\r|%]")


def rest_of(table: Table, sheet: CheckedSheet, choices: Choices) -> Table:
    """Titles, then every row that waits or was taken out: its cells with what was typed over them, and why."""
    source = {row.number: row for row in table.rows}
    width = len(sheet.header.columns)
    titles: tuple[Cell, ...] = (*(column.title for column in sheet.header.columns), _("Why not imported"))
    rows = [SheetRow(0, titles)]
    for row in sheet.rows:
        if is_rest(row):
            cells = _with_typed(source[row.number].cells, width, sheet, choices, row)
            rows.append(SheetRow(row.number, (*cells, why_not(row))))
    return Table(FileKind.XLSX, tuple(rows), sheet=table.sheet)


def is_rest(row: CheckedRow) -> bool:
    """Not imported, and not there already."""
    is_taken_out = row.state is RowState.IGNORED and row.kind is RowKind.DATA
    return is_taken_out or row.state in {RowState.BAD, RowState.REPAIRABLE}


def why_not(row: CheckedRow) -> str:
    """Every reason, in the language of the page."""
    if row.state is RowState.IGNORED:
        return _("Left out by you.")
    return " ".join([*map(problem_text, row.problems), *_cell_reasons(row)])


def _cell_reasons(row: CheckedRow) -> Iterator[str]:
    for name, reading in row.fields.items():
        if reading.problem is not None:
            yield f"{FIELDS[name]}: {problem_text(reading.problem)}"
        else:
            for repair in reading.repairs:
                if not repair.is_sure:
                    yield f"{FIELDS[name]}: {repair_text(repair)}"


def _with_typed(
    cells: tuple[Cell, ...], width: int, sheet: CheckedSheet, choices: Choices, row: CheckedRow
) -> list[Cell]:
    found = [cells[index] if index < len(cells) else None for index in range(width)]
    columns = sheet.header.fields
    typed = choices.overrides.get(row.number, {})
    for name, text in typed.items():
        if name in columns:
            found[columns[name]] = text
    if Field.START in typed and Field.START not in columns:
        for name, written in _start_in_columns(row, typed, columns).items():
            found[columns[name]] = written
    return found


def _start_in_columns(
    row: CheckedRow, typed: Mapping[Field, str], columns: Mapping[Field, int]
) -> dict[Field, str | None]:
    """A typed start where the sheet has columns for the day and the time of day.

    Split only if it is settled, and if the sheet itself says the zone; else it stands whole in the first of them:
    what waits for consent must not come back as a certainty, nor a time in another zone.
    """
    own = [name for name in (Field.DATE, Field.TIME) if name in columns]
    reading = row.fields.get(Field.START)
    whole = typed[Field.START]
    if reading is not None and reading.value is not None and reading.state is ReadingState.GOOD:
        is_zone_written = all(name in columns for name in (Field.ZONE, Field.BRANCH) if name in typed)
        if len(own) == 2 and is_zone_written:
            return {Field.DATE: reading.value[:10], Field.TIME: reading.value[11:16]}
        whole = reading.value
    return {name: None if position else whole for position, name in enumerate(own)}


def workbook_of(table: Table, title: str) -> bytes:
    """The table as .xlsx. Text stays text in every spreadsheet program, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Sheet1")
    sheet.freeze_panes = "A2"
    for index, row in enumerate(table.rows):
        sheet.append([_cell(sheet, value, is_title=index == 0) for value in row.cells])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Any, *, is_title: bool) -> Any:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    if _DANGEROUS.match(value):
        cell.quotePrefix = True
    if is_title:
        cell.font = Font(bold=True)
    return cell
