"""The reasons on offer: the organization's own, and the shipped ones as long as nobody worded them anew."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q

from yuemian.domain.results import Outcome
from yuemian.hiring.models import Job
from yuemian.results.models import DecisionReason


@cache
def _library() -> tuple[tuple[Outcome, dict[str, str]], ...]:
    text = files("yuemian.results").joinpath("library", "reasons.toml").read_text("utf-8")
    found: dict[str, list[dict[str, str]]] = tomllib.loads(text)
    return tuple((Outcome(outcome), each) for outcome, reasons in found.items() for each in reasons)


def shipped(organization_id: UUID) -> list[DecisionReason]:
    """As rows that may not be stored yet. Their ids follow from organization and code, so that a page can name them
    before anybody wrote anything."""
    return [
        DecisionReason(
            id=uuid5(organization_id, f"decision reason {said['code']}"),
            organization_id=organization_id,
            outcome=outcome,
            position=place,
            **said,
        )
        for place, (outcome, said) in enumerate(_library())
    ]


def offered(
    organization_id: UUID, jobs: Collection[UUID] = (), outcomes: Iterable[Outcome] = tuple(Outcome)
) -> list[DecisionReason]:
    """What can be chosen for people of all these jobs together, in order; one statement.

    A reason of one job is offered when everybody is of that job.
    """
    rows = DecisionReason.objects.filter(organization_id=organization_id, is_current=True)
    here = Q(job=None)
    if len(set(jobs)) == 1:
        here |= Q(job__in=list(jobs))
    stored = list(rows.filter(here))
    known = {row.code for row in stored if row.job_id is None}
    found = [row for row in stored if not row.is_archived]
    found += [each for each in shipped(organization_id) if each.code not in known]
    wanted = set(outcomes)
    return sorted(
        (each for each in found if each.outcome in wanted),
        key=lambda each: (each.job_id is None, each.position, each.code),
    )


def stored(organization_id: UUID, ids: Collection[UUID]) -> dict[UUID, DecisionReason]:
    """Reasons by id, whichever wording; shipped ones are written down when they are first used."""
    if not ids:
        return {}
    rows = DecisionReason.objects.filter(organization_id=organization_id)
    found = rows.in_bulk(list(ids))
    missing = set(ids) - found.keys()
    fresh = [each for each in shipped(organization_id) if each.pk in missing] if missing else []
    if fresh:
        DecisionReason.objects.bulk_create(fresh, ignore_conflicts=True)
        found |= rows.in_bulk([each.pk for each in fresh])
    return found


def named(organization_id: UUID, ids: Collection[UUID]) -> dict[UUID, DecisionReason]:
    """Reasons by id for showing; nothing is written."""
    if not ids:
        return {}
    unstored = {each.pk: each for each in shipped(organization_id) if each.pk in ids}
    rows: dict[UUID, DecisionReason] = DecisionReason.objects.filter(organization_id=organization_id).in_bulk(
        list(ids)
    )
    return unstored | rows


def listed(organization_id: UUID, job: Job | None) -> Sequence[DecisionReason]:
    """For the settings page: those of one place, archived ones at the end."""
    rows = list(DecisionReason.objects.filter(organization_id=organization_id, job=job, is_current=True))
    if job is None:
        known = {row.code for row in rows}
        rows += [each for each in shipped(organization_id) if each.code not in known]
    order: Any = list(Outcome)
    return sorted(rows, key=lambda r: (order.index(r.outcome), r.is_archived, r.position, r.code))
