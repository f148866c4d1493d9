"""The rows that were not imported come back as what they were when they are uploaded again."""

from __future__ import annotations

import pytest

from tests.intake.sheets import NOW, person, reference
from yuemian.domain.header_words import Field
from yuemian.intake.checking import CheckedRow, CheckedSheet, RowState, check_sheet
from yuemian.intake.choices import Choices
from yuemian.intake.reader import read_bytes
from yuemian.intake.rest import rest_of, workbook_of
from yuemian.intake.table import Cell, FileKind, SheetRow, Table

TITLES = ("姓名", "手机", "邮箱", "岗位", "轮次", "日期", "时间")


def table(*titles: str, phone: Cell = "1380013", when: tuple[Cell, ...] = ("2026-11-25", "9:00")) -> Table:
    cells = (*person(phone=phone)[:5], *when)
    return Table(FileKind.XLSX, (SheetRow(1, titles), SheetRow(2, cells)))


def uploaded_again(sheet: Table, typed: dict[Field, str]) -> CheckedRow:
    """The row with its phone still wrong, downloaded, and checked anew without any of the decisions."""
    choices = Choices(overrides={2: typed})
    checked = check_sheet(sheet, reference(now=NOW), choices)
    assert checked.rows[0].state is RowState.BAD
    rest = workbook_of(rest_of(sheet, checked, choices), "x")
    found: CheckedSheet = check_sheet(read_bytes(rest), reference(now=NOW))
    return found.rows[0]


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ({Field.START: "2026-12-02T14:00+08:00"}, "2026-12-02T14:00+08:00"),
        ({Field.START: "2026-12-02T09:00-05:00"}, "2026-12-02T22:00+08:00"),
        ({Field.START: "2026-12-02 14:00"}, "2026-12-02T14:00+08:00"),
        ({Field.START: "2026-12-02 09:00", Field.ZONE: "America/New_York"}, "2026-12-02T22:00+08:00"),
    ],
)
def test_a_typed_start_keeps_its_moment(typed: dict[Field, str], start: str) -> None:
    row = uploaded_again(table(*TITLES), typed)
    assert row.fields[Field.START].problem is None
    assert (row.values[Field.START], row.values[Field.DURATION]) == (start, "60")


def test_a_typed_start_that_was_not_agreed_to_is_asked_again() -> None:
    row = uploaded_again(table(*TITLES), {Field.START: "3/7/27 9:00"})
    assert not all(repair.is_sure for repair in row.fields[Field.START].repairs)


def test_without_a_column_for_the_time_the_day_carries_it() -> None:
    row = uploaded_again(table(*TITLES[:6], when=("2026-11-25 9:00",)), {Field.START: "2026-12-02 14:00"})
    assert row.values[Field.START] == "2026-12-02T14:00+08:00"
