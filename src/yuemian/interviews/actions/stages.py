"""How far applications are, moved by what happens to their interviews."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from yuemian.domain.states import Stage
from yuemian.trust import columns
from yuemian.trust.beside import Execute, execute_now

_NOTE_INVITED: Final = """
UPDATE hiring_application SET stage = %(invited)s::text
WHERE id = ANY(%(ids)s::uuid[]) AND stage = ANY(%(before)s::text[])
"""
#: Whoever has a later round is on the way to that one.
_INTERVIEWED: Final = """
UPDATE hiring_application a SET stage = 'interviewed' FROM interviews_interview i
WHERE a.id = i.application_id AND a.organization_id = %(organization)s AND i.organization_id = %(organization)s
  AND a.stage IN ('applied', 'screened', 'invited')
  AND NOT EXISTS (
    SELECT FROM interviews_interview o
    WHERE o.application_id = i.application_id AND o.organization_id = i.organization_id
      AND o.starts_at > i.starts_at AND o.state <> 'cancelled')
"""
_NOTE_INTERVIEWED: Final = f"{_INTERVIEWED} AND i.id = ANY(%(ids)s::uuid[])"
_WHOEVER_CAME: Final = f"{_INTERVIEWED} AND i.attendance = 'attended' AND i.starts_at + i.duration <= %(now)s"

_BEFORE: Final = (Stage.APPLIED, Stage.SCREENED, Stage.INTERVIEWED, Stage.DECIDED)


def note_invited(applications: Sequence[UUID], carry_out: Execute = execute_now) -> None:
    """Nobody is moved back but for the next round of an application whose last one is over."""
    stages = [str(stage) for stage in _BEFORE]
    values = {"invited": str(Stage.INVITED), "ids": columns.uuids(applications), "before": stages}
    carry_out(_NOTE_INVITED, values)


def note_interviewed(organization_id: UUID, interview_ids: Collection[UUID]) -> None:
    """Their candidates came, or the wait for a decision on them has begun. Nobody is moved back."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_INTERVIEWED, {"organization": organization_id, "ids": list(interview_ids)})


def catch_up_interviewed(organization_id: UUID, now: datetime) -> int:
    """Whoever came before stages were noted. Returns how many; safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(_WHOEVER_CAME, {"organization": organization_id, "now": now})
        return int(cursor.rowcount)
