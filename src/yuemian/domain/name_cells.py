"""Cells of a name column: what recruiters write beside, before and instead of one person's name."""

from __future__ import annotations

import re
from dataclasses import replace

from yuemian.domain.cell_text import as_text, is_blank
from yuemian.domain.names import HAN, read_name
from yuemian.domain.reading import ProblemCode, Reading, Repair, RepairCode, bad

_DITTO = re.compile(r"同上|同前|[〃″”\"]|''|ditto|same as above", re.IGNORECASE)
_APART = re.compile(r"[、/／;；,，&＆+\n\r]+|[和与與及跟](?=.{2})")
_ONLY_HAN = re.compile(f"[{HAN}]+")
_HAN_NAME = re.compile(f"[{HAN}]{{2,4}}")
_COMPOUND_SURNAMES = re.compile(
    "欧阳|歐陽|上官|司马|司馬|诸葛|諸葛|东方|東方|皇甫|尉迟|尉遲|公孙|公孫|令狐|慕容|司徒|长孙|長孫|宇文|夏侯|端木|百里|轩辕|南宫|独孤"
)
_MARKS = "*＊★☆√✓✔○●◎△▲■□※#"
_LIST_NUMBER = re.compile(r"[(（]?\d{1,4}[)）.．、:：]\s*(?=\D)")
_PHONE = re.compile(r"[\s(（:：]*(?:tel|电话|手机)?[\s:：]*\+?\d[\d\s-]{5,}\d[)）]?\s*", re.IGNORECASE)
# Beside a Chinese name, words of these are remarks; `张三（Jack）` is a name.
_REMARK = re.compile(
    r"\s*[(（\[【][^()（）\[\]【】]*(?:[男女]|已|未|[待面试試招届推约約补補]|取消|改期|[线線][上下]|[视視][频頻]|[电電][话話]|优先|备选|实习|放弃)"
    r"[^()（）\[\]【】]*[)）\]】]\s*$"
)


def read_name_cell(raw: object) -> Reading[str]:
    """As `read_name`; several people are refused, and what is no name is proposed to go."""
    reading = read_name(raw)
    if reading.value is None:
        return reading
    written = as_text(raw).strip()
    if _DITTO.fullmatch(written):
        return bad(ProblemCode.UNREADABLE, text=written)
    if _holds_several(written):
        return bad(ProblemCode.SEVERAL_PEOPLE, text=reading.value[:60])
    name = _bare(reading.value)
    if name == reading.value:
        return _joined(reading, written)
    kept = read_name(name)
    if kept.value is None:
        return reading
    repair = Repair(RepairCode.WORDS_REMOVED, reading.value, kept.value, is_sure=False)
    return replace(kept, repairs=(*kept.repairs, repair), alternatives=(reading.value,))


def whole_name(family: object, given: object) -> str:
    """`张` and `三` are 张三, `Zhang` and `San` are San Zhang; empty unless there are both."""
    if is_blank(family) or is_blank(given):
        return ""
    first, last = as_text(given).strip(), as_text(family).strip()
    return f"{last}{first}" if _ONLY_HAN.fullmatch(last + first) else f"{first} {last}"


def _holds_several(written: str) -> bool:
    """`张三、李四` and `张三和李四`, but neither `李和平` nor `张三/Jack`."""
    parts = [part.strip() for part in _APART.split(written) if part.strip()]
    return len(parts) > 1 and all(_HAN_NAME.fullmatch(part) for part in parts)


def _bare(name: str) -> str:
    """Without marks, list numbers, telephone numbers and remarks."""
    bare = _LIST_NUMBER.sub("", name.strip(_MARKS + " "), count=1) if _LIST_NUMBER.match(name) else name
    bare = _PHONE.sub("", bare).strip(_MARKS + " -–—:：")
    return _REMARK.sub("", bare) if _HAN_NAME.match(bare) else bare


def _joined(reading: Reading[str], written: str) -> Reading[str]:
    """`张 三` is one name; of `张三 李四` that is for a person to say."""
    parts = written.split()
    is_clear = len(parts) < 2 or not all(_HAN_NAME.fullmatch(part) for part in parts)
    if is_clear or _COMPOUND_SURNAMES.fullmatch(parts[0]):
        return reading
    return replace(reading, repairs=tuple(replace(each, is_sure=False) for each in reading.repairs))
