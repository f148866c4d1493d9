"""The example files show what the demo promises, and can be written for any week."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import pytest

from tests.intake.sheets import NOW, reference
from yuemian.domain.header_words import Field
from yuemian.domain.reading import NoticeCode
from yuemian.intake.checking import CheckedSheet, RowState, check_sheet
from yuemian.intake.choices import Choices
from yuemian.intake.reader import read_path
from yuemian.intake.table import FileKind

EXAMPLES = Path(__file__).parents[2] / "examples"


def checked(path: Path, choices: Choices | None = None) -> CheckedSheet:
    return check_sheet(read_path(path), reference(), choices)


def test_the_demo_file_holds_every_kind_of_row() -> None:
    sheet = checked(EXAMPLES / "interviews.xlsx")
    counts = sheet.counts
    assert len(sheet.rows) == 26
    assert counts[RowState.GOOD] >= 15
    assert counts[RowState.REPAIRABLE] >= 3
    assert counts[RowState.BAD] == 3
    assert counts[RowState.IGNORED] == 2
    assert not sheet.missing
    assert not sheet.suspicious


def test_the_demo_file_is_ready_after_three_answers_and_one_click() -> None:
    sheet = checked(EXAMPLES / "interviews.xlsx")
    answers = {}
    for row in (each for each in sheet.rows if each.state is RowState.BAD):
        start = row.fields[Field.START]
        answers[row.number] = (
            {Field.START: start.alternatives[0]} if start.problem else {Field.PHONE: f"139001390{row.number}"}
        )
    assert checked(EXAMPLES / "interviews.xlsx", Choices(overrides=answers, accepts_all=True)).is_ready


def test_the_exports_of_other_programs_are_read() -> None:
    table = read_path(EXAMPLES / "interviews-gb18030.csv")
    assert (table.kind, table.encoding) == (FileKind.TEXT, "gb18030")
    assert checked(EXAMPLES / "interviews-gb18030.csv").is_ready
    english = checked(EXAMPLES / "interviews-en.csv")
    assert [each.text for each in english.unknown] == ["Analytics Engineer"]
    assert {row.values[Field.ZONE] for row in english.rows} == {"Asia/Singapore"}


@pytest.mark.parametrize("monday", [date(2026, 11, 23), date(2028, 2, 28)])
def test_the_files_can_be_written_for_any_week(monday: date, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("build", EXAMPLES / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.main(["--monday", monday.isoformat(), "--into", str(tmp_path)])
    for name in ("interviews.xlsx", "interviews-gb18030.csv", "interviews-en.csv"):
        starts = [
            row.fields[Field.START] for row in checked(tmp_path / name).rows if Field.START in row.fields
        ]
        past = {each.code for start in starts for each in start.notices} & {NoticeCode.IN_THE_PAST}
        assert bool(past) == (monday < NOW.date())
