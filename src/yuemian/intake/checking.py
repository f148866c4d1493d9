"""Checks a whole sheet against what exists; the same input always gives the same result."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from yuemian.domain.addresses import email_index_form, mask_name, phone_index_form
from yuemian.domain.cell_text import as_text, folded
from yuemian.domain.header_words import Field
from yuemian.domain.headers import Header, RowKind, Why, content_field, find_header, row_kind, with_mapping
from yuemian.domain.names import comparable_name
from yuemian.domain.reading import Notice, NoticeCode, Problem, ProblemCode, Reading, ReadingState
from yuemian.intake.choices import Choices
from yuemian.intake.reference import KnownPerson, Reference
from yuemian.intake.row_reading import RowReader
from yuemian.intake.table import Origin, SheetRow, Table

_PROGRESS_STEP = 250
Progress = Callable[[int, int], None]


class RowState(StrEnum):
    """What will happen with a row: good rows are created, the others wait, or are left."""

    GOOD = "good"
    REPAIRABLE = "repairable"
    BAD = "bad"
    DUPLICATE = "duplicate"
    KNOWN = "known"
    IGNORED = "ignored"


@dataclass(frozen=True)
class CheckedRow:
    """One row with everything found; `values` is what would be created.

    `candidate` is the key of the known candidate it belongs to; `fingerprints` recognise the row later,
    one for each contact, so that a row is still known when the other contact was corrected.
    """

    number: int
    cells: tuple[str, ...]
    fields: Mapping[Field, Reading[str]] = field(default_factory=dict)
    kind: RowKind = RowKind.DATA
    state: RowState = RowState.GOOD
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    candidate: str = ""
    fingerprints: tuple[str, ...] = ()

    @cached_property
    def values(self) -> dict[Field, str]:
        return {name: reading.value for name, reading in self.fields.items() if reading.value is not None}

    @cached_property
    def contact_name(self) -> str:
        """The name in the form that is compared when rows share a contact."""
        return comparable_name(self.values.get(Field.NAME, ""))


@dataclass(frozen=True)
class UnknownText:
    """A job, recruiter or other name that is unknown, with what it may mean; answered once for all."""

    field: Field
    text: str
    rows: int
    suggestions: tuple[str, ...]


@dataclass(frozen=True)
class CheckedSheet:
    """The result: the mapping used, every row, and what concerns the sheet as a whole."""

    header: Header
    rows: tuple[CheckedRow, ...]
    missing: tuple[Field, ...] = ()
    suspicious: tuple[tuple[int, Field], ...] = ()
    unknown: tuple[UnknownText, ...] = ()
    origin: Origin = field(default_factory=Origin)

    @property
    def counts(self) -> dict[RowState, int]:
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in RowState}

    @property
    def is_ready(self) -> bool:
        """Nothing waits for an answer, and there is something to create."""
        counts = self.counts
        return bool(counts[RowState.GOOD]) and not counts[RowState.BAD] and not counts[RowState.REPAIRABLE]

    @property
    def good(self) -> tuple[CheckedRow, ...]:
        return tuple(row for row in self.rows if row.state is RowState.GOOD)


def _ignore(_done: int, _total: int) -> None:
    """Nobody wants to know how far the check is."""


def sheet_header(
    table: Table, choices: Choices, remembered: Mapping[str, Mapping[str, str]] | None = None
) -> Header:
    """The header of the table after a person's own mapping."""
    return with_mapping(find_header(table.grid, remembered), choices.columns)


def check_sheet(
    table: Table,
    reference: Reference,
    choices: Choices | None = None,
    *,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    on_progress: Progress = _ignore,
) -> CheckedSheet:
    """Reads and judges every row. `on_progress(done, total)` may raise to cancel."""
    choices = choices or Choices()
    sheet = read_sheet(table, reference, choices, remembered=remembered, on_progress=on_progress)
    return judged(sheet, reference, choices)


def read_sheet(
    table: Table,
    reference: Reference,
    choices: Choices,
    *,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    on_progress: Progress = _ignore,
) -> CheckedSheet:
    """Reads every row by itself: what of people and interviews must be looked up is then in `contacts_of`."""
    header = sheet_header(table, choices, remembered)
    below = table.rows[header.row + 1 :]
    reader = RowReader(table, header, reference, choices)
    rows: list[CheckedRow] = []
    for done, row in enumerate(below):
        if done % _PROGRESS_STEP == 0:
            on_progress(done, len(below))
        rows.append(_read_row(row, header, reader, reference, choices))
    on_progress(len(below), len(below))
    suspicious = _suspicious_columns(header, below)
    origin = table.origin_of({row.number for row in rows if row.kind is RowKind.DATA})
    return CheckedSheet(header, tuple(rows), _missing_columns(header), suspicious, origin=origin)


def read_again(
    sheet: CheckedSheet, table: Table, reference: Reference, choices: Choices, numbers: Collection[int]
) -> CheckedSheet:
    """Reads the numbered rows anew, after a choice that concerns no other row."""
    reader = RowReader(table, sheet.header, reference, choices)
    source = {row.number: row for row in table.rows if row.number in numbers}
    rows = (
        _read_row(source[row.number], sheet.header, reader, reference, choices)
        if row.number in source
        else row
        for row in sheet.rows
    )
    return replace(sheet, rows=tuple(rows))


def judged(sheet: CheckedSheet, reference: Reference, choices: Choices) -> CheckedSheet:
    """What becomes of every row, beside the others and beside what exists; an earlier judgement is forgotten."""
    rows = _judge([_unjudged(row) for row in sheet.rows], reference, choices)
    return replace(sheet, rows=tuple(rows), unknown=_unknown(rows))


def contacts_of(sheet: CheckedSheet, reference: Reference) -> frozenset[str]:
    """The blind indexes of every contact in the sheet: what to look up to fill `Reference.people`."""
    return frozenset(index for row in sheet.rows for index in _contacts(row, reference))


def contact_indexes(table: Table, reference: Reference, choices: Choices | None = None) -> frozenset[str]:
    """The same for a table that was not read yet."""
    return contacts_of(read_sheet(table, reference, choices or Choices()), reference)


def _unjudged(row: CheckedRow) -> CheckedRow:
    if row.state is RowState.IGNORED:
        return row
    return replace(row, state=RowState.GOOD, problems=(), notices=(), candidate="")


def _read_row(
    row: SheetRow, header: Header, reader: RowReader, reference: Reference, choices: Choices
) -> CheckedRow:
    cells = tuple(as_text(cell) for cell in row.cells)
    kind = row_kind(row.cells, header)
    if kind is not RowKind.DATA or row.number in choices.left_out:
        return CheckedRow(row.number, cells, kind=kind, state=RowState.IGNORED)
    checked = CheckedRow(row.number, cells, reader.read(row))
    return replace(checked, fingerprints=_fingerprints(checked, reference))


def _contacts(row: CheckedRow, reference: Reference) -> list[str]:
    forms = {Field.PHONE: phone_index_form, Field.EMAIL: email_index_form}
    return [
        reference.blind_index(str(name), form(row.values[name]))
        for name, form in forms.items()
        if name in row.values
    ]


def _fingerprints(row: CheckedRow, reference: Reference) -> tuple[str, ...]:
    """One for each contact; none while the row is not whole."""
    values = row.values
    if Field.JOB not in values or Field.START not in values:
        return ()
    job, turn = values[Field.JOB], values.get(Field.ROUND, "")
    start = datetime.fromisoformat(values[Field.START])
    return tuple(
        fingerprint(contact, row.contact_name, job, turn, start) for contact in _contacts(row, reference)
    )


def fingerprint(contact: str, name: str, job: str, turn: str, start: datetime) -> str:
    """Stable over re-imports: the person, the job, the round and the instant, whatever their spelling."""
    parts = (contact, name, job, turn, f"{start.timestamp():.0f}")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _judge(rows: list[CheckedRow], reference: Reference, choices: Choices) -> list[CheckedRow]:
    contacts = {row.number: _contacts(row, reference) for row in rows if row.state is not RowState.IGNORED}
    by_contact: dict[str, list[CheckedRow]] = defaultdict(list)
    by_external_id: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for contact in contacts.get(row.number, ()):
            by_contact[contact].append(row)
        if identity := row.values.get(Field.EXTERNAL_ID):
            by_external_id[identity].add(row.contact_name)
    seen: dict[str, int] = {}
    judged = []
    for row in rows:
        if row.state is RowState.IGNORED:
            judged.append(row)
            continue
        row = _against_people(row, contacts[row.number], reference, choices)  # noqa: PLW2901 - a row in stages
        row = _against_number(row, reference)  # noqa: PLW2901
        row = _against_file(row, contacts[row.number], by_contact, choices)  # noqa: PLW2901
        if len(by_external_id.get(row.values.get(Field.EXTERNAL_ID, ""), ())) > 1:
            row = _with_problem(row, ProblemCode.EXTERNAL_ID_OF_TWO_PEOPLE)  # noqa: PLW2901
        judged.append(_with_state(row, _whole(row, choices), seen, reference))
    return judged


def _with_problem(row: CheckedRow, code: ProblemCode, **params: str) -> CheckedRow:
    return replace(row, problems=(*row.problems, Problem(code, params)))


def _with_notice(row: CheckedRow, code: NoticeCode, **params: str) -> CheckedRow:
    return replace(row, notices=(*row.notices, Notice(code, params)))


def _against_people(
    row: CheckedRow, contacts: Iterable[str], reference: Reference, choices: Choices
) -> CheckedRow:
    """A row is somebody known only if name and contact agree; anything else is asked, never merged."""
    owners = [reference.people.get(contact, ()) for contact in contacts]
    everybody = {person.key: person for people in owners for person in people}
    if not everybody:
        return row
    same = {key for key, person in everybody.items() if comparable_name(person.name) == row.contact_name}
    if len(same) > 1 or (same and any(people and not same & _keys(people) for people in owners)):
        names = "、".join(sorted(mask_name(person.name) for person in everybody.values()))
        return _with_problem(row, ProblemCode.CONTACTS_OF_TWO_PEOPLE, names=names)
    if same:
        return _with_notice(replace(row, candidate=same.pop()), NoticeCode.KNOWN_CANDIDATE)
    if row.number in choices.confirmed:
        return _with_notice(row, NoticeCode.SHARED_CONTACT_CONFIRMED)
    names = "、".join(sorted({mask_name(person.name) for person in everybody.values()}))
    return _with_problem(row, ProblemCode.CONTACT_OF_OTHER_NAME, names=names)


def _against_number(row: CheckedRow, reference: Reference) -> CheckedRow:
    """A candidate number that exists already names its owner, or is wrong."""
    owner = reference.external_ids.get(row.values.get(Field.EXTERNAL_ID, ""))
    if owner is None or owner.key == row.candidate:
        return row
    if comparable_name(owner.name) != row.contact_name:
        return _with_problem(row, ProblemCode.EXTERNAL_ID_OF_TWO_PEOPLE)
    if row.candidate:
        return _with_problem(row, ProblemCode.CONTACTS_OF_TWO_PEOPLE, names=mask_name(owner.name))
    return _with_notice(replace(row, candidate=owner.key), NoticeCode.KNOWN_CANDIDATE)


def _keys(people: Iterable[KnownPerson]) -> set[str]:
    return {person.key for person in people}


def _against_file(
    row: CheckedRow, contacts: Iterable[str], by_contact: Mapping[str, list[CheckedRow]], choices: Choices
) -> CheckedRow:
    """Rows sharing a contact: another name is asked, the same person may have several interviews."""
    near = {
        other.number: other
        for contact in contacts
        for other in by_contact[contact]
        if other.number != row.number
    }
    others = [other for _, other in sorted(near.items())]
    strangers = [other for other in others if other.contact_name != row.contact_name]
    if strangers and row.number in choices.confirmed:
        row = _with_notice(row, NoticeCode.SHARED_CONTACT_CONFIRMED)
    elif strangers:
        row = _with_problem(row, ProblemCode.CONTACT_SHARED_IN_FILE, rows=_numbers(strangers))
    own = [
        each
        for each in others
        if each not in strangers and not set(each.fingerprints) & set(row.fingerprints)
    ]
    if not own:
        return row
    overlapping = [other for other in own if _overlap(row, other)]
    if overlapping:
        return _with_notice(row, NoticeCode.OVERLAPPING_INTERVIEWS, rows=_numbers(overlapping))
    return _with_notice(row, NoticeCode.SEVERAL_INTERVIEWS, rows=_numbers(own))


def _numbers(rows: list[CheckedRow]) -> str:
    shown = ", ".join(str(row.number) for row in rows[:5])
    return f"{shown} …" if len(rows) > 5 else shown


def _overlap(one: CheckedRow, other: CheckedRow) -> bool:
    first, second = _span(one), _span(other)
    return first is not None and second is not None and first[0] < second[1] and second[0] < first[1]


def _span(row: CheckedRow) -> tuple[datetime, datetime] | None:
    start, minutes = row.values.get(Field.START), row.values.get(Field.DURATION)
    if start is None or minutes is None:
        return None
    begin = datetime.fromisoformat(start)
    return begin, begin + timedelta(minutes=int(minutes))


def _whole(row: CheckedRow, choices: Choices) -> str:
    """The row as it stands: a copied row that was typed over is no copy any more."""
    typed = choices.overrides.get(row.number, {})
    return "\x1f".join([*row.cells, *(f"\x1e{name}\x1e{text}" for name, text in sorted(typed.items()))])


def _with_state(row: CheckedRow, whole: str, seen: dict[str, int], reference: Reference) -> CheckedRow:
    """Decides what becomes of the row; `seen` maps fingerprints and whole rows to the first with them."""
    marks = (*row.fingerprints, whole)
    first = next((seen[mark] for mark in marks if mark in seen), None)
    for mark in marks:
        seen.setdefault(mark, row.number)
    if set(row.fingerprints) & reference.interviews:
        return replace(_with_notice(row, NoticeCode.ALREADY_IMPORTED), state=RowState.KNOWN)
    if first is not None:
        return replace(_with_notice(row, NoticeCode.SAME_AS_ROW, first=str(first)), state=RowState.DUPLICATE)
    states = {reading.state for reading in row.fields.values()}
    if row.problems or ReadingState.BAD in states:
        return replace(row, state=RowState.BAD)
    return replace(row, state=RowState.REPAIRABLE if ReadingState.REPAIRABLE in states else RowState.GOOD)


def _missing_columns(header: Header) -> tuple[Field, ...]:
    """Fields without which no row can become an interview."""
    have = set(header.fields)
    have |= {Field.NAME} if have >= {Field.GIVEN_NAME, Field.FAMILY_NAME} else set()
    wanted = [({Field.NAME}, Field.NAME), ({Field.PHONE, Field.EMAIL}, Field.PHONE), ({Field.JOB}, Field.JOB)]
    wanted.append(({Field.START, Field.DATE, Field.TIME}, Field.START))
    return tuple(name for fields, name in wanted if not fields & have)


def _suspicious_columns(header: Header, rows: tuple[SheetRow, ...]) -> tuple[tuple[int, Field], ...]:
    """Columns whose content is plainly something else than their title says: a sign of shifted cells."""
    found = []
    for column in header.columns:
        if column.field not in {Field.PHONE, Field.EMAIL, Field.NAME, Field.JOB} or column.why is Why.CONTENT:
            continue
        values = [row.cells[column.index] for row in rows[:500] if column.index < len(row.cells)]
        content = content_field(values)
        if content is not None and content is not column.field:
            found.append((column.index, content))
    return tuple(found)


def _unknown(rows: Iterable[CheckedRow]) -> tuple[UnknownText, ...]:
    """Each unknown name once, most frequent first."""
    found: dict[tuple[Field, str], list[tuple[str, ...]]] = defaultdict(list)
    for row in rows:
        for name, reading in row.fields.items():
            if reading.problem is not None and reading.problem.code is ProblemCode.UNKNOWN_OPTION:
                text = folded(reading.problem.params.get("text", ""))
                # Of a list of names, only the last of each alternative is what this text may mean.
                found[name, text].append(tuple(each.rpartition(",")[2] for each in reading.alternatives))
    every = [UnknownText(name, text, len(seen), seen[0]) for (name, text), seen in found.items()]
    return tuple(sorted(every, key=lambda each: -each.rows))
