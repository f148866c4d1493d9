"""The import's pages: what a recruiter sees and presses, and what others never reach."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import Cast, create_cast, sign_in_client
from tests.intake.sheets import TITLES, person, workbook
from yuemian.domain.header_words import Field
from yuemian.hiring.models import Candidate
from yuemian.intake.checking import RowState
from yuemian.intake.container import Limits
from yuemian.intake.content import Safe
from yuemian.intake.models import Import, ImportState
from yuemian.interviews.models import BatchSelection, Interview


def later(**changes: Any) -> list[Any]:
    return list(person(**({"start": "2036-11-25 14:00"} | changes)))


def upload(client: Client, *rows: list[Any], name: str = "面试.xlsx") -> Import:
    file = SimpleUploadedFile(name, workbook([TITLES, *rows]))
    answer = client.post("/imports/upload", {"file": file})
    assert answer.status_code == 302
    return Import.objects.get(pk=answer.headers["Location"].rpartition("/")[2])


def page(client: Client, import_: Import, query: str = "") -> str:
    answer = client.get(f"/imports/{import_.pk}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, import_: Import, path: str, data: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/imports/{import_.pk}/{path}", data, headers=headers)


def confirm(client: Client, import_: Import) -> Import:
    import_.refresh_from_db()
    answer = post(client, import_, "confirm", {"revision": import_.revision})
    assert answer.status_code == 302
    import_.refresh_from_db()
    return import_


def states(import_: Import) -> dict[int, RowState]:
    import_.refresh_from_db()
    return {row.number: row.state for row in Safe(import_).sheet().rows}


def test_the_first_page_offers_a_drop_zone_and_a_sheet_to_start_from(recruiter_client: Client) -> None:
    text = recruiter_client.get("/imports").content.decode()
    assert "data-upload" in text
    assert "/imports/sample.xlsx" in text


def test_the_sample_passes_its_own_check(cast: Cast, recruiter_client: Client) -> None:
    for language in ("zh-hans", "en"):
        recruiter_client.cookies["language"] = language
        content = recruiter_client.get("/imports/sample.xlsx").content
        file = SimpleUploadedFile("sample.xlsx", content)
        location = recruiter_client.post("/imports/upload", {"file": file}).headers["Location"]
        import_ = Import.objects.get(pk=location.rpartition("/")[2])
        assert set(states(import_).values()) == {RowState.GOOD}, language


def test_every_row_is_shown_with_what_was_understood(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later(), later(name="李四", phone="1380013", email="l@gmial.com"))
    text = page(recruiter_client, import_)
    assert "张三" in text
    assert "2036年11月25日" in text
    assert "l@gmail.com" in text
    assert 'value="1380013"' in text
    assert not Candidate.objects.exists()


def test_from_file_to_interviews_in_four_presses(cast: Cast, recruiter_client: Client) -> None:
    rows = (
        later(),
        later(name="李四", phone="1380013", email=None),
        later(name="王五", email="w@gmial.com", phone=None),
    )
    import_ = upload(recruiter_client, *rows)
    post(recruiter_client, import_, "accept", {"row": "all"})
    post(recruiter_client, import_, "rows/3/cell", {"field": "phone", "value": "13800138001"})
    import_ = confirm(recruiter_client, import_)
    assert (import_.state, import_.created) == (ImportState.IMPORTED, 3)
    assert "3 场面试已就绪" in page(recruiter_client, import_)
    answer = post(recruiter_client, import_, "invite", {})
    assert answer.headers["Location"].startswith("/send/")
    assert set(BatchSelection.objects.get().interview_ids) == set(import_.interview_ids)


def test_a_decision_by_htmx_answers_with_the_changed_part_only(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later(phone="1380013", email=None))
    headers = {"HX-Request": "true", "HX-Target": "check"}
    data = {"field": "phone", "value": "13800138000"}
    answer = post(recruiter_client, import_, "rows/2/cell", data, **headers)
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<div id="check"')
    assert states(import_) == {2: RowState.GOOD}


def test_a_decision_without_scripts_comes_back_to_the_row_and_the_filter(
    cast: Cast, recruiter_client: Client
) -> None:
    import_ = upload(recruiter_client, later(phone="1380013", email=None))
    answer = recruiter_client.post(
        f"/imports/{import_.pk}/rows/2/cell?state=bad", {"field": "phone", "value": "13800138000"}
    )
    assert answer.headers["Location"] == f"/imports/{import_.pk}?state=bad#row-2"


def test_all_cells_of_a_row_can_be_edited_and_set_back(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later())
    form = recruiter_client.get(f"/imports/{import_.pk}/rows/2").content.decode()
    assert 'name="start"' in form
    data = {"name": "张三丰", "was-name": "张三", "job": str(cast.sales.pk), "was-job": str(cast.backend.pk)}
    post(recruiter_client, import_, "rows/2", data)
    import_.refresh_from_db()
    values = Safe(import_).sheet().rows[0].values
    assert (values[Field.NAME], values[Field.JOB]) == ("张三丰", str(cast.sales.pk))
    post(recruiter_client, import_, "rows/2", {"reset": "1"})
    import_.refresh_from_db()
    assert Safe(import_).sheet().rows[0].values[Field.NAME] == "张三"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("rows/2", {"email": "", "was-email": "zhang@@x"}),
        ("rows/2/cell", {"field": "email", "value": " "}),
    ],
)
def test_a_cell_that_is_emptied_stays_empty_until_the_row_is_set_back(
    recruiter_client: Client, path: str, data: dict[str, str]
) -> None:
    import_ = upload(recruiter_client, later(email="zhang@@x"))
    assert states(import_) == {2: RowState.BAD}
    post(recruiter_client, import_, path, data)
    assert states(import_) == {2: RowState.GOOD}
    assert Field.EMAIL not in Safe(import_).sheet().rows[0].values
    post(recruiter_client, import_, "rows/2", {"reset": "1"})
    assert states(import_) == {2: RowState.BAD}


def test_questions_are_answered_by_a_press(cast: Cast, recruiter_client: Client) -> None:
    rows = [
        later(start="03/04/2036 14:00"),
        later(name="李四", phone="13800138001", email=None, job="码农"),
        later(name="王五", phone="13800138002", email=None),
        later(name="王武", phone="13800138002", email=None, start="2036-11-26 10:00"),
    ]
    import_ = upload(recruiter_client, *rows)
    text = page(recruiter_client, import_)
    assert "码农" in text
    assert "是同一人：王五" in text
    post(recruiter_client, import_, "dates", {"order": "day"})
    meaning = {"field": "job", "text": "码农", "key": str(cast.backend.pk)}
    post(recruiter_client, import_, "meaning", meaning)
    post(recruiter_client, import_, "rows/4/contact", {"name": "王五"})
    assert set(states(import_).values()) == {RowState.GOOD}


def test_a_column_is_given_another_field(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later())
    data = {"column-4": "", "was-4": "round", "column-0": "name", "was-0": "name"}
    post(recruiter_client, import_, "mapping", data)
    import_.refresh_from_db()
    fields = Safe(import_).sheet().header.fields
    assert Field.ROUND not in fields
    assert Field.NAME in fields


def test_a_row_is_left_out_and_taken_in_again(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later())
    post(recruiter_client, import_, "rows/2/leave", {"out": "1"})
    assert states(import_) == {2: RowState.IGNORED}
    assert "重新纳入" in page(recruiter_client, import_, "?state=ignored")
    post(recruiter_client, import_, "rows/2/leave", {"out": "0"})
    assert states(import_) == {2: RowState.GOOD}


def test_pressing_twice_in_two_tabs_creates_once(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later())
    for _ in range(2):
        post(recruiter_client, import_, "confirm", {"revision": import_.revision})
    assert Interview.objects.count() == 1


def test_an_old_tab_is_told_to_look_again(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later())
    post(recruiter_client, import_, "rows/2/leave", {"out": "1"})
    answer = recruiter_client.post(
        f"/imports/{import_.pk}/confirm", {"revision": import_.revision}, follow=True
    )
    assert "页面显示之后有内容发生了变化" in answer.content.decode()
    assert not Interview.objects.exists()


def test_the_rest_is_named_downloaded_and_deleted(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(
        recruiter_client, later(), later(name="李四", phone="12", email=None), name="a\r\nX: 1.xlsx"
    )
    import_ = confirm(recruiter_client, import_)
    assert "李四" in page(recruiter_client, import_)
    answer = recruiter_client.get(f"/imports/{import_.pk}/rest.xlsx")
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w%.~-]+", answer.headers["Content-Disposition"])
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet["A2"].value == "李四"
    post(recruiter_client, import_, "discard", {})
    import_.refresh_from_db()
    assert import_.content_sealed is None
    assert Interview.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04broken", b"%PDF-1.7"])
def test_a_file_of_another_kind_is_refused_in_a_sentence(recruiter_client: Client, content: bytes) -> None:
    answer = recruiter_client.post("/imports/upload", {"file": SimpleUploadedFile("a.xlsx", content)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_and_never_kept(recruiter_client: Client) -> None:
    file = SimpleUploadedFile("a.csv", b"a,b\n" * (Limits().file_bytes // 4 + 10))
    answer = recruiter_client.post("/imports/upload", {"file": file})
    assert answer.status_code == 422
    assert "20 MB" in answer.content.decode()
    assert Import.objects.get().content_sealed is None


def test_an_upload_without_the_token_of_the_page_is_refused(cast: Cast) -> None:
    client = sign_in_client(cast.recruiter)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = strict.post("/imports/upload", {"file": SimpleUploadedFile("a.csv", b"a,b")})
    assert answer.status_code == 403
    assert not Import.objects.exists()


PAYLOAD = "<img src=x onerror=alert(1)>{{ 7*7 }}{% debug %}"


def test_cells_and_names_of_files_are_shown_as_text(cast: Cast, recruiter_client: Client) -> None:
    titles = [*TITLES[:-1], "面试时间", PAYLOAD]
    rows = [titles, [*later(name=f"张三{PAYLOAD}", job=PAYLOAD, phone=f"1380{PAYLOAD}"), PAYLOAD]]
    file = SimpleUploadedFile("\u202eevil<b>.xlsx", workbook(rows))
    location = recruiter_client.post("/imports/upload", {"file": file}).headers["Location"]
    import_ = Import.objects.get(pk=location.rpartition("/")[2])
    assert "\u202e" not in import_.file_name
    for text in (
        page(recruiter_client, import_),
        recruiter_client.get("/imports").content.decode(),
        recruiter_client.get(f"/imports/{import_.pk}/rows/2").content.decode(),
    ):
        assert "<img" not in text
        assert "<b>" not in text
        assert "DEBUG" not in text


PATHS = ("", "/rest.xlsx", "/rows/2")
POSTS = (
    "mapping", "accept", "dates", "meaning", "again", "confirm", "discard", "invite",
    "rows/2", "rows/2/cell", "rows/2/leave", "rows/2/contact",
)  # fmt: skip


def test_another_organization_never_reaches_an_import(now: datetime, recruiter_client: Client) -> None:
    from django.db import connection

    import_ = upload(recruiter_client, later())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    outsider = sign_in_client(create_cast(now=now, name="别家").recruiter)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    data = {"field": "job", "text": "x", "key": "x", "value": "x", "revision": "1"}
    for path in PATHS:
        assert outsider.get(f"/imports/{import_.pk}{path}").status_code == 404, path
    for path in POSTS:
        assert outsider.post(f"/imports/{import_.pk}/{path}", data).status_code == 404, path
    assert str(import_.pk) not in outsider.get("/imports").content.decode()


def test_a_hiring_lead_may_not_import(cast: Cast) -> None:
    client = sign_in_client(cast.lead)
    assert client.get("/imports").status_code == 403
    assert client.post("/imports/upload").status_code == 403


def test_looking_changes_nothing(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later())
    before = Import.objects.filter(pk=import_.pk).values().get()
    for path in ("", "?state=bad&page=9", "/rows/2"):
        recruiter_client.get(f"/imports/{import_.pk}{path}")
        recruiter_client.head(f"/imports/{import_.pk}{path}")
    assert Import.objects.filter(pk=import_.pk).values().get() == before


def test_a_large_file_shows_progress_and_a_dead_check_offers_to_go_on(
    cast: Cast, recruiter_client: Client
) -> None:
    import_ = upload(recruiter_client, later())
    fields = {"state": ImportState.CHECKING, "rows_done": 250, "rows_total": 900}
    Import.objects.filter(pk=import_.pk).update(**fields, touched_at=timezone.now())
    text = page(recruiter_client, import_)
    assert "250 / 900" in text
    assert "hx-trigger" in text
    Import.objects.filter(pk=import_.pk).update(touched_at=import_.created_at.replace(year=2020))
    assert "检查被中断" in page(recruiter_client, import_)
    post(recruiter_client, import_, "again", {})
    assert states(import_) == {2: RowState.GOOD}


def test_the_page_of_a_thousand_rows_shows_a_hundred(cast: Cast, recruiter_client: Client) -> None:
    rows = [later(name=f"张{n}", phone=f"138001{n:05}", email=f"z{n}@example.com") for n in range(250)]
    import_ = upload(recruiter_client, *rows)
    assert page(recruiter_client, import_).count('id="row-') == 100
    assert page(recruiter_client, import_, "?page=3").count('id="row-') == 50


def test_a_toast_of_htmx_survives_chinese(cast: Cast, recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later(email="a@gmial.com"))
    answer = post(recruiter_client, import_, "accept", {"row": "all"}, **{"HX-Request": "true"})
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == "已接受全部修复。"
