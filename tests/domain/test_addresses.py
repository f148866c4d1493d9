"""Phones and e-mails: every form seen in real files, and none that crashes the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.addresses import (
    Phone,
    PhoneKind,
    email_index_form,
    mask_email,
    mask_name,
    mask_phone,
    parse_stored_phone,
    phone_index_form,
    read_email,
    read_phone,
)
from yuemian.domain.reading import NoticeCode, ProblemCode, ReadingState, RepairCode

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.text(alphabet="0123456789+-() eE.@转/、'", max_size=30),
)


@pytest.mark.parametrize(
    "raw",
    [
        13800138000,
        13800138000.0,
        "13800138000",
        "13800138000.0",
        "+86 138-0013-8000",
        "0086 13800138000",
        "１３８００１３８０００",
        "'13800138000",
        "8613800138000",
        "138 0013 8000",
        "138.0013.8000",
        "手机：13800138000（微信同号）",
        "tel: 138-0013-8000",
        "\u202d13800138000\u202c",
        "(+86)13800138000",
    ],
)
def test_every_way_to_write_a_mobile_number_gives_one_number(raw: object) -> None:
    reading = read_phone(raw)
    assert reading.value == Phone("+8613800138000", PhoneKind.MOBILE, "CN")
    assert reading.state is ReadingState.GOOD


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("021-55501234", "CN", "+862155501234"),
        ("021-55501234-806", "CN", "+862155501234;ext=806"),
        ("021-55501234转806", "CN", "+862155501234;ext=806"),
        ("(010) 6552 9988 ext. 12", "CN", "+861065529988;ext=12"),
        ("9123 4567", "HK", "+85291234567"),
        ("+852 9123 4567", "CN", "+85291234567"),
        ("0912345678", "TW", "+886912345678"),
        ("66123456", "MO", "+85366123456"),
        ("81234567", "SG", "+6581234567"),
        ("13800138000", "SG", "+8613800138000"),
    ],
)
def test_the_region_of_the_branch_completes_a_number(raw: str, region: str, expected: str) -> None:
    assert str(read_phone(raw, region).value) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("1.38E+10", ProblemCode.PHONE_ROUNDED),
        ("1.3800138E+10", ProblemCode.PHONE_ROUNDED),
        ("1380013800", ProblemCode.PHONE_TOO_SHORT),
        ("138001380001", ProblemCode.PHONE_TOO_LONG),
        ("55501234", ProblemCode.PHONE_NO_AREA_CODE),
        ("400-800-1234", ProblemCode.PHONE_SERVICE_NUMBER),
        ("95588", ProblemCode.PHONE_SERVICE_NUMBER),
        ("a@example.com", ProblemCode.LOOKS_LIKE_EMAIL),
        ("11010119900307123X", ProblemCode.LOOKS_LIKE_ID_NUMBER),
        ("下周补", ProblemCode.UNREADABLE),
        ("12345678901", ProblemCode.PHONE_NOT_ASSIGNED),
        ("9" * 101, ProblemCode.TOO_LONG),
    ],
)
def test_a_number_that_cannot_be_dialled_says_why(raw: str, code: ProblemCode) -> None:
    reading = read_phone(raw)
    assert reading.problem is not None
    assert reading.problem.code is code


def test_scientific_notation_is_repaired_only_with_all_its_digits_and_consent() -> None:
    reading = read_phone("1.3800138123E+10")
    assert str(reading.value) == "+8613800138123"
    assert reading.state is ReadingState.REPAIRABLE
    assert reading.accepted().state is ReadingState.GOOD


def test_the_second_of_two_numbers_is_offered() -> None:
    reading = read_phone("13800138000/13900139000")
    assert reading.state is ReadingState.REPAIRABLE
    assert [str(each) for each in reading.alternatives] == ["+8613900139000"]


def test_a_number_of_a_neighbouring_region_is_asked_not_assumed() -> None:
    reading = read_phone("0912345678", "CN")
    assert (str(reading.value), reading.state) == ("+886912345678", ReadingState.REPAIRABLE)


def test_land_lines_are_marked_as_unable_to_receive_text_messages() -> None:
    reading = read_phone("021-55501234")
    assert reading.value is not None
    assert not reading.value.can_receive_sms
    assert [each.code for each in reading.notices] == [NoticeCode.NO_SMS]


def test_a_number_that_excel_may_have_rounded_earlier_is_remarked() -> None:
    assert NoticeCode.MANY_ZEROS in {each.code for each in read_phone(13800000000).notices}


@pytest.mark.parametrize("raw", [None, "", "  ", "无", "-", "N/A", "\u200b"])
def test_marks_for_nothing_are_nothing(raw: object) -> None:
    assert read_phone(raw).is_empty
    assert read_email(raw).is_empty


@given(CELLS)
def test_no_cell_crashes_the_phone_reader_and_what_it_gives_is_stable(raw: object) -> None:
    value = read_phone(raw).value
    if value is not None:
        assert read_phone(str(value).replace(";ext=", " ext ")).value == value
        assert parse_stored_phone(str(value)) == value
        assert phone_index_form(str(value)) == phone_index_form(value) == value.e164


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a@b.cn", "a@b.cn"),
        ("Zhang.San@Example.COM", "Zhang.San@example.com"),
        ("a＠b。cn", "a@b.cn"),
        ("a@b.cn。", "a@b.cn"),
        ("mailto:a@b.cn", "a@b.cn"),
        ("张三 <a@b.cn>", "a@b.cn"),
        ("张三 a@b.cn", "a@b.cn"),
        (" a@b.cn\u200b", "a@b.cn"),
        ("a @ b.cn", "a@b.cn"),
        ("邮箱：a@b.cn；", "a@b.cn"),
        ("a@公司.cn", "a@xn--55qx5d.cn"),
        ("a+tag@qq.com", "a+tag@qq.com"),
        ("a@mail.com", "a@mail.com"),
        ("a@vip.qq.com", "a@vip.qq.com"),
    ],
)
def test_a_clear_address_is_cleaned_without_asking(raw: str, expected: str) -> None:
    reading = read_email(raw)
    assert (reading.value, reading.state) == (expected, ReadingState.GOOD)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gamil.com", "a@gmail.com"),
        ("a@gmail.co", "a@gmail.com"),
        ("a@qq.con", "a@qq.com"),
        ("a@qqcom", "a@qq.com"),
        ("a@qq,com", "a@qq.com"),
        ("a@163.cm", "a@163.com"),
        ("a@hotmial.com", "a@hotmail.com"),
        ("a@outlok.com", "a@outlook.com"),
        ("a@company.con", "a@company.com"),
        ("a@@qq.com", "a@qq.com"),
        ("a..b@qq.com", "a.b@qq.com"),
        ("zhang san@qq.com", "zhangsan@qq.com"),
        ("a#qq.com", "a@qq.com"),
    ],
)
def test_a_probable_slip_is_proposed_and_waits_for_consent(raw: str, expected: str) -> None:
    reading = read_email(raw)
    assert (reading.value, reading.state) == (expected, ReadingState.REPAIRABLE)


def test_an_unusual_but_possible_domain_can_be_kept_as_typed() -> None:
    assert read_email("a@gmial.com").alternatives == ("a@gmial.com",)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("张三@qq.com", ProblemCode.EMAIL_LOCAL_NOT_ASCII),
        ("abc", ProblemCode.EMAIL_NO_AT),
        ("a@b", ProblemCode.EMAIL_BAD_DOMAIN),
        ("a@b@c.com", ProblemCode.EMAIL_SEVERAL_AT),
        ("a@-b.com", ProblemCode.EMAIL_BAD_DOMAIN),
        ("a@1.2.3.4", ProblemCode.EMAIL_BAD_DOMAIN),
        ('a"b@qq.com', ProblemCode.EMAIL_BAD_LOCAL),
        ("x" * 65 + "@qq.com", ProblemCode.EMAIL_BAD_LOCAL),
        ("13800138000", ProblemCode.LOOKS_LIKE_PHONE),
        ("a" * 700, ProblemCode.TOO_LONG),
    ],
)
def test_an_impossible_address_says_why(raw: str, code: ProblemCode) -> None:
    reading = read_email(raw)
    assert reading.problem is not None
    assert reading.problem.code is code


def test_a_header_smuggled_behind_an_address_never_gets_into_it() -> None:
    assert read_email("a@b.cn\r\nBcc: c@d.cn").value == "a@b.cn"


def test_the_first_of_two_addresses_is_proposed() -> None:
    reading = read_email("a@b.cn；c@d.cn")
    assert (reading.value, reading.alternatives) == ("a@b.cn", ("c@d.cn",))
    assert RepairCode.FIRST_OF_SEVERAL in {each.code for each in reading.repairs}


@given(st.one_of(CELLS, st.from_regex(r"[a-z.@＠。, ]{1,20}@[a-z.，]{1,20}", fullmatch=True)))
def test_no_cell_crashes_the_email_reader_and_its_addresses_are_final(raw: object) -> None:
    value = read_email(raw).accepted().value
    if value is not None:
        again = read_email(value)
        assert again.value == value or value in again.alternatives
        assert "\n" not in value
        assert " " not in value
        assert email_index_form(value) == email_index_form(value.upper())


def test_masks_show_as_little_as_the_reader_needs() -> None:
    assert mask_phone("+8613800138000") == "138****8000"
    assert mask_phone("+6581234567") == "+6581****67"
    assert mask_phone("12") == "****"
    assert mask_email("zhangsan@example.com") == "z***@example.com"
    assert mask_email("nothing") == "***"
    assert [mask_name(name) for name in ("张三丰", "张三", "欧阳娜娜", "John Doe", "")] == [
        "张*丰",
        "张*",
        "欧**娜",
        "J*** D**",
        "",
    ]
