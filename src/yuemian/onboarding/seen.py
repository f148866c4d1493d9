"""Words that candidates read of an onboarding, in all languages: questions, consents, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.onboarding import DocumentState, FieldKind, FieldSpec, Problem, Refusal, Section
from yuemian.domain.onboarding.answers import parts_of

Text = str | Promise

SECTIONS: Final[Mapping[Section, Text]] = {
    Section.BASICS: word("onboarding", "Personal details"),
    Section.IDENTITY: word("onboarding", "Identity"),
    Section.EDUCATION: word("onboarding", "Degree and photo"),
    Section.BANK: word("onboarding", "Bank account"),
    Section.EMERGENCY: word("onboarding", "Whom to call in an emergency"),
    Section.OTHER: word("onboarding", "Further documents"),
}
LABELS: Final[Mapping[str, Text]] = {
    "legal_name": word("onboarding", "Name as in your identity document"),
    "mobile": word("onboarding", "Mobile number"),
    "address": word("onboarding", "Home address"),
    "available_from": word("onboarding", "Earliest first day"),
    "id_number": word("onboarding", "Number of your identity document"),
    "id_front": word("onboarding", "Identity document, front"),
    "id_back": word("onboarding", "Identity document, back"),
    "degree": word("onboarding", "Degree certificate"),
    "photo": word("onboarding", "Photo for your staff card"),
    "bank_name": word("onboarding", "Bank and branch"),
    "bank_account": word("onboarding", "Account number for your pay"),
    "bank_card": word("onboarding", "Photo of the bank card"),
    "emergency": word("onboarding", "Emergency contact"),
}
PARTS: Final[Mapping[str, Text]] = {
    "name": word("emergency contact", "Name"),
    "relation": word("emergency contact", "Relation to you"),
    "phone": word("emergency contact", "Phone"),
}
#: What each section's data are for; the rest of a consent is the same for all.
PURPOSES: Final[Mapping[Section, Text]] = {
    Section.IDENTITY: gettext_lazy(
        "You agree that we use your identity document to conclude your employment contract and to register you for "
        "social insurance and tax. These are sensitive data."
    ),
    Section.EDUCATION: gettext_lazy(
        "You agree that we use your certificate to check your degree, and your photo for your staff card."
    ),
    Section.BANK: gettext_lazy(
        "You agree that we use your bank account to pay your salary. These are sensitive data."
    ),
    Section.EMERGENCY: gettext_lazy(
        "You agree that we keep somebody whom we may call in an emergency, and you have told this person."
    ),
    Section.OTHER: gettext_lazy("You agree that we use these documents to prepare your first day."),
}
PROBLEMS: Final[Mapping[Problem, Text]] = {
    Problem.EMPTY: gettext_lazy("Please fill this in."),
    Problem.TOO_LONG: gettext_lazy("This is too long."),
    Problem.NOT_A_DATE: gettext_lazy("This is no date; write it like 2026-12-01."),
    Problem.NOT_A_CHOICE: gettext_lazy("Please choose one from the list."),
    Problem.NOT_A_PHONE: gettext_lazy("This is no phone number; check the digits."),
    Problem.ID_SHAPE: gettext_lazy(
        "This is no number of an identity document; check its length and the birth date."
    ),
    Problem.ID_CHECKSUM: gettext_lazy(
        "One digit of this number is wrong: the last one does not fit the others."
    ),
    Problem.BANK_SHAPE: gettext_lazy("This is no account number; check the digits."),
    Problem.BANK_CHECKSUM: gettext_lazy(
        "One digit of this account number is wrong; compare it with your card."
    ),
}
REFUSALS: Final[Mapping[Refusal, Text]] = {
    Refusal.NO_FILE: gettext_lazy("Please choose a file first."),
    Refusal.EMPTY: gettext_lazy("This file is empty. Choose another one."),
    Refusal.TOO_LARGE: gettext_lazy("This file is larger than 10 MB. Take the photo with less resolution."),
    Refusal.TOO_MANY: gettext_lazy("There are 10 files already. Remove one first."),
    Refusal.TOTAL_TOO_LARGE: gettext_lazy("All files together are larger than 50 MB. Remove one first."),
    Refusal.WRONG_TYPE: gettext_lazy(
        "This kind of file cannot be taken. Send a JPEG, HEIC, PNG, WebP or PDF."
    ),
    Refusal.MISMATCH: gettext_lazy(
        "The content is not what the file's name says. Save it anew as JPEG or PDF."
    ),
    Refusal.UNREADABLE: gettext_lazy(
        "This file is damaged or cannot be read. Take a new photo of the document."
    ),
    Refusal.TOO_MANY_PIXELS: gettext_lazy(
        "This picture has more than 25 megapixels. Take it with less resolution."
    ),
    Refusal.TOO_MANY_PAGES: gettext_lazy(
        "This PDF has more than 20 pages. Send only the pages that are asked for."
    ),
    Refusal.TOO_HEAVY: gettext_lazy(
        "This file is too complex to be checked. Take a photo of the document instead."
    ),
    Refusal.ENCRYPTED: gettext_lazy("This PDF is protected by a password. Save it without one."),
    Refusal.INFECTED: gettext_lazy("The virus scanner refuses this file. Send it from another device."),
    Refusal.INTERRUPTED: gettext_lazy("The upload broke off. Please try again."),
    Refusal.NO_ROOM: gettext_lazy("We cannot store the file just now. Please try again in an hour."),
}
DOCUMENTS: Final[Mapping[DocumentState, Text]] = {
    DocumentState.CHECKING: word("onboarding file", "Received, being checked"),
    DocumentState.READY: word("onboarding file", "Received"),
    DocumentState.REFUSED: word("onboarding file", "Not taken"),
}


def consent_words(section: Section, days: int) -> str:
    """The shipped consent to one section, in the active language: what for, who sees it, how long, how to go back."""
    kept = ngettext(
        "It is stored encrypted, seen only by those who prepare your employment, and deleted %(days)d day after your "
        "first day. Giving it is up to you; you can take this consent back on this page at any time, and the data "
        "are deleted at once.",
        "It is stored encrypted, seen only by those who prepare your employment, and deleted %(days)d days after your "
        "first day. Giving it is up to you; you can take this consent back on this page at any time, and the data "
        "are deleted at once.",
        days,
    )
    return f"{PURPOSES[section]} {kept % {'days': days}}"


def in_words(spec: FieldSpec, value: str) -> str:
    """A kept value in clear, as people read it."""
    if not value or spec.kind is not FieldKind.EMERGENCY:
        return value
    return " · ".join(f"{PARTS[name]}: {text}" for name, text in parts_of(spec, value).items() if text)


def refusal_words(refusal: str) -> str:
    return str(REFUSALS[Refusal(refusal)]) if refusal else ""


def files_hint() -> str:
    return _("JPEG, HEIC, PNG, WebP or PDF, up to 10 MB")
