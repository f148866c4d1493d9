"""What some words of a text file would be in each encoding it may have: people see at once which is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from yuemian.domain.header_words import Field
from yuemian.domain.headers import Header
from yuemian.intake.table import Origin
from yuemian.intake.wording import ENCODINGS, Text

_WORDS, _LONGEST = 3, 12


@dataclass(frozen=True)
class EncodingChoice:
    """An encoding, and words of the file as they are in it."""

    name: str
    label: Text
    sample: str


def encoding_choices(
    origin: Origin, header: Header, rows: Sequence[Mapping[str, Any]]
) -> list[EncodingChoice]:
    """The one in use first; empty where no other is possible."""
    if not origin.other_encodings:
        return []
    words = list(islice(_foreign_words(header, rows), _WORDS))
    return [
        EncodingChoice(
            name, ENCODINGS.get(name, name), "、".join(_as_in(word, origin.encoding, name) for word in words)
        )
        for name in (origin.encoding, *origin.other_encodings)
    ]


def _as_in(word: str, encoding: str, other: str) -> str:
    return word.encode(encoding, "replace").decode(other, "replace")[:_LONGEST]


def _foreign_words(header: Header, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Names first, then whatever has letters that depend on the encoding; each word once."""
    name = header.fields.get(Field.NAME, -1)
    named = [row["cells"][name] for row in rows if 0 <= name < len(row["cells"])]
    others = (cell for row in rows for cell in row["cells"])
    seen: set[str] = set()
    for cell in chain(named, (column.title for column in header.columns), others):
        if not cell.isascii() and cell not in seen:
            seen.add(cell)
            yield cell
