"""Reads a case as both sides see it: each field with what was given, what is missing, and what nobody asks now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from yuemian.domain.onboarding import DocumentState, FieldSpec, Review, Section
from yuemian.onboarding.asking import fields_of, former_field
from yuemian.onboarding.models import Consent, Document, OnboardingAnswer, OnboardingCase
from yuemian.trust.vault import Unreadable, Vault

#: Counts as given: what waits for the scanner does, what was refused does not.
_GIVEN = frozenset({DocumentState.READY, DocumentState.CHECKING})


@dataclass(frozen=True)
class Given:
    """One field and what stands in it. `value` is in clear: mask it before it is shown to HR."""

    spec: FieldSpec
    value: str
    review: Review
    comment: str
    documents: Sequence[Document]
    written_at: datetime | None = None

    @property
    def changed_at(self) -> datetime | None:
        """When its person last changed it; None where nothing stands, or HR has said something of it since."""
        moments = [each.received_at for each in self.documents]
        if self.written_at is not None:
            moments.append(self.written_at)
        return max(moments, default=None) if self.review == Review.OPEN else None

    @property
    def is_given(self) -> bool:
        if self.spec.is_file:
            return any(each.state in _GIVEN for each in self.documents)
        return bool(self.value)

    @property
    def is_returned(self) -> bool:
        return self.review == Review.RETURNED


@dataclass(frozen=True)
class CaseRead:
    """Everything of one case. `unasked`: what is still kept of questions that the branch asks no more."""

    case: OnboardingCase
    fields: Sequence[Given]
    consents: dict[Section, Consent]
    unasked: Sequence[Given] = ()

    @property
    def sections(self) -> list[Section]:
        """Of what is asked, and of what was agreed to: a consent can be taken back whatever is asked now."""
        asked = {each.spec.section for each in self.fields}
        return [section for section in Section if section in asked or section in self.consents]

    def of(self, section: Section) -> list[Given]:
        return [each for each in self.fields if each.spec.section == section]

    def is_consented(self, section: Section) -> bool:
        return not section.needs_consent or section in self.consents

    @cached_property
    def missing(self) -> list[str]:
        """Keys of required fields that are empty, and of everything that was sent back and not changed since."""
        return [
            each.spec.key
            for each in self.fields
            if each.is_returned or (each.spec.is_required and not each.is_given)
        ]

    @property
    def done(self) -> int:
        return sum(each.is_given and not each.is_returned for each in self.fields if each.spec.is_required)

    @property
    def asked(self) -> int:
        return sum(each.spec.is_required for each in self.fields)


def read_case(case: OnboardingCase, vault: Vault) -> CaseRead:
    """In four statements, whatever was given; one more where something is kept that is asked no more."""
    answers = {each.key: each for each in OnboardingAnswer.objects.filter(case=case)}
    documents: dict[str, list[Document]] = {}
    for document in Document.objects.filter(case=case):
        documents.setdefault(document.key, []).append(document)
    consents = {Section(each.section): each for each in Consent.objects.filter(case=case, withdrawn_at=None)}
    fields = [
        _given(case, spec, answers.pop(spec.key, None), documents.pop(spec.key, []), vault)
        for spec in fields_of(case.branch)
    ]
    return CaseRead(case, fields, consents, _unasked(case, answers, documents, vault))


def _unasked(
    case: OnboardingCase,
    answers: Mapping[str, OnboardingAnswer],
    documents: Mapping[str, Sequence[Document]],
    vault: Vault,
) -> list[Given]:
    """Of the answers and files that fit no question asked now, those in which something stands."""
    found = []
    for key in dict.fromkeys((*answers, *documents)):
        files = documents.get(key, [])
        section = answers[key].section if key in answers else files[0].section
        spec = former_field(case.branch, key, Section(section), is_file=bool(files))
        found.append(_given(case, spec, answers.get(key), files, vault))
    return [each for each in found if each.value or each.comment or each.documents]


def _given(
    case: OnboardingCase,
    spec: FieldSpec,
    answer: OnboardingAnswer | None,
    documents: Sequence[Document],
    vault: Vault,
) -> Given:
    if answer is None:
        return Given(spec, "", Review.OPEN, "", documents)
    value = _opened(case, vault, OnboardingAnswer.PLACE, answer, answer.value_sealed)
    comment = _opened(case, vault, OnboardingAnswer.COMMENT, answer, answer.comment_sealed)
    written_at = answer.changed_at if value else None
    return Given(spec, value, Review(answer.review), comment, documents, written_at)


def _opened(
    case: OnboardingCase, vault: Vault, place: str, row: OnboardingAnswer, sealed: bytes | memoryview | None
) -> str:
    if sealed is None:
        return ""
    try:
        return vault.open(case.application.candidate.key, place, row.pk, sealed)
    except Unreadable:
        return ""


def name_of(document: Document, case: OnboardingCase, vault: Vault) -> str:
    """As its person called it."""
    try:
        return vault.open(case.application.candidate.key, Document.NAME, document.pk, document.name_sealed)
    except Unreadable:
        return "—"
