"""`yuemian import`: what it prints, what it creates, and how it ends."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import Cast
from tests.intake.sheets import TITLES, person, workbook
from yuemian.intake.command import ALL_GOOD, SOME_BAD, UNREADABLE, Terminal, main
from yuemian.intake.models import Import
from yuemian.interviews.models import Interview


class Shell:
    """Runs the command as the recruiter, keeps what it says."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder
        self.out, self.problems = io.StringIO(), io.StringIO()

    def run(self, content: bytes, *arguments: str, answers: str = "", user: str | None = None) -> int:
        path = self.folder / "sheet.xlsx"
        path.write_bytes(content)
        terminal = Terminal(self.out, self.problems, io.StringIO(answers))
        who = user or self.cast.recruiter.email
        return main([str(path), "--user", who, *arguments], terminal)


@pytest.fixture
def shell(cast: Cast, tmp_path: Path) -> Shell:
    return Shell(cast, tmp_path)


def later(**changes: Any) -> list[Any]:
    return list(person(**({"start": "2036-11-25 14:00"} | changes)))


def test_a_check_creates_nothing_and_ends_with_0_when_all_is_good(shell: Shell) -> None:
    assert shell.run(workbook([TITLES, later()]), "--check") == ALL_GOOD
    assert "张三" in shell.out.getvalue()
    assert not Import.objects.exists()


def test_a_check_ends_with_1_when_a_row_is_bad_and_says_why(shell: Shell) -> None:
    content = workbook([TITLES, later(), later(name="李四", phone="12", email=None)])
    assert shell.run(content, "--check") == SOME_BAD
    assert "需更正" in shell.out.getvalue()


def test_a_check_as_json_holds_rows_states_problems_and_repairs(shell: Shell) -> None:
    content = workbook([TITLES, later(email="a@gmial.com"), later(phone="12", name="李四", email=None)])
    assert shell.run(content, "--check", "--json") == SOME_BAD
    report = json.loads(shell.out.getvalue())
    assert [(row["number"], row["state"]) for row in report["rows"]] == [(2, "repairable"), (3, "bad")]
    assert report["rows"][0]["fields"]["email"]["repairs"][0][0] == "email_typo"
    assert report["rows"][1]["fields"]["phone"]["problem"]


def test_a_file_that_cannot_be_read_ends_with_2_and_a_remedy(shell: Shell) -> None:
    assert shell.run(b"%PDF-1.4 nothing", "--check") == UNREADABLE
    assert "PDF" in shell.problems.getvalue()


def test_a_missing_file_ends_with_2(cast: Cast, tmp_path: Path) -> None:
    terminal = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    assert main([str(tmp_path / "none.xlsx"), "--user", cast.recruiter.email], terminal) == UNREADABLE


def test_with_consent_the_good_rows_are_imported(shell: Shell) -> None:
    assert shell.run(workbook([TITLES, later()]), answers="y\n") == ALL_GOOD
    assert Interview.objects.count() == 1


def test_without_consent_nothing_is_imported(shell: Shell) -> None:
    shell.run(workbook([TITLES, later()]), answers="n\n")
    assert not Interview.objects.exists()


def test_yes_asks_nothing_and_repairs_are_taken_only_when_agreed_to(shell: Shell) -> None:
    content = workbook([TITLES, later(email="a@gmial.com")])
    assert shell.run(content, "--yes") == SOME_BAD
    assert not Interview.objects.exists()
    assert shell.run(content, "--yes", "--accept-repairs") == ALL_GOOD
    assert Interview.objects.count() == 1


def test_somebody_who_may_not_import_is_refused(shell: Shell, cast: Cast) -> None:
    assert shell.run(workbook([TITLES, later()]), "--yes", user=cast.lead.email) == UNREADABLE
    assert not Interview.objects.exists()


def test_without_a_name_the_only_administrator_imports(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook([TITLES, later()]))
    terminal = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    assert main([str(path), "--yes"], terminal) == ALL_GOOD
    assert Import.objects.get().created_by == cast.owner


def test_control_characters_of_a_sheet_do_not_reach_the_terminal(shell: Shell) -> None:
    shell.run((",".join(TITLES) + "\n张\x1b[2J三,12,,后端工程师,初试,2036-11-25 14:00").encode(), "--check")
    assert "\x1b" not in shell.out.getvalue()
