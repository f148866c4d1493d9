"""Puts a draft into its rows: the one way by which anything gets onto a scorecard. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from yuemian.domain.scorecard import Draft, Mark
from yuemian.results.models import Scorecard, ScorecardEntry
from yuemian.trust.vault import DataKey, Vault


def write(
    card: Scorecard, draft: Draft, names: Mapping[str, tuple[str, str]], key: DataKey, vault: Vault
) -> None:
    """`names` are the competencies in their order: key → (Chinese, English). The card itself is saved by the caller.

    An entry keeps its id for as long as it stands: sentences of a letter refer to it. What the form no longer asks
    stays as it was written.
    """
    card.recommendation = draft.recommendation or ""
    card.summary_sealed = _sealed(vault, key, Scorecard.PLACE, card.pk, draft.summary)
    known = {row.key: row for row in ScorecardEntry.objects.filter(scorecard=card)}
    for position, (name, (chinese, english)) in enumerate(names.items()):
        mark = draft.marks.get(name, Mark())
        row = known.get(name)
        if row is None:
            row = ScorecardEntry(organization_id=card.organization_id, scorecard=card, key=name)
        row.name, row.name_en, row.position = chinese, english, position
        row.rating, row.is_skipped, row.is_shareable = mark.rating, mark.is_skipped, mark.is_shareable
        row.note_sealed = _sealed(vault, key, ScorecardEntry.PLACE, row.pk, mark.note)
        row.save(force_insert=name not in known)


def _sealed(vault: Vault, key: DataKey, place: str, row_id: UUID, text: str) -> bytes | None:
    return vault.seal(key, place, row_id, text) if text.strip() else None
