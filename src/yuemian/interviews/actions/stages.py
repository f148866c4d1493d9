"""How far applications are, moved by what happens to their interviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from yuemian.domain.states import Stage
from yuemian.trust import columns
from yuemian.trust.beside import Execute, execute_now

_NOTE_INVITED: Final = """
UPDATE hiring_application SET stage = %(invited)s::text
WHERE id = ANY(%(ids)s::uuid[]) AND stage = ANY(%(before)s::text[])
"""


_BEFORE: Final = (Stage.APPLIED, Stage.SCREENED, Stage.INTERVIEWED, Stage.DECIDED)


def note_invited(applications: Sequence[UUID], carry_out: Execute = execute_now) -> None:
    """Nobody is moved back but for the next round of an application whose last one is over."""
    stages = [str(stage) for stage in _BEFORE]
    values = {"invited": str(Stage.INVITED), "ids": columns.uuids(applications), "before": stages}
    carry_out(_NOTE_INVITED, values)
