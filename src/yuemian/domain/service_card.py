"""A short text as the card of a service message: rows of label and value, and what stands below them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: `时间：11月25日` or `Time: 14:00`; a label is short, and an address is none.
_ROW: Final = re.compile(r"([^：:\n]{1,16})(?:：|: )\s*(?!//)(\S.*)")


@dataclass(frozen=True, slots=True)
class ServiceCard:
    rows: tuple[tuple[str, str], ...]
    note: str


def read_card(text: str, link: str = "") -> ServiceCard:
    """Rows until the first line that is none; the link is the card itself and stands in no line."""
    rows: list[tuple[str, str]] = []
    note: list[str] = []
    for line in text.strip().splitlines():
        row = _ROW.fullmatch(line.strip())
        if row and not note and not (link and link in line):
            rows.append((row[1].strip(), row[2].strip()))
        else:
            note.append(line.replace(link, "").rstrip(" ：:") if link else line)
    return ServiceCard(tuple(rows), "\n".join(part for part in note if part.strip()))
