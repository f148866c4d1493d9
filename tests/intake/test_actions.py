"""From a file to interviews: checking, deciding, confirming, and what happens twice or at once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.factories import Cast, create_cast
from tests.intake.sheets import TITLES, person, workbook
from yuemian.domain.header_words import Field
from yuemian.hiring.models import Candidate, ContactPoint, Source
from yuemian.intake.actions.confirm import Outdated, confirm, discard, refresh
from yuemian.intake.actions.decide import (
    NotPossible,
    accept_repairs,
    choose_dates,
    confirm_shared,
    edit_row,
    leave_out,
    map_text,
    same_person,
    set_mapping,
)
from yuemian.intake.actions.start import (
    INLINE_BYTES,
    NotOpen,
    check_again,
    earlier_with_same_file,
    start_import,
)
from yuemian.intake.checking import CheckedRow, RowState
from yuemian.intake.content import Gone, Safe
from yuemian.intake.models import ColumnMapping, Import, ImportState
from yuemian.intake.refusal import Refusal
from yuemian.intake.rest import workbook_of
from yuemian.intake.table import Cell
from yuemian.intake.tasks import Work
from yuemian.interviews.models import Change, ChangeKind, Interview
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in

EXAMPLE = Path(__file__).parents[2] / "examples" / "interviews.xlsx"


def start(cast: Cast, *rows: Sequence[Cell], now: datetime, name: str = "a.xlsx") -> Import:
    return start_import(cast.recruiter, name, workbook([TITLES, *rows]), now=now)


def states(import_: Import) -> dict[int, RowState]:
    return {row.number: row.state for row in Safe(import_).sheet().rows}


def row(import_: Import, number: int) -> CheckedRow:
    return next(each for each in Safe(import_).sheet().rows if each.number == number)


def finish(cast: Cast, import_: Import, now: datetime) -> Import:
    return confirm(cast.recruiter, import_.pk, revision=import_.revision, now=now).import_


def test_the_good_rows_become_interviews_with_everything_the_sheet_says(cast: Cast, now: datetime) -> None:
    titles = [*TITLES, "面试方式", "会议链接", "面试官", "渠道", "携带材料", "时长", "候选人编号"]
    extra = ["视频", "https://meet.example.com/1", "陈默", "猎聘", "身份证", 45, "A-17"]
    import_ = start_import(
        cast.recruiter, "a.xlsx", workbook([titles, [*person(round="二面"), *extra]]), now=now
    )
    assert import_.state == ImportState.CHECKED
    done = finish(cast, import_, now)
    interview = Interview.objects.with_people().get(pk=done.interview_ids[0])
    candidate = interview.application.candidate
    assert (candidate.name, candidate.external_id, interview.round) == ("张三", "A-17", "复试")
    assert interview.application.job == cast.backend
    assert interview.starts_at.isoformat() == "2026-11-25T06:00:00+00:00"
    assert interview.duration.total_seconds() == 45 * 60
    assert (interview.mode, interview.video_link) == ("video", "https://meet.example.com/1")
    assert list(interview.interviewers.all()) == [cast.interviewer]
    assert interview.application.source == Source.objects.get(name="猎聘")
    assert interview.recruiter == cast.recruiter
    assert Change.objects.get(interview=interview).kind == ChangeKind.IMPORTED
    assert candidate.contact_points.count() == 2


def test_nothing_exists_before_somebody_confirms(cast: Cast, now: datetime) -> None:
    start(cast, person(), now=now)
    assert not Candidate.objects.exists()
    assert not Interview.objects.exists()


def test_the_example_file_is_checked_as_its_story_says(cast: Cast, now: datetime) -> None:
    import_ = start_import(cast.recruiter, EXAMPLE.name, EXAMPLE.read_bytes(), now=now)
    assert import_.state == ImportState.CHECKED
    assert import_.rows_total >= 24


def test_cells_decisions_and_results_are_unreadable_in_the_database(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(), now=now)
    edit_row(cast.recruiter, import_.pk, 2, {Field.NAME: "李四"}, now=now)
    stored = Import.objects.get(pk=import_.pk)
    for sealed in (stored.content_sealed, stored.edits_sealed, stored.result_sealed):
        assert sealed
        assert "张三".encode() not in bytes(sealed)


def test_confirming_twice_creates_once(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(), now=now)
    first = confirm(cast.recruiter, import_.pk, revision=import_.revision, now=now)
    second = confirm(cast.recruiter, import_.pk, revision=import_.revision, now=now)
    assert (first.is_new, second.is_new) == (True, False)
    assert Interview.objects.count() == 1


def test_an_old_page_cannot_confirm_what_it_does_not_show(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(), now=now)
    edit_row(cast.recruiter, import_.pk, 2, {Field.NAME: "李四"}, now=now)
    with pytest.raises(Outdated):
        confirm(cast.recruiter, import_.pk, revision=import_.revision, now=now)
    assert not Interview.objects.exists()


def test_rows_that_were_imported_by_another_file_meanwhile_stop_the_confirmation(
    cast: Cast, now: datetime
) -> None:
    one, two = start(cast, person(), now=now), start(cast, person(), now=now, name="b.xlsx")
    finish(cast, one, now)
    with pytest.raises(Outdated):
        finish(cast, two, now)
    fresh = refresh(cast.recruiter, two.pk, now=now)
    assert fresh.counts["known"] == 1
    assert Interview.objects.count() == 1


def test_the_same_file_again_is_recognised_and_its_rows_too(cast: Cast, now: datetime) -> None:
    first = finish(cast, start(cast, person(), now=now), now)
    again = start_import(cast.recruiter, "b.xlsx", workbook([TITLES, person()]), now=now)
    again.file_hash = bytes(first.file_hash)  # a workbook written twice differs in its time stamp
    again.save()
    assert earlier_with_same_file(cast.recruiter, again) == first
    assert states(again) == {2: RowState.KNOWN}


def test_a_row_is_recognised_after_its_interview_was_moved(cast: Cast, now: datetime) -> None:
    done = finish(cast, start(cast, person(), now=now), now)
    Interview.objects.filter(pk=done.interview_ids[0]).update(starts_at=now)
    assert states(start(cast, person(), now=now)) == {2: RowState.KNOWN}


def test_a_row_is_recognised_after_its_phone_was_corrected(cast: Cast, now: datetime) -> None:
    finish(cast, start(cast, person(), now=now), now)
    assert states(start(cast, person(phone="13900139000"), now=now)) == {2: RowState.KNOWN}


def test_one_person_in_two_rows_becomes_one_candidate_with_all_addresses(cast: Cast, now: datetime) -> None:
    rows = (
        person(email=None),
        person(email="two@example.com", start="2026-11-26 14:00"),
        person(email="three@example.com", start="2026-11-27 14:00"),
    )
    done = finish(cast, start(cast, *rows, now=now), now)
    assert done.created == 3
    assert Candidate.objects.count() == 1
    assert ContactPoint.objects.count() == 3


def test_a_known_candidate_gets_another_interview(cast: Cast, now: datetime) -> None:
    finish(cast, start(cast, person(), now=now), now)
    finish(cast, start(cast, person(round="复试", start="2026-12-01 10:00"), now=now), now)
    assert Candidate.objects.count() == 1
    assert Interview.objects.count() == 2


def test_a_known_candidate_number_names_its_owner_whatever_the_address(cast: Cast, now: datetime) -> None:
    titles = [*TITLES, "候选人编号"]
    later = person(phone="13900139001", email="new@example.com", start="2026-12-01 10:00")
    finish(cast, start_import(cast.recruiter, "a", workbook([titles, [*person(), "A1"]]), now=now), now)
    finish(cast, start_import(cast.recruiter, "b", workbook([titles, [*later, "A1"]]), now=now), now)
    assert Candidate.objects.count() == 1
    stranger = [*person(name="王五", phone="13900139002", email="w@example.com"), "A1"]
    third = start_import(cast.recruiter, "c", workbook([titles, stranger]), now=now)
    assert states(third) == {2: RowState.BAD}


def test_an_edited_row_becomes_good_and_the_file_stays_as_it_was(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(phone="1380013800", email=None), now=now)
    assert states(import_) == {2: RowState.BAD}
    import_ = edit_row(cast.recruiter, import_.pk, 2, {Field.PHONE: "13800138000"}, now=now)
    assert states(import_) == {2: RowState.GOOD}
    import_ = edit_row(cast.recruiter, import_.pk, 2, {Field.PHONE: None}, now=now)
    assert states(import_) == {2: RowState.BAD}


def test_repairs_are_accepted_one_by_one_or_all_at_once(cast: Cast, now: datetime) -> None:
    rows = [person(name=f"张{n}", phone=f"1380013800{n}", email=f"z{n}@gmial.com") for n in range(3)]
    import_ = start(cast, *rows, now=now)
    assert set(states(import_).values()) == {RowState.REPAIRABLE}
    import_ = accept_repairs(cast.recruiter, import_.pk, 3, now=now)
    assert states(import_)[3] == RowState.GOOD
    assert row(import_, 3).values[Field.EMAIL] == "z1@gmail.com"
    import_ = accept_repairs(cast.recruiter, import_.pk, now=now)
    assert set(states(import_).values()) == {RowState.GOOD}


def test_dates_that_can_mean_two_days_are_settled_for_all_rows(cast: Cast, now: datetime) -> None:
    rows = [
        person(name=f"张{n}", phone=f"1380013800{n}", email=f"z{n}@example.com", start="03/04/2027 14:00")
        for n in range(2)
    ]
    import_ = start(cast, *rows, now=now)
    assert set(states(import_).values()) == {RowState.BAD}
    days = {
        position: row(choose(cast, rows, position, now), 2).values[Field.START][:10] for position in (0, 1)
    }
    assert days == {0: "2027-03-04", 1: "2027-04-03"}


def choose(cast: Cast, rows: Sequence[Sequence[Cell]], position: int, now: datetime) -> Import:
    import_ = start(cast, *rows, now=now)
    return choose_dates(cast.recruiter, import_.pk, position, now=now)


def test_an_unknown_job_is_mapped_once_for_all_its_rows(cast: Cast, now: datetime) -> None:
    rows = [
        person(name=f"张{n}", phone=f"1380013800{n}", email=f"z{n}@example.com", job="码农") for n in range(2)
    ]
    import_ = start(cast, *rows, now=now)
    unknown = Safe(import_).sheet().unknown
    assert [(each.field, each.text, each.rows) for each in unknown] == [(Field.JOB, "码农", 2)]
    import_ = map_text(cast.recruiter, import_.pk, Field.JOB, "码农", str(cast.backend.pk), now=now)
    assert set(states(import_).values()) == {RowState.GOOD}


def test_a_job_of_another_organization_cannot_be_chosen(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(job="码农"), now=now)
    with pytest.raises(NotPossible):
        map_text(cast.recruiter, import_.pk, Field.JOB, "码农", str(import_.pk), now=now)


def two_people_one_phone(cast: Cast, now: datetime) -> Import:
    rows = [person(email=None), person(name="张三丰", email=None, start="2026-11-26 10:00")]
    import_ = start(cast, *rows, now=now)
    assert set(states(import_).values()) == {RowState.BAD}
    return import_


def test_two_people_may_share_a_phone_once_somebody_says_so(cast: Cast, now: datetime) -> None:
    import_ = confirm_shared(cast.recruiter, two_people_one_phone(cast, now).pk, 2, now=now)
    assert set(states(import_).values()) == {RowState.GOOD}
    finish(cast, import_, now)
    assert Candidate.objects.count() == 2
    assert ContactPoint.objects.filter(is_shared=True).count() == 2


def test_two_spellings_of_one_person_become_one(cast: Cast, now: datetime) -> None:
    import_ = same_person(cast.recruiter, two_people_one_phone(cast, now).pk, 2, "张三丰", now=now)
    assert set(states(import_).values()) == {RowState.GOOD}
    finish(cast, import_, now)
    assert [each.name for each in Candidate.objects.all()] == ["张三丰"]


def test_the_contact_of_a_known_candidate_asks_who_it_is(cast: Cast, now: datetime) -> None:
    finish(cast, start(cast, person(), now=now), now)
    import_ = start(cast, person(name="张珊", start="2026-12-02 10:00"), now=now)
    assert states(import_) == {2: RowState.BAD}
    import_ = same_person(cast.recruiter, import_.pk, 2, "张三", now=now)
    assert states(import_) == {2: RowState.GOOD}
    assert row(import_, 2).candidate


def test_a_changed_mapping_is_remembered_for_the_next_file_with_these_titles(
    cast: Cast, now: datetime
) -> None:
    titles = ["姓名", "手机", "邮箱", "岗位", "轮次", "什么时候"]
    content: list[Sequence[Cell]] = [titles, person(start="下周再说")]
    import_ = start_import(cast.recruiter, "a", workbook(content), now=now)
    assert Field.START in Safe(import_).sheet().missing
    import_ = set_mapping(cast.recruiter, import_.pk, {5: Field.START}, now=now)
    import_ = edit_row(cast.recruiter, import_.pk, 2, {Field.START: "2026-11-25 14:00"}, now=now)
    finish(cast, import_, now)
    assert ColumnMapping.objects.count() == 1
    other: list[Sequence[Cell]] = [
        titles,
        person(phone="13900139009", email="x@example.com", name="王五", start="2026-11-30 10:00"),
    ]
    assert states(start_import(cast.recruiter, "b", workbook(other), now=now)) == {2: RowState.GOOD}


def test_rows_that_are_left_behind_stay_downloadable_with_the_reason(cast: Cast, now: datetime) -> None:
    rows = (
        person(),
        person(name="=cmd|'/c calc'!A1", phone="12", email=None),
        person(name="李四", phone="13800138001", email="li@example.com"),
        person(name="王五", phone="13800138002", email="w@gmial.com"),
    )
    lines = [",".join(str(cell or "") for cell in each) for each in (TITLES, *rows)]
    import_ = start_import(cast.recruiter, "a.csv", "\n".join(lines).encode(), now=now)
    import_ = leave_out(cast.recruiter, import_.pk, 4, is_out=True, now=now)
    import_ = edit_row(cast.recruiter, import_.pk, 3, {Field.JOB: "前端"}, now=now)
    done = finish(cast, import_, now)
    assert done.created == 1
    assert (done.edits_sealed, done.result_sealed) == (None, None)
    sheet = load_workbook(io.BytesIO(workbook_of(Safe(done).table(), "rest"))).worksheets[0]
    found = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
    assert [cells[0] for cells in found] == ["姓名", "=cmd|'/c calc'!A1", "李四", "王五"]
    assert found[1][3] == "前端"
    assert all(cells[-1] for cells in found)
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix


def test_a_whole_import_leaves_nothing_of_the_file(cast: Cast, now: datetime) -> None:
    done = finish(cast, start(cast, person(), now=now), now)
    with pytest.raises(Gone):
        Safe(done).table()


def test_a_discarded_import_leaves_nothing_and_cannot_be_confirmed(cast: Cast, now: datetime) -> None:
    import_ = discard(cast.recruiter, start(cast, person(), now=now).pk, now=now)
    assert import_.content_sealed is None
    with pytest.raises(NotOpen):
        finish(cast, import_, now)


def test_a_file_that_is_no_spreadsheet_is_refused_and_not_kept(cast: Cast, now: datetime) -> None:
    import_ = start_import(cast.recruiter, "a.xlsx", b"%PDF-1.7 x", now=now)
    assert (import_.state, import_.refusal) == (ImportState.REFUSED, Refusal.PDF)
    assert import_.content_sealed is None


def test_the_audit_names_the_file_by_hash_and_counts_and_no_person(cast: Cast, now: datetime) -> None:
    finish(cast, start(cast, person(), person(phone="1", email=None), now=now), now)
    entry = AuditEntry.objects.get(action="import.confirmed")
    assert entry.details["created"] == 1
    assert entry.details["rows_bad"] == 1
    assert len(entry.details["file"]) == 64
    assert "张三" not in str(entry.details)


def test_a_check_takes_the_same_number_of_queries_for_any_number_of_rows(cast: Cast, now: datetime) -> None:
    def queries(count: int) -> int:
        rows = [person(name=f"张{n}", phone=f"138001{n:05}", email=f"z{n}@example.com") for n in range(count)]
        with CaptureQueriesContext(connection) as caught:
            start(cast, *rows, now=now, name=f"{count}")
        return len(caught)

    assert queries(2) == queries(60)


def big(rows: int) -> bytes:
    lines = [
        f"人{chr(0x4E00 + n % 5000)}{n},138{n:08},p{n}@example.com,后端工程师,初试,2026-12-{1 + n % 28} {9 + n % 9}:00"
        for n in range(rows)
    ]
    return "\n".join([",".join(TITLES), *lines]).encode()


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_rows_are_checked_outside_the_request_with_progress(now: datetime) -> None:
    with transaction.atomic():
        cast = create_cast(now=now)
    held: list[Work] = []
    data = big(10_000)
    assert len(data) > INLINE_BYTES
    with acting_in(cast.organization.pk):
        import_ = start_import(
            cast.recruiter, "big.csv", data, now=now, run=lambda _id, work: held.append(work)
        )
        assert import_.state == ImportState.CHECKING
    held[0]()
    with acting_in(cast.organization.pk):
        fresh = Import.objects.get(pk=import_.pk)
        assert (fresh.state, fresh.rows_total) == (ImportState.CHECKED, 10_000)
        assert fresh.touched_at != import_.touched_at
        assert fresh.counts["good"] == 10_000


@pytest.mark.django_db(transaction=True)
def test_a_check_whose_process_died_can_be_begun_again(now: datetime) -> None:
    with transaction.atomic():
        cast = create_cast(now=now)
    with acting_in(cast.organization.pk):
        import_ = start_import(cast.recruiter, "big.csv", big(2500), now=now, run=lambda *_: None)
    assert not import_.has_stalled(now)
    later = now + timedelta(minutes=2)
    assert import_.has_stalled(later)
    with acting_in(cast.organization.pk):
        check_again(cast.recruiter, import_.pk, now=later, run=lambda _id, work: work())
    with acting_in(cast.organization.pk):
        assert Import.objects.get(pk=import_.pk).state == ImportState.CHECKED


def test_beginning_anew_forgets_the_decisions_and_keeps_the_file(cast: Cast, now: datetime) -> None:
    import_ = start(cast, person(), now=now)
    edit_row(cast.recruiter, import_.pk, 2, {Field.NAME: "李四"}, now=now)
    fresh = check_again(cast.recruiter, import_.pk, now=now)
    assert row(fresh, 2).values[Field.NAME] == "张三"
