"""From the bytes of a text to its letters: which encoding, how certain that is, and which others are possible."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from charset_normalizer import from_bytes

from yuemian.domain.headers import match_title, normal_title
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import Cell, SheetRow, Table

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Where text is neither Unicode nor Chinese, it is one of these; rarer code pages only lead detection astray.
_WESTERN = ("cp1252", "cp1250", "cp1258")
_ELSEWHERE = (*_WESTERN, "cp932", "cp949", "cp1251", "cp874")
_CHINESE = ("gb18030", "big5hkscs")
SAMPLE = 65_536
_PLAUSIBLE, _BEYOND_DOUBT = 0.35, 0.2
# So much of the foreign letters must lie where the encoding has Chinese ones.
_ORDERLY = 0.5
# So many letters are all Korean by accident hardly ever; so few tell nothing of which Western code page it is.
_FEW = 10
# A text with fewer damaged letters than one among so many is still read; the cells say where.
_DAMAGED = 10
_WHERE_OTHERS_ARE_SOUGHT = 1_000_000

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


@dataclass(frozen=True)
class Letters:
    """The text, the name of its encoding, and the other encodings that would give letters as well."""

    text: str
    encoding: str
    others: tuple[str, ...] = ()
    is_doubtful: bool = False


def decode(data: bytes) -> Letters:
    """Raises UnreadableFile."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Letters(_decode_as(data, name), name)
    if b"\0" in data[:SAMPLE]:
        return _wide(data)
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    # Damage in the file itself is a letter of its own: only that of decoding counts.
    if not damaged or _foreign(text) >= _DAMAGED * (damaged - data.count("\ufffd".encode())):
        return Letters(_readable(text), "utf-8")
    found = _by_plausibility(data)
    return replace(found, others=_others(data, found))


def in_encoding(table: Table, encoding: str) -> Table:
    """The table as if its text had been read in another encoding. Raises UnicodeError."""

    def recoded(cell: Cell) -> Cell:
        return cell.encode(table.encoding).decode(encoding) if isinstance(cell, str) else cell

    rows = tuple(SheetRow(row.number, tuple(map(recoded, row.cells))) for row in table.rows)
    others = tuple(each for each in (table.encoding, *table.other_encodings) if each != encoding)
    return replace(table, rows=rows, encoding=encoding, other_encodings=others, is_encoding_doubtful=False)


def _foreign(text: str) -> int:
    return sum(each > "\x7f" and each != "\ufffd" for each in text[:SAMPLE])


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return _readable(data.decode(encoding))
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFile(Refusal.UNKNOWN_ENCODING, encoding=encoding) from error


def _readable(text: str) -> str:
    """Text has hardly any control characters; programs and compressed data are full of them."""
    text = text.removeprefix("\ufeff")
    sample = text[:SAMPLE]
    strange = sum(each < " " and each not in "\t\r\n\x0b\x0c\x1a" for each in sample)
    if strange * 50 > len(sample):
        raise UnreadableFile(Refusal.NOT_A_SPREADSHEET)
    return text


def _wide(data: bytes) -> Letters:
    """UTF-16 without mark: the zero bytes of commas, digits and line ends stand all on one side."""
    sample = data[:SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-be" if even > odd else "utf-16-le"
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) * 20 < len(sample):
        raise UnreadableFile(Refusal.NOT_A_SPREADSHEET)
    try:
        return Letters(_readable(data.decode(name)), name)
    except UnicodeDecodeError as error:
        raise UnreadableFile(Refusal.NOT_A_SPREADSHEET) from error


def _by_plausibility(data: bytes) -> Letters:
    """GB18030 and Big5 accept each other's bytes; only one of the results reads like a sheet of people."""
    texts = {name: text for name in _CHINESE if (text := _decoded(data, name))}
    ranked = sorted(texts, key=lambda name: plausibility(texts[name]), reverse=True)
    scores = [plausibility(texts[name]) for name in ranked]
    if ranked and scores[0] >= _PLAUSIBLE:
        is_doubtful = len(scores) > 1 and scores[0] - scores[1] < _BEYOND_DOUBT
        return Letters(_readable(texts[ranked[0]]), ranked[0], is_doubtful=is_doubtful)
    orderly = max(texts, key=lambda name: _orderliness(texts[name], name), default="")
    if orderly and _orderliness(texts[orderly], orderly) >= _ORDERLY and not _is_korean(data):
        return Letters(_readable(texts[orderly]), orderly, is_doubtful=True)
    return _from_elsewhere(data, ranked[0] if ranked else "")


def _from_elsewhere(data: bytes, otherwise: str) -> Letters:
    guess = from_bytes(data[:SAMPLE], cp_isolation=list(_ELSEWHERE)).best()
    name = guess.encoding if guess else otherwise
    if not name:
        raise UnreadableFile(Refusal.UNKNOWN_ENCODING, encoding="?")
    text = _decode_as(data, name)
    if name in _WESTERN and _foreign(text) < _FEW and (western := _decoded(data, _WESTERN[0])):
        name, text = _WESTERN[0], _readable(western)
    return Letters(text, name, is_doubtful=True)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _orderliness(text: str, encoding: str) -> float:
    """How much of the foreign letters are Chinese ones of the encoding's own first standard, 0 to 1."""
    first, last = (0xB0, 0xF7) if encoding == "gb18030" else (0xA4, 0xC6)
    codes = [each.encode(encoding) for each in text[:SAMPLE] if each > "\x7f"]
    low = 0xA1 if encoding == "gb18030" else 0x40
    fitting = sum(len(code) == 2 and first <= code[0] <= last and code[1] >= low for code in codes)
    return fitting / len(codes) if codes else 0.0


def _is_korean(data: bytes) -> bool:
    foreign = [each for each in _decoded(data, "cp949")[:SAMPLE] if each > "\x7f"]
    return len(foreign) >= _FEW and all("가" <= each <= "힣" for each in foreign)


def _others(data: bytes, read: Letters) -> tuple[str, ...]:
    """Encodings in which the same bytes are other letters. Where it is surely Chinese, Western letters are chance."""
    used, is_chinese = read.encoding, read.encoding in _CHINESE and not read.is_doubtful
    sample = data[:_WHERE_OTHERS_ARE_SOUGHT]
    if len(sample) < len(data):
        sample = sample[: sample.rfind(b"\n") + 1]
    text = _decoded(sample, used)
    if not text or text.encode(used) != sample:
        return ()
    found = {text: used}
    for name in (*_CHINESE, "cp932", "cp949", *(() if is_chinese else (*_WESTERN, "cp1251", "cp874"))):
        other = _decoded(sample, name)
        if other and other.encode(name) == sample and _is_visible(other):
            found.setdefault(other, name)
    return tuple(name for name in found.values() if name != used)


def _is_visible(text: str) -> bool:
    """No control characters, no letters of nobody's, and not chiefly half-width kana, which chance is made of."""
    foreign = [each for each in text[:SAMPLE] if each > "\x7f"]
    kana = sum("\uff61" <= each <= "\uff9f" for each in foreign)
    return kana * 2 < len(foreign) and not any(
        unicodedata.category(each) in {"Cc", "Co", "Cn"} for each in set(foreign)
    )


def plausibility(text: str) -> float:
    """0 to about 1.5: how much of the foreign letters are frequent ones, and whether a header can be read."""
    sample = text[:SAMPLE]
    foreign = [each for each in sample if each > "\x7f"]
    if not foreign:
        return 0.0
    frequent = sum(each in _FREQUENT for each in foreign) / len(foreign)
    words = re.split(r"[,\t;|\r\n]", sample[:2000])
    known = sum(
        bool(match_title(normal_title(word.strip('" ')))) for word in words[:60] if not word.isascii()
    )
    return frequent + 0.1 * min(known, 5)
