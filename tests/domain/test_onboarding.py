"""What an onboarding form takes, masks and refuses; names of files; when things go."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.moves import MOVES, can_move
from yuemian.domain.onboarding import (
    LARGEST_TOTAL,
    CaseState,
    DocumentState,
    FieldKind,
    FieldSpec,
    Problem,
    Refusal,
    Section,
    check_name,
    check_quota,
    deleted_at,
    display_name,
    is_to_be_reminded,
    masked,
    read_answer,
    shipped_fields,
)
from yuemian.domain.onboarding.answers import identity_digit, passes_luhn

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def spec(kind: FieldKind, *, rule: str = "", is_required: bool = True) -> FieldSpec:
    options = (("男", "Male"), ("女", "Female"))
    return FieldSpec("x", kind, Section.OTHER, is_required, options=options, rule=rule)


def read(kind: FieldKind, text: str, *, rule: str = "", is_required: bool = True) -> str:
    found = read_answer(spec(kind, rule=rule, is_required=is_required), {"": text}, region="CN", today=TODAY)
    return str(found.problem) if found.problem else found.value


@pytest.mark.parametrize(
    ("kind", "rule", "text", "value"),
    [
        (FieldKind.IDENTITY, "cn", "11010519491231002X", "11010519491231002X"),  # GB 11643-1999's own example
        (FieldKind.IDENTITY, "cn", " 440524 18800101 0014", "id_shape"),  # born before 1900
        (FieldKind.IDENTITY, "cn", "110105194912310021", "id_checksum"),
        (FieldKind.IDENTITY, "cn", "11010519491331002X", "id_shape"),
        (FieldKind.IDENTITY, "cn", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        (FieldKind.IDENTITY, "cn", "12345", "id_shape"),
        (FieldKind.IDENTITY, "", "S1234567D", "S1234567D"),
        (FieldKind.IDENTITY, "", "!!", "id_shape"),
        (FieldKind.BANK_ACCOUNT, "cn", "6222 0202 0000 0000 008", "bank_checksum"),
        (FieldKind.BANK_ACCOUNT, "cn", "6225760008219524", "6225760008219524"),
        (FieldKind.BANK_ACCOUNT, "cn", "6225760008219525", "bank_checksum"),
        (FieldKind.BANK_ACCOUNT, "cn", "not", "bank_shape"),
        (FieldKind.BANK_ACCOUNT, "", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (FieldKind.BANK_ACCOUNT, "", "DE89370400440532013001", "bank_checksum"),
        (FieldKind.BANK_ACCOUNT, "", "0012345678", "0012345678"),
        (FieldKind.PHONE, "", "138 0013 8000", "+8613800138000"),
        (FieldKind.PHONE, "", "12", "not_a_phone"),
        (FieldKind.DATE, "", "2026年12月1日", "2026-12-01"),
        (FieldKind.DATE, "", "2026-02-30", "not_a_date"),
        (FieldKind.DATE, "", "1026-02-03", "not_a_date"),
        (FieldKind.CHOICE, "", "男", "男"),
        (FieldKind.CHOICE, "", "别的", "not_a_choice"),
        (FieldKind.TEXT, "", "  上海市\n世纪大道\u202e 100 号\u0000 ", "上海市 世纪大道 100 号"),
        (FieldKind.TEXT, "", "\u200b \n", "empty"),
        (FieldKind.TEXT, "", "很" * 301, "too_long"),
    ],
)
def test_what_is_typed_is_read(kind: FieldKind, rule: str, text: str, value: str) -> None:
    assert read(kind, text, rule=rule) == value


def test_what_is_optional_may_stay_empty() -> None:
    assert read(FieldKind.IDENTITY, " ", rule="cn", is_required=False) == ""
    nobody = read_answer(spec(FieldKind.EMERGENCY, is_required=False), {}, region="CN", today=TODAY)
    assert nobody == ("", None)


@given(
    st.text(alphabet="123456789", min_size=6, max_size=6),
    st.dates(date(1920, 1, 1), TODAY),
    st.integers(0, 999),
)
def test_one_wrong_digit_of_an_identity_number_is_always_seen(area: str, born: date, order: int) -> None:
    first = f"{area}{born:%Y%m%d}{order:03}"
    right = first + identity_digit(first)
    assert read(FieldKind.IDENTITY, right, rule="cn") == right
    for place in range(14, 17):
        for digit in set("0123456789") - {right[place]}:
            assert (
                read(FieldKind.IDENTITY, right[:place] + digit + right[place + 1 :], rule="cn")
                == "id_checksum"
            )


@given(st.text(alphabet="0123456789", min_size=15, max_size=15))
def test_luhn_sees_each_single_slip(first: str) -> None:
    right = next(first + str(digit) for digit in range(10) if passes_luhn(first + str(digit)))
    wrong = [right[:at] + str((int(right[at]) + 1) % 10) + right[at + 1 :] for at in range(16)]
    assert not any(map(passes_luhn, wrong))


def test_somebody_to_call_needs_a_name_and_a_phone() -> None:
    kind = spec(FieldKind.EMERGENCY)
    given_ = {"name": "王女士", "relation": "母亲", "phone": "13800138000"}
    found = read_answer(kind, given_, region="CN", today=TODAY)
    assert json.loads(found.value) == given_ | {"phone": "+8613800138000"}
    assert read_answer(kind, given_ | {"phone": ""}, region="CN", today=TODAY).problem is Problem.EMPTY
    assert read_answer(kind, given_ | {"phone": "1"}, region="CN", today=TODAY).problem is Problem.NOT_A_PHONE
    assert masked(kind, found.value) == "王** · +86*********00"


def test_masks_keep_what_tells_people_apart_and_no_more() -> None:
    assert masked(spec(FieldKind.IDENTITY), "11010519491231002X") == "110*************2X"
    assert masked(spec(FieldKind.BANK_ACCOUNT), "6225760008219524") == "************9524"
    assert masked(spec(FieldKind.PHONE), "+8613800138000") == "+8613*****8000"
    assert masked(spec(FieldKind.IDENTITY), "AB12") == "****"
    assert masked(spec(FieldKind.TEXT), "张三") == "张三"


NAMES = [
    ("IMG_0042.HEIC", "image/heif", "IMG_0042.HEIC", None),
    ("IMG_0042.HEIC", "image/avif", "IMG_0042.HEIC", Refusal.MISMATCH),
    ("身份证.JPG", "image/jpeg", "身份证.JPG", None),
    ("a.jpeg", "", "a.jpeg", None),
    ("a.png", "application/octet-stream", "a.png", None),
    ("a.pdf", "application/x-pdf; charset=x", "a.pdf", None),
    ("../../etc/passwd.png", "image/png", "passwd.png", None),
    ("..\\..\\windows\\evil.png", "image/png", "evil.png", None),
    ("evil.png\0.exe", "image/png", "evil.png.exe", Refusal.WRONG_TYPE),
    ("evil\0.png", "image/png", "evil.png", Refusal.WRONG_TYPE),
    ("gnp.\u202egpj.exe", "image/png", "gnp.gpj.exe", Refusal.WRONG_TYPE),
    ("photo\u202egnp.jpg", "image/jpeg", "photognp.jpg", None),
    ("长" * 300 + ".png", "image/png", "长" * 96 + ".png", None),
    ("CON.png", "image/png", "_CON.png", None),
    ("aux.tar.jpg", "image/jpeg", "_aux.tar.jpg", None),
    (".png", "image/png", "png", None),
    ("x.svg", "image/svg+xml", "x.svg", Refusal.WRONG_TYPE),
    ("x.gif", "image/gif", "x.gif", Refusal.WRONG_TYPE),
    ("x.png", "text/html", "x.png", Refusal.MISMATCH),
    ("x", "image/png", "x", Refusal.WRONG_TYPE),
    ("", "", "_", Refusal.WRONG_TYPE),
]


@pytest.mark.parametrize(("name", "declared", "shown", "refusal"), NAMES)
def test_a_name_is_only_ever_text(name: str, declared: str, shown: str, refusal: Refusal | None) -> None:
    assert check_name(name, declared)[1] is refusal
    assert display_name(name) == shown


@given(st.text(max_size=400))
def test_whatever_a_file_is_called_its_name_is_short_and_plain(name: str) -> None:
    shown = display_name(name)
    assert 0 < len(shown) <= 100
    assert not set(shown) & set("/\\\0\r\n\u202e")


def test_so_many_and_so_much() -> None:
    assert check_quota([1] * 9, 1) is None
    assert check_quota([1] * 10, 1) is Refusal.TOO_MANY
    assert check_quota([LARGEST_TOTAL], 1) is Refusal.TOTAL_TOO_LARGE
    assert check_quota([LARGEST_TOTAL - 1], 1) is None


def test_one_reminder_for_each_asking() -> None:
    told = NOW - 3 * DAY
    assert is_to_be_reminded(CaseState.INVITED, told, None, 3 * DAY, NOW)
    assert not is_to_be_reminded(CaseState.INVITED, told + DAY, None, 3 * DAY, NOW)
    assert not is_to_be_reminded(CaseState.FILLING, told, told + DAY, 3 * DAY, NOW)
    assert is_to_be_reminded(CaseState.RETURNED, told, told - DAY, 3 * DAY, NOW)
    assert not is_to_be_reminded(CaseState.SUBMITTED, told, None, 3 * DAY, NOW)


def test_what_is_not_needed_any_more_goes() -> None:
    keep = 30 * DAY
    first_day = date(2027, 1, 4)
    assert deleted_at(CaseState.FILLING, None, first_day, keep, SHANGHAI) is None
    assert deleted_at(CaseState.WITHDRAWN, NOW, first_day, keep, SHANGHAI) == NOW
    assert deleted_at(CaseState.EXPIRED, NOW, first_day, keep, SHANGHAI) == NOW + keep
    assert deleted_at(CaseState.COMPLETE, NOW, None, keep, SHANGHAI) == NOW + keep
    assert (
        deleted_at(CaseState.COMPLETE, NOW, first_day, keep, SHANGHAI)
        == datetime(2027, 1, 4, tzinfo=SHANGHAI) + keep
    )
    assert deleted_at(CaseState.COMPLETE, NOW, date(2026, 1, 4), keep, SHANGHAI) == NOW + keep


def test_every_region_has_its_own_form() -> None:
    china, elsewhere = shipped_fields("CN"), shipped_fields("SG")
    assert {each.rule for each in china} == {"", "cn"}
    assert {each.rule for each in elsewhere} == {""}
    for fields in (china, elsewhere):
        assert len({each.key for each in fields}) == len(fields)


def test_states_lead_nowhere_but_along_their_map() -> None:
    assert not MOVES[CaseState][CaseState.WITHDRAWN]
    assert not can_move(CaseState, "invited", "complete")
    assert can_move(CaseState, "returned", "submitted")
    assert set(MOVES[DocumentState][DocumentState.READY]) == set()
