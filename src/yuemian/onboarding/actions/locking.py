"""What every action on a case begins with: its row, locked; and how its state moves."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from yuemian.domain.moves import can_move, check_move
from yuemian.domain.onboarding import ENDED, CaseState
from yuemian.domain.states import Stage
from yuemian.onboarding.models import OnboardingCase
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.live import announce


class Closed(Exception):  # noqa: N818
    """The form is not open for this any more; the page says what holds now."""


class ConsentMissing(Exception):  # noqa: N818
    """Nothing of a section is taken before its consent was given."""


def locked(case_id: UUID) -> OnboardingCase:
    return OnboardingCase.objects.select_for_update(of=("self",), no_key=True).with_people().get(pk=case_id)


def move(case: OnboardingCase, state: CaseState, **fields: Any) -> None:
    """Along the map, with what changes beside; what runs again is to be deleted again. Raises ForbiddenMove."""
    check_move(CaseState, case.state, state)
    case.state = state
    for name, value in fields.items():
        setattr(case, name, value)
    if state not in ENDED:
        case.ended_at = case.delete_at = case.deleted_at = None
        fields |= {"ended_at": None, "delete_at": None, "deleted_at": None}
    case.save(update_fields=["state", *fields])


def move_stage(case: OnboardingCase, stage: Stage) -> None:
    """The application's own; it stays where the map has no way."""
    application = case.application
    if can_move(Stage, application.stage, stage):
        application.stage = stage
        application.save(update_fields=["stage"])


def note(case: OnboardingCase, actor: Actor, what: str, *, at: datetime, **details: Any) -> None:
    """Ids, keys and counts; never a value."""
    audit.record(
        case.organization_id, actor, f"onboarding.{what}", at=at, subject=("onboarding", case.pk), **details
    )
    announce(case.organization_id, "onboarding", case=case.pk)


def candidate_actor(case: OnboardingCase) -> Actor:
    return Actor("candidate", case.candidate_id)
