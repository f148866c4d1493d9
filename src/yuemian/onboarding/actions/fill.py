"""What the candidate does on the form: consents, takes a consent back, saves a section, hands in, withdraws."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from yuemian.domain.onboarding import (
    OPEN_FOR_CANDIDATE,
    CaseState,
    FieldSpec,
    Problem,
    Review,
    Section,
    read_answer,
)
from yuemian.domain.states import Stage
from yuemian.onboarding.actions.locking import (
    Closed,
    ConsentMissing,
    candidate_actor,
    locked,
    move,
    move_stage,
    note,
)
from yuemian.onboarding.actions.wipe import set_deletion, wipe, wipe_section
from yuemian.onboarding.asking import ConsentWords, fields_of
from yuemian.onboarding.models import Consent, OnboardingAnswer, OnboardingCase
from yuemian.onboarding.reading import read_case
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Unreadable, Vault

#: Field key → part → what was typed.
Given = Mapping[str, Mapping[str, str]]


def give_consent(case_id: UUID, words: ConsentWords, read_hash: str, *, now: datetime) -> bool:
    """`read_hash` is that of the text the page showed: False when another text holds by now, and nothing was agreed."""
    with transaction.atomic():
        case = _open(case_id, now)
        if words.hash.hex() != read_hash:
            return False
        _is_there, is_new = Consent.objects.get_or_create(
            case=case,
            section=words.section,
            withdrawn_at=None,
            defaults={
                "id": uuid7(),
                "organization_id": case.organization_id,
                "number": words.number,
                "locale": words.locale,
                "text_hash": words.hash,
                "given_at": now,
            },
        )
        if is_new:
            note(
                case,
                candidate_actor(case),
                "consented",
                at=now,
                section=words.section,
                number=words.number,
                text=words.hash.hex(),
            )
    return True


def take_consent_back(case_id: UUID, section: Section, *, now: datetime) -> int:
    """As easy as giving it, in every state: what was given with it is deleted at once. Returns how much."""
    with transaction.atomic():
        case = locked(case_id)
        held = Consent.objects.filter(case=case, section=section, withdrawn_at=None)
        if not held.update(withdrawn_at=now):
            return 0
        count = wipe_section(case, section)
        if case.state == CaseState.SUBMITTED:
            move(case, CaseState.FILLING, submitted_at=None)
        note(case, candidate_actor(case), "consent_withdrawn", at=now, section=section, deleted=count)
    return count


def save_entries(
    case_id: UUID, given: Given, *, now: datetime, pressed: Section | None = None
) -> dict[str, Problem]:
    """Keep what can be kept of what was typed, and say what is wrong with the rest. Raises Closed, ConsentMissing.

    What is left empty is wrong only in the section whose button was pressed: the others are still being filled in.
    """
    with transaction.atomic():
        case = _open(case_id, now)
        today = now.astimezone(ZoneInfo(case.branch.time_zone)).date()
        specs = [
            spec
            for spec in fields_of(case.branch)
            if not spec.is_file and (spec.key in given or spec.section == pressed)
        ]
        _check_consents(case, {spec.section for spec in specs})
        problems, changed = {}, []
        for spec in specs:
            read = read_answer(spec, given.get(spec.key, {}), region=case.branch.region, today=today)
            is_empty = read.problem is Problem.EMPTY and not any(given.get(spec.key, {}).values())
            if read.problem is not None and not (is_empty and spec.section != pressed):
                problems[spec.key] = read.problem
            if (read.problem is None or is_empty) and _keep(case, spec, read.value, now):
                changed.append(spec)
        if case.state == CaseState.INVITED:
            move(case, CaseState.FILLING)
        for section in dict.fromkeys(spec.section for spec in changed):
            keys = [spec.key for spec in changed if spec.section == section]
            note(case, candidate_actor(case), "saved", at=now, section=section, fields=keys)
    return problems


def _check_consents(case: OnboardingCase, sections: set[Section]) -> None:
    given = set(Consent.objects.filter(case=case, withdrawn_at=None).values_list("section", flat=True))
    if any(section.needs_consent and section not in given for section in sections):
        raise ConsentMissing(ConsentMissing.__doc__)


def hand_in(case_id: UUID, *, now: datetime) -> list[str]:
    """The keys of what is still missing; with none the form is handed in. Raises Closed."""
    with transaction.atomic():
        case = _open(case_id, now)
        missing = read_case(case, Vault(case.organization_id)).missing
        if missing:
            return missing
        if case.state == CaseState.INVITED:
            move(case, CaseState.FILLING)
        move(case, CaseState.SUBMITTED, submitted_at=now)
        set_deletion(case, now=now)
        note(case, candidate_actor(case), "submitted", at=now)
    return []


def withdraw(case_id: UUID, *, now: datetime) -> None:
    """The candidate wants no onboarding here: everything given goes at once."""
    with transaction.atomic():
        case = locked(case_id)
        if case.state == CaseState.WITHDRAWN:
            return
        move(case, CaseState.WITHDRAWN, ended_at=now, delete_at=now)
        move_stage(case, Stage.CLOSED)
        Consent.objects.filter(case=case, withdrawn_at=None).update(withdrawn_at=now)
        count = wipe(case, now=now)
        note(case, candidate_actor(case), "withdrawn", at=now, deleted=count)


def _open(case_id: UUID, now: datetime) -> OnboardingCase:
    case = locked(case_id)
    if case.state not in OPEN_FOR_CANDIDATE or case.deadline_at <= now:
        raise Closed(Closed.__doc__)
    return case


def _keep(case: OnboardingCase, spec: FieldSpec, value: str, now: datetime) -> bool:
    """Whether it changed. What HR has accepted stays as it is."""
    vault, key = Vault(case.organization_id), case.application.candidate.key
    row = OnboardingAnswer.objects.filter(case=case, key=spec.key).first()
    if row is not None and row.review == Review.ACCEPTED:
        return False
    if row is None:
        if not value:
            return False
        row = OnboardingAnswer(id=uuid7(), organization_id=case.organization_id, case=case, key=spec.key)
    elif _is_same(vault, key, row, value):
        return False
    row.section, row.review, row.comment_sealed, row.changed_at = spec.section, Review.OPEN, None, now
    row.value_sealed = vault.seal(key, row.PLACE, row.pk, value) if value else None
    row.save()
    return True


def _is_same(vault: Vault, key: object, row: OnboardingAnswer, value: str) -> bool:
    if row.value_sealed is None:
        return not value
    try:
        return vault.open(key, row.PLACE, row.pk, row.value_sealed) == value  # type: ignore[arg-type]
    except Unreadable:
        return False
