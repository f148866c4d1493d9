"""Rows that recruiters strike out or mark as cancelled are named, and left out with one press."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from openpyxl.styles import Font

from tests.intake.sheets import TITLES, person, reference, saved, table
from tests.intake.test_views import later, post, states
from yuemian.intake.called_off import called_off
from yuemian.intake.checking import RowState, check_sheet
from yuemian.intake.models import Import
from yuemian.intake.reader import read_bytes
from yuemian.intake.report import sheet_to_json


def numbers(name: str, remark: str) -> list[int]:
    sheet = check_sheet(table([*person(name=name), remark], titles=[*TITLES, "状态"]), reference())
    return called_off(sheet.header, sheet_to_json(sheet)["rows"], ())


@pytest.mark.parametrize(
    "remark",
    [
        "已取消",
        "取消",
        "候选人放弃",
        "已拒绝，薪资不合适",
        "爽约",
        "不来了",
        "Cancelled",
        "candidate withdrew",
        "no-show",
    ],
)
def test_a_remark_that_calls_off_is_heard(remark: str) -> None:
    assert numbers("张三", remark) == [2]


def test_a_remark_beside_the_name_is_heard_too() -> None:
    assert numbers("张三（已取消）", "") == [2]


@pytest.mark.parametrize(
    "remark", ["", "已确认", "如需取消请提前告知", "未取消", "不能取消", "待面试", "confirmed"]
)
def test_other_remarks_call_nothing_off(remark: str) -> None:
    assert numbers("张三", remark) == []


def workbook() -> bytes:
    """The second of three people is struck out, of the third one cell."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(TITLES)
    for number, name in enumerate(("张三", "李四", "王五")):
        sheet.append(later(name=name, phone=f"1380013800{number}", email=None))
    for cell in (*sheet[3], sheet["A4"], sheet["G2"]):
        cell.font = Font(strike=True)
    return saved(book)


def test_rows_that_are_struck_out_are_found() -> None:
    assert read_bytes(workbook()).struck_rows == (3,)


def test_the_page_names_them_and_leaves_them_out_on_request(recruiter_client: Client) -> None:
    answer = recruiter_client.post("/imports/upload", {"file": SimpleUploadedFile("a.xlsx", workbook())})
    import_ = Import.objects.get(pk=answer.headers["Location"].rpartition("/")[2])
    page = f"/imports/{import_.pk}"
    text = recruiter_client.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert "1 row seems to be called off, struck out or by a remark, and is read like the others: 3." in text
    post(recruiter_client, import_, "called-off", {})
    assert states(import_) == {2: RowState.GOOD, 3: RowState.IGNORED, 4: RowState.GOOD}
    assert "called-off" not in recruiter_client.get(page).content.decode()
