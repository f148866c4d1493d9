"""Reads .csv and .tsv: which encoding, which delimiter, which rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable

from charset_normalizer import from_bytes

from yuemian.domain.headers import match_title, normal_title
from yuemian.intake.container import Limits
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import FileKind, SheetRow, Table

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Where text is neither Unicode nor Chinese, it is one of these; rarer code pages only lead detection astray.
_ELSEWHERE = ("cp1252", "cp932", "cp949", "cp1251", "cp1250", "cp1258", "cp874")
_DELIMITERS = (",", "\t", ";", "|")
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SAMPLE = 65_536
_PLAUSIBLE = 0.35

# Letters that fill real sheets, in both scripts: surnames, given names, the words of jobs and interviews.
# A wrong decoding hits them only by accident.
_FREQUENT = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可"
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华建国志玉红梅鹏飞宇浩轩欣怡佳雨晨子涵思琪嘉俊"
    "姓名候选人手机号码电话邮箱职位岗位应聘面试轮次初复终日期时间地点方式现场视频会议室链接官招聘专员渠道来源备注携带材料"
    "流程工程师前端后销售经理资源数据分析技术产品运营市场财务行政助理总监主管实习直内推校猎网上海北京深圳广州杭州成都楼层号路"
    "月日点分半午周星期公司身份证简历作品集份请带第轮部门负责联系男女本科硕士"
    "這來國個說們為時對會過學與張劉陳楊趙黃吳孫馬羅鄭謝韓馮許鄧蕭呂蘇盧蔣賈葉鍾薑"
    "應徵者電話郵箱職位聯絡時間視訊會議連結渠道備註攜帶資料經理業務工程師數據設計臺灣台北號樓區線試選機碼"
    "複終週點結實習歷證請帶門負責聯系"
)


def read_text_table(
    data: bytes, limits: Limits, encoding: str | None, on_row: Callable[[int], None]
) -> Table:
    """Reads delimited text; `encoding` is a person's choice and wins over detection."""
    text, used = decode(data, encoding)
    delimiter, text = _delimiter(text)
    rows: list[SheetRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append(SheetRow(number, tuple(cell or None for cell in cells[: limits.columns])))
                on_row(len(rows))
            if len(rows) > limits.rows:
                raise UnreadableFile(Refusal.TOO_MANY_ROWS, limit=str(limits.rows))
    except csv.Error as error:
        raise UnreadableFile(Refusal.BROKEN_QUOTES, line=str(reader.line_num)) from error
    if not rows:
        raise UnreadableFile(Refusal.EMPTY)
    return Table(FileKind.TEXT, tuple(rows), encoding=used, delimiter=delimiter)


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the name of its encoding."""
    if encoding is not None:
        return _decode_as(data, encoding), encoding
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name), name
    if b"\0" in data[:_SAMPLE]:
        return _wide(data)
    try:
        return _readable(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _by_plausibility(data)


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return _readable(data.decode(encoding))
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFile(Refusal.UNKNOWN_ENCODING, encoding=encoding) from error


def _readable(text: str) -> str:
    """Text has hardly any control characters; programs and compressed data are full of them."""
    text = text.removeprefix("\ufeff")
    sample = text[:_SAMPLE]
    strange = sum(each < " " and each not in "\t\r\n\x0b\x0c\x1a" for each in sample)
    if strange * 50 > len(sample):
        raise UnreadableFile(Refusal.NOT_A_SPREADSHEET)
    return text


def _wide(data: bytes) -> tuple[str, str]:
    """UTF-16 without mark: the zero bytes of commas, digits and line ends stand all on one side."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-be" if even > odd else "utf-16-le"
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) * 20 < len(sample):
        raise UnreadableFile(Refusal.NOT_A_SPREADSHEET)
    try:
        return _readable(data.decode(name)), name
    except UnicodeDecodeError as error:
        raise UnreadableFile(Refusal.NOT_A_SPREADSHEET) from error


def _by_plausibility(data: bytes) -> tuple[str, str]:
    """GB18030 and Big5 accept each other's bytes; only one of the results reads like a sheet of people."""
    best, best_score, best_name = "", 0.0, ""
    for name in ("gb18030", "big5hkscs"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        score = plausibility(text)
        if score > best_score:
            best, best_score, best_name = text, score, name
    if best_score >= _PLAUSIBLE:
        return _readable(best), best_name
    guess = from_bytes(data[:_SAMPLE], cp_isolation=list(_ELSEWHERE)).best()
    if guess is None:
        if best_name:
            return _readable(best), best_name
        raise UnreadableFile(Refusal.UNKNOWN_ENCODING, encoding="?")
    return _decode_as(data, guess.encoding), guess.encoding


def plausibility(text: str) -> float:
    """0 to about 1.5: how much of the foreign letters are frequent ones, and whether a header can be read."""
    sample = text[:_SAMPLE]
    foreign = [each for each in sample if each > "\x7f"]
    if not foreign:
        return 0.0
    frequent = sum(each in _FREQUENT for each in foreign) / len(foreign)
    words = re.split(r"[,\t;|\r\n]", sample[:2000])
    known = sum(
        bool(match_title(normal_title(word.strip('" ')))) for word in words[:60] if not word.isascii()
    )
    return frequent + 0.1 * min(known, 5)


def _delimiter(text: str) -> tuple[str, str]:
    """The mark that splits most lines into the same number of columns, at least two."""
    if match := _SEP_LINE.match(text):
        return match[1], text[match.end() :]
    lines = text[:_SAMPLE].splitlines(keepends=True)[:60]
    return max(_DELIMITERS, key=lambda each: _consistency(lines, each)), text


def _consistency(lines: list[str], delimiter: str) -> float:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, count = max(Counter(widths).items(), key=lambda each: (each[1] * (each[0] > 1), each[0]))
    return 0.0 if width < 2 else count / len(widths) + min(width, 30) / 100
