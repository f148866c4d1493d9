"""The columns of a checked file as its page shows them: what each is read as, and what is not imported of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openpyxl.utils import get_column_letter

from yuemian.domain.header_owners import OWN, withheld
from yuemian.domain.header_words import WORDS, Field
from yuemian.domain.headers import Column, Header, Why, match_title, normal_title, own_offers
from yuemian.intake.wording import WHYS, Text

#: What a column may be. Notes have no place in an interview yet.
OFFERED = tuple(name for name in Field if name is not Field.NOTE)
_SHOWN_SAMPLES = 3
_SAMPLED_ROWS = 30
_MOMENT = frozenset({Field.START, Field.DATE, Field.TIME})
# A second column of these is a second person, address or interview.
_ONCE = frozenset({Field.NAME, Field.PHONE, Field.EMAIL, Field.JOB}) | _MOMENT
_SAID = frozenset({Why.OF_ANOTHER, Why.IDENTITY})


@dataclass(frozen=True)
class MappedColumn:
    """A column of the file, with samples of what stands in it; `why` is empty where there is nothing to say."""

    index: int
    title: str
    field: Field | None
    why: Text
    samples: tuple[str, ...]


class Columns:
    """Made from the stored report's header and rows."""

    def __init__(self, header: Header, rows: Sequence[Mapping[str, Any]]) -> None:
        self._header = header
        self._rows = rows

    def all(self) -> list[MappedColumn]:
        found: dict[int, dict[str, None]] = {column.index: {} for column in self._header.columns}
        for row in self._rows[:_SAMPLED_ROWS]:
            for index, text in enumerate(row["cells"]):
                if text and index in found and len(found[index]) < _SHOWN_SAMPLES:
                    found[index][text[:40]] = None
        return [
            MappedColumn(
                column.index,
                column.title,
                column.field if column.field in OFFERED else None,
                WHYS[column.why] if column.field in OFFERED or column.why in _SAID else "",
                tuple(found[column.index]),
            )
            for column in self._header.columns
            if column.title or found[column.index]
        ]

    def of_others(self) -> list[str]:
        """Titles of columns that were left because they tell of somebody else, and that leave a gap."""
        return [
            column.title
            for column in self._unused
            if column.why is Why.OF_ANOTHER and _own_fields(column) - self._header.fields.keys()
        ]

    def repeated(self) -> list[str]:
        """Titles of columns beside one that is read as the same: a second interview, person or number of each row."""
        return [_name(column) for column in self._unused if self._repeats(column)]

    def left(self) -> list[str]:
        """Titles of all other columns of which nothing is imported."""
        return [_name(column) for column in self._unused if not self._repeats(column)]

    @cached_property
    def _unused(self) -> list[Column]:
        """Those that hold something."""
        filled = {index for row in self._rows for index, text in enumerate(row["cells"]) if text}
        return [
            column
            for column in self._header.columns
            if column.index in filled and column.field not in OFFERED
        ]

    def _repeats(self, column: Column) -> bool:
        offers = own_offers(normal_title(column.title)) if column.why is Why.NOTHING else ()
        if not offers or offers[0][0] not in _ONCE or not _is_headed(column.title, offers[0][0]):
            return False
        same = _MOMENT if offers[0][0] in _MOMENT else {offers[0][0]}
        return bool(same & self._header.fields.keys())


def _own_fields(column: Column) -> frozenset[Field]:
    """What of the candidate the column might be after all."""
    title = normal_title(column.title)
    found = withheld(title) & OWN & {field for field, _, _ in match_title(title)}
    return found or frozenset({Field.PHONE, Field.EMAIL})


def _is_headed(title: str, field: Field) -> bool:
    """`复试时间` and `手机2` are a time and a phone; `职位编号` is no job."""
    fields: Iterable[Field] = _MOMENT if field in _MOMENT else (field,)
    bare = normal_title(title).rstrip("0123456789")
    return any(bare.endswith(word) for each in fields for word in WORDS[each])


def _name(column: Column) -> str:
    return column.title or get_column_letter(column.index + 1)
