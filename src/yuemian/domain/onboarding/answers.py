"""Reads one typed answer: bounded, normal, and with the check digits that catch a slip of the finger."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from yuemian.domain.addresses import phone_index_form, read_phone
from yuemian.domain.cell_text import folded
from yuemian.domain.onboarding.fields import FieldKind, FieldSpec

LONGEST: Final = 300
#: The parts of an emergency contact, in the order they are asked.
EMERGENCY_PARTS: Final = ("name", "relation", "phone")


class Problem(StrEnum):
    """Why an answer cannot be taken."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_DATE = "not_a_date"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_PHONE = "not_a_phone"
    ID_SHAPE = "id_shape"
    ID_CHECKSUM = "id_checksum"
    BANK_SHAPE = "bank_shape"
    BANK_CHECKSUM = "bank_checksum"


class Read(NamedTuple):
    """`value` as it is kept, or a problem; both empty for an optional field that was left out."""

    value: str = ""
    problem: Problem | None = None


def read_answer(spec: FieldSpec, given: Mapping[str, str], *, region: str, today: date) -> Read:
    """`given` holds the field's parts by name: `""` alone, but for an emergency contact."""
    if spec.kind is FieldKind.EMERGENCY:
        return _emergency(spec, given, region)
    text = _one_line(given.get("", ""))
    if not text:
        return Read(problem=Problem.EMPTY if spec.is_required else None)
    if len(text) > LONGEST:
        return Read(problem=Problem.TOO_LONG)
    return _READERS.get(spec.kind, _text)(spec, text, region, today)


def _one_line(text: str) -> str:
    """Without what cannot be seen, in one line; the letters stay as they were typed."""
    visible = "".join(" " if each in "\t\r\n" else each for each in text if _is_kept(each))
    return " ".join(visible.split())


def _is_kept(character: str) -> bool:
    return character in "\t\r\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _text(spec: FieldSpec, text: str, region: str, today: date) -> Read:  # noqa: ARG001
    return Read(text)


def _date(spec: FieldSpec, text: str, region: str, today: date) -> Read:  # noqa: ARG001
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", folded(text))
    if found is None:
        return Read(problem=Problem.NOT_A_DATE)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return Read(problem=Problem.NOT_A_DATE)
    is_near = abs(day.year - today.year) <= 100
    return Read(day.isoformat()) if is_near else Read(problem=Problem.NOT_A_DATE)


def _choice(spec: FieldSpec, text: str, region: str, today: date) -> Read:  # noqa: ARG001
    known = {chinese for chinese, _english in spec.options}
    return Read(text) if text in known else Read(problem=Problem.NOT_A_CHOICE)


def _phone(spec: FieldSpec, text: str, region: str, today: date) -> Read:  # noqa: ARG001
    found = read_phone(text, region).value
    return Read(phone_index_form(found)) if found else Read(problem=Problem.NOT_A_PHONE)


def _identity(spec: FieldSpec, text: str, region: str, today: date) -> Read:  # noqa: ARG001
    number = re.sub(r"[\s-]", "", folded(text)).upper()
    if spec.rule != "cn":
        is_one = re.fullmatch(r"[A-Z0-9/.]{4,30}", number) is not None
        return Read(number) if is_one else Read(problem=Problem.ID_SHAPE)
    if re.fullmatch(r"[1-9]\d{16}[\dX]", number) is None or not _is_birth_date(number[6:14], today):
        return Read(problem=Problem.ID_SHAPE)
    return Read(number) if identity_digit(number[:17]) == number[17] else Read(problem=Problem.ID_CHECKSUM)


def identity_digit(first: str) -> str:
    """The last sign of a resident identity number: ISO 7064 MOD 11-2, as GB 11643-1999 asks."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))
    return "10X98765432"[total % 11]


def _is_birth_date(text: str, today: date) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return born.year >= 1900 and born <= today


def _bank(spec: FieldSpec, text: str, region: str, today: date) -> Read:  # noqa: ARG001
    number = re.sub(r"[\s-]", "", folded(text)).upper()
    if spec.rule == "cn":
        if re.fullmatch(r"\d{12,19}", number) is None:
            return Read(problem=Problem.BANK_SHAPE)
        # UnionPay cards begin with 62 and carry a Luhn digit; older account numbers do not.
        is_card = number.startswith("62") and len(number) >= 16
        return Read(problem=Problem.BANK_CHECKSUM) if is_card and not passes_luhn(number) else Read(number)
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", number):
        return Read(number) if passes_iban(number) else Read(problem=Problem.BANK_CHECKSUM)
    is_one = re.fullmatch(r"[A-Z0-9]{5,34}", number) is not None
    return Read(number) if is_one else Read(problem=Problem.BANK_SHAPE)


def passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def passes_iban(number: str) -> bool:
    """ISO 13616: letters as numbers from 10 on, the first four signs last, rest 1 by 97."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _emergency(spec: FieldSpec, given: Mapping[str, str], region: str) -> Read:
    parts = {name: _one_line(given.get(name, ""))[:LONGEST] for name in EMERGENCY_PARTS}
    if not any(parts.values()) and not spec.is_required:
        return Read()
    if not parts["name"] or not parts["phone"]:
        return Read(problem=Problem.EMPTY)
    phone = read_phone(parts["phone"], region).value
    if phone is None:
        return Read(problem=Problem.NOT_A_PHONE)
    kept = parts | {"phone": phone_index_form(phone)}
    return Read(json.dumps(kept, ensure_ascii=False))


def parts_of(spec: FieldSpec, value: str) -> dict[str, str]:
    """A kept value, as the form's parts."""
    if spec.kind is not FieldKind.EMERGENCY:
        return {"": value}
    read: dict[str, str] = json.loads(value) if value else {}
    return {name: read.get(name, "") for name in EMERGENCY_PARTS}


def masked(spec: FieldSpec, value: str) -> str:
    """What may stand in a list: an identity number keeps three and two signs, an account its last four."""
    if not value or not spec.is_masked:
        return value
    if spec.kind is FieldKind.EMERGENCY:
        parts = parts_of(spec, value)
        return f"{parts['name'][:1]}** · {_starred(parts['phone'], 3, 2)}"
    keep = {FieldKind.IDENTITY: (3, 2), FieldKind.BANK_ACCOUNT: (0, 4)}.get(spec.kind, (5, 4))
    return _starred(value, *keep)


def _starred(text: str, first: int, last: int) -> str:
    if len(text) <= first + last:
        return "*" * len(text)
    return f"{text[:first]}{'*' * (len(text) - first - last)}{text[len(text) - last :]}"


_READERS: Final = {
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.PHONE: _phone,
    FieldKind.IDENTITY: _identity,
    FieldKind.BANK_ACCOUNT: _bank,
}
