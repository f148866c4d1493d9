"""Phone numbers as spreadsheets hold them, read into E.164 with the repairs that took."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumberType,
    ValidationResult,
)

from yuemian.domain.cell_text import as_text, folded, is_blank
from yuemian.domain.reading import NoticeCode, ProblemCode, Reading, Repair, RepairCode, bad

# Where a number without a country code may come from when it is impossible at home.
NEIGHBOURS = ("CN", "HK", "TW", "MO", "SG")

_SCIENTIFIC = re.compile(r"([+-]?\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")
_POINT_ZERO = re.compile(r"(\d{7,15})\.0+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_PREFIX = re.compile(
    r"^(?:(?:tel|phone|mobile|cell|手机号码?|手机|电话|联系电话|联系方式|座机)\s*[::]?\s*)+", re.IGNORECASE
)
_REMARK = re.compile(r"\s*[(\[【<].*?[^\d\s+\-)\]】>].*?[)\]】>]?\s*$")
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|ext\.?|extension|x|#)\s*[::]?\s*(\d{1,6})$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(0\d{2,3}[-\s]\d{7,8})[-\s]+(\d{1,6})$")
_SEPARATORS = re.compile(r"\s*(?:[/、,;|]|\bor\b|或|和)\s*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣ー_·.", "-"))
_SERVICE = re.compile(r"(?:95\d{3,6}|10\d{3,10}|96\d{3,5}|1[12]\d|[48]00\d{7})")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_MANY_ZEROS = re.compile(r"\d{3,5}0{6,}")


class PhoneKind(StrEnum):
    """What can be done with a number."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    OTHER = "other"


@dataclass(frozen=True)
class Phone:
    """A dialable number; `e164` never holds the extension."""

    e164: str
    kind: PhoneKind
    region: str
    extension: str = ""

    @property
    def can_receive_sms(self) -> bool:
        return self.kind is PhoneKind.MOBILE

    def __str__(self) -> str:
        return f"{self.e164};ext={self.extension}" if self.extension else self.e164


@dataclass(frozen=True)
class _Tidied:
    text: str
    extension: str = ""
    repairs: tuple[Repair, ...] = ()
    others: tuple[str, ...] = ()


def read_phone(raw: object, region: str = "CN") -> Reading[Phone]:
    """Reads one cell; `region` is the branch's ISO country, for numbers without a country code."""
    if is_blank(raw):
        return Reading()
    text = folded(as_text(raw))
    refused = _refuse_other_content(text)
    if refused is not None:
        return refused
    tidied = _tidy(text)
    if isinstance(tidied, Reading):
        return tidied
    reading = _read_number(tidied.text, region)
    if reading.value is None:
        return reading
    phone = replace(reading.value, extension=tidied.extension or reading.value.extension)
    others = tuple(found.value for each in tidied.others if (found := _read_number(each, region)).value)
    reading = replace(
        reading,
        value=phone,
        repairs=(*tidied.repairs, *reading.repairs),
        alternatives=(*reading.alternatives, *others),
    )
    return _with_notices(reading, phone, tidied.text)


def parse_stored_phone(text: str) -> Phone | None:
    """Rebuilds a `Phone` from its own `str()`; None when the text is no number."""
    number, _, extension = text.partition(";ext=")
    found = _parse(number, "ZZ")
    return None if found is None else replace(found, extension=extension)


def phone_index_form(phone: Phone | str) -> str:
    """The form that is hashed for exact search: E.164 without extension."""
    return (phone.e164 if isinstance(phone, Phone) else phone.partition(";")[0]).strip()


def _refuse_other_content(text: str) -> Reading[Phone] | None:
    if _EMAIL.fullmatch(text):
        return bad(ProblemCode.LOOKS_LIKE_EMAIL, text=text)
    if _ID_NUMBER.fullmatch(text.replace(" ", "")):
        return bad(ProblemCode.LOOKS_LIKE_ID_NUMBER)
    if len(text) > 100:
        return bad(ProblemCode.TOO_LONG, limit="100")
    return None


def _tidy(text: str) -> _Tidied | Reading[Phone]:
    """Undoes what spreadsheets and people do to digits, before the number itself is read."""
    before, text = text, text.strip("'‘’`\"“” ")
    repairs: list[Repair] = []
    restored = _restore_digits(text)
    if restored is None:
        return bad(ProblemCode.PHONE_ROUNDED, text=before)
    if restored != text:
        is_sure = _POINT_ZERO.fullmatch(text) is not None
        repairs.append(Repair(RepairCode.DIGITS_RESTORED, before, restored, is_sure))
    bare = _REMARK.sub("", _PREFIX.sub("", restored)) or restored
    if bare != restored:
        repairs.append(Repair(RepairCode.WORDS_REMOVED, restored, bare))
    first, *others = [each for each in _SEPARATORS.split(bare) if sum(map(str.isdigit, each)) >= 7] or [bare]
    if others:
        repairs.append(Repair(RepairCode.FIRST_OF_SEVERAL, bare, first, is_sure=False))
    number, extension = _split_extension(first)
    return _Tidied(number, extension, tuple(repairs), tuple(others))


def _restore_digits(text: str) -> str | None:
    """Plain digits of `1.38001380000E+10` or `13800138000.0`; None when Excel has thrown digits away."""
    if match := _POINT_ZERO.fullmatch(text):
        return match[1]
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return text
    lead, decimals, exponent = match[1], match[2] or "", int(match[3])
    return lead + decimals if len(decimals) == exponent else None


def _split_extension(text: str) -> tuple[str, str]:
    if match := _EXTENSION.search(text):
        return text[: match.start()], match[1]
    dashed = text.translate(_DASHES)
    if match := _DASHED_EXTENSION.match(dashed):
        return match[1], match[2]
    return dashed, ""


def _read_number(text: str, region: str) -> Reading[Phone]:
    digits = re.sub(r"\D", "", text)
    if not digits or sum(each.isalpha() for each in text) > 0:
        return bad(ProblemCode.UNREADABLE, text=text)
    if _SERVICE.fullmatch(digits) and not text.startswith("+") and region == "CN":
        return bad(ProblemCode.PHONE_SERVICE_NUMBER, text=text)
    at_home = _parse(text, region)
    if at_home is not None:
        return Reading(at_home, _formatting(text, at_home))
    return _read_elsewhere(text, digits, region)


def _read_elsewhere(text: str, digits: str, region: str) -> Reading[Phone]:
    """Impossible in the branch's country: a Chinese mobile is unmistakable, others are asked."""
    if _CHINESE_MOBILE.fullmatch(digits) and (phone := _parse(digits, "CN")):
        return Reading(phone, (Repair(RepairCode.REGION_ASSUMED, text, phone.e164),))
    problem = _why_invalid(text, digits, region)
    if text.startswith(("+", "00")):
        return problem
    abroad = _parse("+" + digits, region)
    found = [abroad] if abroad and abroad.region in NEIGHBOURS else []
    found += [phone for other in NEIGHBOURS if other != region and (phone := _parse(text, other))]
    possible = tuple(dict.fromkeys(found))
    if len(possible) == 1 and len(digits) != 8:
        repair = Repair(RepairCode.REGION_ASSUMED, text, possible[0].e164, is_sure=False)
        return Reading(possible[0], (repair,))
    return replace(problem, alternatives=possible)


def _why_invalid(text: str, digits: str, region: str) -> Reading[Phone]:
    if region == "CN" and not text.startswith(("+", "0")) and len(digits) in {7, 8}:
        return bad(ProblemCode.PHONE_NO_AREA_CODE, text=text)
    if region == "CN" and digits.startswith("1") and len(digits) != 11:
        code = ProblemCode.PHONE_TOO_SHORT if len(digits) < 11 else ProblemCode.PHONE_TOO_LONG
        return bad(code, text=text, digits=str(len(digits)))
    try:
        reason = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(text, region))
    except NumberParseException:
        return bad(ProblemCode.UNREADABLE, text=text)
    if reason == ValidationResult.TOO_SHORT:
        return bad(ProblemCode.PHONE_TOO_SHORT, text=text, digits=str(len(digits)))
    if reason == ValidationResult.TOO_LONG:
        return bad(ProblemCode.PHONE_TOO_LONG, text=text, digits=str(len(digits)))
    return bad(ProblemCode.PHONE_NOT_ASSIGNED, text=text)


def _parse(text: str, region: str) -> Phone | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    # A number is valid exactly if it has a kind; asking for both would match every pattern twice.
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        return None
    return Phone(
        f"+{number.country_code}{phonenumbers.national_significant_number(number)}",
        _kind(kind),
        phonenumbers.region_code_for_number(number) or region,
        number.extension or "",
    )


def _kind(kind: int) -> PhoneKind:
    if kind in {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.PERSONAL_NUMBER,
    }:
        return PhoneKind.MOBILE
    if kind in {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.UAN}:
        return PhoneKind.LANDLINE
    return PhoneKind.OTHER


def _formatting(text: str, phone: Phone) -> tuple[Repair, ...]:
    """Mentions a change of form only when more than the country code was added."""
    if text == phone.e164 or "+86" + text == phone.e164:
        return ()
    return (Repair(RepairCode.TIDIED, text, phone.e164),)


def _with_notices(reading: Reading[Phone], phone: Phone, text: str) -> Reading[Phone]:
    if not phone.can_receive_sms:
        reading = reading.with_notice(NoticeCode.NO_SMS)
    if _MANY_ZEROS.fullmatch(text):
        reading = reading.with_notice(NoticeCode.MANY_ZEROS, text=text)
    return reading


def supported_regions() -> frozenset[str]:
    """ISO 3166 codes whose local numbers can be read."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)
