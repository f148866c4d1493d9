"""What the form of an onboarding shows: its sections, what stands in them, and what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yuemian.domain.onboarding import (
    OPEN_FOR_CANDIDATE,
    CaseState,
    DocumentState,
    FieldKind,
    FieldSpec,
    Problem,
    Review,
    Section,
)
from yuemian.domain.onboarding.answers import EMERGENCY_PARTS, parts_of
from yuemian.domain.when import date_text
from yuemian.messaging.actions import step_up
from yuemian.onboarding.asking import consent_of, hint_of, label_of
from yuemian.onboarding.models import OnboardingCase
from yuemian.onboarding.offer import block_of
from yuemian.onboarding.reading import CaseRead, Given, name_of, read_case
from yuemian.onboarding.seen import DOCUMENTS, PARTS, PROBLEMS, SECTIONS, files_hint, refusal_words
from yuemian.portal import my_data
from yuemian.portal.door import Opened
from yuemian.trust.vault import Vault

#: What a code is asked for here.
PURPOSE: Final = "onboarding"
#: What the browser may offer to fill in.
_AUTOCOMPLETE: Final = {
    "legal_name": "name",
    "mobile": "tel",
    "address": "street-address",
}
_INPUT: Final = {FieldKind.DATE: "date", FieldKind.PHONE: "tel"}


@dataclass(frozen=True)
class Part:
    """One input of a field; most have one."""

    name: str
    label: str
    value: str
    type: str
    autocomplete: str


@dataclass(frozen=True)
class FileShown:
    """One of the candidate's files."""

    pk: Any
    name: str
    words: str
    why: str
    is_refused: bool


@dataclass(frozen=True)
class FieldShown:
    """One question, as the page draws it."""

    key: str
    label: str
    hint: str
    is_required: bool
    is_file: bool
    is_locked: bool
    takes_more: bool
    parts: Sequence[Part]
    options: Sequence[tuple[str, str]]
    files: Sequence[FileShown]
    problem: str
    comment: str

    @property
    def chosen(self) -> str:
        """Of a list to choose from."""
        return self.parts[0].value if self.parts else ""


@dataclass(frozen=True)
class SectionShown:
    """One section: its consent until it is given, then its fields."""

    value: str
    title: str
    is_consented: bool
    needs_consent: bool
    consent: str
    consent_hash: str
    fields: Sequence[FieldShown]
    files: Sequence[FieldShown]
    is_done: bool


@dataclass(frozen=True)
class Typed:
    """What was just typed and could not all be kept."""

    values: Mapping[str, Mapping[str, str]]
    problems: Mapping[str, Problem]


def case_of(door: Opened) -> OnboardingCase:
    return OnboardingCase.objects.with_people().get(pk=door.link.subject_id)


def onboarding_contents(
    door: Opened, browser: str, locale: str, *, typed: Typed | None = None, missing: Sequence[str] = ()
) -> dict[str, Any]:
    """Before the code is typed: nothing of the person, and nothing that could be pressed but the code."""
    case, candidate, vault = case_of(door), my_data.candidate_of(door), door.data.vault()
    standing = step_up.stand(candidate, PURPOSE, browser, now=door.now)
    shared = {
        "part": "onboarding",
        "is_open": standing.is_open,
        "step": my_data.said_of(standing, vault, candidate),
    }
    if not standing.is_open:
        return shared
    return shared | shown(read_case(case, vault), vault, locale, now=door.now, typed=typed, missing=missing)


def shown(
    read: CaseRead,
    vault: Vault,
    locale: str,
    *,
    now: datetime,
    typed: Typed | None = None,
    missing: Sequence[str] = (),
) -> dict[str, Any]:
    """The form itself, in the active language."""
    case = read.case
    zone = ZoneInfo(case.branch.time_zone)
    is_late = case.deadline_at <= now
    can_write = case.state in OPEN_FOR_CANDIDATE and not is_late
    sections = [
        _section(read, section, vault, locale, typed=typed, missing=missing) for section in read.sections
    ]
    problems = typed.problems if typed else {}
    return {
        "state": CaseState.EXPIRED if is_late and case.state in OPEN_FOR_CANDIDATE else case.state,
        "can_write": can_write,
        "typed_form": "entries" if can_write else "",
        "sections": sections,
        "until": date_text(case.deadline_at.astimezone(zone), locale),
        "first_day": _day(case.starts_on, zone, locale),
        "progress": _("%(done)d of %(asked)d given") % {"done": read.done, "asked": read.asked},
        "done": read.done,
        "asked": read.asked,
        "missing": _named(read, missing, locale),
        "wrong": _named(read, problems, locale),
        "offer": block_of(case, vault, locale, today=now.astimezone(zone).date()),
        "files_hint": files_hint(),
    }


def _named(read: CaseRead, keys: Collection[str], locale: str) -> list[tuple[str, str]]:
    """Where each of these questions stands, or before its consent its section; and how it is called."""
    return [
        (
            f"f-{given.spec.key}" if read.is_consented(given.spec.section) else given.spec.section.value,
            label_of(given.spec, locale),
        )
        for given in read.fields
        if given.spec.key in keys
    ]


def _day(day: date | None, zone: ZoneInfo, locale: str) -> str:
    return date_text(datetime(day.year, day.month, day.day, tzinfo=zone), locale) if day else ""


def _section(
    read: CaseRead,
    section: Section,
    vault: Vault,
    locale: str,
    *,
    typed: Typed | None,
    missing: Sequence[str],
) -> SectionShown:
    given = read.of(section)
    is_consented = read.is_consented(section)
    words = None if is_consented else consent_of(read.case.organization_id, section, locale)
    fields = (
        [_field(read, each, vault, locale, typed=typed, missing=missing) for each in given]
        if is_consented
        else []
    )
    return SectionShown(
        value=section.value,
        title=str(SECTIONS[section]),
        is_consented=is_consented,
        needs_consent=section.needs_consent,
        consent=words.text if words else "",
        consent_hash=words.hash.hex() if words else "",
        fields=[each for each in fields if not each.is_file],
        files=[each for each in fields if each.is_file],
        is_done=all(each.spec.key not in read.missing for each in given),
    )


def _field(
    read: CaseRead,
    given: Given,
    vault: Vault,
    locale: str,
    *,
    typed: Typed | None,
    missing: Sequence[str],
) -> FieldShown:
    spec = given.spec
    problem = typed.problems.get(spec.key) if typed else None
    if problem is None and spec.key in missing and not given.is_given:
        problem = Problem.EMPTY
    is_chinese = locale.startswith("zh")
    written = typed.values.get(spec.key) if typed else None
    files = [_file(each, read.case, vault) for each in given.documents]
    return FieldShown(
        key=spec.key,
        label=label_of(spec, locale),
        hint=hint_of(spec, locale),
        is_required=spec.is_required,
        is_file=spec.is_file,
        is_locked=given.review == Review.ACCEPTED,
        takes_more=not given.is_given or spec.kind in {FieldKind.DEGREE, FieldKind.OTHER_FILE},
        parts=_parts(spec, parts_of(spec, given.value) if written is None else written),
        options=[(zh, zh if is_chinese else en or zh) for zh, en in spec.options],
        files=files,
        problem=str(PROBLEMS[problem]) if problem else "",
        comment=given.comment if given.is_returned else "",
    )


def _parts(spec: FieldSpec, values: Mapping[str, str]) -> list[Part]:
    if spec.is_file:
        return []
    if spec.kind is FieldKind.EMERGENCY:
        return [
            Part(
                f"{spec.key}.{name}",
                str(PARTS[name]),
                values.get(name, ""),
                "tel" if name == "phone" else "text",
                "off",
            )
            for name in EMERGENCY_PARTS
        ]
    kind = _INPUT.get(spec.kind, "text")
    return [Part(spec.key, "", values.get("", ""), kind, _AUTOCOMPLETE.get(spec.key, "off"))]


def _file(document: Any, case: OnboardingCase, vault: Vault) -> FileShown:
    return FileShown(
        document.pk,
        name_of(document, case, vault),
        str(DOCUMENTS[DocumentState(document.state)]),
        refusal_words(document.refusal),
        document.state == DocumentState.REFUSED,
    )
