"""Draft feedback, edit it, and say that a person has read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.feedback import Draft, Finding, Length, Tone
from yuemian.domain.feedback.checking import digest
from yuemian.domain.results import TOLD_BY_LETTER
from yuemian.results.actions.void import record_void, void_notices
from yuemian.results.feedback.material import (
    House,
    Material,
    as_stored,
    checked,
    draft,
    house_of,
    materials,
)
from yuemian.results.feedback.reading import PEOPLE, clean
from yuemian.results.models import Decision, Feedback, FeedbackOrigin
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

#: Drafts written at once; bounds memory, not the number of decisions.
SLICE: Final = 200
LONGEST: Final = 4000


class Overtaken(Exception):  # noqa: N818
    """Somebody has changed this text meanwhile, or its person was erased; look at it again."""


class Objected(Exception):  # noqa: N818
    """The checks found something in the text; `findings` says what."""

    def __init__(self, findings: Collection[Finding]) -> None:
        super().__init__(self.__doc__)
        self.findings = list(findings)


@dataclass(frozen=True)
class _Desk:
    """One text on the desk of whoever works on it, with all that lies beside it."""

    user: User
    feedback: Feedback
    material: Material
    house: House
    vault: Vault
    now: datetime

    @property
    def length(self) -> Length:
        return Length(self.feedback.length)

    def check(self, text: str) -> list[Finding]:
        return checked(text, self.material, self.house, self.length)


@dataclass(frozen=True)
class Drafted:
    """How many were written, written again as scorecards had changed, and left as a person had written them."""

    created: int = 0
    again: int = 0
    kept: int = 0


def draft_feedback(user: User, decision_ids: Iterable[UUID], *, now: datetime) -> Drafted:
    """Draft for decisions that have none, and anew where scorecards have changed under a text that nobody edited.

    A text that a person wrote stays; it is stale and waits to be looked at again. Holds get no letter and no feedback.
    """
    wanted = list(dict.fromkeys(decision_ids))
    house, vault = house_of(user.organization_id), Vault(user.organization_id)
    created = again = kept = 0
    with transaction.atomic():
        for at in range(0, len(wanted), SLICE):
            part = wanted[at : at + SLICE]
            rows = Decision.objects.visible_to(user).current().not_erased()
            rows = rows.filter(pk__in=part, outcome__in=TOLD_BY_LETTER)
            existing = {
                each.decision_id: each
                for each in Feedback.objects.filter(decision__in=part)
                .with_staleness()
                .select_for_update(of=("self",))
            }
            new: list[Feedback] = []
            for material in materials(_with_people(rows), vault):
                there = existing.get(material.decision.pk)
                desk = _Desk(user, there or _blank(material, house, now), material, house, vault, now)
                if there is None:
                    new.append(_written(desk))
                elif there.is_stale and not there.is_edited:
                    _redo(desk)
                    again += 1
                else:
                    kept += 1
            created += len(Feedback.objects.bulk_create(new))
        if created or again:
            audit.record(
                user.organization_id, user.actor, "feedback.drafted", at=now, created=created, again=again
            )
            announce(user.organization_id, "feedback")
    return Drafted(created, again, kept)


def redraft(
    user: User, feedback_id: UUID, *, length: Length, tone: Tone, edition: int, now: datetime
) -> Feedback:
    """Write it anew by rules in another length or tone; what a person wrote is lost. Raises Overtaken."""
    with transaction.atomic():
        desk = _locked(user, feedback_id, edition, now)
        desk.feedback.length, desk.feedback.tone = length, tone
        _redo(desk)
        _record(user, "feedback.redrafted", desk.feedback, now, length=length, tone=tone)
    return desk.feedback


def save_text(user: User, feedback_id: UUID, text: str, *, edition: int, now: datetime) -> Feedback:
    """Keep what a person wrote, whatever the checks say of it; it has to be reviewed after that. Raises Overtaken."""
    with transaction.atomic():
        desk = _locked(user, feedback_id, edition, now)
        if _put(desk, text):
            _record(user, "feedback.edited", desk.feedback, now)
    return desk.feedback


def review(
    user: User,
    feedback_id: UUID,
    text: str,
    *,
    edition: int,
    facts_at: datetime,
    seen: str = "",
    now: datetime,
) -> Feedback:
    """A person has read this very text beside these facts: it may go into the letter.

    Raises Overtaken when text or scorecards are others by now, Objected when the checks find something: not when `seen`
    is the digest of just these findings and none of them is what no person may let through.
    """
    with transaction.atomic():
        desk = _locked(user, feedback_id, edition, now)
        feedback = desk.feedback
        if desk.material.facts_at != facts_at:
            raise Overtaken(Overtaken.__doc__)
        _put(desk, text)
        found = desk.check(_plain(text))
        if any(each.is_blocking for each in found) or (found and seen != digest(found)):
            raise Objected(found)
        feedback.facts_at, feedback.findings = desk.material.facts_at, _codes(found)
        feedback.reviewed_by, feedback.reviewed_at = user, now
        feedback.save()
        _record(user, "feedback.reviewed", feedback, now, findings=feedback.findings)
    return feedback


def take_back(user: User, feedback_id: UUID, *, now: datetime) -> Feedback:
    """It waits for a review again; a letter that holds it and was not released is void."""
    with transaction.atomic():
        feedback = _lock(user, feedback_id)
        if feedback.reviewed_at is not None:
            _unreview(user, feedback, now=now)
            feedback.save()
            _record(user, "feedback.taken_back", feedback, now)
    return feedback


def review_all(user: User, job: UUID | None, *, shown: Collection[UUID], now: datetime) -> int:
    """Those that were counted on the page and still are unedited, unchanged and without findings."""
    with transaction.atomic():
        ids = list(clean(user, job).filter(pk__in=shown).values_list("pk", flat=True))
        rows = Feedback.objects.filter(pk__in=ids, reviewed_at=None)
        done = rows.update(reviewed_by=user, reviewed_at=now)
        if done:
            audit.record(
                user.organization_id, user.actor, "feedback.reviewed_all", at=now, count=done, job=job
            )
            announce(user.organization_id, "feedback")
    return done


def keep_model_draft(
    user: User,
    feedback_id: UUID,
    written: Draft,
    provenance: dict[str, object],
    *,
    edition: int,
    now: datetime,
) -> Feedback:
    """A language model's draft that has passed the checks takes the text's place. Raises Overtaken, Objected."""
    with transaction.atomic():
        desk = _locked(user, feedback_id, edition, now)
        feedback = desk.feedback
        found = desk.check(written.text)
        if found:
            raise Objected(found)
        _unreview(user, feedback, now=now)
        _seal(desk, written)
        feedback.origin, feedback.is_edited, feedback.findings = FeedbackOrigin.MODEL, False, []
        feedback.facts_at, feedback.fallback = desk.material.facts_at, ""
        for name, value in provenance.items():
            setattr(feedback, name, value)
        feedback.edition += 1
        feedback.save()
        _record(user, "feedback.model_drafted", feedback, now, **_said(provenance))
    return feedback


def record_fallback(
    user: User, feedback_id: UUID, reason: str, provenance: dict[str, object], *, now: datetime
) -> None:
    """The language model gave nothing that could be used: the draft by rules stays, and the page says why."""
    with transaction.atomic():
        feedback = _lock(user, feedback_id)
        feedback.fallback = reason
        feedback.save(update_fields=["fallback"])
        _record(user, "feedback.model_refused", feedback, now, reason=reason, **_said(provenance))


def _with_people(rows: Iterable[Decision]) -> Iterable[Decision]:
    paths = [each.removeprefix("decision__") for each in PEOPLE]
    return rows.select_related(*paths).order_by("decided_at", "id")  # type: ignore[attr-defined, no-any-return]


def _blank(material: Material, house: House, now: datetime) -> Feedback:
    return Feedback(
        id=uuid7(),
        organization_id=material.decision.organization_id,
        decision=material.decision,
        locale=material.locale,
        length=house.rules.length,
        tone=house.rules.tone,
        edition=0,
        created_at=now,
    )


def _written(desk: _Desk) -> Feedback:
    feedback = desk.feedback
    written = draft(desk.material, desk.house, desk.length, Tone(feedback.tone))
    _seal(desk, written)
    feedback.origin, feedback.is_edited = FeedbackOrigin.RULES, False
    feedback.findings = _codes(desk.check(written.text))
    feedback.facts_at, feedback.fallback = desk.material.facts_at, ""
    feedback.model = feedback.prompt_edition = ""
    feedback.prompt_hash = feedback.answer_hash = None
    feedback.edition += 1
    return feedback


def _redo(desk: _Desk) -> None:
    _unreview(desk.user, desk.feedback, now=desk.now)
    _written(desk).save()


def _put(desk: _Desk, text: str) -> bool:
    """Whether the text is another one now; it is saved then."""
    feedback, key = desk.feedback, desk.material.decision.application.candidate.key
    plain = _plain(text)
    if plain == desk.vault.open(key, Feedback.PLACE, feedback.pk, feedback.text_sealed):
        return False
    _unreview(desk.user, feedback, now=desk.now)
    feedback.text_sealed = desk.vault.seal(key, Feedback.PLACE, feedback.pk, plain)
    feedback.is_edited, feedback.edited_by = True, desk.user
    feedback.findings = _codes(desk.check(plain))
    feedback.edition += 1
    feedback.save()
    return True


def _unreview(user: User, feedback: Feedback, *, now: datetime) -> None:
    if feedback.reviewed_at is not None:
        feedback.reviewed_at = feedback.reviewed_by = None
        record_void(user, void_notices([feedback.decision_id], now=now), now=now)


def _seal(desk: _Desk, written: Draft) -> None:
    """The draft, and its text as the one that stands now."""
    feedback, key = desk.feedback, desk.material.decision.application.candidate.key
    feedback.text_sealed = desk.vault.seal(key, Feedback.PLACE, feedback.pk, written.text)
    stored = orjson.dumps(as_stored(written)).decode()
    feedback.draft_sealed = desk.vault.seal(key, Feedback.DRAFT, feedback.pk, stored)


def _locked(user: User, feedback_id: UUID, edition: int, now: datetime) -> _Desk:
    feedback = _lock(user, feedback_id)
    if feedback.edition != edition or feedback.decision.application.candidate.erased_at is not None:
        raise Overtaken(Overtaken.__doc__)
    vault = Vault(user.organization_id)
    (material,) = materials([feedback.decision], vault)
    return _Desk(user, feedback, material, house_of(user.organization_id), vault, now)


def _lock(user: User, feedback_id: UUID) -> Feedback:
    rows = Feedback.objects.visible_to(user).select_for_update(of=("self",))
    return rows.select_related(*PEOPLE).get(pk=feedback_id)


def _plain(text: str) -> str:
    """Line ends as one kind, no blanks at the ends, never endless."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip()[:LONGEST]


def _codes(found: Iterable[Finding]) -> list[str]:
    return sorted({str(each.code) for each in found})


def _said(provenance: dict[str, object]) -> dict[str, object]:
    """For the audit: hashes as text."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in provenance.items()}


def _record(user: User, action: str, feedback: Feedback, now: datetime, **details: object) -> None:
    subject = ("feedback", feedback.pk)
    audit.record(user.organization_id, user.actor, action, at=now, subject=subject, **details)
    announce(user.organization_id, "feedback", feedback=feedback.pk)
