"""What a person agreed to is what is imported: a value, not a cell; and days are counted from the upload."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.test import Client

from tests.factories import Cast
from tests.intake.sheets import TITLES, person, table, workbook
from tests.intake.test_views import later, page, post, upload
from yuemian.domain.header_words import Field
from yuemian.domain.reading import RepairCode
from yuemian.intake.actions.decide import accept_repairs, edit_row
from yuemian.intake.actions.start import start_import
from yuemian.intake.checking import CheckedRow, RowState
from yuemian.intake.choices import Choices, choices_from_json, choices_to_json
from yuemian.intake.content import Safe
from yuemian.intake.models import Import
from yuemian.intake.table import Cell, table_from_json, table_to_json


def start(cast: Cast, *rows: list[Cell], now: datetime) -> Import:
    return start_import(cast.recruiter, "a.xlsx", workbook([TITLES, *rows]), now=now)


def row(import_: Import, number: int = 2) -> CheckedRow:
    return next(each for each in Safe(import_).sheet().rows if each.number == number)


def test_a_repair_that_is_accepted_days_later_is_the_one_that_was_shown(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(start="明天 10:00"), now=now)
    shown = row(import_).values[Field.START]
    import_ = accept_repairs(cast.recruiter, import_.pk, 2, now=now + timedelta(days=3))
    assert (row(import_).state, row(import_).values[Field.START]) == (RowState.GOOD, shown)


def test_what_was_accepted_stays_when_the_row_is_read_again_later(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(start="下周三 10:00", job="谁知道"), now=now)
    shown = row(import_).values[Field.START]
    accept_repairs(cast.recruiter, import_.pk, now=now)
    late, job = now + timedelta(days=8), str(cast.backend.pk)
    edit_row(cast.recruiter, import_.pk, 2, {Field.START: "下周三 10:00"}, now=now)
    accept_repairs(cast.recruiter, import_.pk, now=now)
    import_ = edit_row(cast.recruiter, import_.pk, 2, {Field.JOB: job}, now=late)
    assert row(import_).values[Field.START] == shown
    assert row(import_).state is not RowState.REPAIRABLE


def test_consent_does_not_outlive_the_cell(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(start="明天 10:00"), now=now)
    accept_repairs(cast.recruiter, import_.pk, 2, now=now)
    import_ = edit_row(cast.recruiter, import_.pk, 2, {Field.START: "3/7/26 9:00"}, now=now)
    found = row(import_)
    assert found.state is RowState.REPAIRABLE
    assert RepairCode.CENTURY_ASSUMED in {each.code for each in found.fields[Field.START].repairs}
    assert not Safe(import_).choices().accepted


def test_a_slip_that_is_typed_is_asked_about_and_may_be_kept(recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later(email="nonsense"))
    post(recruiter_client, import_, "rows/2/cell", {"field": "email", "value": "wang@gmial.com"})
    import_.refresh_from_db()
    assert row(import_).state is RowState.REPAIRABLE
    button = re.search(r'name="chosen" value="([^"]+)"', page(recruiter_client, import_))
    assert button is not None
    post(recruiter_client, import_, "rows/2/cell", {"field": "email", "chosen": button[1]})
    import_.refresh_from_db()
    assert (row(import_).state, row(import_).values[Field.EMAIL]) == (RowState.GOOD, "wang@gmial.com")


def test_another_start_than_the_proposed_one_is_a_press_away(recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later(start="2027-11-25 3:00-3:45"))
    button = re.search(r'name="chosen" value="([^"]+)"', page(recruiter_client, import_))
    assert button
    post(recruiter_client, import_, "rows/2/cell", {"field": "start", "chosen": button[1]})
    shown = page(recruiter_client, import_)
    assert "03:00" in shown
    assert 'name="chosen"' not in shown


def test_only_a_meaning_that_was_offered_can_be_chosen(recruiter_client: Client) -> None:
    import_ = upload(recruiter_client, later(email="wang@gmial.com"))
    post(recruiter_client, import_, "rows/2/cell", {"field": "email", "chosen": "li@example.com"})
    import_.refresh_from_db()
    assert row(import_).state is RowState.REPAIRABLE


def test_the_day_of_the_upload_and_the_value_agreed_to_are_kept() -> None:
    sheet = table(person())
    assert table_from_json(table_to_json(sheet)) == sheet
    earlier = choices_to_json(Choices()) | {"accepted": [[2, "email"], [3, "email", "a@example.com"]]}
    assert choices_from_json(earlier).accepted == {(3, Field.EMAIL): "a@example.com"}
