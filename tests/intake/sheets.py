"""Sheets, references and damaged files for the tests of the import."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from yuemian.intake.checking import CheckedRow, CheckedSheet, check_sheet
from yuemian.intake.choices import Choices
from yuemian.intake.reference import BranchOption, Option, Reference
from yuemian.intake.table import Cell, FileKind, SheetRow, Table

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TITLES = ["姓名", "手机", "邮箱", "岗位", "轮次", "面试时间"]
GOOD: list[Cell] = ["张三", "13800138000", "zhangsan@example.com", "后端工程师", "初试", "2026-11-25 14:00"]


def reference(**changes: object) -> Reference:
    """The demo organization, as far as an import needs it."""
    people = {
        "recruiters": [("linyue", "林悦"), ("zhouhang", "周航"), ("grace", "Grace Tan")],
        "interviewers": [("chenmo", "陈默"), ("wangqian", "王倩"), ("daniel", "Daniel Lim")],
    }
    values: dict[str, object] = {
        "now": NOW,
        "jobs": (
            Option("backend", "后端工程师"),
            Option("frontend", "前端工程师"),
            Option("sales", "大客户销售经理"),
            Option("hr", "人力资源专员"),
            Option("analyst", "Data Analyst"),
        ),
        "branches": (
            BranchOption("shanghai", "上海总部", ("上海",), has_address=True),
            BranchOption(
                "singapore", "Singapore", ("新加坡",), "Asia/Singapore", "SG", "en", has_address=True
            ),
        ),
        "sources": tuple(Option(name, name) for name in ("BOSS直聘", "猎聘", "内推", "校招", "LinkedIn")),
        "default_branch": "shanghai",
        "default_recruiter": "linyue",
    }
    for role, members in people.items():
        values[role] = tuple(Option(key, name, (f"{key}@galaxy.example",)) for key, name in members)
    return Reference(**(values | changes))  # type: ignore[arg-type]


def table(*rows: Sequence[Cell], titles: Sequence[Cell] = TITLES) -> Table:
    """A sheet with its header in the first row; the first person stands in row 2."""
    every = [titles, *rows]
    return Table(
        FileKind.XLSX, tuple(SheetRow(number, tuple(cells)) for number, cells in enumerate(every, start=1))
    )


def person(**changes: Cell) -> list[Cell]:
    """A good row with some cells changed, by English names in the order of `TITLES`."""
    names = ["name", "phone", "email", "job", "round", "start"]
    return [changes.get(name, cell) for name, cell in zip(names, GOOD, strict=True)]


def check(*rows: Sequence[Cell], choices: Choices | None = None, **changes: object) -> CheckedSheet:
    return check_sheet(table(*rows), reference(**changes), choices)


def only(sheet: CheckedSheet) -> CheckedRow:
    (row,) = sheet.rows
    return row


def workbook(rows: Sequence[Sequence[object]], merges: Sequence[str] = (), title: str = "Sheet1") -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rezipped(data: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The same package with parts replaced, added, or (None) removed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in changes.items():
            if content is not None and name not in old.namelist():
                new.writestr(name, content)
    return buffer.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def ole(*names: str) -> bytes:
    """The start of an old Office container with the given streams in its directory."""
    directory = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2) for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + directory + b"\0" * 2048
