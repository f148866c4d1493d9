"""A sheet to fill in: the organization's own jobs and people, in the language of the page."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from yuemian.domain.header_words import Field
from yuemian.intake.reference import Option, Reference
from yuemian.intake.table import Cell, FileKind, SheetRow, Table
from yuemian.intake.wording import FIELDS

_FIELDS = (
    Field.NAME, Field.PHONE, Field.EMAIL, Field.JOB, Field.ROUND, Field.START, Field.DURATION, Field.MODE,
    Field.PLACE, Field.LINK, Field.INTERVIEWERS, Field.RECRUITER, Field.SOURCE, Field.MATERIALS,
)  # fmt: skip


def sample_table(reference: Reference) -> Table:
    """Three invented people next week, each with another way to be interviewed."""
    day = (reference.now + timedelta(days=7 - reference.now.weekday())).date()
    turns = (_("First interview"), _("Second interview"), _("Final interview"))
    modes = (_("onsite"), _("video"), _("phone"))
    rows = [SheetRow(1, tuple(str(FIELDS[name]) for name in _FIELDS))]
    for number, name in enumerate((_("Wang Xiaoming"), _("Li Xiaohong"), _("Chen Xiaohua"))):
        values: dict[Field, Cell] = {
            Field.NAME: name,
            Field.PHONE: f"1380013800{number + 1}",
            Field.EMAIL: f"candidate{number + 1}@example.com",
            Field.JOB: _pick(reference.jobs, number),
            Field.ROUND: turns[number],
            Field.START: datetime.combine(day + timedelta(days=number), time(10 + 2 * number)),
            Field.DURATION: 60,
            Field.MODE: modes[number],
            Field.PLACE: _("Meeting room, 8th floor") if number == 0 else None,
            Field.LINK: "https://meeting.example.com/j/1234567" if number == 1 else None,
            Field.INTERVIEWERS: _pick(reference.interviewers, number),
            Field.RECRUITER: _pick(reference.recruiters, 0),
            Field.SOURCE: _pick(reference.sources, number),
            Field.MATERIALS: _("Identity card, two copies of the CV") if number == 0 else None,
        }
        rows.append(SheetRow(number + 2, tuple(values[each] for each in _FIELDS)))
    return Table(FileKind.XLSX, tuple(rows))


def _pick(options: tuple[Option, ...], number: int) -> str | None:
    return options[number % len(options)].label if options else None
