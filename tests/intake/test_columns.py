"""The check page says of every column what it is taken for, and of every other that it is not imported."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.intake.sheets import reference, table, workbook
from yuemian.domain.header_words import Field
from yuemian.intake.checking import check_sheet
from yuemian.intake.choices import Choices
from yuemian.intake.columns import Columns
from yuemian.intake.report import sheet_to_json
from yuemian.intake.table import Cell

TITLES = ["姓名", "手机", "岗位", "面试时间"]
CELLS: list[Cell] = ["张三", "13800138000", "后端工程师", "2036-11-25 14:00"]


def columns(titles: Sequence[str], cells: Sequence[Cell], choices: Choices | None = None) -> Columns:
    sheet = check_sheet(table(cells, titles=titles), reference(), choices)
    return Columns(sheet.header, sheet_to_json(sheet)["rows"])


def test_a_column_about_somebody_else_is_named_where_the_candidates_own_is_missing() -> None:
    titles, cells = ["姓名", "紧急联系人电话", "邮箱", "岗位"], ["张三", "13800138000", "z@example.com", "x"]
    found = columns(titles, cells)
    assert (found.of_others(), found.left()) == (["紧急联系人电话"], ["紧急联系人电话"])
    chosen = columns(titles, cells, Choices(columns={1: Field.PHONE}))
    assert (chosen.of_others(), chosen.left()) == ([], [])
    assert columns([*titles, "手机"], [*cells, "13900139000"]).of_others() == []


@pytest.mark.parametrize("title", ["复试时间", "手机2", "新手机", "姓名", "岗位", "Interview time 2"])
def test_a_second_person_number_or_interview_of_a_row_is_never_lost_in_silence(title: str) -> None:
    found = columns([*TITLES, title], [*CELLS, "x"])
    assert (found.repeated(), found.left()) == ([title], [])


@pytest.mark.parametrize("title", ["职位编号", "手机归属地", "备注", "投递时间", "状态", "面试官电话"])
def test_other_columns_are_named_as_not_imported(title: str) -> None:
    found = columns([*TITLES, title], [*CELLS, "x"])
    assert (found.repeated(), found.left()) == ([], [title])


def test_a_column_without_title_goes_by_its_letter_and_an_empty_one_is_not_named() -> None:
    assert columns([*TITLES, "状态", ""], [*CELLS, None, "已约"]).left() == ["F"]


@pytest.mark.parametrize(
    ("titles", "halves", "name"),
    [
        (("First name", "Last name"), ("San", "Zhang"), "San Zhang"),
        (("Surname", "Given name"), ("Zhang", "San"), "San Zhang"),
        (("姓", "名"), ("张", "三"), "张三"),
    ],
)
def test_first_and_last_name_are_one_name(titles: list[str], halves: list[Cell], name: str) -> None:
    sheet = check_sheet(table([*halves, *CELLS[1:]], titles=[*titles, *TITLES[1:]]), reference())
    assert not sheet.missing
    assert sheet.rows[0].values[Field.NAME] == name
    half = check_sheet(table([halves[0], *CELLS[1:]], titles=[titles[0], *TITLES[1:]]), reference())
    assert half.missing == (Field.NAME,)


def test_the_page_names_them(recruiter_client: Client) -> None:
    data = workbook(
        [["姓名", "家长电话", "岗位", "面试时间", "复试时间", "状态"], [*CELLS, CELLS[3], "已约"]]
    )
    answer = recruiter_client.post("/imports/upload", {"file": SimpleUploadedFile("a.xlsx", data)})
    page = recruiter_client.get(
        answer.headers["Location"], headers={"Accept-Language": "en"}
    ).content.decode()
    assert "The column “家长电话” is not imported: by its title it tells of somebody else" in page
    assert "The column “复试时间” is not imported: another column is read as the same." in page
    assert "Columns that are not imported:" in page
    assert "by its title not the candidate’s own" in page
