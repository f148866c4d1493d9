"""Words of the console about onboardings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.onboarding import FieldKind

#: Why somebody looks at what is hidden: a list, so that the audit holds no names.
REASONS: Final[Mapping[str, str | Promise]] = {
    "contract": word("unmask", "To prepare the contract"),
    "insurance": word("unmask", "To register for social insurance"),
    "payroll": word("unmask", "To set up the pay"),
    "check": word("unmask", "To check what was given"),
    "asked": word("unmask", "The candidate asked for it"),
}
KINDS: Final[Mapping[FieldKind, str | Promise]] = {
    FieldKind.TEXT: word("field", "Text"),
    FieldKind.DATE: word("field", "Date"),
    FieldKind.CHOICE: word("field", "Choice from a list"),
    FieldKind.PHONE: word("field", "Phone number"),
    FieldKind.IDENTITY: word("field", "Number of an identity document"),
    FieldKind.BANK_ACCOUNT: word("field", "Bank account"),
    FieldKind.EMERGENCY: word("field", "Emergency contact"),
    FieldKind.ID_FRONT: word("field", "File: identity document, front"),
    FieldKind.ID_BACK: word("field", "File: identity document, back"),
    FieldKind.DEGREE: word("field", "File: degree certificate, several"),
    FieldKind.PHOTO: word("field", "File: photo"),
    FieldKind.BANK_CARD: word("field", "File: bank card"),
    FieldKind.OTHER_FILE: word("field", "File: other, several"),
}
#: What a further question can be.
FURTHER: Final = (FieldKind.TEXT, FieldKind.DATE, FieldKind.CHOICE, FieldKind.PHONE, FieldKind.OTHER_FILE)
