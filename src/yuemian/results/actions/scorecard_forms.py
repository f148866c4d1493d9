"""Keep the forms of scorecards: what is asked, in which order, of whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.hiring.models import JobFamily
from yuemian.results.models import Competency, ScorecardForm
from yuemian.results.scorecards.sheet import Asked
from yuemian.trust import audit


class TakenAlready(Exception):  # noqa: N818
    """There is a form for this family and round already; edit that one."""


def create_form(
    user: User, family: JobFamily | None, round_name: str, asked: Sequence[Asked], *, now: datetime
) -> ScorecardForm:
    """Raises TakenAlready."""
    with transaction.atomic():
        form, is_new = ScorecardForm.objects.get_or_create(
            organization_id=user.organization_id, family=family, round=round_name
        )
        if not is_new:
            raise TakenAlready(TakenAlready.__doc__)
        _put(user, form, asked, (), now)
    return form


def save_form(
    user: User, form: ScorecardForm, asked: Sequence[Asked], archived: Sequence[Asked], *, now: datetime
) -> None:
    """Put the competencies in place, in their order. One that is left out entirely is archived, never deleted."""
    with transaction.atomic():
        _put(user, form, asked, archived, now)


def remove_form(user: User, form: ScorecardForm, *, now: datetime) -> None:
    """The next nearest holds again. What was written with it keeps its words."""
    with transaction.atomic():
        audit.record(
            user.organization_id,
            user.actor,
            "scorecard_form.removed",
            at=now,
            subject=("scorecard_form", form.pk),
        )
        form.delete()


def _put(
    user: User, form: ScorecardForm, asked: Sequence[Asked], archived: Sequence[Asked], now: datetime
) -> None:
    wanted = [(each, False) for each in asked] + [(each, True) for each in archived]
    for position, (each, is_archived) in enumerate(wanted):
        Competency.objects.update_or_create(
            organization_id=user.organization_id,
            form=form,
            key=each.key,
            defaults={
                "name": each.name,
                "name_en": each.name_en,
                "question": each.question,
                "question_en": each.question_en,
                "position": position,
                "is_archived": is_archived,
            },
        )
    Competency.objects.filter(form=form).exclude(key__in=[each.key for each, _ in wanted]).update(
        is_archived=True
    )
    audit.record(
        user.organization_id,
        user.actor,
        "scorecard_form.saved",
        at=now,
        subject=("scorecard_form", form.pk),
        competencies=[each.key for each in asked],
    )
