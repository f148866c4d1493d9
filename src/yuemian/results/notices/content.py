"""The text of a notice: sealed, opened, and bound by one hash to everything that was approved."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from yuemian.domain.results import Content, Outcome, content_hash
from yuemian.results.models import ApprovalRule, ResultNotice
from yuemian.trust.vault import DataKey, Unreadable, Vault


@dataclass(frozen=True)
class LetterText:
    """As it will be read, and as the template gave it: `marked` with its facts between `preview.OPEN` and `CLOSE`."""

    subject: str
    body: str
    original_subject: str = ""
    original_body: str = ""
    marked: str = ""

    @property
    def is_edited(self) -> bool:
        return (self.subject, self.body) != (self.original_subject, self.original_body)

    def sealed(self, vault: Vault, key: DataKey, notice_id: UUID) -> bytes:
        return vault.seal(key, ResultNotice.PLACE, notice_id, json.dumps(self.__dict__, ensure_ascii=False))


class Altered(Exception):  # noqa: N818
    """The stored letter is not the one that was approved: it is shown to nobody."""


def opened_text(notice: ResultNotice, vault: Vault) -> LetterText:
    """`notice` comes with `candidate__key`. Raises Unreadable once the person was erased."""
    found = json.loads(vault.open(notice.candidate.key, ResultNotice.PLACE, notice.pk, notice.text_sealed))
    return LetterText(**{name: found[name] for name in LetterText.__dataclass_fields__ if name in found})


def readable(notices: Collection[ResultNotice], vault: Vault) -> dict[UUID, LetterText]:
    """Notice's id → text; what was erased or altered is missing."""
    found = {}
    for notice in notices:
        try:
            found[notice.pk] = opened_text(notice, vault)
        except Unreadable:
            continue
    return found


def hash_of(notice: ResultNotice, text: LetterText) -> bytes:
    """What an approval of this notice is bound to."""
    return content_hash(
        Content(
            organization=str(notice.organization_id),
            candidate=str(notice.candidate_id),
            candidate_name=notice.candidate_name,
            application=str(notice.application_id),
            decision=str(notice.decision_id),
            decision_number=notice.number,
            outcome=Outcome(notice.outcome),
            letter_version=str(notice.letter_id),
            notice_version=str(notice.pointer_id),
            locale=notice.locale,
            subject=text.subject,
            body=text.body,
            contacts=tuple(notice.contacts),
            is_correction=notice.is_correction,
        )
    )


def checked_text(notice: ResultNotice, vault: Vault) -> LetterText:
    """The letter, compared once more with what was approved. Raises Altered and Unreadable."""
    text = opened_text(notice, vault)
    if hash_of(notice, text) != bytes(notice.content_hash):
        raise Altered(Altered.__doc__)
    return text


def altered_among(notices: Collection[ResultNotice], vault: Vault) -> list[ResultNotice]:
    """Those that are not stored as they were approved. Raises Unreadable for somebody who is erased."""
    found = []
    for notice in notices:
        try:
            checked_text(notice, vault)
        except Altered:
            found.append(notice)
    return found


def put(notice: ResultNotice, text: LetterText, vault: Vault) -> None:
    """Set the text and all that follows from it; the caller saves."""
    notice.text_sealed = text.sealed(vault, notice.candidate.key, notice.pk)
    notice.is_edited = text.is_edited
    notice.content_hash = hash_of(notice, text)


def rule_of(organization_id: UUID) -> ApprovalRule:
    """The organization's, or the house's defaults."""
    found = ApprovalRule.objects.filter(organization_id=organization_id).first()
    return found or ApprovalRule(organization_id=organization_id)
