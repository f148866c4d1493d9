"""Keep, replace, remove and check again the files of a form."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from yuemian.channels.clamd import Verdict
from yuemian.domain.moves import check_move
from yuemian.domain.onboarding import (
    OPEN_FOR_CANDIDATE,
    CaseState,
    DocumentState,
    FieldKind,
    FieldSpec,
    Refusal,
    Review,
    check_quota,
    display_name,
)
from yuemian.onboarding.actions.locking import Closed, ConsentMissing, candidate_actor, locked, move, note
from yuemian.onboarding.asking import field_of, policy_of
from yuemian.onboarding.checking import Checked, scanner
from yuemian.onboarding.models import Consent, Document, DocumentPiece, OnboardingAnswer, OnboardingCase
from yuemian.onboarding.storage import read_pieces, store_pieces
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault

#: Of these several files may be given; a new file of any other takes the place of the former.
SEVERAL: Final = frozenset({FieldKind.DEGREE, FieldKind.OTHER_FILE})


def may_upload(case_id: UUID, key: str, *, now: datetime) -> FieldSpec | None:
    """Before a byte is looked into: the field, where it is a file's and its section is consented to."""
    case = OnboardingCase.objects.select_related("branch").get(pk=case_id)
    spec = field_of(case.branch, key)
    is_open = case.state in OPEN_FOR_CANDIDATE and case.deadline_at > now
    if spec is None or not spec.is_file or not is_open or not _is_consented(case, spec):
        return None
    is_accepted = OnboardingAnswer.objects.filter(case=case, key=key, review=Review.ACCEPTED).exists()
    return None if is_accepted else spec


def keep_document(
    case_id: UUID, spec: FieldSpec, name: str, checked: Checked, *, now: datetime
) -> Refusal | None:
    """Keep it, or keep that it was refused. Raises Closed, ConsentMissing when that changed meanwhile."""
    with transaction.atomic():
        case = locked(case_id)
        if case.state not in OPEN_FOR_CANDIDATE or case.deadline_at <= now:
            raise Closed(Closed.__doc__)
        if not _is_consented(case, spec):
            raise ConsentMissing(ConsentMissing.__doc__)
        former = Document.objects.filter(case=case, key=spec.key)
        former.filter(state=DocumentState.REFUSED).delete()
        refusal = checked.refusal or _over_quota(case, spec, len(checked.content))
        state = DocumentState.REFUSED if refusal else _state_of(case, checked)
        if refusal is None and spec.kind not in SEVERAL:
            former.delete()
        document = _new_document(case, spec, name, state, refusal=refusal, now=now)
        if refusal is None:
            document.kind, document.pages, document.size = checked.kind, checked.pages, len(checked.content)
            document.save(update_fields=["kind", "pages", "size"])
            store_pieces(
                Vault(case.organization_id), case.application.candidate.key, document, checked.content
            )
            _given_anew(case, spec, now)
            if case.state == CaseState.INVITED:
                move(case, CaseState.FILLING)
        what = "file_refused" if refusal else "file_received"
        note(
            case, candidate_actor(case), what, at=now, document=document.pk, field=spec.key, why=refusal or ""
        )
    return refusal


def remove_document(case_id: UUID, document_id: UUID, *, now: datetime) -> None:
    """By its person. Raises Closed."""
    with transaction.atomic():
        case = locked(case_id)
        if case.state not in OPEN_FOR_CANDIDATE:
            raise Closed(Closed.__doc__)
        accepted = OnboardingAnswer.objects.filter(case=case, review=Review.ACCEPTED).values("key")
        found = Document.objects.filter(case=case, pk=document_id).exclude(key__in=accepted).first()
        if found is not None:
            key = found.key
            found.delete()
            note(case, candidate_actor(case), "file_removed", at=now, document=document_id, field=key)


def check_again(organization_id: UUID, *, now: datetime) -> int:
    """One file that waits for the scanner; 0 when there is none, or nothing certain was said of it.

    No transaction is open while the scanner is asked.
    """
    with acting_in(organization_id):
        waiting = _waiting(organization_id)
    if waiting is None:
        return 0
    verdict = _verdict(waiting, now)
    with acting_in(organization_id):
        return _settle(waiting.document_id, verdict, now)


@dataclass(frozen=True)
class Waiting:
    """`content` is None where the kept pieces are altered or gone."""

    document_id: UUID
    content: bytes | None
    needs_scanner: bool


def _waiting(organization_id: UUID) -> Waiting | None:
    """The one that was not asked about for the longest time: a file that the scanner cannot judge holds up no other."""
    found = Document.objects.filter(organization_id=organization_id, state=DocumentState.CHECKING)
    document = found.order_by(F("checked_at").asc(nulls_first=True), "received_at").first()
    if document is None:
        return None
    case = OnboardingCase.objects.with_people().get(pk=document.case_id)
    needs_scanner = policy_of(organization_id).needs_scanner
    content: bytes | None = None
    with suppress(Unreadable):
        content = read_pieces(Vault(organization_id), case.application.candidate.key, document)
    return Waiting(document.pk, content, needs_scanner)


def _verdict(waiting: Waiting, now: datetime) -> Verdict:
    if waiting.content is None:
        return Verdict.INFECTED  # never served
    if not waiting.needs_scanner:
        return Verdict.CLEAN  # the organization stopped asking for a scanner
    daemon = scanner()
    return daemon.scan([waiting.content], now=now) if daemon else Verdict.UNKNOWN


def _settle(document_id: UUID, verdict: Verdict, now: datetime) -> int:
    """Unless its person has removed it meanwhile, or another worker was first."""
    found = Document.objects.select_for_update(of=("self",)).select_related("case")
    document = found.filter(pk=document_id, state=DocumentState.CHECKING).first()
    if document is None:
        return 1
    document.checked_at = now
    if verdict is Verdict.UNKNOWN:
        document.save(update_fields=["checked_at"])
        return 0
    state = DocumentState.READY if verdict is Verdict.CLEAN else DocumentState.REFUSED
    check_move(DocumentState, document.state, state)
    document.state = state
    if state is DocumentState.REFUSED:
        document.refusal, document.size = Refusal.INFECTED, 0
        DocumentPiece.objects.filter(document=document).delete()
    document.save(update_fields=["state", "checked_at", "refusal", "size"])
    note(document.case, audit.SYSTEM, "file_checked", at=now, document=document.pk, state=state)
    return 1


def _is_consented(case: OnboardingCase, spec: FieldSpec) -> bool:
    if not spec.section.needs_consent:
        return True
    return Consent.objects.filter(case=case, section=spec.section, withdrawn_at=None).exists()


def _over_quota(case: OnboardingCase, spec: FieldSpec, size: int) -> Refusal | None:
    kept = Document.objects.filter(case__candidate_id=case.candidate_id).exclude(state=DocumentState.REFUSED)
    if spec.kind not in SEVERAL:
        kept = kept.exclude(case=case, key=spec.key)
    return check_quota(list(kept.values_list("size", flat=True)), size)


def _state_of(case: OnboardingCase, checked: Checked) -> DocumentState:
    is_enough = checked.is_scanned or not policy_of(case.organization_id).needs_scanner
    return DocumentState.READY if is_enough else DocumentState.CHECKING


def _new_document(
    case: OnboardingCase,
    spec: FieldSpec,
    name: str,
    state: DocumentState,
    *,
    refusal: Refusal | None,
    now: datetime,
) -> Document:
    document = Document(
        id=uuid7(),
        organization_id=case.organization_id,
        case=case,
        key=spec.key,
        section=spec.section,
        state=state,
        refusal=refusal or "",
        received_at=now,
        checked_at=now if state != DocumentState.CHECKING else None,
    )
    vault = Vault(case.organization_id)
    document.name_sealed = vault.seal(
        case.application.candidate.key, Document.NAME, document.pk, display_name(name)
    )
    document.save(force_insert=True)
    return document


def _given_anew(case: OnboardingCase, spec: FieldSpec, now: datetime) -> None:
    """What HR said of the former file does not hold of this one."""
    OnboardingAnswer.objects.filter(case=case, key=spec.key).update(
        review=Review.OPEN, comment_sealed=None, changed_at=now
    )
