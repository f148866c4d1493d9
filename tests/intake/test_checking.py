"""A sheet is judged row by row and as a whole; people's decisions change the result and nothing else does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.intake.sheets import GOOD, TITLES, check, only, person, reference, table
from yuemian.domain.header_words import Field
from yuemian.domain.headers import RowKind
from yuemian.domain.reading import NoticeCode, ProblemCode, ReadingState, RepairCode
from yuemian.intake.checking import CheckedRow, RowState, check_sheet, contact_indexes
from yuemian.intake.choices import Choices, choices_from_json, choices_to_json
from yuemian.intake.reference import KnownPerson
from yuemian.intake.report import sheet_from_json, sheet_to_json
from yuemian.intake.table import Cell

OTHER = person(name="李四", phone="13900139000", email="lisi@example.com")


def problems(row: CheckedRow) -> set[ProblemCode]:
    of_fields = {reading.problem.code for reading in row.fields.values() if reading.problem}
    return of_fields | {problem.code for problem in row.problems}


def notices(row: CheckedRow) -> set[NoticeCode]:
    of_fields = {notice.code for reading in row.fields.values() for notice in reading.notices}
    return of_fields | {notice.code for notice in row.notices}


def test_a_good_row_holds_everything_an_interview_needs() -> None:
    row = only(check(GOOD))
    assert row.state is RowState.GOOD
    assert row.values == {
        Field.BRANCH: "shanghai",
        Field.NAME: "张三",
        Field.PHONE: "+8613800138000",
        Field.EMAIL: "zhangsan@example.com",
        Field.JOB: "backend",
        Field.ROUND: "first",
        Field.MODE: "onsite",
        Field.RECRUITER: "linyue",
        Field.LANGUAGE: "zh-hans",
        Field.ZONE: "Asia/Shanghai",
        Field.START: "2026-11-25T14:00+08:00",
        Field.DURATION: "60",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": None}, ProblemCode.MISSING),
        ({"job": ""}, ProblemCode.MISSING),
        ({"start": None}, ProblemCode.MISSING),
        ({"phone": None, "email": "无"}, ProblemCode.CONTACT_MISSING),
        ({"job": "厨师"}, ProblemCode.UNKNOWN_OPTION),
        ({"phone": "1.38E+10"}, ProblemCode.PHONE_ROUNDED),
        ({"start": "03/04/2027 10:00"}, ProblemCode.DATE_AMBIGUOUS),
        ({"job": "#REF!"}, ProblemCode.FORMULA_ERROR),
        ({"round": "x" * 300}, ProblemCode.TOO_LONG),
        ({"phone": "a@b.cn", "email": "13800138000"}, ProblemCode.LOOKS_LIKE_EMAIL),
    ],
)
def test_a_bad_row_says_what_is_wrong(changes: dict[str, str | None], code: ProblemCode) -> None:
    row = only(check(person(**changes)))
    assert row.state is RowState.BAD
    assert code in problems(row)


def test_one_contact_is_enough() -> None:
    assert only(check(person(phone=None))).state is RowState.GOOD
    assert only(check(person(email=None))).state is RowState.GOOD


def test_a_repair_waits_for_consent_singly_or_for_all() -> None:
    row = person(email="a@gmial.com", start="明天 14:00")
    assert only(check(row)).state is RowState.REPAIRABLE
    email, start = "a@gmail.com", "2026-11-23T14:00+08:00"
    one = Choices(accepted={(2, Field.EMAIL): email})
    assert only(check(row, choices=one)).state is RowState.REPAIRABLE
    both = Choices(accepted={(2, Field.EMAIL): email, (2, Field.START): start})
    assert only(check(row, choices=both)).state is RowState.GOOD
    accepted = only(check(row, choices=Choices(accepts_all=True)))
    assert (accepted.state, accepted.values[Field.EMAIL]) == (RowState.GOOD, email)


def test_consent_to_all_repairs_never_answers_a_question() -> None:
    assert (
        only(check(person(start="03/04/2027 10:00"), choices=Choices(accepts_all=True))).state is RowState.BAD
    )


def test_an_alternative_that_was_chosen_is_final() -> None:
    asked = only(check(person(email="a@gmial.com", start="03/04/2027 10:00")))
    typed = {2: {Field.START: asked.fields[Field.START].alternatives[1]}}
    choices = Choices(overrides=typed, accepted={(2, Field.EMAIL): "a@gmial.com"})
    row = only(check(person(email="a@gmial.com", start="03/04/2027 10:00"), choices=choices))
    assert row.state is RowState.GOOD
    assert (row.values[Field.EMAIL], row.values[Field.START]) == ("a@gmial.com", "2027-04-03T10:00+08:00")


@pytest.mark.parametrize("has_two_columns", [False, True])
def test_a_start_that_is_chosen_keeps_the_length_written_beside_it(has_two_columns: bool) -> None:
    """`14:00-14:45` is three quarters of an hour, whichever day is meant."""
    day, clock = "03/04/2027", "14:00-14:45"
    if has_two_columns:
        sheet = table([*GOOD[:-1], day, clock], titles=[*TITLES[:-1], "日期", "时间"])
    else:
        sheet = table(person(start=f"{day} {clock}"))
    asked = only(check_sheet(sheet, reference()))
    chosen = asked.fields[Field.START].alternatives[1]
    row = only(check_sheet(sheet, reference(), Choices(overrides={2: {Field.START: chosen}})))
    assert (row.values[Field.START], row.values[Field.DURATION]) == ("2027-04-03T14:00+08:00", "45")
    own = Choices(overrides={2: {Field.START: "2027-04-03 15:00"}})
    assert only(check_sheet(sheet, reference(), own)).values[Field.DURATION] == "60"


def test_another_meaning_of_a_start_is_taken_with_its_own_length_and_remarks() -> None:
    titles: list[Cell] = [*TITLES, "结束时间"]
    sheet = table([*GOOD[:-1], "2026-11-25 3:00", "16:30"], titles=titles)
    proposed = only(check_sheet(sheet, reference()))
    assert (proposed.state, proposed.values[Field.DURATION]) == (RowState.REPAIRABLE, "90")
    (night,) = proposed.fields[Field.START].alternatives
    row = only(check_sheet(sheet, reference(), Choices(accepted={(2, Field.START): night})))
    assert row.state is RowState.BAD  # thirteen hours are no interview
    sheet = table(person(start="2026-11-25 3:00-3:45"))
    row = only(check_sheet(sheet, reference(), Choices(accepted={(2, Field.START): night})))
    assert (row.state, row.values[Field.START]) == (RowState.GOOD, "2026-11-25T03:00+08:00")
    assert row.values[Field.DURATION] == "45"
    assert {each.code for each in row.fields[Field.START].notices} == {NoticeCode.UNUSUAL_HOUR}


def test_a_cell_typed_anew_is_read_like_any_other() -> None:
    choices = Choices(overrides={2: {Field.PHONE: "138 0013 8123", Field.START: "12月1日 15:00"}})
    row = only(check(person(phone="1.38E+10"), choices=choices))
    assert (row.values[Field.PHONE], row.values[Field.START]) == ("+8613800138123", "2026-12-01T15:00+08:00")


def test_an_unknown_job_is_offered_once_and_mapped_for_all_rows() -> None:
    rows = [person(job="Java 大神"), replace_contact(person(job="JAVA大神"), 1)]
    sheet = check(*rows)
    assert [(each.field, each.rows) for each in sheet.unknown] == [(Field.JOB, 1), (Field.JOB, 1)]
    mapped = check(*rows, choices=Choices(mapped={Field.JOB: {"Java 大神": "backend"}}))
    assert [row.values[Field.JOB] for row in mapped.rows] == ["backend", "backend"]
    assert mapped.is_ready


def replace_contact(row: list[Cell], number: int) -> list[Cell]:
    return [f"王{number}", f"1390013900{number}", f"w{number}@example.com", *row[3:]]


def test_a_similar_job_is_proposed_and_a_recruiters_address_names_the_recruiter() -> None:
    titles = [*TITLES, "HR", "面试官", "渠道"]
    row = [*person(job="后端开发工程师"), "周航 zhouhang@galaxy.example", "陈默、王倩", "牛客"]
    (found,) = check_sheet(table(row, titles=titles), reference()).rows
    assert found.fields[Field.JOB].state is ReadingState.REPAIRABLE
    assert found.values[Field.JOB] == "backend"
    assert (found.values[Field.RECRUITER], found.values[Field.INTERVIEWERS]) == (
        "zhouhang",
        "chenmo,wangqian",
    )
    assert found.values[Field.SOURCE] == "牛客"
    assert NoticeCode.NEW_OPTION in notices(found)


def test_the_branch_decides_zone_phone_region_and_language() -> None:
    titles = [*TITLES, "Office"]
    row = [*person(phone="81234567", job="Data Analyst"), "Singapore"]
    (found,) = check_sheet(table(row, titles=titles), reference()).rows
    assert found.values[Field.PHONE] == "+6581234567"
    assert (found.values[Field.ZONE], found.values[Field.LANGUAGE]) == ("Asia/Singapore", "en")


def test_links_are_web_addresses_or_nothing() -> None:
    titles = [*TITLES, "会议链接"]
    cells = [
        "https://meeting.example.com/1",
        "会议 https://m.example.com/2 密码1",
        "meeting.example.com/3",
        "javascript:alert(1)",
        "123 456",
    ]
    found = [
        check_sheet(table([*GOOD, cell], titles=titles), reference()).rows[0].fields[Field.LINK]
        for cell in cells
    ]
    assert [each.value for each in found] == [
        "https://meeting.example.com/1",
        "https://m.example.com/2",
        "https://meeting.example.com/3",
        None,
        None,
    ]
    refused = check_sheet(table([*GOOD, "https://user@evil.example.com/"], titles=titles), reference()).rows[
        0
    ]
    assert ProblemCode.LINK_NOT_WEB in problems(refused)


def test_end_and_length_columns_give_the_duration() -> None:
    for title, cell in (("结束时间", "15:30"), ("时长", "90分钟")):
        row = check_sheet(table([*GOOD, cell], titles=[*TITLES, title]), reference()).rows[0]
        assert row.values[Field.DURATION] == "90"


def test_rows_without_an_interview_are_left_out_with_their_kind() -> None:
    sheet = check(GOOD, [None, " "], TITLES, ["合计", 1], ["说明：请准时"])
    assert [row.kind for row in sheet.rows[1:]] == [
        RowKind.BLANK,
        RowKind.HEADER_AGAIN,
        RowKind.TOTAL,
        RowKind.FOOTNOTE,
    ]
    assert sheet.counts[RowState.IGNORED] == 4
    assert sheet.is_ready


def test_the_same_row_twice_is_created_once_even_if_spelled_differently() -> None:
    again: list[Cell] = ["张 三", "+86 138-0013-8000", None, "后端工程师", "一面", "2026/11/25 下午2点"]
    sheet = check(GOOD, again)
    assert [row.state for row in sheet.rows] == [RowState.GOOD, RowState.DUPLICATE]
    assert sheet.rows[1].notices[-1].params == {"first": "2"}


def test_a_copied_row_that_was_corrected_is_a_row_of_its_own_and_so_is_its_pattern() -> None:
    other = {Field.NAME: "李四", Field.PHONE: "13900139000", Field.EMAIL: "lisi@example.com"}
    for number in (2, 3):
        sheet = check(GOOD, GOOD, choices=Choices(overrides={number: other}))
        assert [row.state for row in sheet.rows] == [RowState.GOOD, RowState.GOOD]
        assert {row.values[Field.NAME] for row in sheet.rows} == {"张三", "李四"}
    alike = Choices(overrides={2: other, 3: other})
    assert [row.state for row in check(GOOD, GOOD, choices=alike).rows] == [
        RowState.GOOD,
        RowState.DUPLICATE,
    ]
    assert check(GOOD, GOOD, choices=Choices(overrides={3: {}})).rows[1].state is RowState.DUPLICATE


def test_one_person_may_have_several_interviews_and_overlaps_are_remarked() -> None:
    sheet = check(
        GOOD, person(round="复试", start="2026-11-26 14:00"), person(round="终试", start="2026-11-25 14:30")
    )
    assert {row.state for row in sheet.rows} == {RowState.GOOD}
    assert NoticeCode.OVERLAPPING_INTERVIEWS in notices(sheet.rows[0])
    assert NoticeCode.SEVERAL_INTERVIEWS in notices(sheet.rows[1])


def test_two_people_with_one_phone_wait_until_it_is_confirmed() -> None:
    rows = [GOOD, person(name="李四", email="lisi@example.com")]
    assert [row.state for row in check(*rows).rows] == [RowState.BAD, RowState.BAD]
    assert problems(check(*rows).rows[0]) == {ProblemCode.CONTACT_SHARED_IN_FILE}
    confirmed = check(*rows, choices=Choices(confirmed=frozenset({2, 3})))
    assert confirmed.is_ready
    assert NoticeCode.SHARED_CONTACT_CONFIRMED in notices(confirmed.rows[0])
    assert check(*rows, choices=Choices(left_out=frozenset({3}))).is_ready


def test_a_candidate_number_of_two_people_is_refused() -> None:
    titles = ["候选人编号", *TITLES]
    sheet = check_sheet(table(["C-1", *GOOD], ["C-1", *OTHER], titles=titles), reference())
    assert all(ProblemCode.EXTERNAL_ID_OF_TWO_PEOPLE in problems(row) for row in sheet.rows)


def test_a_known_candidate_is_recognised_by_name_and_contact() -> None:
    row = only(check(GOOD, people={"phone:+8613800138000": (KnownPerson("c1", "张三"),)}))
    assert (row.candidate, row.state) == ("c1", RowState.GOOD)
    assert NoticeCode.KNOWN_CANDIDATE in notices(row)


def test_a_contact_of_somebody_else_is_asked_and_never_merged() -> None:
    people = {"phone:+8613800138000": (KnownPerson("c1", "王五五"),)}
    row = only(check(GOOD, people=people))
    assert problems(row) == {ProblemCode.CONTACT_OF_OTHER_NAME}
    assert row.problems[0].params == {"names": "王*五"}
    confirmed = only(check(GOOD, people=people, choices=Choices(confirmed=frozenset({2}))))
    assert (confirmed.state, confirmed.candidate) == (RowState.GOOD, "")


def test_name_and_contacts_of_two_known_people_are_refused_even_if_confirmed() -> None:
    people = {
        "phone:+8613800138000": (KnownPerson("c1", "张三"),),
        "email:zhangsan@example.com": (KnownPerson("c2", "李四"),),
    }
    row = only(check(GOOD, people=people, choices=Choices(confirmed=frozenset({2}))))
    assert problems(row) == {ProblemCode.CONTACTS_OF_TWO_PEOPLE}


def test_an_imported_row_is_known_again_whatever_its_spelling() -> None:
    marks = frozenset(only(check(GOOD)).fingerprints)
    again: list[Cell] = [
        "张　三",
        13800138000,
        "other@example.com",
        "后端工程师",
        "初试",
        "2026年11月25日14:00",
    ]
    assert only(check(again, interviews=marks)).state is RowState.KNOWN
    assert only(check(person(start="2026-11-25 15:00"), interviews=marks)).state is RowState.GOOD


def test_fingerprints_depend_on_the_keyed_index() -> None:
    plain = only(check(GOOD))
    keyed = only(check(GOOD, blind_index=lambda kind, form: f"secret{kind}{form}"))
    assert not set(plain.fingerprints) & set(keyed.fingerprints)


def test_the_indexes_to_look_up_are_known_before_the_check() -> None:
    assert contact_indexes(table(GOOD), reference()) == {"phone:+8613800138000", "email:zhangsan@example.com"}


def test_shifted_columns_are_noticed_on_the_sheet_and_in_every_row() -> None:
    shifted: list[list[Cell]] = [
        ["13800138000", "zhangsan@example.com", "后端工程师", "初试", "2026-11-25 14:00"]
    ] * 3
    sheet = check(*shifted)
    assert (0, Field.PHONE) in sheet.suspicious
    assert (1, Field.EMAIL) in sheet.suspicious
    assert not sheet.good


def test_one_column_sorted_alone_is_caught_for_everyone_already_known() -> None:
    people = {
        "phone:+8613800138000": (KnownPerson("c1", "张三"),),
        "phone:+8613900139000": (KnownPerson("c2", "李四"),),
    }
    swapped = [person(phone="13900139000", email=None), person(name="李四", phone="13800138000", email=None)]
    assert {row.state for row in check(*swapped, people=people).rows} == {RowState.BAD}


def test_missing_columns_are_named_for_the_whole_sheet() -> None:
    sheet = check_sheet(table(["张三", "x"], titles=["姓名", "岗位"]), reference())
    assert sheet.missing == (Field.PHONE, Field.START)


def test_a_column_can_be_mapped_by_hand() -> None:
    strange = table(GOOD, titles=["姓名", "手机", "邮箱", "Zzz", "轮次", "面试时间"])
    assert Field.JOB in check_sheet(strange, reference()).missing
    assert check_sheet(strange, reference(), Choices(columns={3: Field.JOB})).is_ready


def test_the_check_reports_progress_and_can_be_cancelled() -> None:
    seen: list[tuple[int, int]] = []
    check_sheet(table(*[GOOD] * 600), reference(), on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 600), (250, 600), (500, 600), (600, 600)]

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_sheet(table(GOOD), reference(), on_progress=stop)


def test_checking_is_pure() -> None:
    sheet, base = table(GOOD, person(email="a@gmial.com")), reference()
    assert check_sheet(sheet, base) == check_sheet(sheet, base)
    assert check_sheet(sheet, replace(base, now=base.now)) == check_sheet(sheet, base)


def test_results_and_choices_survive_storage_as_json() -> None:
    rows: list[list[Cell]] = [
        GOOD,
        person(email="a@gmial.com", start="03/04/2027 10:00"),
        ["合计", 2],
        person(job="厨师", name="x"),
    ]
    sheet = check(*rows)
    assert sheet_from_json(json.loads(json.dumps(sheet_to_json(sheet)))) == sheet
    choices = Choices(
        columns={3: Field.JOB, 4: None},
        overrides={2: {Field.NAME: "李"}},
        accepted={(2, Field.EMAIL): "a@gmail.com"},
        mapped={Field.JOB: {"x": "backend"}},
        confirmed=frozenset({5}),
        left_out=frozenset({6}),
    )
    assert choices_from_json(json.loads(json.dumps(choices_to_json(choices)))) == choices


def test_repairs_name_what_was_and_what_will_be() -> None:
    (repair,) = only(check(person(email="a@gmial.com"))).fields[Field.EMAIL].repairs
    assert (repair.code, repair.before, repair.after) == (RepairCode.EMAIL_TYPO, "a@gmial.com", "a@gmail.com")


def test_who_interviews_may_still_be_open_but_not_how() -> None:
    titles = [*TITLES, "面试官", "渠道", "链接", "方式"]
    rows = [
        [*person(), "待定", "TBD", "待定", "视频"],
        [*person(phone="13800138001", email=None), None, None, None, "待定"],
    ]
    first, second = check_sheet(table(*rows, titles=titles), reference()).rows
    assert first.state is RowState.GOOD
    assert not {Field.INTERVIEWERS, Field.SOURCE} & first.values.keys()
    assert second.fields[Field.MODE].problem is not None


def test_a_name_that_a_person_typed_is_meant_as_it_stands() -> None:
    row = only(check(person(name="张三、李四")))
    assert problems(row) == {ProblemCode.SEVERAL_PEOPLE}
    choices = Choices(overrides={2: {Field.NAME: "张三、李四"}})
    assert only(check(person(name="张三、李四"), choices=choices)).state is RowState.GOOD
