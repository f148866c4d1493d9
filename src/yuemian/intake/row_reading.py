"""Reads the cells of one row into fields, each with its repairs and problems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from yuemian.domain.addresses import read_email, read_phone
from yuemian.domain.cell_text import (
    DAMAGED,
    FORMULA_ERRORS,
    as_text,
    folded,
    is_blank,
    is_open,
    without_invisible,
)
from yuemian.domain.header_words import Field
from yuemian.domain.headers import Header
from yuemian.domain.name_cells import read_name_cell, whole_name
from yuemian.domain.names import read_name
from yuemian.domain.reading import NoticeCode, Problem, ProblemCode, Reading, Repair, RepairCode, bad
from yuemian.domain.wall_clock import (
    DateOrder,
    StartContext,
    WallClock,
    find_zone,
    read_duration,
    read_end,
    read_start,
    shown_order,
)
from yuemian.intake.choices import Choices
from yuemian.intake.matching import Matcher
from yuemian.intake.reference import BranchOption, Reference
from yuemian.intake.table import Cell, SheetRow, Table

Fields = dict[Field, Reading[str]]

_LIMITS = {
    Field.PLACE: 300,
    Field.MATERIALS: 500,
    Field.FLOW: 500,
    Field.NOTE: 2000,
    Field.EXTERNAL_ID: 80,
}
_STARTS = (Field.START, Field.DATE, Field.TIME)
_ABOUT_TIME = (*_STARTS, Field.ZONE, Field.END, Field.DURATION)
_MATCHED = (
    Field.JOB,
    Field.ROUND,
    Field.MODE,
    Field.RECRUITER,
    Field.INTERVIEWERS,
    Field.SOURCE,
    Field.LANGUAGE,
)
# Nothing is told of these before they are known.
_OPEN_TO_LATER = (Field.INTERVIEWERS, Field.SOURCE)
_URL = re.compile(r"https?://[^\s<>\"'，。；、）)】]+", re.IGNORECASE)
_BARE_URL = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE)


class RowReader:
    """Reads the rows of one sheet; keeps what is the same for all of them."""

    def __init__(self, table: Table, header: Header, reference: Reference, choices: Choices) -> None:
        self._columns = header.fields
        self._reference = reference
        self._choices = choices
        self._is_1904 = table.is_1904
        self._came_at = table.came_at
        self._orders = _shown_orders(table, self._columns)
        self._times: dict[tuple[Cell, ...], Fields] = {}
        self._matchers = {
            name: Matcher(reference.options(name), choices.chosen(name), may_be_new=name is Field.SOURCE)
            for name in (*_MATCHED, Field.BRANCH)
        }

    def cells(self, row: SheetRow) -> dict[Field, Cell]:
        """The row's own content by field, as far as a person has not typed over it."""
        typed, own = self._choices.overrides.get(row.number, {}), self._own(row)
        if Field.START in typed:
            own = {name: cell for name, cell in own.items() if name not in {Field.DATE, Field.TIME}}
        if is_blank(own.get(Field.NAME)):
            own[Field.NAME] = whole_name(own.get(Field.FAMILY_NAME), own.get(Field.GIVEN_NAME))
        return {**own, **typed}

    def _own(self, row: SheetRow) -> dict[Field, Cell]:
        """What stands in the file."""
        return {
            name: row.cells[index] if index < len(row.cells) else None
            for name, index in self._columns.items()
        }

    def read(self, row: SheetRow) -> Fields:
        """Every field that has a value, a default, or a problem."""
        cells = self.cells(row)
        fields: Fields = {Field.BRANCH: self._option(Field.BRANCH, cells)}
        branch = self._reference.branch(fields[Field.BRANCH].value)
        is_typed = Field.NAME in self._choices.overrides.get(row.number, {})
        # What a person types here is meant as it stands.
        read = read_name if is_typed else read_name_cell
        fields[Field.NAME] = _required(read(cells.get(Field.NAME)))
        fields[Field.PHONE] = read_phone(cells.get(Field.PHONE), branch.region).map(str)
        fields[Field.EMAIL] = read_email(cells.get(Field.EMAIL))
        fields |= {name: self._option(name, cells, branch.key) for name in _MATCHED}
        fields[Field.LINK] = _link(cells.get(Field.LINK))
        fields |= {name: _text(cells.get(name), limit) for name, limit in _LIMITS.items()}
        fields |= self._when(row, cells, branch)
        self._complete(fields, branch)
        return {
            name: self._settled(row.number, name, reading)
            for name, reading in fields.items()
            if not reading.is_empty or reading.notices
        }

    def _option(self, name: Field, cells: dict[Field, Cell], branch: str = "") -> Reading[str]:
        raw = cells.get(name)
        if is_blank(raw) or (name in _OPEN_TO_LATER and is_open(raw)):
            return Reading()
        text = as_text(raw).strip()
        if text in FORMULA_ERRORS:
            return bad(ProblemCode.FORMULA_ERROR, text=text)
        if len(text) > 200:
            return bad(ProblemCode.TOO_LONG, limit="200")
        matcher = self._matchers[name]
        return matcher.several(text) if name is Field.INTERVIEWERS else matcher.one(text, branch)

    def _when(self, row: SheetRow, cells: dict[Field, Cell], branch: BranchOption) -> Fields:
        """Interviews come in slots: many rows say the same, so each is read once."""
        is_typed = Field.START in self._choices.overrides.get(row.number, {})
        written = self._own(row) if is_typed else {}
        agreed = self._choices.accepted.get((row.number, Field.START), "")
        said = (
            branch.zone,
            agreed,
            *(cells.get(name) for name in _ABOUT_TIME),
            *(written.get(name) for name in _STARTS),
        )
        if said not in self._times:
            self._times[said] = self._read_when(cells, branch, written, agreed)
        return self._times[said]

    def _read_when(
        self, cells: dict[Field, Cell], branch: BranchOption, written: dict[Field, Cell], agreed: str
    ) -> Fields:
        """`written`: what the file says of a start that was typed over. A start that is chosen among those which a
        cell may mean keeps the length that stands there with it."""
        zone = self._zone(cells, branch)
        context = StartContext(
            self._reference.now, zone.value or branch.zone, self._orders, self._is_1904, self._came_at
        )
        start = _start(cells, context)
        source = _start(written, context) if written else start
        if any(agreed == each.iso for each in start.alternatives):
            start = read_start(start=agreed, context=context)
        length = self._length(cells, _with_length(start.value, source), context)
        return {
            Field.ZONE: zone,
            Field.START: _required(start.map(lambda wall: wall.iso)),
            Field.DURATION: length.map(lambda each: f"{each.total_seconds() / 60:.0f}"),
        }

    def _zone(self, cells: dict[Field, Cell], branch: BranchOption) -> Reading[str]:
        raw = cells.get(Field.ZONE)
        if is_blank(raw):
            return Reading(branch.zone)
        found = find_zone(raw, self._reference.zones)
        return Reading(found) if found else bad(ProblemCode.ZONE_UNKNOWN, text=folded(as_text(raw)))

    def _length(
        self, cells: dict[Field, Cell], start: WallClock | None, context: StartContext
    ) -> Reading[timedelta]:
        stated = read_duration(cells.get(Field.DURATION))
        if not stated.is_empty:
            return stated
        if start is not None and not is_blank(cells.get(Field.END)):
            return read_end(cells.get(Field.END), start, context)
        return Reading(start.duration if start else None)

    def _complete(self, fields: Fields, branch: BranchOption) -> None:
        """Says what is taken where the sheet says nothing, and asks for what cannot be."""
        reference = self._reference
        fields[Field.JOB] = _required(fields[Field.JOB])
        _default(fields, Field.BRANCH, branch.key, branch.label)
        if reference.rounds:
            _default(fields, Field.ROUND, reference.rounds[0].key, reference.rounds[0].label)
        if reference.default_recruiter:
            label = self._matchers[Field.RECRUITER].label(reference.default_recruiter)
            _default(fields, Field.RECRUITER, reference.default_recruiter, label)
        _default(fields, Field.LANGUAGE, branch.language, branch.language, is_remarked=False)
        _default(fields, Field.DURATION, str(reference.default_minutes), str(reference.default_minutes))
        if fields[Field.PHONE].is_empty and fields[Field.EMAIL].is_empty:
            fields[Field.PHONE] = bad(ProblemCode.CONTACT_MISSING)
        mode = "video" if fields[Field.LINK].value else "onsite"
        _default(fields, Field.MODE, mode, self._matchers[Field.MODE].label(mode))
        if fields[Field.MODE].value == "onsite" and fields[Field.PLACE].is_empty and not branch.has_address:
            fields[Field.PLACE] = fields[Field.PLACE].with_notice(NoticeCode.PLACE_MISSING)
        if fields[Field.MODE].value == "video" and fields[Field.LINK].is_empty:
            fields[Field.LINK] = fields[Field.LINK].with_notice(NoticeCode.LINK_MISSING)

    def _settled(self, number: int, name: Field, reading: Reading[str]) -> Reading[str]:
        """Applies what a person decided: a chosen alternative is final, an agreed repair is sure."""
        agreed = self._choices.accepted.get((number, name))
        if self._choices.accepts_all or (agreed is not None and agreed == reading.value):
            return reading.accepted()
        if agreed is not None and agreed in reading.alternatives:
            return Reading(agreed, notices=reading.notices)
        return reading


def _start(cells: dict[Field, Cell], context: StartContext) -> Reading[WallClock]:
    start, day, clock = (cells.get(name) for name in _STARTS)
    return read_start(start=start, day=day, clock=clock, context=context)


def _with_length(start: WallClock | None, source: Reading[WallClock]) -> WallClock | None:
    """With the length that `source` gives to this very moment, where it says none itself."""
    if start is None or start.duration is not None:
        return start
    meant = (each for each in (source.value, *source.alternatives) if each and each.instant == start.instant)
    return next(meant, start)


def _shown_orders(table: Table, columns: dict[Field, int]) -> DateOrder | None:
    """Rows such as 25/11/2026 tell how the others are meant, unless they contradict each other."""
    indexes = [columns[name] for name in (Field.START, Field.DATE) if name in columns]
    texts = (row.cells[index] for row in table.rows for index in indexes if index < len(row.cells))
    found = {order for text in texts if isinstance(text, str) and (order := shown_order(folded(text[:80])))}
    return found.pop() if len(found) == 1 else None


def _required(reading: Reading[str]) -> Reading[str]:
    return replace(reading, problem=Problem(ProblemCode.MISSING)) if reading.is_empty else reading


@lru_cache(maxsize=256)
def _default_reading(value: str, label: str | None) -> Reading[str]:
    reading: Reading[str] = Reading(value)
    return reading if label is None else reading.with_notice(NoticeCode.DEFAULT_USED, value=label)


def _default(fields: Fields, name: Field, value: str, label: str, *, is_remarked: bool = True) -> None:
    if not fields[name].is_empty:
        return
    fields[name] = _default_reading(value, label if is_remarked else None)


def _text(raw: Cell, limit: int) -> Reading[str]:
    """Free text keeps its lines; what cannot be seen goes."""
    if is_blank(raw):
        return Reading()
    lines = [" ".join(without_invisible(line).split()) for line in as_text(raw).splitlines()]
    text = "\n".join(line for line in lines if line)
    if text in FORMULA_ERRORS:
        return bad(ProblemCode.FORMULA_ERROR, text=text)
    if DAMAGED in text:
        return bad(ProblemCode.UNREADABLE, text=text[:80])
    return bad(ProblemCode.TOO_LONG, limit=str(limit)) if len(text) > limit else Reading(text or None)


def _link(raw: Cell) -> Reading[str]:
    """Only web addresses: what stands here becomes a link the candidate taps."""
    if is_blank(raw) or is_open(raw):
        return Reading()
    text = folded(as_text(raw))
    if match := _URL.search(text):
        url, repairs = match[0], ()
        if url != text:
            return _checked_link(url, text, (Repair(RepairCode.WORDS_REMOVED, text, url),))
        return _checked_link(url, text, repairs)
    if _BARE_URL.fullmatch(text):
        return _checked_link(f"https://{text}", text, (Repair(RepairCode.TIDIED, text, f"https://{text}"),))
    return bad(ProblemCode.LINK_NOT_WEB, text=text[:80])


def _checked_link(url: str, text: str, repairs: Sequence[Repair]) -> Reading[str]:
    try:
        parts = urlsplit(url)
        is_plain = bool(parts.hostname) and "." in (parts.hostname or "") and "@" not in parts.netloc
    except ValueError:
        is_plain = False
    if not is_plain or len(url) > 500:
        return bad(ProblemCode.LINK_NOT_WEB, text=text[:80])
    return Reading(url, tuple(repairs))
