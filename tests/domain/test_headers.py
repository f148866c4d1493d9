"""The header row is found wherever it stands, and each column is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.header_words import WORDS, Field
from yuemian.domain.headers import RowKind, Why, find_header, normal_title, row_kind, with_mapping

CHINESE = ["序号", "*姓名（必填）", "手机号", "邮箱", "应聘职位", "面试轮次", "面试时间", "面试方式", "备注"]
PERSON = [1, "张三", "13800138000", "a@example.com", "后端工程师", "初试", "2026-11-25 14:00", "现场", None]


def test_the_header_below_a_title_and_a_hint_is_found() -> None:
    header = find_header([["星河科技面试安排"] * 9, [], ["请于前一天通知候选人", None], CHINESE, PERSON])
    assert header.row == 3
    assert header.fields == {
        Field.NAME: 1,
        Field.PHONE: 2,
        Field.EMAIL: 3,
        Field.JOB: 4,
        Field.ROUND: 5,
        Field.START: 6,
        Field.MODE: 7,
        Field.NOTE: 8,
    }
    assert header.columns[0].why is Why.NOTHING


def test_the_lower_row_of_a_two_row_header_wins() -> None:
    upper = ["姓名", "电话", "职位", "面试安排", "面试安排"]
    header = find_header(
        [upper, ["姓名", "电话", "职位", "日期", "时间"], ["张三", "1", "x", "11/25", "14:00"]]
    )
    assert header.row == 1
    assert (header.fields[Field.DATE], header.fields[Field.TIME]) == (3, 4)


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Candidate Name", Field.NAME),
        ("Mobile No.", Field.PHONE),
        ("E-mail address", Field.EMAIL),
        ("Postion", Field.JOB),
        ("Interview Date & Time", Field.START),
        ("时长（分钟）", Field.DURATION),
        ("HR邮箱", Field.RECRUITER),
        ("面试官邮箱", Field.INTERVIEWERS),
        ("聯絡電話", Field.PHONE),
        ("候选人编号", Field.EXTERNAL_ID),
        ("请携带材料", Field.MATERIALS),
        ("Time zone", Field.ZONE),
        ("会议室", Field.PLACE),
        ("腾讯会议链接", Field.LINK),
        ("简历来源渠道", Field.SOURCE),
    ],
)
def test_titles_are_understood_by_synonym_part_and_likeness(title: str, field: Field) -> None:
    # Enough known neighbours make it a header; the title under test must find its own place.
    others = [
        each for each in ("姓名", "手机", "岗位", "轮次") if field not in {Field.NAME, Field.PHONE, Field.JOB}
    ]
    neighbours = others or ["面试地点", "轮次", "渠道", "备注", "语言", "面试日期"]
    header = find_header([[*neighbours, title]])
    assert header.fields.get(field) == len(neighbours)


def test_interview_time_is_only_the_clock_when_there_is_a_date_column() -> None:
    both = find_header([["姓名", "手机", "岗位", "面试日期", "面试时间"]])
    assert (both.fields[Field.DATE], both.fields[Field.TIME]) == (3, 4)
    assert Field.START in find_header([["姓名", "手机", "岗位", "面试时间"]]).fields


FULL = ["张三", "13800138000", "后端工程师", "2026-11-25 14:00"]


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("到岗时间", "随时"),
        ("投递时间", "2026-11-01 09:12"),
        ("出生日期", "1999-05-01"),
        ("Applied date", "2026-11-01"),
        ("目前公司", "某某科技"),
        ("现居城市", "北京"),
        ("户籍地址", "上海市某路 1 号"),
        ("Home address", "1 Some Road"),
        ("Last updated", "2026-11-01 09:12"),
        ("Full-time", "yes"),
        ("面试通知日期", "2026-11-20"),
    ],
)
def test_what_tells_of_the_candidate_or_the_file_is_no_fact_of_the_interview(title: str, cell: str) -> None:
    header = find_header([["姓名", "手机", "岗位", "面试时间", title], [*FULL, cell]])
    assert header.fields == {Field.NAME: 0, Field.PHONE: 1, Field.JOB: 2, Field.START: 3}


def test_a_column_about_others_is_no_start_by_its_content_either() -> None:
    header = find_header([["姓名", "手机", "岗位", "投递时间"], FULL])
    assert Field.START not in header.fields


@pytest.mark.parametrize(
    ("day", "clock"),
    [("预约日期", "具体时间"), ("一面日期", "一面时间"), ("Start date", "Start time"), ("日期", "北京时间")],
)
def test_a_longer_title_of_the_interview_still_names_day_and_time(day: str, clock: str) -> None:
    header = find_header([["姓名", "手机", "岗位", day, clock], [*FULL[:3], "2026-11-25", "14:00"]])
    assert (header.fields[Field.DATE], header.fields[Field.TIME]) == (3, 4)


def test_an_interviewers_mail_column_never_becomes_the_candidates() -> None:
    header = find_header([["姓名", "手机", "岗位", "面试官", "面试官邮箱"]])
    assert Field.EMAIL not in header.fields


OTHERS = [
    "紧急联系人电话",
    "紧急联系方式",
    "家长电话",
    "父亲手机号",
    "监护人联系方式",
    "推荐人电话",
    "介绍人手机",
    "内推人邮箱",
    "联系人电话",
    "HR电话",
    "面试官手机号",
    "招聘专员电话",
    "负责人电话",
    "公司电话",
    "家庭电话",
    "猎头邮箱",
    "Emergency contact phone",
    "Referrer's phone",
    "Recruiter’s mobile",
    "Interviewer phone",
    "HR phone",
    "Parent e-mail",
    "Work email",
]


@pytest.mark.parametrize("title", OTHERS)
@pytest.mark.parametrize("cell", ["13800138000", "a@example.com", "待补"])
def test_the_number_or_address_of_another_person_is_never_taken_by_itself(title: str, cell: str) -> None:
    header = find_header(
        [["姓名", title, "岗位", "面试时间"], ["张三", cell, "后端工程师", "2026-11-25 14:00"]]
    )
    assert header.fields == {Field.NAME: 0, Field.JOB: 2, Field.START: 3}
    assert header.columns[1].why is Why.OF_ANOTHER
    assert with_mapping(header, {1: Field.PHONE}).fields[Field.PHONE] == 1


@pytest.mark.parametrize("title", ["推荐人姓名", "紧急联系人", "家长姓名", "Referrer name", "Company name"])
def test_another_persons_name_or_half_a_name_is_no_candidate(title: str) -> None:
    header = find_header([[title, "手机", "岗位", "面试时间"], ["李四", *FULL[1:]]])
    assert header.fields == {Field.PHONE: 1, Field.JOB: 2, Field.START: 3}


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("候选人电话", Field.PHONE),
        ("应聘者邮箱", Field.EMAIL),
        ("Candidate phone", Field.PHONE),
        ("Contact email", Field.EMAIL),
        ("Preferred phone", Field.PHONE),
        ("Preferred first name", Field.GIVEN_NAME),
        ("候选人中文姓名", Field.NAME),
        ("学生姓名", Field.NAME),
        ("HR邮箱", Field.RECRUITER),
        ("联系人", Field.RECRUITER),
    ],
)
def test_the_candidates_own_and_a_colleagues_address_are_still_known(title: str, field: Field) -> None:
    assert find_header([["岗位", "面试时间", title], [*FULL[2:], "x"]]).fields[field] == 2


@pytest.mark.parametrize("title", ["证件编号", "身份证编号", "编号", "ID"])
def test_identity_numbers_are_no_candidate_numbers(title: str) -> None:
    header = find_header([["姓名", "手机", "岗位", title], [*FULL[:3], "11010519491231002X"]])
    assert (header.columns[3].field, header.columns[3].why) == (None, Why.IDENTITY)


def test_a_sheet_without_header_is_read_by_content() -> None:
    header = find_header([["张三", "13800138000", "a@example.com", "2026-11-25 14:00"]] * 3)
    assert header.row == -1
    assert {Field.PHONE: 1, Field.EMAIL: 2, Field.START: 3}.items() <= header.fields.items()
    assert {column.why for column in header.columns[1:]} == {Why.CONTENT}


def test_a_persons_mapping_wins_moves_the_field_and_is_remembered_in_any_order() -> None:
    header = find_header([CHINESE, PERSON])
    chosen = with_mapping(header, {0: Field.EXTERNAL_ID, 8: Field.MATERIALS, 1: None})
    assert (chosen.fields[Field.EXTERNAL_ID], chosen.fields[Field.MATERIALS]) == (0, 8)
    assert Field.NAME not in chosen.fields
    shuffled = list(reversed(CHINESE))
    again = find_header([shuffled], {header.signature: chosen.remembered()})
    assert again.signature == header.signature
    assert again.fields[Field.EXTERNAL_ID] == 8
    assert {column.why for column in again.columns} == {Why.REMEMBERED}


def test_titles_differing_in_decoration_are_one() -> None:
    assert normal_title("*手机号（必填）") == normal_title("手机号") == normal_title(" 手机号 ：")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (PERSON, RowKind.DATA),
        ([None, "", " "], RowKind.BLANK),
        (["-", "无"], RowKind.BLANK),
        (["合计", "24 场"], RowKind.TOTAL),
        ([None, "总计：", 24], RowKind.TOTAL),
        (["Total", 24], RowKind.TOTAL),
        (["共 24 人"], RowKind.TOTAL),
        (CHINESE, RowKind.HEADER_AGAIN),
        (["说明：请携带身份证"] * 9, RowKind.FOOTNOTE),
        ([2, "总计花"], RowKind.DATA),
        ([3, "李四"], RowKind.DATA),
    ],
)
def test_rows_that_hold_no_interview_are_recognised(row: list[object], kind: RowKind) -> None:
    assert row_kind(row, find_header([CHINESE])) is kind


def test_no_word_means_two_fields() -> None:
    every = [word for words in WORDS.values() for word in words]
    assert len(every) == len(set(every))


@given(
    st.lists(
        st.lists(
            st.one_of(st.none(), st.text(max_size=12), st.integers(), st.sampled_from(CHINESE)), max_size=12
        ),
        max_size=8,
    )
)
def test_no_sheet_crashes_the_search_and_no_field_is_given_twice(rows: list[list[object]]) -> None:
    header = find_header(rows)
    given_fields = [column.field for column in header.columns if column.field]
    assert len(given_fields) == len(set(given_fields))
    for row in rows:
        row_kind(row, header)
