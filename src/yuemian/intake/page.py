"""The check page as plain values: counters, columns, questions, and the rows of one page of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, format_number, parse

from yuemian.accounts.models import User
from yuemian.domain.addresses import parse_stored_phone
from yuemian.domain.header_words import Field
from yuemian.domain.headers import Header
from yuemian.domain.name_cells import whole_name
from yuemian.domain.reading import NoticeCode, ProblemCode, Reading, ReadingState, RepairCode
from yuemian.domain.round_name import round_in
from yuemian.intake.actions.decide import asks_about_contact, proposed
from yuemian.intake.called_off import called_off
from yuemian.intake.checking import CheckedRow, CheckedSheet, RowState, UnknownText
from yuemian.intake.choices import Choices
from yuemian.intake.columns import Columns
from yuemian.intake.encoding_choice import EncodingChoice, encoding_choices
from yuemian.intake.reference import Reference
from yuemian.intake.reference_data import with_people
from yuemian.intake.report import header_from_json, origin_from_json, row_from_json
from yuemian.intake.table import Origin
from yuemian.intake.wording import FIELDS, KINDS, STATES, Text, notice_text, problem_text, repair_text
from yuemian.interviews.wording import MODES

PAGE_SIZE = 100
#: Fields with a cell of their own in the list; all others share the last one.
COLUMNS: tuple[tuple[Field, ...], ...] = (
    (Field.NAME,),
    (Field.PHONE, Field.EMAIL),
    (Field.JOB, Field.ROUND),
    (Field.START, Field.DURATION, Field.ZONE),
)
_OWN = {name for column in COLUMNS for name in column}
_CONTACTS = (Field.PHONE, Field.EMAIL)
#: Of these another meaning than the proposed one can be taken with a press.
_CHOSEN = (Field.NAME, *_CONTACTS, Field.START)

_SHOWN_WHEN_GOOD = {Field.MODE, Field.PLACE, Field.LINK}
#: Repairs that say no more than what the cell held: that is shown instead.
_PLAIN = {
    RepairCode.TIDIED,
    RepairCode.SPACES_REMOVED,
    RepairCode.REGION_ASSUMED,
    RepairCode.DIGITS_RESTORED,
    RepairCode.WORDS_REMOVED,
}
_SHOWN_REPAIRS = 4


@dataclass(frozen=True)
class Remark:
    """A sentence about a cell or a row."""

    text: str
    tone: str


@dataclass(frozen=True)
class Cell:
    """One field of one row: what will be created, what to know about it, and how to correct it."""

    field: Field
    label: Text
    text: str = ""
    moment: datetime | None = None
    zone: str = ""
    remarks: tuple[Remark, ...] = ()
    is_bad: bool = False
    #: The problem concerns more than this field, so that naming it would mislead.
    is_shared: bool = False
    typed: str = ""
    options: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[tuple[str, str], ...] = ()
    #: A repair is proposed, and what else the cell may mean can be chosen at once.
    is_choice: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    number: int
    state: RowState
    kind: Text
    label: Text = ""
    cells: tuple[tuple[Cell, ...], ...] = ()
    others: tuple[Cell, ...] = ()
    remarks: tuple[Remark, ...] = ()
    repairs: int = 0
    asks_contact: bool = False
    names: tuple[str, ...] = ()
    is_left_out: bool = False
    raw: str = ""


@dataclass(frozen=True)
class Question:
    """An unknown text and what it may mean."""

    unknown: UnknownText
    label: Text
    suggestions: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


@dataclass
class Labels:
    """The words for option keys, in the language of the page."""

    reference: Reference
    _known: dict[Field, dict[str, str]] = field(default_factory=dict)

    def of(self, name: Field) -> dict[str, str]:
        if name not in self._known:
            self._known[name] = {
                option.key: self._label(name, option.key, option.label)
                for option in self.reference.options(name)
            }
        return self._known[name]

    def text(self, name: Field, value: str) -> str:
        known = self.of(name)
        if name is Field.INTERVIEWERS:
            return "、".join(known.get(key, key) for key in value.split(","))
        return known.get(value, value)

    @staticmethod
    def _label(name: Field, key: str, label: str) -> str:
        if name is Field.ROUND:
            return round_in(label, get_language() or "zh")
        return str(MODES.get(key, label)) if name is Field.MODE else label


class CheckPage:
    """Made from the stored report: only the rows that are shown become objects."""

    def __init__(self, user: User, report: Mapping[str, Any], reference: Reference, choices: Choices) -> None:
        self._user = user
        self._report = report
        self._reference = reference
        self._choices = choices
        self.labels = Labels(reference)

    @cached_property
    def header(self) -> Header:
        return header_from_json(self._report["header"])

    @cached_property
    def counts(self) -> dict[str, int]:
        return dict(self._report["counts"])

    def rows(self, state: str, number: int) -> list[Row]:
        """One page of the rows in a state; all but the ignored ones where none is chosen."""
        first = (number - 1) * PAGE_SIZE
        found = [row_from_json(data) for data in self._in_state(state)[first : first + PAGE_SIZE]]
        names = self._names([row for row in found if asks_about_contact(row)])
        return [self._row(row, names.get(row.number, ())) for row in found]

    def total(self, state: str) -> int:
        return len(self._in_state(state))

    def _in_state(self, state: str) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = self._report["rows"]
        if state:
            return [row for row in rows if row["state"] == state]
        return [row for row in rows if row["state"] != RowState.IGNORED]

    def row(self, number: int) -> CheckedRow | None:
        return next((row_from_json(row) for row in self._report["rows"] if row["number"] == number), None)

    # --- Columns and questions ---------------------------------------------------------------------------------

    def columns(self) -> Columns:
        return Columns(self.header, self._report["rows"])

    def missing(self) -> list[Text]:
        return [FIELDS[Field(name)] for name in self._report["missing"]]

    def origin(self) -> Origin:
        return origin_from_json(self._report)

    def readings(self) -> list[EncodingChoice]:
        """In which encodings the text is letters, the one that was taken first; empty where nothing is to choose."""
        return encoding_choices(self.origin(), self.header, self._report["rows"])

    def called_off(self) -> list[int]:
        """Rows that seem to be called off by the file itself."""
        return called_off(self.header, self._report["rows"], self.origin().struck_rows)

    def suspicious(self) -> list[tuple[str, Text]]:
        titles = {column.index: column.title for column in self.header.columns}
        return [(titles.get(index, ""), FIELDS[Field(name)]) for index, name in self._report["suspicious"]]

    def questions(self) -> list[Question]:
        """Unknown jobs, people and other names, the most frequent first."""
        return [
            self._question(
                UnknownText(Field(each["field"]), each["text"], each["rows"], tuple(each["suggestions"]))
            )
            for each in self._report["unknown"]
        ]

    def _question(self, unknown: UnknownText) -> Question:
        known = self.labels.of(unknown.field)
        suggested = [(key, known[key]) for key in unknown.suggestions if key in known]
        others = [(key, label) for key, label in known.items() if key not in unknown.suggestions]
        return Question(unknown, FIELDS[unknown.field], tuple(suggested), tuple(others))

    def ambiguous_dates(self) -> tuple[int, Cell | None]:
        """How many dates can mean two days, and one of them as an example."""
        code = str(ProblemCode.DATE_AMBIGUOUS)
        found = [row for row in self._with_start_problem() if row["fields"]["start"]["problem"][0] == code]
        if not found:
            return 0, None
        row = row_from_json(found[0])
        return len(found), self._cell(row, Field.START, row.fields[Field.START])

    def _with_start_problem(self) -> Iterable[Mapping[str, Any]]:
        for row in self._report["rows"]:
            if "problem" in row["fields"].get("start", {}):
                yield row

    def proposals(self) -> list[tuple[str, int]]:
        """What accepting all repairs changes: a sentence and how often, the commonest kinds first."""
        texts: Counter[tuple[str, str]] = Counter()
        example: dict[tuple[str, str], str] = {}
        for data in self._in_state(RowState.REPAIRABLE):
            row = row_from_json(data)
            for name in proposed(row):
                for repair in row.fields[name].repairs:
                    if not repair.is_sure:
                        kind = (str(name), str(repair.code))
                        texts[kind] += 1
                        example.setdefault(kind, f"{FIELDS[name]}: {repair_text(repair)}")
        return [(example[kind], count) for kind, count in texts.most_common(_SHOWN_REPAIRS)]

    def assumed(self) -> list[tuple[Text, str, int]]:
        """What is taken where the sheet says nothing, once for all rows."""
        return [
            (FIELDS[Field(name)], self.labels.text(Field(name), value), count)
            for name, value, count in self._report["assumed"]
        ]

    # --- Rows ----------------------------------------------------------------------------------------------------

    def _row(self, row: CheckedRow, names: Sequence[str]) -> Row:
        if row.state is RowState.IGNORED:
            raw = " · ".join(cell for cell in row.cells if cell)[:200]
            is_left_out = row.number in self._choices.left_out
            return Row(
                row.number, row.state, KINDS[row.kind], STATES[row.state], raw=raw, is_left_out=is_left_out
            )
        cells = tuple(
            tuple(self._cell(row, name, row.fields[name]) for name in column if self._is_shown(row, name))
            for column in COLUMNS
        )
        others = tuple(
            self._cell(row, name, reading)
            for name, reading in row.fields.items()
            if name not in _OWN and self._is_shown(row, name)
        )
        remarks = [Remark(problem_text(each), "danger") for each in row.problems]
        remarks += [Remark(notice_text(each), "info") for each in row.notices]
        return Row(
            number=row.number,
            state=row.state,
            kind=KINDS[row.kind],
            label=STATES[row.state],
            cells=cells,
            others=others,
            remarks=tuple(remarks),
            repairs=len(proposed(row)),
            asks_contact=asks_about_contact(row),
            names=tuple(names),
        )

    def _is_shown(self, row: CheckedRow, name: Field) -> bool:
        reading = row.fields.get(name)
        if reading is None:
            return False
        if name is Field.ZONE or (name is Field.DURATION and not _is_remarkable(reading)):
            return _is_remarkable(reading)
        return name in _OWN or name in _SHOWN_WHEN_GOOD or _is_remarkable(reading)

    def _cell(self, row: CheckedRow, name: Field, reading: Reading[str]) -> Cell:
        value = reading.value or ""
        is_moment = name is Field.START and bool(value)
        zone = row.values.get(Field.ZONE, "") or self._reference.branch(row.values.get(Field.BRANCH)).zone
        return Cell(
            field=name,
            label=FIELDS[name],
            text=phone_text(value) if name is Field.PHONE else self.labels.text(name, value),
            moment=datetime.fromisoformat(value) if is_moment else None,
            zone=zone,
            remarks=tuple(_remarks(reading)),
            is_bad=reading.problem is not None,
            is_shared=reading.problem is not None and reading.problem.code is ProblemCode.CONTACT_MISSING,
            typed=self.typed(row, name),
            options=tuple(self.labels.of(name).items()) if name is not Field.INTERVIEWERS else (),
            alternatives=tuple((each, self._alternative(name, each, zone)) for each in reading.alternatives),
            is_choice=name in _CHOSEN and reading.state is ReadingState.REPAIRABLE,
        )

    def _alternative(self, name: Field, value: str, zone: str) -> str:
        if name is Field.START:
            return datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
        if name is Field.PHONE:
            return phone_text(value)
        return self.labels.text(name, value)

    def typed(self, row: CheckedRow, name: Field) -> str:
        """What stands in the cell now: typed by a person, else as in the file."""
        text = self._choices.overrides.get(row.number, {}).get(name)
        if text is not None:
            return text
        columns = self.header.fields
        if name is Field.NAME and name not in columns:
            halves = (columns.get(each, len(row.cells)) for each in (Field.FAMILY_NAME, Field.GIVEN_NAME))
            return whole_name(*(row.cells[at] if at < len(row.cells) else "" for at in halves))
        own = [name] if name in columns else []
        if name is Field.START and not own:
            own = [each for each in (Field.DATE, Field.TIME) if each in columns]
        cells = (row.cells[columns[each]] for each in own if columns[each] < len(row.cells))
        return " ".join(cell for cell in cells if cell)

    def _names(self, rows: Sequence[CheckedRow]) -> dict[int, tuple[str, ...]]:
        """For rows that ask whose contact it is: how that person may be called."""
        if not rows:
            return {}
        in_file: dict[str, list[str]] = {}
        for data in self._in_state(""):
            values = {name: reading["value"] for name, reading in data["fields"].items()}
            for contact in (values.get("phone"), values.get("email")):
                if contact and values.get("name"):
                    in_file.setdefault(contact, []).append(values["name"])
        found = {}
        for row in rows:
            contacts = [row.values[name] for name in _CONTACTS if name in row.values]
            names = [name for contact in contacts for name in in_file.get(contact, ())]
            sheet = CheckedSheet(self.header, (row,))
            known = with_people(replace(self._reference), self._user, sheet).people
            names += [person.name for people in known.values() for person in people]
            found[row.number] = tuple(dict.fromkeys(names))
        return found


def phone_text(value: str) -> str:
    """`+86 138 0013 8001`: people compare numbers in groups."""
    phone = parse_stored_phone(value) if value else None
    if phone is None:
        return value
    grouped = format_number(parse(phone.e164), PhoneNumberFormat.INTERNATIONAL)
    return f"{grouped} ext. {phone.extension}" if phone.extension else grouped


def _is_remarkable(reading: Reading[str]) -> bool:
    return bool(reading.problem or reading.repairs) or any(
        notice.code is not NoticeCode.DEFAULT_USED for notice in reading.notices
    )


def _remarks(reading: Reading[str]) -> Iterable[Remark]:
    if reading.problem is not None:
        yield Remark(problem_text(reading.problem), "danger")
    for repair in reading.repairs:
        if repair.is_sure and repair.code in _PLAIN:
            yield Remark(_("In the file: %(text)s") % {"text": repair.before[:80]}, "neutral")
        else:
            yield Remark(repair_text(repair), "neutral" if repair.is_sure else "warning")
    for notice in reading.notices:
        if notice.code is not NoticeCode.DEFAULT_USED:
            yield Remark(notice_text(notice), "info")
