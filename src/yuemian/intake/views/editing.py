"""The fields of the form that corrects one row."""

from __future__ import annotations

from dataclasses import dataclass

from yuemian.domain.cell_text import comparable
from yuemian.domain.header_words import Field
from yuemian.intake.checking import CheckedRow
from yuemian.intake.page import CheckPage
from yuemian.intake.wording import FIELDS, Text, problem_text

#: In the order in which people fill them; date and time are one start.
EDITED = (
    Field.NAME, Field.PHONE, Field.EMAIL, Field.JOB, Field.ROUND, Field.START, Field.DURATION, Field.MODE,
    Field.PLACE, Field.LINK, Field.BRANCH, Field.RECRUITER, Field.INTERVIEWERS, Field.SOURCE, Field.MATERIALS,
    Field.FLOW, Field.LANGUAGE, Field.EXTERNAL_ID, Field.ZONE,
)  # fmt: skip
_CHOSEN = {
    Field.JOB, Field.ROUND, Field.MODE, Field.BRANCH, Field.RECRUITER, Field.LANGUAGE,
}  # fmt: skip
_LONG = {Field.MATERIALS, Field.FLOW}


@dataclass(frozen=True)
class Edited:
    """One control: what stands there, what it may be, and what is wrong with it."""

    name: Field
    label: Text
    value: str
    #: What the form compares with: an unchanged control changes nothing.
    was: str
    problem: str
    options: tuple[tuple[str, str], ...]
    raw: str
    is_long: bool


def edited_fields(page: CheckPage, row: CheckedRow) -> list[Edited]:
    return [_edited(page, row, name) for name in EDITED]


def _edited(page: CheckPage, row: CheckedRow, name: Field) -> Edited:
    reading = row.fields.get(name)
    raw = page.typed(row, name)
    options = tuple(page.labels.of(name).items()) if name in _CHOSEN else ()
    value = raw
    if options:
        value = (reading.value or "") if reading and reading.problem is None else ""
    return Edited(
        name=name,
        label=FIELDS[name],
        value=value,
        was=value.strip(),
        problem=problem_text(reading.problem) if reading and reading.problem else "",
        options=options,
        raw=raw if options and comparable(raw) != comparable(dict(options).get(value, "")) else "",
        is_long=name in _LONG,
    )
