"""The encoding of a text is found or offered: names never come out as other people's letters in silence."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import Cast
from tests.intake.sheets import reference
from tests.intake.test_views import post
from yuemian.domain.header_words import Field
from yuemian.intake.actions.decide import NotLetters, choose_encoding, edit_row
from yuemian.intake.actions.start import start_import
from yuemian.intake.checking import RowState, check_sheet
from yuemian.intake.content import Safe
from yuemian.intake.letters import decode, in_encoding
from yuemian.intake.models import Import
from yuemian.intake.reader import read_bytes
from yuemian.intake.refusal import Refusal, UnreadableFile

ENGLISH = {"Accept-Language": "en"}
SURE = "姓名,手机,岗位,面试时间\n张三,13800138000,后端工程师,2036-11-25 14:00\n"


def sheet(*names: str) -> str:
    """A file whose only Chinese letters are rare names."""
    rows = (f"{name},1380013800{number},Data Analyst,2036-11-25 14:00" for number, name in enumerate(names))
    return "\n".join(["name,phone,job,start", *rows, ""])


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("gb18030", ["翟鑫淼"]),
        ("gb18030", ["臧犇骉", "龚馨予"]),
        ("big5hkscs", ["翁靖雯"]),
        ("cp1252", ["José Muñoz"]),
        ("cp932", ["山田太郎", "サトウ"]),
        ("cp949", ["김민수", "이영희", "박지성", "최민호"]),
    ],
)
def test_a_few_letters_are_read_but_called_doubtful(encoding: str, names: list[str]) -> None:
    letters = decode(sheet(*names).encode(encoding))
    assert (letters.text, letters.encoding, letters.is_doubtful) == (sheet(*names), encoding, True)


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp949", "김민수"), ("cp1251", "Иван Петров"), ("cp1250", "Žižek")]
)
def test_the_right_encoding_is_offered_where_another_was_taken(encoding: str, name: str) -> None:
    table = read_bytes(sheet(name).encode(encoding))
    assert table.is_encoding_doubtful
    offered = {each: in_encoding(table, each).rows[1].cells[0] for each in table.other_encodings}
    assert offered.get(encoding, table.rows[1].cells[0]) == name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_nothing_is_offered_where_nothing_is_doubtful(encoding: str) -> None:
    letters = decode(SURE.encode(encoding))
    assert (letters.others, letters.is_doubtful) == ((), False)
    assert not decode(SURE.encode("gb18030")).is_doubtful


def test_one_damaged_letter_spoils_its_cell_and_not_the_file() -> None:
    text = SURE + SURE.splitlines()[1].replace("8000", "8001") + "\n"
    data = text.encode().replace("张三".encode(), b"\xe5\xbc\xff", 1)
    rows = check_sheet(read_bytes(data), reference()).rows
    assert [row.state for row in rows] == [RowState.BAD, RowState.GOOD]
    assert rows[0].fields[Field.NAME].problem is not None


def test_text_in_no_encoding_at_all_is_refused() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_bytes("姓名,手机\n张三,1\n".encode() + b"\xff\xfe\xfa\xfb\xff" * 9)
    assert caught.value.code is Refusal.UNKNOWN_ENCODING


def upload(client: Client, data: bytes) -> Import:
    answer = client.post("/imports/upload", {"file": SimpleUploadedFile("a.csv", data)})
    return Import.objects.get(pk=answer.headers["Location"].rpartition("/")[2])


def test_the_page_shows_names_in_each_encoding_and_reads_the_file_in_the_one_chosen(
    cast: Cast, recruiter_client: Client
) -> None:
    import_ = upload(recruiter_client, sheet("김민수").encode("cp949"))
    text = recruiter_client.get(f"/imports/{import_.pk}", headers=ENGLISH).content.decode()
    assert "Read as Simplified Chinese (GB18030), some are “辫刮荐”." in text
    assert '<bdi>김민수</bdi> <span class="muted">Korean (EUC-KR)</span>' in text
    text = post(
        recruiter_client, import_, "encoding", {"encoding": "cp949"}, **{"HX-Request": "true"}
    ).content.decode()
    assert "김민수" in text
    assert Safe(Import.objects.get(pk=import_.pk)).sheet().rows[0].values[Field.NAME] == "김민수"


def test_a_sure_reading_can_still_be_changed_and_changed_back(cast: Cast, now: datetime) -> None:
    import_ = start_import(cast.recruiter, "a.csv", SURE.encode("gb18030"), now=now)
    edit_row(cast.recruiter, import_.pk, 2, {Field.NAME: "李四"}, now=now)
    for encoding in ("cp949", "gb18030"):
        import_ = choose_encoding(cast.recruiter, import_.pk, encoding, now=now)
    assert Safe(import_).table().rows[0].cells[0] == "姓名"
    assert Safe(import_).sheet().rows[0].values[Field.NAME] == "李四"
    with pytest.raises(NotLetters):
        choose_encoding(cast.recruiter, import_.pk, "utf-16", now=now)


def test_an_encoding_that_does_not_fit_changes_nothing(recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, SURE.encode("gb18030"))
    answer = post(recruiter_client, import_, "encoding", {"encoding": "cp1252"}, **{"HX-Request": "true"})
    assert "toast" in answer.headers["HX-Trigger"]
    assert Safe(Import.objects.get(pk=import_.pk)).table().encoding == "gb18030"
