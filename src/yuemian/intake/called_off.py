"""Rows that the file itself calls off: struck out, or with a word that says so in a column that is not imported."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from yuemian.domain.cell_text import folded
from yuemian.domain.header_words import Field
from yuemian.domain.headers import Header
from yuemian.intake.checking import RowState
from yuemian.intake.columns import OFFERED

# The whole remark, or what comes before its reason: `如需取消请告知` calls nothing off.
_WORD = re.compile(
    r"(?:候选人|本人|自己|主动|临时|自愿|面试|[已被])*(?:取消|放弃|弃面|拒绝|拒面|婉拒|谢绝|爽约|鸽了?|不来|不参加|不面|不考虑|退出|作废|终止|"
    r"淘汰|未通过|不合适)(?:了|面试|机会)*(?:\s*[,，。.;；:：!！(（].*)?|"
    r"(?:candidate |interview |was |has )*(?:cancell?ed|withdrawn|withdrew|declined|rejected|dropped|no[- ]?show)"
    r"(?:\s*[,.;:!(].*)?",
    re.IGNORECASE,
)
_BESIDE_NAME = re.compile(r"[(\[【](.*?)[)\]】]")


def called_off(header: Header, rows: Sequence[Mapping[str, Any]], struck: Collection[int]) -> list[int]:
    """Numbers of rows that would be imported, or wait, although they seem to be called off."""
    remarks = [column.index for column in header.columns if column.field not in OFFERED]
    name = header.fields.get(Field.NAME, -1)
    return [
        row["number"]
        for row in rows
        if row["state"] != RowState.IGNORED
        and (row["number"] in struck or _says_so(row["cells"], remarks, name))
    ]


def _says_so(cells: Sequence[str], remarks: Sequence[int], name: int) -> bool:
    said = [cells[index] for index in remarks if index < len(cells)]
    if 0 <= name < len(cells):
        said += _BESIDE_NAME.findall(folded(cells[name]))
    return any(text and _WORD.fullmatch(folded(text)) for text in said)
