"""`yuemian import FILE`: check a sheet of interviews from the shell, and import its good rows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone, translation

from yuemian.accounts.models import Permission, User
from yuemian.domain.header_words import Field
from yuemian.intake.actions.confirm import confirm
from yuemian.intake.actions.decide import accept_repairs
from yuemian.intake.actions.start import start_import, whole_check
from yuemian.intake.checking import CheckedRow, CheckedSheet, RowState
from yuemian.intake.choices import Choices
from yuemian.intake.container import Limits
from yuemian.intake.content import Safe
from yuemian.intake.models import Import
from yuemian.intake.reader import read_bytes
from yuemian.intake.reference_data import NoBranch
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.report import sheet_to_json
from yuemian.intake.rest import why_not
from yuemian.intake.table import Origin
from yuemian.intake.wording import STATES, refusal_text
from yuemian.trust.tenancy import acting_in

ALL_GOOD, SOME_BAD, UNREADABLE = 0, 1, 2
_SETTLED = {RowState.GOOD, RowState.KNOWN, RowState.DUPLICATE, RowState.IGNORED}


class Refused(Exception):  # noqa: N818
    """A sentence for the person at the shell."""


@dataclass(frozen=True)
class Terminal:
    """Where the command reads and writes; tests bring their own."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    problems: TextIO = field(default_factory=lambda: sys.stderr)
    answers: TextIO = field(default_factory=lambda: sys.stdin)

    def say(self, text: str = "") -> None:
        self.out.write(f"{text}\n")

    def complain(self, text: str) -> None:
        self.problems.write(f"yuemian import: {text}\n")

    def agrees(self, question: str) -> bool:
        self.out.write(f"{question} [y/N] ")
        self.out.flush()
        return self.answers.readline().strip().casefold() in {"y", "yes", "是"}


def main(arguments: Sequence[str], terminal: Terminal | None = None) -> int:
    """Exit code: 0 every row is settled, 1 some rows are not, 2 the file or the request cannot be used."""
    terminal = terminal or Terminal()
    given = _parser().parse_args(list(arguments))
    try:
        data = _read(given.file)
        user = _user(given.user)
        with translation.override(user.locale), acting_in(user.organization_id):
            if given.check:
                return _check(user, data, given, terminal)
            return _import(user, data, given, terminal)
    except UnreadableFile as refusal:
        terminal.complain(refusal_text(refusal))
    except (Refused, NoBranch) as problem:
        terminal.complain(str(problem))
    return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yuemian import", description="Check and import a file of interviews."
    )
    parser.add_argument("file", type=Path, help=".xlsx, .csv or .tsv")
    parser.add_argument(
        "--sheet", default="", help="which sheet of a workbook (default: the first with a header)"
    )
    parser.add_argument("--check", action="store_true", help="only say what would happen")
    parser.add_argument("--json", action="store_true", help="print the check as JSON")
    parser.add_argument(
        "--user", default="", help="e-mail of the person who imports (default: the administrator)"
    )
    parser.add_argument("--accept-repairs", action="store_true", help="agree to every proposed repair")
    parser.add_argument("--yes", action="store_true", help="do not ask before importing")
    return parser


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(Limits().file_bytes + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be opened ({error.strerror}); check the path.") from error


def _user(email: str) -> User:
    """Raises Refused."""
    query, parameters = ("find_login(%s)", [email]) if email else ("only_administrator()", [])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT user_id, organization_id FROM {query}", parameters)  # noqa: S608 - constants
        found: tuple[UUID, UUID] | None = cursor.fetchone()
    if found is None:
        raise Refused(
            f"Nobody with the address {email} can sign in." if email else "Say who imports: --user EMAIL."
        )
    with acting_in(found[1]):
        user = User.objects.select_related("organization", "branch").get(pk=found[0])
    if not user.may(Permission.IMPORT):
        raise Refused(f"{user.email} may not import; name a recruiter or an administrator.")
    return user


def _check(user: User, data: bytes, given: argparse.Namespace, terminal: Terminal) -> int:
    table, now = read_bytes(data, sheet=given.sheet or None), timezone.now()
    choices = Choices(accepts_all=given.accept_repairs)
    sheet = whole_check(user, table, choices, now=now, on_progress=lambda _done, _total: None)
    _print(sheet, terminal, as_json=given.json)
    return _code(sheet)


def _import(user: User, data: bytes, given: argparse.Namespace, terminal: Terminal) -> int:
    now = timezone.now()
    import_ = _started(user, given, data, now)
    sheet = Safe(import_).sheet()
    if not given.json:
        _print(sheet, terminal, as_json=False)
    good = sheet.counts[RowState.GOOD]
    if not good:
        terminal.complain("No row can be imported as it is.")
        return _code(sheet)
    if not given.yes and not terminal.agrees(f"Import {good} of {len(sheet.rows)} rows?"):
        terminal.say("Nothing was imported; the file waits on the page of imports.")
        return SOME_BAD
    done = confirm(user, import_.pk, revision=import_.revision, now=now).import_
    if given.json:
        terminal.say(_dumps({"import": str(done.pk), "created": done.created, **sheet_to_json(sheet)}))
    else:
        terminal.say(f"Imported {done.created} interviews. Nobody has been written to.")
    return _code(sheet)


def _started(user: User, given: argparse.Namespace, data: bytes, now: datetime) -> Import:
    """Checked at once, whatever its size: somebody waits at the shell. Raises UnreadableFile."""
    import_ = start_import(user, given.file.name, data, now=now, run=None, sheet=given.sheet)
    if import_.refusal:
        raise UnreadableFile(Refusal(import_.refusal), **import_.refusal_params)
    return accept_repairs(user, import_.pk, now=now) if given.accept_repairs else import_


def _code(sheet: CheckedSheet) -> int:
    return ALL_GOOD if all(row.state in _SETTLED for row in sheet.rows) else SOME_BAD


def _dumps(data: Any) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()


def _print(sheet: CheckedSheet, terminal: Terminal, *, as_json: bool) -> None:
    if as_json:
        terminal.say(_dumps(sheet_to_json(sheet)))
        return
    for row in sheet.rows:
        terminal.say(_line(row))
    for line in _about(sheet.origin):
        terminal.say(_printable(line))
    counts = [f"{STATES[state]} {count}" for state, count in sheet.counts.items() if count]
    terminal.say(" · ".join(counts))


def _line(row: CheckedRow) -> str:
    """Row number, state, name, start, and what is wrong or proposed; safe for a terminal."""
    parts = [f"{row.number:>5}", str(STATES[row.state]), row.values.get(Field.NAME, "–")]
    parts.append(row.values.get(Field.START, "")[:16].replace("T", " "))
    parts.append(why_not(row) if row.state in {RowState.BAD, RowState.REPAIRABLE} else "")
    return _printable("  ".join(parts).rstrip())


def _about(origin: Origin) -> Iterator[str]:
    """What of the workbook was not read, or would not be seen in it."""
    if origin.other_sheets:
        others = ", ".join(origin.other_sheets)
        yield f"Only the sheet {origin.sheet} was read, not {others}; choose with --sheet."
    if origin.is_encoding_doubtful:
        yield f"Read as {origin.encoding} without certainty; the page of the import offers other encodings."
    if origin.struck_rows:
        yield f"Struck out in the workbook, but read: rows {', '.join(map(str, origin.struck_rows))}."
    if origin.hidden_rows:
        yield f"Hidden in the workbook, but read: rows {', '.join(map(str, origin.hidden_rows))}."


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable())
