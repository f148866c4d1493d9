"""The fields of an onboarding form: their kinds, their sections, and what is asked where nobody chose."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple


class Section(StrEnum):
    """What a field is asked for. Everything but the basics needs a consent of its own."""

    BASICS = "basics"
    IDENTITY = "identity"
    EDUCATION = "education"
    BANK = "bank"
    EMERGENCY = "emergency"
    OTHER = "other"

    @property
    def needs_consent(self) -> bool:
        return self is not Section.BASICS


class FieldKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    PHONE = "phone"
    IDENTITY = "identity"  # number of an identity document
    BANK_ACCOUNT = "bank_account"
    EMERGENCY = "emergency"  # name, relation and phone of somebody to call
    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    DEGREE = "degree"
    PHOTO = "photo"
    BANK_CARD = "bank_card"
    OTHER_FILE = "other_file"


FILE_KINDS: Final = frozenset(
    {
        FieldKind.ID_FRONT,
        FieldKind.ID_BACK,
        FieldKind.DEGREE,
        FieldKind.PHOTO,
        FieldKind.BANK_CARD,
        FieldKind.OTHER_FILE,
    }
)
#: Hidden from HR until a reason is given.
MASKED_KINDS: Final = frozenset(
    {FieldKind.IDENTITY, FieldKind.BANK_ACCOUNT, FieldKind.PHONE, FieldKind.EMERGENCY}
)


class FieldSpec(NamedTuple):
    """One question. A shipped one has no label of its own: its `key` is worded in every language.

    `rule` says how strictly a value is read: `cn` for mainland China's numbers.
    """

    key: str
    kind: FieldKind
    section: Section
    is_required: bool = True
    label: str = ""
    label_en: str = ""
    hint: str = ""
    hint_en: str = ""
    options: Sequence[tuple[str, str]] = ()
    rule: str = ""

    @property
    def is_file(self) -> bool:
        return self.kind in FILE_KINDS

    @property
    def is_masked(self) -> bool:
        return self.kind in MASKED_KINDS


K, S = FieldKind, Section

_CHINA: Final = (
    FieldSpec("legal_name", K.TEXT, S.BASICS),
    FieldSpec("mobile", K.PHONE, S.BASICS, rule="cn"),
    FieldSpec("address", K.TEXT, S.BASICS),
    FieldSpec("available_from", K.DATE, S.BASICS, is_required=False),
    FieldSpec("id_number", K.IDENTITY, S.IDENTITY, rule="cn"),
    FieldSpec("id_front", K.ID_FRONT, S.IDENTITY),
    FieldSpec("id_back", K.ID_BACK, S.IDENTITY),
    FieldSpec("degree", K.DEGREE, S.EDUCATION),
    FieldSpec("photo", K.PHOTO, S.EDUCATION, is_required=False),
    FieldSpec("bank_name", K.TEXT, S.BANK),
    FieldSpec("bank_account", K.BANK_ACCOUNT, S.BANK, rule="cn"),
    FieldSpec("bank_card", K.BANK_CARD, S.BANK, is_required=False),
    FieldSpec("emergency", K.EMERGENCY, S.EMERGENCY),
)
_ELSEWHERE: Final = (
    FieldSpec("legal_name", K.TEXT, S.BASICS),
    FieldSpec("mobile", K.PHONE, S.BASICS),
    FieldSpec("address", K.TEXT, S.BASICS),
    FieldSpec("available_from", K.DATE, S.BASICS, is_required=False),
    FieldSpec("id_number", K.IDENTITY, S.IDENTITY),
    FieldSpec("id_front", K.ID_FRONT, S.IDENTITY),
    FieldSpec("degree", K.DEGREE, S.EDUCATION, is_required=False),
    FieldSpec("bank_account", K.BANK_ACCOUNT, S.BANK),
    FieldSpec("emergency", K.EMERGENCY, S.EMERGENCY),
)


def shipped_fields(region: str) -> tuple[FieldSpec, ...]:
    """What is asked in a region (ISO 3166) as long as nobody has chosen otherwise."""
    return _CHINA if region == "CN" else _ELSEWHERE
