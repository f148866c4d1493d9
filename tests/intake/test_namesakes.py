"""Colleagues and jobs that are called alike: none is taken silently for another."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import Cast, create_user
from tests.intake.sheets import TITLES, person, reference, table, workbook
from yuemian.accounts.models import Role
from yuemian.domain.header_words import Field
from yuemian.domain.reading import ProblemCode, Reading
from yuemian.intake.actions.confirm import confirm
from yuemian.intake.actions.decide import map_text
from yuemian.intake.actions.start import start_import
from yuemian.intake.checking import CheckedRow, RowState, check_sheet
from yuemian.intake.content import Safe
from yuemian.intake.matching import Matcher
from yuemian.intake.reference import Option
from yuemian.interviews.models import Interview

PEOPLE = (
    Option("u1", "李伟 · li1@galaxy.example", ("李伟", "li1@galaxy.example")),
    Option("u2", "李伟 · li2@galaxy.example", ("李伟", "li2@galaxy.example")),
    Option("he", "李和平"),
    Option("chen", "陈默"),
    Option("anderson", "Rand Anderson"),
)


def several(text: str) -> Reading[str]:
    return Matcher(PEOPLE, {}).several(text)


def test_of_two_colleagues_with_one_name_none_is_taken() -> None:
    reading = several("李伟")
    assert reading.problem is not None
    assert reading.problem.code is ProblemCode.UNKNOWN_OPTION
    assert reading.alternatives == ("u1", "u2")
    assert several("陈默、李伟").alternatives == ("chen,u1", "chen,u2")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("李伟 <li2@galaxy.example>", "u2"),
        ("li1@galaxy.example", "u1"),
        ("李伟 · li1@galaxy.example", "u1"),
        ("李和平", "he"),
        ("李和平和陈默", "he,chen"),
        ("陈默和李和平", "chen,he"),
        ("陈默；李和平", "chen,he"),
        ("陈默，李和平", "chen,he"),
        ("陈默 and Rand Anderson", "chen,anderson"),
    ],
)
def test_an_address_or_the_whole_name_says_who_is_meant(text: str, keys: str) -> None:
    reading = several(text)
    assert (reading.value, reading.problem, reading.repairs) == (keys, None, ())


def test_a_name_that_nobody_has_is_asked_for_as_a_whole() -> None:
    problem = Matcher((Option("chen", "陈默"),), {}).several("赵和平").problem
    assert problem is not None
    assert problem.params["text"] == "赵和平"


JOBS = (
    Option("sh", "前端 · 上海总部", ("前端",), branch="shanghai"),
    Option("bj", "前端 · 北京", ("前端",), branch="beijing"),
)


def job_of(branch: str) -> CheckedRow:
    sheet = table([*person(job="前端"), branch], titles=[*TITLES, "分公司"])
    return check_sheet(sheet, reference(jobs=JOBS)).rows[0]


def test_the_rows_own_branch_says_which_job_is_meant() -> None:
    assert job_of("上海总部").values[Field.JOB] == "sh"


def test_a_job_that_the_rows_branch_does_not_have_is_asked() -> None:
    row = job_of("Singapore")
    assert row.state is RowState.BAD
    assert row.fields[Field.JOB].alternatives == ("sh", "bj")


def test_an_unknown_name_in_a_list_is_offered_by_itself() -> None:
    sheet = table([*person(), "陈默、李伟"], titles=[*TITLES, "面试官"])
    (unknown,) = check_sheet(sheet, reference(interviewers=PEOPLE)).unknown
    assert (unknown.text, unknown.suggestions) == ("李伟", ("u1", "u2"))


def test_one_answer_settles_every_row(cast: Cast, now: datetime) -> None:
    meant = create_user(cast.organization, Role.INTERVIEWER, "李伟", email="li2@galaxy.example")
    create_user(cast.organization, Role.INTERVIEWER, "李伟", email="li1@galaxy.example")
    rows = [[*person(), "李伟"], [*person(name="李四", phone="13800138001", email=None), "李伟"]]
    import_ = start_import(cast.recruiter, "a.xlsx", workbook([[*TITLES, "面试官"], *rows]), now=now)
    (unknown,) = Safe(import_).sheet().unknown
    assert (unknown.rows, str(meant.pk) in unknown.suggestions) == (2, True)
    import_ = map_text(cast.recruiter, import_.pk, Field.INTERVIEWERS, "李伟", str(meant.pk), now=now)
    confirm(cast.recruiter, import_.pk, revision=import_.revision, now=now)
    assert {tuple(each.interviewers.all()) for each in Interview.objects.all()} == {(meant,)}
