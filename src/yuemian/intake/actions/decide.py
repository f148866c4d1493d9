"""Decide about a checked sheet: columns, repairs, edited rows, answers; each decision is checked at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.cell_text import comparable, folded
from yuemian.domain.header_words import Field
from yuemian.domain.reading import NoticeCode, ProblemCode, ReadingState
from yuemian.intake.actions.start import TOPIC, NotOpen, keep_check, whole_check
from yuemian.intake.called_off import called_off
from yuemian.intake.checking import CheckedRow, CheckedSheet, judged, read_again
from yuemian.intake.choices import Choices
from yuemian.intake.content import Safe
from yuemian.intake.letters import in_encoding
from yuemian.intake.models import Import, ImportState
from yuemian.intake.reference import Reference
from yuemian.intake.reference_data import reference_for, with_people
from yuemian.intake.table import Table
from yuemian.trust.live import announce

#: As long as the longest cell that is ever kept.
LONGEST_TEXT = 2000
_CONTACTS = (ProblemCode.CONTACT_SHARED_IN_FILE, ProblemCode.CONTACT_OF_OTHER_NAME)


class NotLetters(Exception):  # noqa: N818
    """Some of this file cannot be read in that encoding."""


class NotPossible(Exception):  # noqa: N818
    """This is not possible for that row any more; look at it again."""


@dataclass(frozen=True)
class Opened:
    """A checked import with what was decided so far."""

    table: Table
    choices: Choices
    sheet: CheckedSheet
    reference: Reference

    def row(self, number: int) -> CheckedRow:
        """Raises NotPossible when there is no such row."""
        found = next((row for row in self.sheet.rows if row.number == number), None)
        if found is None:
            raise NotPossible(NotPossible.__doc__)
        return found


#: The new choices, and the rows they concern; None: all of them.
Decision = tuple[Choices, Collection[int] | None]


def set_mapping(user: User, import_id: UUID, columns: Mapping[int, Field | None], *, now: datetime) -> Import:
    """Give columns other fields."""

    def decision(opened: Opened) -> Decision:
        known = {column.index for column in opened.sheet.header.columns}
        wanted = {index: name for index, name in columns.items() if index in known}
        return replace(opened.choices, columns={**opened.choices.columns, **wanted}), None

    return _decide(user, import_id, decision, now=now)


def choose_encoding(user: User, import_id: UUID, encoding: str, *, now: datetime) -> Import:
    """Read the letters of a text another way; whatever was decided holds on. Raises NotOpen, NotLetters, Gone."""
    with transaction.atomic():
        import_ = Import.objects.visible_to(user).select_for_update().get(pk=import_id)
        opened = open_import(user, import_, now=now)
        if encoding not in opened.table.other_encodings:
            raise NotLetters(NotLetters.__doc__)
        try:
            table = in_encoding(opened.table, encoding)
        except UnicodeError as error:
            raise NotLetters(NotLetters.__doc__) from error
        sheet = whole_check(user, table, opened.choices, now=now, on_progress=_nobody_waits)
        Safe(import_).put_table(table)
        _keep(user, import_, sheet)
    return import_


def accept_repairs(user: User, import_id: UUID, number: int | None = None, *, now: datetime) -> Import:
    """Agree to the proposed repairs of one row, or of all rows."""

    def decision(opened: Opened) -> Decision:
        rows = opened.sheet.rows if number is None else (opened.row(number),)
        agreed = {
            (row.number, name): value
            for row in rows
            for name in proposed(row)
            if (value := row.fields[name].value) is not None
        }
        choices = replace(opened.choices, accepted={**opened.choices.accepted, **agreed})
        return choices, {row for row, _ in agreed}

    return _decide(user, import_id, decision, now=now)


def choose_meaning(
    user: User, import_id: UUID, number: int, name: Field, value: str, *, now: datetime
) -> Import:
    """Take another of the meanings of a doubtful cell than the proposed one."""

    def decision(opened: Opened) -> Decision:
        reading = opened.row(number).fields.get(name)
        if reading is None or value not in reading.alternatives:
            raise NotPossible(NotPossible.__doc__)
        accepted = {**opened.choices.accepted, (number, name): value}
        return replace(opened.choices, accepted=accepted), {number}

    return _decide(user, import_id, decision, now=now)


def proposed(row: CheckedRow) -> list[Field]:
    """The fields whose repair waits for consent."""
    return [name for name, reading in row.fields.items() if reading.state is ReadingState.REPAIRABLE]


def edit_row(
    user: User, import_id: UUID, number: int, texts: Mapping[Field, str | None], *, now: datetime
) -> Import:
    """Type something else over cells of a row, "" to empty them; None takes the file's own content again."""

    def decision(opened: Opened) -> Decision:
        opened.row(number)
        typed = dict(opened.choices.overrides.get(number, {}))
        for name, text in texts.items():
            if text is None:
                typed.pop(name, None)
            else:
                typed[name] = text[:LONGEST_TEXT]
        return _typed_over(opened.choices, {number: typed}, texts), {number}

    return _decide(user, import_id, decision, now=now)


def _typed_over(
    choices: Choices, rows: Mapping[int, Mapping[Field, str]], names: Collection[Field]
) -> Choices:
    """The rows with these texts; what was agreed to of the cells typed over does not outlive them."""
    accepted = {
        (number, name): value
        for (number, name), value in choices.accepted.items()
        if number not in rows or name not in names
    }
    return replace(choices, overrides={**choices.overrides, **rows}, accepted=accepted)


def leave_out(user: User, import_id: UUID, number: int, *, is_out: bool, now: datetime) -> Import:
    """Take a row out of the import, or in again."""

    def decision(opened: Opened) -> Decision:
        opened.row(number)
        rows = opened.choices.left_out | {number} if is_out else opened.choices.left_out - {number}
        return replace(opened.choices, left_out=rows), {number}

    return _decide(user, import_id, decision, now=now)


def leave_out_called_off(user: User, import_id: UUID, *, now: datetime) -> Import:
    """Take out every row that the file itself calls off."""

    def decision(opened: Opened) -> Decision:
        sheet = opened.sheet
        rows = called_off(sheet.header, [vars(row) for row in sheet.rows], sheet.origin.struck_rows)
        return replace(opened.choices, left_out=opened.choices.left_out | set(rows)), rows

    return _decide(user, import_id, decision, now=now)


def choose_dates(user: User, import_id: UUID, position: int, *, now: datetime) -> Import:
    """Settle every date that can mean two days alike: 0 takes the month first, 1 the day."""

    def decision(opened: Opened) -> Decision:
        chosen = {
            row.number: {
                **opened.choices.overrides.get(row.number, {}),
                Field.START: row.fields[Field.START].alternatives[position],
            }
            for row in opened.sheet.rows
            if is_ambiguous(row) and len(row.fields[Field.START].alternatives) > position
        }
        return _typed_over(opened.choices, chosen, {Field.START}), chosen.keys()

    return _decide(user, import_id, decision, now=now)


def is_ambiguous(row: CheckedRow) -> bool:
    """Its date can mean two days."""
    start = row.fields.get(Field.START)
    return (
        start is not None and start.problem is not None and start.problem.code is ProblemCode.DATE_AMBIGUOUS
    )


def map_text(user: User, import_id: UUID, name: Field, text: str, key: str, *, now: datetime) -> Import:
    """Say what an unknown job, person or other name means, for every row that has it."""

    def decision(opened: Opened) -> Decision:
        if key not in {option.key for option in opened.reference.options(name)}:
            raise NotPossible(NotPossible.__doc__)
        mapped = {**opened.choices.mapped.get(name, {}), text: key}
        rows = {row.number for row in opened.sheet.rows if has_unknown(row, name, text)}
        return replace(opened.choices, mapped={**opened.choices.mapped, name: mapped}), rows

    return _decide(user, import_id, decision, now=now)


def has_unknown(row: CheckedRow, name: Field, text: str) -> bool:
    reading = row.fields.get(name)
    problem = reading.problem if reading else None
    if problem is None or problem.code is not ProblemCode.UNKNOWN_OPTION:
        return False
    return comparable(folded(problem.params.get("text", ""))) == comparable(text)


def confirm_shared(user: User, import_id: UUID, number: int, *, now: datetime) -> Import:
    """Different people share the contact of this row."""

    def decision(opened: Opened) -> Decision:
        rows = {number, *sharers(opened, opened.row(number))}
        return replace(opened.choices, confirmed=opened.choices.confirmed | rows), ()

    return _decide(user, import_id, decision, now=now)


def same_person(user: User, import_id: UUID, number: int, name: str, *, now: datetime) -> Import:
    """The rows with this contact are one person, whose name is written so."""

    def decision(opened: Opened) -> Decision:
        row = opened.row(number)
        if name not in names_of_contact(user, opened, row):
            raise NotPossible(NotPossible.__doc__)
        rows = {number, *sharers(opened, row)}
        overrides = {each: {**opened.choices.overrides.get(each, {}), Field.NAME: name} for each in rows}
        return _typed_over(opened.choices, overrides, {Field.NAME}), rows

    return _decide(user, import_id, decision, now=now)


def sharers(opened: Opened, row: CheckedRow) -> list[int]:
    """Other rows of the file that have one of the row's contacts."""
    contacts = {row.values[name] for name in (Field.PHONE, Field.EMAIL) if name in row.values}
    return [
        other.number
        for other in opened.sheet.rows
        if other.number != row.number
        and contacts & {other.values.get(Field.PHONE), other.values.get(Field.EMAIL)}
    ]


def names_of_contact(user: User, opened: Opened, row: CheckedRow) -> list[str]:
    """How the person may be called: as in the rows that share the contact, and as known already."""
    numbers = {row.number, *sharers(opened, row)}
    names = [each.values.get(Field.NAME, "") for each in opened.sheet.rows if each.number in numbers]
    known = with_people(opened.reference, user, replace(opened.sheet, rows=(row,))).people
    names += [person.name for people in known.values() for person in people]
    return [name for name in dict.fromkeys(names) if name]


def asks_about_contact(row: CheckedRow) -> bool:
    return any(problem.code in _CONTACTS for problem in row.problems)


def is_confirmed(row: CheckedRow) -> bool:
    """Somebody said that different people share the row's contact."""
    return any(notice.code is NoticeCode.SHARED_CONTACT_CONFIRMED for notice in row.notices)


def open_import(user: User, import_: Import, *, now: datetime) -> Opened:
    """Everything that was kept. Raises NotOpen, Gone."""
    if import_.state != ImportState.CHECKED:
        raise NotOpen(NotOpen.__doc__)
    safe = Safe(import_)
    return Opened(safe.table(), safe.choices(), safe.sheet(), reference_for(user, now))


def _decide(user: User, import_id: UUID, decision: Callable[[Opened], Decision], *, now: datetime) -> Import:
    """Raises NotOpen, NotPossible, Gone."""
    with transaction.atomic():
        import_ = Import.objects.visible_to(user).select_for_update().get(pk=import_id)
        opened = open_import(user, import_, now=now)
        choices, concerned = decision(opened)
        if concerned is None:
            sheet = whole_check(user, opened.table, choices, now=now, on_progress=_nobody_waits)
        else:
            sheet = rejudged(user, opened, choices, concerned)
        Safe(import_).put_choices(choices)
        _keep(user, import_, sheet)
    return import_


def _keep(user: User, import_: Import, sheet: CheckedSheet) -> None:
    import_.revision += 1
    keep_check(import_, sheet)
    announce(user.organization_id, TOPIC, id=import_.pk)


def _nobody_waits(_done: int, _total: int) -> None:
    """The answer shows the whole check at once."""


def rejudged(user: User, opened: Opened, choices: Choices, concerned: Collection[int]) -> CheckedSheet:
    """The sheet after the choices, read anew only where they matter, beside what exists now."""
    sheet = read_again(opened.sheet, opened.table, opened.reference, choices, concerned)
    return judged(sheet, with_people(opened.reference, user, sheet), choices)
