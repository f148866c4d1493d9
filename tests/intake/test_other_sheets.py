"""What of a workbook was not read, or is hidden in it, is said; and every sheet can be imported."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from tests.factories import Cast
from tests.intake.sheets import TITLES, saved, workbook
from tests.intake.test_views import confirm, later, page, post, states
from yuemian.intake.actions.decide import edit_row
from yuemian.intake.actions.start import check_again, read_other_sheet, start_import
from yuemian.intake.checking import RowState
from yuemian.intake.command import Terminal, main
from yuemian.intake.content import Gone, Safe
from yuemian.intake.models import Import, ImportState
from yuemian.intake.reader import read_bytes
from yuemian.intake.tasks import Work
from yuemian.interviews.models import Interview

ENGLISH = {"Accept-Language": "en"}


def week(*titles: str, hidden: Sequence[int] = ()) -> bytes:
    """A workbook with one candidate on each sheet, and an empty one behind."""
    book = Workbook()
    book.worksheets[0].title = "Sheet9"
    for number, title in enumerate(titles, start=1):
        sheet = book.create_sheet(title, number - 1)
        sheet.append(TITLES)
        for each in range(2):
            phone = f"138001380{number}{each}"
            sheet.append(later(name=f"人{'甲乙丙丁'[number]}{'子丑'[each]}", phone=phone, email=None))
        for row in hidden:
            sheet.row_dimensions[row].hidden = True
    return saved(book)


def sent(client: Client, data: bytes) -> Import:
    answer = client.post("/imports/upload", {"file": SimpleUploadedFile("面试.xlsx", data)})
    return Import.objects.get(pk=answer.headers["Location"].rpartition("/")[2])


def opened(client: Client, import_: Import, sheet: str) -> Import:
    answer = post(client, import_, "sheet", {"sheet": sheet})
    return Import.objects.get(pk=answer.headers["Location"].rpartition("/")[2])


def test_the_sheets_that_were_not_read_are_named_and_each_can_be_imported(recruiter_client: Client) -> None:
    monday = sent(recruiter_client, week("周一", "周二", "周三"))
    text = page(recruiter_client, monday)
    assert all(f'name="sheet" value="{each}"' in text for each in ("周二", "周三"))
    assert "Sheet9" not in text
    tuesday = opened(recruiter_client, monday, "周二")
    wednesday = opened(recruiter_client, tuesday, "周三")
    assert (tuesday.file_name, wednesday.file_name) == ("面试 · 周二.xlsx", "面试 · 周三.xlsx")
    for import_ in (monday, tuesday, wednesday):
        confirm(recruiter_client, import_)
    assert Interview.objects.count() == 6


def test_a_file_with_one_sheet_asks_nothing_and_is_not_kept(recruiter_client: Client) -> None:
    import_ = sent(recruiter_client, workbook([TITLES, later()]))
    assert 'name="sheet"' not in page(recruiter_client, import_)
    with pytest.raises(Gone):
        Safe(import_).workbook()
    assert opened(recruiter_client, import_, "周二") == import_


def test_an_import_that_is_done_keeps_no_workbook(recruiter_client: Client) -> None:
    import_ = confirm(recruiter_client, sent(recruiter_client, week("周一", "周二")))
    assert import_.content_sealed is None
    assert opened(recruiter_client, import_, "周二") == import_


def test_a_sheet_that_is_not_there_is_refused_with_its_name(cast: Cast, now: datetime) -> None:
    import_ = start_import(cast.recruiter, "a.xlsx", week("周一", "周二"), now=now)
    refused = read_other_sheet(cast.recruiter, import_.pk, "周五", now=now)
    assert (refused.state, refused.refusal_params) == (ImportState.REFUSED, {"sheet": "周五"})
    assert set(states(import_).values()) == {RowState.GOOD}


def test_decisions_and_a_new_start_keep_sheet_and_workbook(cast: Cast, now: datetime) -> None:
    first = start_import(cast.recruiter, "a.xlsx", week("周一", "周二"), now=now)
    import_ = read_other_sheet(cast.recruiter, first.pk, "周二", now=now)
    edit_row(cast.recruiter, import_.pk, 2, {}, now=now)
    import_ = check_again(cast.recruiter, import_.pk, now=now)
    safe = Safe(import_)
    assert (safe.table().sheet, safe.choices().sheet, safe.sheet().origin.other_sheets) == (
        "周二", "周二", ("周一",),
    )  # fmt: skip
    assert read_bytes(safe.workbook(), sheet="周一").sheet == "周一"


def test_a_large_workbook_is_read_at_the_named_sheet_too(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    monkeypatch.setattr("yuemian.intake.actions.start.INLINE_BYTES", 10)
    works: list[Work] = []
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        import_ = start_import(
            cast.recruiter,
            "a.xlsx",
            week("周一", "周二"),
            now=now,
            run=lambda _, work: works.append(work),
            sheet="周二",
        )
    works[0]()
    import_.refresh_from_db()
    assert (import_.state, Safe(import_).table().sheet) == (ImportState.CHECKED, "周二")
    assert Safe(import_).workbook()


def test_rows_that_the_workbook_hides_are_named(recruiter_client: Client) -> None:
    import_ = sent(recruiter_client, week("周一", hidden=[3]))
    answer = recruiter_client.get(f"/imports/{import_.pk}", headers=ENGLISH).content.decode()
    assert "1 row is hidden in the workbook, perhaps by a filter, and is read like the others: 3." in answer


def test_a_hidden_title_row_hides_no_interview(recruiter_client: Client) -> None:
    assert Safe(sent(recruiter_client, week("周一", hidden=[1]))).sheet().origin.hidden_rows == ()


def test_the_command_says_what_it_did_not_read_and_takes_a_sheet(
    cast: Cast, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(week("周一", "周二", hidden=[2]))
    said = io.StringIO()
    main([str(file), "--check", "--user", cast.recruiter.email], Terminal(out=said))
    assert "Only the sheet 周一 was read, not 周二; choose with --sheet." in said.getvalue()
    assert "Hidden in the workbook, but read: rows 2." in said.getvalue()
    main([str(file), "--yes", "--sheet", "周二", "--user", cast.recruiter.email], Terminal(out=said))
    assert set(Interview.objects.values_list("application__candidate__name", flat=True)) == {
        "人丙子",
        "人丙丑",
    }
