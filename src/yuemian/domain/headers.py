"""Which row of a sheet is its header, and which field each column holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property, lru_cache

from yuemian.domain.cell_text import as_text, folded, is_blank
from yuemian.domain.header_owners import withheld
from yuemian.domain.header_words import WORDS, Field, is_about_others, may_hide

# A header is looked for in this many rows; titles, logos and instructions stand above it.
SEARCHED_ROWS = 25
_EXACT, _PART, _SIMILAR, _BY_CONTENT = 1.0, 0.8, 0.6, 0.5
_NEEDED = frozenset({Field.NAME, Field.PHONE, Field.EMAIL, Field.START, Field.DATE, Field.JOB})
_REMARK = re.compile(r"[(\[【<].*?[)\]】>]")
_NOT_WORD = re.compile(r"[\W_]+")
_MANDATORY = re.compile(r"(?:必填|选填|可选|required|optional)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?:\.0)?|\+\d{8,14}")
_IDENTITY = re.compile(r"\d{17}[\dXx]")
_IDENTITY_TITLE = re.compile("身份|证件|證件|护照|護照|idcard|identity|passport|nationalid|nric")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_WHEN = re.compile(r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}月\d{1,2}日).*\d{1,2}[:点时]", re.DOTALL)
_TIME_ONLY = re.compile(
    r"(?:上午|下午|晚上|[ap]m)?\s*\d{1,2}(?::\d{2}){1,2}(?:\s*[-~至]\s*\d{1,2}:\d{2})?\s*(?:[ap]m)?",
    re.IGNORECASE,
)
_CONTENT = ((Field.EMAIL, _EMAIL), (Field.PHONE, _PHONE), (Field.LINK, _LINK), (Field.START, _WHEN))
_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|总人数|grand\s+total|sub-?total|total|sum)\b.*|共\s*\d+\s*(?:人|条|场|位|行).*",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"(?:说明|备注|注意|注|制表|填表|审核|打印|note|remark|prepared|printed)\w*\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)


class Why(StrEnum):
    """How a column got its field."""

    EXACT = "exact"
    PART = "part"
    SIMILAR = "similar"
    CONTENT = "content"
    REMEMBERED = "remembered"
    CHOSEN = "chosen"
    NOTHING = "nothing"
    OF_ANOTHER = "of_another"
    IDENTITY = "identity"


class RowKind(StrEnum):
    """What a row below the header is."""

    DATA = "data"
    BLANK = "blank"
    TOTAL = "total"
    HEADER_AGAIN = "header_again"
    FOOTNOTE = "footnote"


@dataclass(frozen=True)
class Column:
    """One column: its title, the field it was given, how certain that is (0–1) and why."""

    index: int
    title: str
    field: Field | None = None
    score: float = 0.0
    why: Why = Why.NOTHING


@dataclass(frozen=True)
class Header:
    """The header found; `row` is the index into the rows given, -1 when the sheet has none."""

    row: int
    columns: tuple[Column, ...]

    @property
    def signature(self) -> str:
        """Equal for all sheets with the same titles in whatever order: the key of a remembered mapping."""
        titles = sorted(normal_title(column.title) for column in self.columns if column.title)
        return hashlib.sha256("\x1f".join(titles).encode()).hexdigest()[:32]

    @cached_property
    def titles(self) -> tuple[str, ...]:
        return tuple(folded(column.title) for column in self.columns)

    @cached_property
    def fields(self) -> dict[Field, int]:
        return {column.field: column.index for column in self.columns if column.field}

    @property
    def score(self) -> float:
        return sum(column.score for column in self.columns)

    def remembered(self) -> dict[str, str]:
        """The mapping to keep: title to field, "" for a column that is left out."""
        return {normal_title(each.title): each.field or "" for each in self.columns if each.title}


def normal_title(title: object) -> str:
    """`*手机号（必填）` and `手机号` are one title."""
    text = folded(as_text(title)).casefold()
    bare = _REMARK.sub("", text) or text
    return _NOT_WORD.sub("", _MANDATORY.sub("", bare))


def find_header(
    rows: Sequence[Sequence[object]], remembered: Mapping[str, Mapping[str, str]] | None = None
) -> Header:
    """Chooses the row that explains most columns, then gives every column its field.

    `remembered` maps a signature to the mapping a person confirmed for it earlier, which wins.
    """
    best, best_score = -1, 0.0
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        score = _header_score(row)
        if score > best_score:
            best, best_score = index, score
    titles = rows[best] if best >= 0 else [None] * max((len(row) for row in rows[:SEARCHED_ROWS]), default=0)
    below = [row for row in rows[best + 1 : best + 1 + 200] if not all(is_blank(cell) for cell in row)]
    header = Header(best, _assign(titles, below))
    earlier = (remembered or {}).get(header.signature)
    return header if earlier is None else _recall(header, earlier)


def with_mapping(header: Header, chosen: Mapping[int, Field | None]) -> Header:
    """The header after a person changed the field of some columns; a field moves, it is never doubled."""
    taken = {field for field in chosen.values() if field}
    columns = []
    for column in header.columns:
        if column.index in chosen:
            columns.append(Column(column.index, column.title, chosen[column.index], 1.0, Why.CHOSEN))
        elif column.field in taken:
            columns.append(Column(column.index, column.title))
        else:
            columns.append(column)
    return Header(header.row, tuple(columns))


def row_kind(row: Sequence[object], header: Header) -> RowKind:
    """Tells rows that hold an interview from those that do not."""
    texts = [folded(cell) if isinstance(cell, str) else as_text(cell) for cell in row]
    filled = [text for text in texts if text]
    if all(is_blank(text) for text in filled):
        return RowKind.BLANK
    if _TOTAL.fullmatch(filled[0]) and len(set(filled)) <= max(3, len(header.columns) // 2):
        return RowKind.TOTAL
    if len(set(filled)) == 1 and _FOOTNOTE.fullmatch(filled[0]):
        return RowKind.FOOTNOTE
    same = sum(bool(text) and text == title for text, title in zip(texts, header.titles, strict=False))
    return RowKind.HEADER_AGAIN if same >= max(2, len(filled) // 2 + 1) else RowKind.DATA


def content_field(values: Sequence[object]) -> Field | None:
    """What most values of a column plainly are; None when they are nothing plain."""
    texts = [folded(as_text(value)) for value in values if not is_blank(value)]
    if not texts:
        return None
    for field, pattern in _CONTENT:
        if sum(
            pattern.fullmatch(text) is not None or _starts(pattern, field, text) for text in texts
        ) * 2 > len(texts):
            return field
    return None


def _starts(pattern: re.Pattern[str], field: Field, text: str) -> bool:
    return field is Field.START and pattern.match(text) is not None


@lru_cache(maxsize=4096)
def match_title(title: str) -> tuple[tuple[Field, float, Why], ...]:
    """Every field a normal title may mean, best first."""
    found: dict[Field, tuple[float, Why]] = {}
    for field, words in WORDS.items():
        score, why = max((_compare(field, title, word) for word in words), key=lambda each: each[0])
        if score:
            found[field] = (score, why)
    return tuple(sorted(((field, *each) for field, each in found.items()), key=lambda each: -each[1]))


def own_offers(title: str) -> tuple[tuple[Field, float, Why], ...]:
    """Those of them that are no other person's name, number or address."""
    return tuple(each for each in match_title(title) if each[0] not in withheld(title))


def _close_to_best(offers: tuple[tuple[Field, float, Why], ...]) -> tuple[tuple[Field, float, Why], ...]:
    """What is plainly the one does not become the other because the one is taken."""
    return tuple(each for each in offers if each[1] >= offers[0][1] - 0.05)


def _compare(field: Field, title: str, word: str) -> tuple[float, Why]:
    if title == word:
        return _EXACT, Why.EXACT
    # A word inside a longer title counts by how much of it it explains; short Latin words hide in others.
    is_inside = (len(word) >= 4 or not word.isascii()) and len(word) >= 2 and word in title
    if is_inside and len(title) <= 30 and may_hide(field, word, title):
        return _PART * (0.6 + 0.4 * len(word) / len(title)), Why.PART
    if len(title) >= 4 and len(word) >= 4 and abs(len(title) - len(word)) <= 2:
        ratio = SequenceMatcher(None, title, word).ratio()
        if ratio >= 0.84:
            return _SIMILAR * ratio, Why.SIMILAR
    return 0.0, Why.NOTHING


def _header_score(row: Sequence[object]) -> float:
    """Sum over distinct fields of the best title; sentences and repeated merged titles count once or not."""
    best: dict[Field, float] = {}
    for cell in row:
        if not isinstance(cell, str) or len(cell) > 60:
            continue
        for field, score, _ in match_title(normal_title(cell))[:1]:
            best[field] = max(score, best.get(field, 0.0))
    score = sum(best.values())
    return score if score >= 1.5 and len(best) >= 2 and _NEEDED & set(best) else 0.0


def _assign(titles: Sequence[object], below: Sequence[Sequence[object]]) -> tuple[Column, ...]:
    """Best matches first; each field and each column once; the content decides what titles leave open."""
    width = max([len(titles), *(len(row) for row in below)], default=0)
    shown = [as_text(titles[index]).strip() if index < len(titles) else "" for index in range(width)]
    values = [[row[index] for row in below if index < len(row)] for index in range(width)]
    offers = [
        (score, -index, field, why)
        for index, title in enumerate(shown)
        if title
        for field, score, why in _close_to_best(own_offers(normal_title(title)))
    ]
    given: dict[int, Column] = {}
    taken: set[Field] = set()
    for score, negative, field, why in sorted(offers, key=lambda each: (-each[0], -each[1])):
        if -negative not in given and field not in taken:
            given[-negative] = Column(-negative, shown[-negative], field, round(score, 2), why)
            taken.add(field)
    _settle_time(given, values)
    _settle_number(given, values)
    taken = {column.field for column in given.values() if column.field}
    return tuple(
        given.get(index) or _by_content(index, shown[index], values[index], taken) for index in range(width)
    )


def _settle_time(given: dict[int, Column], values: Sequence[Sequence[object]]) -> None:
    """`面试时间` is the whole start, or only the time of day when another column has the date.

    Where its cells hold day and time, a column that has but a word of either in its title tells of something else.
    """
    start = next((each for each in given.values() if each.field is Field.START), None)
    if start is not None and content_field(values[start.index]) is Field.START:
        for column in list(given.values()):
            if column.field in {Field.DATE, Field.TIME} and column.why is Why.PART:
                del given[column.index]
    fields = {each.field for each in given.values()}
    if start is None or Field.DATE not in fields or Field.TIME in fields:
        return
    given[start.index] = Column(start.index, start.title, Field.TIME, start.score, start.why)


def _settle_number(given: dict[int, Column], values: Sequence[Sequence[object]]) -> None:
    """A number of the state is no candidate number: it is kept only if a person says so."""
    column = next((each for each in given.values() if each.field is Field.EXTERNAL_ID), None)
    if column is None:
        return
    texts = [folded(as_text(value)) for value in values[column.index] if not is_blank(value)]
    of_state = sum(_IDENTITY.fullmatch(text.replace(" ", "")) is not None for text in texts)
    if of_state * 2 > len(texts) or _IDENTITY_TITLE.search(normal_title(column.title)):
        given[column.index] = Column(column.index, column.title, why=Why.IDENTITY)


def _by_content(index: int, title: str, values: Sequence[object], taken: set[Field]) -> Column:
    field, kept_back = content_field(values), withheld(normal_title(title))
    if field in kept_back or (kept_back & {each for each, _, _ in match_title(normal_title(title))}):
        return Column(index, title, why=Why.OF_ANOTHER)
    if field is None or field in taken:
        return Column(index, title)
    if field is Field.START and (taken & {Field.DATE, Field.TIME} or is_about_others(normal_title(title))):
        return Column(index, title)
    taken.add(field)
    return Column(index, title, field, _BY_CONTENT, Why.CONTENT)


def _recall(header: Header, earlier: Mapping[str, str]) -> Header:
    columns, taken = [], set()
    for column in header.columns:
        name = earlier.get(normal_title(column.title), "") if column.title else ""
        field = Field(name) if name in set(Field) and name not in taken else None
        taken.add(name)
        columns.append(Column(column.index, column.title, field, 1.0 if field else 0.0, Why.REMEMBERED))
    return Header(header.row, tuple(columns))
