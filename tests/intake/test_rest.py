"""The rows that were not imported come back as what they were when they are uploaded again."""

from __future__ import annotations

import pytest
from django.utils import translation

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
    rest = workbook_of(rest_of(sheet, checked, choices, reference(now=NOW)), "x")
    found: CheckedSheet = check_sheet(read_bytes(rest), reference(now=NOW))
    return found.rows[0]


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ({Field.START: "2026-12-02T14:00+08:00"}, "2026-12-02T14:00+08:00"),
        ({Field.START: "2026-12-02T09:00-05:00"}, "2026-12-02T22:00+08:00"),
        ({Field.START: "2026-12-02 14:00"}, "2026-12-02T14:00+08:00"),
        ({Field.START: "2026-12-02 09:00", Field.ZONE: "America/New_York"}, "2026-12-02T09:00-05:00"),
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


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_was_typed_for_a_column_that_the_file_lacks_comes_back(language: str) -> None:
    sheet = Table(FileKind.XLSX, (SheetRow(1, ("姓名", "岗位")), SheetRow(2, ("张三", "不明"))))
    typed = {
        Field.EMAIL: "zhang@example.com",
        Field.START: "2026-12-02 14:00",
        Field.ZONE: "Asia/Tokyo",
        Field.RECRUITER: "zhouhang",
        Field.PLACE: "",
    }
    with translation.override(language):
        row = uploaded_again(sheet, typed)
    assert row.values[Field.EMAIL] == "zhang@example.com"
    assert row.values[Field.START] == "2026-12-02T14:00+09:00"
    assert (row.values[Field.ZONE], row.values[Field.RECRUITER]) == ("Asia/Tokyo", "zhouhang")


def test_what_was_chosen_comes_back_by_its_name() -> None:
    sheet = Table(FileKind.XLSX, (SheetRow(1, ("姓名", "岗位")), SheetRow(2, ("张三", "不明"))))
    choices = Choices(overrides={2: {Field.JOB: "backend", Field.BRANCH: "singapore"}})
    checked = check_sheet(sheet, reference(now=NOW), choices)
    cells = rest_of(sheet, checked, choices, reference(now=NOW)).rows[1].cells
    assert cells[:3] == ("Singapore", "张三", "后端工程师")


def test_what_was_typed_wins_over_a_column_that_was_taken_away() -> None:
    sheet = Table(
        FileKind.XLSX, (SheetRow(1, ("姓名", "手机", "岗位")), SheetRow(2, ("张三", "13800138000", "不明")))
    )
    choices = Choices(columns={1: None}, overrides={2: {Field.PHONE: "13900139000"}})
    rest = rest_of(sheet, check_sheet(sheet, reference(), choices), choices, reference())
    again = check_sheet(read_bytes(workbook_of(rest, "x")), reference())
    assert again.rows[0].values[Field.PHONE] == "+8613900139000"
