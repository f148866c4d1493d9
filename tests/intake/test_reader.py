"""Files people really have are read; each file that cannot be read is refused with the reason that fits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.intake.sheets import GOOD, TITLES, ole, packed, part, rezipped, saved, workbook
from yuemian.domain.headers import find_header
from yuemian.intake.container import Limits
from yuemian.intake.reader import read_bytes
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import FileKind, table_from_json, table_to_json

TEXT = "姓名,手机,岗位,面试时间,备注\r\n张三,13800138000,后端工程师,2026-11-25 14:00,请带身份证\r\n"
TRADITIONAL = (
    "姓名,手機,應徵職位,面試時間,備註\r\n陳怡君,0912345678,後端工程師,2026-11-25 14:00,請攜帶證件\r\n"
)
SHEET = "xl/worksheets/sheet1.xml"
ONE = workbook([TITLES, GOOD])


def refusal(data: bytes, limits: Limits | None = None) -> Refusal:
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(data, limits=limits)
    return caught.value.code


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_text_is_read_in_every_encoding(encoding: str) -> None:
    rows = read_bytes(TEXT.encode(encoding)).rows
    assert rows[1].cells == ("张三", "13800138000", "后端工程师", "2026-11-25 14:00", "请带身份证")


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "big5hkscs", "gb18030", "utf-16-le"])
def test_traditional_text_is_read_in_every_encoding(encoding: str) -> None:
    assert read_bytes(TRADITIONAL.encode(encoding)).rows[1].cells[0] == "陳怡君"


def test_western_text_of_windows_is_read() -> None:
    data = "Name;Mobile;Position;Start\r\nJürgen Müller;+49 30 901820;Analyst;2026-11-25 14:00\r\n".encode(
        "cp1252"
    )
    assert read_bytes(data).rows[1].cells[0] == "Jürgen Müller"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    table = read_bytes(TEXT.replace(",", delimiter).encode())
    assert (table.delimiter, len(table.rows[1].cells)) == (delimiter, 5)


def test_excels_separator_line_is_obeyed() -> None:
    assert read_bytes(b"sep=;\r\na;b,c\r\n1;2,3\r\n").rows[0].cells == ("a", "b,c")


def test_quotes_line_breaks_and_formula_text_are_just_text() -> None:
    rows = read_bytes(
        '姓名,备注\n"张三","第一行\n第二行, ""引号"""\n李四,"=HYPERLINK(""http://x"")"\n'.encode()
    ).rows
    assert rows[1].cells[1] == '第一行\n第二行, "引号"'
    assert rows[2].cells[1] == '=HYPERLINK("http://x")'


def test_a_workbook_is_read_with_types_and_the_spreadsheets_own_row_numbers() -> None:
    start = datetime(2026, 11, 25, 14, 0)  # noqa: DTZ001 - a spreadsheet knows no zone
    table = read_bytes(
        workbook(
            [["面试安排"], [], TITLES, ["张三", 13800138000, None, "x", "初试", start], [None, time(14)]]
        )
    )
    assert table.kind is FileKind.XLSX
    assert [row.number for row in table.rows] == [1, 3, 4, 5]
    assert table.rows[2].cells == ("张三", 13800138000, None, "x", "初试", start)
    assert table.rows[3].cells == (None, time(14))


def test_merged_cells_mean_their_value_in_every_row() -> None:
    rows: list[list[object]] = [[*TITLES], ["甲", 1, None, "后端工程师"], ["乙", 2], ["丙", 3]]
    table = read_bytes(workbook(rows, merges=["D2:D4", "E2:F2"]))
    assert [row.cells[3] for row in table.rows[1:]] == ["后端工程师"] * 3


def test_the_first_visible_sheet_with_a_header_is_chosen_and_the_others_named() -> None:
    book = Workbook()
    book.worksheets[0].title = "说明"
    book.worksheets[0].append(["请勿修改"])
    for title in ("隐藏", "十一月", "十二月"):
        book.create_sheet(title).append(TITLES)
        book[title].append(GOOD)
    book["隐藏"].sheet_state = "hidden"
    data = saved(book)
    table = read_bytes(data)
    assert (table.sheet, table.other_sheets) == ("十一月", ("说明", "十二月"))
    assert read_bytes(data, sheet="十二月").sheet == "十二月"
    with pytest.raises(UnreadableFile):
        read_bytes(data, sheet="没有")


def test_a_wrong_dimension_hides_no_rows() -> None:
    wrong = part(ONE, SHEET).replace(b'ref="A1:F2"', b'ref="A1"')
    assert len(read_bytes(rezipped(ONE, {SHEET: wrong})).rows[1].cells) == 6


def test_the_1904_calendar_is_noticed() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(TITLES)
    assert read_bytes(saved(book)).is_1904


def test_a_formula_counts_with_its_result_and_refuses_the_file_without() -> None:
    sheet = part(ONE, SHEET)
    cell = b'<c r="A3" t="str"><f>A2</f><v>Li</v></c><c r="B3" t="str"><f>""</f><v></v></c>'
    with_result = sheet.replace(b"</sheetData>", b'<row r="3">' + cell + b"</row></sheetData>")
    table = read_bytes(rezipped(ONE, {SHEET: with_result}))
    assert (table.rows[2].cells, table.formulas) == (("Li",), 2)
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(workbook([TITLES, ["=A1", *GOOD[1:]]]))
    assert caught.value.code is Refusal.FORMULAS_WITHOUT_RESULT
    assert caught.value.params["cells"] == "A2"


def test_formatted_but_empty_rows_below_do_not_count() -> None:
    sheet = part(ONE, SHEET)
    blanks = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (number, number) for number in range(3, 20_000))
    data = rezipped(ONE, {SHEET: sheet.replace(b"</sheetData>", blanks + b"</sheetData>")})
    assert len(read_bytes(data, limits=Limits(rows=10)).rows) == 2


def test_shared_strings_as_excel_writes_them_are_read() -> None:
    assert read_bytes(_with_cell(b'<c r="A3" t="s"><v>1</v></c>')).rows[2].cells == ("李四",)


def _with_cell(cell: bytes, row: int = 3) -> bytes:
    """The good workbook with one more row, and a table of two shared strings as Excel writes it."""
    sheet = part(ONE, SHEET).replace(b"</sheetData>", b'<row r="%d">' % row + cell + b"</row></sheetData>")
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    declared = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{main}.sharedStrings+xml"/></Types>'
    strings = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>张三</t></si><si><t>李四</t></si></sst>'
    types = part(ONE, "[Content_Types].xml").replace(b"</Types>", declared.encode())
    return rezipped(
        ONE, {SHEET: sheet, "[Content_Types].xml": types, "xl/sharedStrings.xml": strings.encode()}
    )


def _bomb() -> bytes:
    return rezipped(
        ONE, {SHEET: part(ONE, SHEET).replace(b"</sheetData>", b" " * 30_000_000 + b"</sheetData>")}
    )


def _entity() -> bytes:
    lol = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return rezipped(ONE, {SHEET: lol + part(ONE, SHEET)})


def _entity_utf16() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "a">]>' + part(ONE, SHEET).decode()
    return rezipped(ONE, {SHEET: text.encode("utf-16")})


def _encrypted_zip() -> bytes:
    data = bytearray(ONE)
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


DAMAGED: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "nothing": (lambda: b"", Refusal.EMPTY),
    "only a byte order mark": (lambda: b"\xef\xbb\xbf\r\n", Refusal.EMPTY),
    "only separators": (lambda: b",,,\n,,,\n", Refusal.EMPTY),
    "empty workbook": (lambda: workbook([]), Refusal.EMPTY),
    "old xls": (lambda: ole("Root Entry", "Workbook"), Refusal.LEGACY_XLS),
    "older xls": (lambda: ole("Root Entry", "Book"), Refusal.LEGACY_XLS),
    "password": (lambda: ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), Refusal.ENCRYPTED),
    "old doc": (lambda: ole("Root Entry", "WordDocument"), Refusal.OTHER_OFFICE_FILE),
    "encrypted zip": (_encrypted_zip, Refusal.ENCRYPTED),
    "macros": (lambda: rezipped(ONE, {"xl/vbaProject.bin": b"x"}), Refusal.MACROS),
    "macro type": (
        lambda: rezipped(
            ONE, {"[Content_Types].xml": part(ONE, "[Content_Types].xml") + b"<!-- macroEnabled -->"}
        ),
        Refusal.MACROS,
    ),
    "macro sheet": (lambda: rezipped(ONE, {"xl/macrosheets/sheet1.xml": b"<x/>"}), Refusal.MACROS),
    "xlsb": (lambda: rezipped(ONE, {"xl/workbook.bin": b"x"}), Refusal.BINARY_WORKBOOK),
    "ods": (
        lambda: packed({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}),
        Refusal.OPEN_DOCUMENT,
    ),
    "docx": (
        lambda: packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
        Refusal.OTHER_OFFICE_FILE,
    ),
    "zip with a sheet in it": (lambda: packed({"interviews.xlsx": ONE}), Refusal.ARCHIVE),
    "rar": (lambda: b"Rar!\x1a\x07\x01\x00" + b"x" * 100, Refusal.ARCHIVE),
    "gzip": (lambda: b"\x1f\x8b\x08" + b"x" * 100, Refusal.ARCHIVE),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, Refusal.PICTURE),
    "jpeg": (lambda: b"\xff\xd8\xff\xe0" + b"\0" * 100, Refusal.PICTURE),
    "webp": (lambda: b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 100, Refusal.PICTURE),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 100, Refusal.PICTURE),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 100, Refusal.PDF),
    "web page": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", Refusal.WEB_PAGE),
    "xml spreadsheet": (lambda: b'<?xml version="1.0"?><Workbook></Workbook>', Refusal.WEB_PAGE),
    "program": (lambda: b"MZ\x90\0\x03\0\0\0\x04" + bytes(range(256)) * 20, Refusal.NOT_A_SPREADSHEET),
    "control characters": (lambda: b"\x01\x02\x03abc\x04" * 50, Refusal.NOT_A_SPREADSHEET),
    "zip bomb": (_bomb, Refusal.BOMB),
    "many entries": (lambda: packed({f"xl/{number}.xml": b"" for number in range(2_500)}), Refusal.BOMB),
    "big styles": (lambda: rezipped(ONE, {"xl/styles.xml": bytes(range(256)) * 80_000}), Refusal.BOMB),
    "entities": (_entity, Refusal.ENTITIES),
    "entities in utf-16": (_entity_utf16, Refusal.ENTITIES),
    "entities in shared strings": (
        lambda: rezipped(ONE, {"xl/sharedStrings.xml": b'<!DOCTYPE s SYSTEM "file:///etc/passwd"><sst/>'}),
        Refusal.ENTITIES,
    ),
    "cut off": (lambda: ONE[: len(ONE) // 2], Refusal.DAMAGED),
    "garbled inside": (lambda: ONE[:60] + b"\xff" * 40 + ONE[100:], Refusal.DAMAGED),
    "broken xml": (lambda: rezipped(ONE, {SHEET: b"<worksheet><sheetData><row"}), Refusal.DAMAGED),
    "no workbook": (lambda: rezipped(ONE, {"xl/workbook.xml": None}), Refusal.ARCHIVE),
    "no relations": (lambda: rezipped(ONE, {"xl/_rels/workbook.xml.rels": b"<x/>"}), Refusal.DAMAGED),
    "row beyond the last": (
        lambda: _with_cell(b'<c r="A2000000000"><v>1</v></c>', row=2_000_000_000),
        Refusal.DAMAGED,
    ),
    "string beyond the table": (lambda: _with_cell(b'<c r="A3" t="s"><v>999</v></c>'), Refusal.DAMAGED),
    "number of ten thousand digits": (
        lambda: _with_cell(b'<c r="A3"><v>' + b"9" * 10_000 + b"</v></c>"),
        Refusal.DAMAGED,
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_each_unusable_file_is_refused_with_its_reason(name: str) -> None:
    make, expected = DAMAGED[name]
    assert refusal(make()) is expected


def test_size_and_rows_are_limited() -> None:
    assert refusal(b"a,b\n" * 300, Limits(file_bytes=1000)) is Refusal.TOO_LARGE
    assert refusal(b"a,b\n" * 300, Limits(rows=100)) is Refusal.TOO_MANY_ROWS
    assert refusal(workbook([["a", "b"]] * 300), Limits(rows=100)) is Refusal.TOO_MANY_ROWS
    assert refusal(_with_cell(b""), Limits(strings=1)) is Refusal.BOMB
    assert refusal(ONE, Limits(unpacked_bytes=1000)) is Refusal.BOMB


def test_a_directory_larger_than_the_limit_is_never_read() -> None:
    data = bytearray(ONE)
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = (50_000_000).to_bytes(4, "little")
    assert refusal(bytes(data)) is Refusal.BOMB


def test_an_unclosed_quote_over_much_text_is_refused() -> None:
    assert refusal(('a,b\n"' + "x,y\n" * 50_000).encode()) is Refusal.BROKEN_QUOTES


def test_reading_can_be_watched_and_cancelled() -> None:
    class Cancelled(Exception):  # noqa: N818
        pass

    def stop(done: int) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_bytes(b"a,b\n" * 10, on_row=stop)


def test_a_table_survives_storage() -> None:
    start = datetime(2026, 11, 25, 14, 0)  # noqa: DTZ001
    table = read_bytes(
        workbook([TITLES, ["张三", 13800138000, 1.5, True, None, start], [start.date(), start.time()]])
    )
    assert table_from_json(table_to_json(table)) == table


def test_damage_to_any_single_byte_never_escapes_as_another_error() -> None:
    for at in range(0, len(ONE), max(1, len(ONE) // 150)):
        data = ONE[:at] + bytes([ONE[at] ^ 0xFF]) + ONE[at + 1 :]
        try:
            read_bytes(data)
        except UnreadableFile:
            continue


@settings(max_examples=60)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(str.encode),
        st.binary(max_size=80).map(b"PK\x03\x04".__add__),
    )
)
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        table = read_bytes(data)
    except UnreadableFile:
        return
    find_header(table.grid)


def test_stored_parts_are_accepted_and_rare_compressions_are_not() -> None:
    assert refusal(_with_method(zipfile.ZIP_BZIP2)) is Refusal.DAMAGED
    assert read_bytes(_with_method(zipfile.ZIP_STORED)).rows


def _with_method(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ONE)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return buffer.getvalue()
