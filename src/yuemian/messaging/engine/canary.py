"""Lets the rest of a large batch go when its first few arrived well, and pauses it when they did not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

import structlog

from yuemian.domain.canary import Fate, Figure, Verdict, judge
from yuemian.messaging.actions.plan import WAKE
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.settle import Touched

log = structlog.get_logger(__name__)

#: Of these batches, or (NULL) of all that run: what became of the first few while the rest waits for them.
FIGURES: Final = """
SELECT b.id, b.organization_id, d.state, d.reason, count(*)
FROM messaging_batch b JOIN messaging_delivery d ON d.batch_id = b.id AND d.is_canary
WHERE b.state = 'running' AND b.canary > 0 AND b.canary_passed_at IS NULL
  AND (%(ids)s::uuid[] IS NULL OR b.id = ANY(%(ids)s))
GROUP BY b.id, b.organization_id, d.state, d.reason
"""
GO: Final = f"""
WITH passed AS (
    UPDATE messaging_batch SET canary_passed_at = now()
    WHERE id = %(id)s AND state = 'running' AND canary_passed_at IS NULL
    RETURNING id
)
SELECT pg_notify('{WAKE}', '') FROM passed
"""  # noqa: S608
PAUSE: Final = """
UPDATE messaging_batch SET state = 'paused', paused_at = now(), paused_reason = %(reason)s
WHERE id = %(id)s AND state = 'running' AND canary_passed_at IS NULL
RETURNING id
"""


class Pending(NamedTuple):
    """A batch that waits for its first few."""

    batch_id: UUID
    organization_id: UUID


async def judge_canaries(
    database: Database, batch_ids: Collection[UUID] | None
) -> tuple[set[UUID], list[Touched]]:
    """Decide for every batch that waits. Returns which still wait, and where something changed.

    Both updates are guarded by the batch's state: of two workers who judge the same batch at once one changes it.
    """
    found: dict[Pending, list[Figure]] = {}
    ids = None if batch_ids is None else list(batch_ids)
    for batch_id, organization_id, *figure in await database.patiently(FIGURES, {"ids": ids}):
        found.setdefault(Pending(batch_id, organization_id), []).append(Figure(*figure))
    waiting, touched = set(), []
    for batch, figures in found.items():
        verdict = judge(figures)
        if verdict.fate is Fate.WAIT:
            waiting.add(batch.batch_id)
        elif await _carry_out(database, batch, verdict):
            touched.append(Touched(batch.organization_id, batch.batch_id, 0))
    return waiting, touched


async def _carry_out(database: Database, batch: Pending, verdict: Verdict) -> bool:
    if verdict.fate is Fate.GO:
        return bool(await database.patiently(GO, {"id": batch.batch_id}))
    is_paused = bool(await database.patiently(PAUSE, {"id": batch.batch_id, "reason": verdict.reason}))
    if is_paused:
        log.warning("batch_paused", batch=str(batch.batch_id), reason=verdict.reason)
    return is_paused
