"""The rows that were not imported, as a spreadsheet to be corrected and uploaded again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
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
from yuemian.intake.reference import Reference
from yuemian.intake.table import Cell, FileKind, SheetRow, Table
from yuemian.intake.wording import FIELDS, problem_text, repair_text

#: Signs with which spreadsheet programs begin a formula, or a command to another program.
_DANGEROUS = re.compile(r"\s*[=+\-@\t\r|%]")


def rest_of(table: Table, sheet: CheckedSheet, choices: Choices, reference: Reference) -> Table:
    """Titles, then every row that waits or was taken out: its cells with what was typed over them, and why.

    What was typed for a field that the file has no column for stands in a column of its own in front, where it wins
    over a column that was taken away from that field.
    """
    source = {row.number: row for row in table.rows}
    left = [row for row in sheet.rows if is_rest(row)]
    added = _typed_without_column(left, sheet, choices)
    titles: tuple[Cell, ...] = (
        *(str(FIELDS[name]) for name in added),
        *(column.title for column in sheet.header.columns),
        _("Why not imported"),
    )
    rows = [SheetRow(0, titles)]
    for row in left:
        typed = _written(row, choices.overrides.get(row.number, {}), reference)
        cells = _with_typed(source[row.number].cells, sheet, typed, row)
        rows.append(SheetRow(row.number, (*(typed.get(name) for name in added), *cells, why_not(row))))
    return Table(FileKind.XLSX, tuple(rows), sheet=table.sheet)


def _typed_without_column(
    rows: Iterable[CheckedRow], sheet: CheckedSheet, choices: Choices
) -> tuple[Field, ...]:
    typed = {name for row in rows for name, text in choices.overrides.get(row.number, {}).items() if text}
    have = set(sheet.header.fields)
    if have & {Field.DATE, Field.TIME}:
        have.add(Field.START)
    return tuple(name for name in Field if name in typed - have)


def _written(row: CheckedRow, typed: Mapping[Field, str], reference: Reference) -> dict[Field, str]:
    """What was typed, with the names of what was chosen instead of its keys, and a settled start as it was read."""
    found = {
        name: next((each.label for each in reference.options(name) if each.key == text), text)
        for name, text in typed.items()
    }
    start = row.fields.get(Field.START)
    if found.get(Field.START) and start and start.value and start.state is ReadingState.GOOD:
        found[Field.START] = start.value
    return found


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
    cells: tuple[Cell, ...], sheet: CheckedSheet, typed: Mapping[Field, str], row: CheckedRow
) -> list[Cell]:
    width, columns = len(sheet.header.columns), sheet.header.fields
    found = [cells[index] if index < len(cells) else None for index in range(width)]
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

    Split only if it is settled; else it stands whole in the first of them: what waits for consent must not come back
    as a certainty.
    """
    own = [name for name in (Field.DATE, Field.TIME) if name in columns]
    reading, whole = row.fields.get(Field.START), typed[Field.START]
    if reading is not None and whole == reading.value and len(own) == 2:
        return {Field.DATE: whole[:10], Field.TIME: whole[11:16]}
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
