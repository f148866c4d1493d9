"""The answers of those who want to be contacted about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F

from yuemian.accounts.models import User
from yuemian.interviews.models import SurveySigned
from yuemian.trust.vault import Unreadable, Vault

SHOWN: Final = 50


@dataclass(frozen=True)
class Signed:
    """One of them, in clear."""

    row: SurveySigned
    name: str
    words: Sequence[str]


def read_signed(user: User, kind: str) -> list[Signed]:
    """Who is still to be contacted, the newest first; then who was contacted last."""
    rows = SurveySigned.objects.filter(organization_id=user.organization_id, kind=kind)
    found = rows.select_related("interview__application__candidate__key", "job").order_by(
        F("contacted_at").desc(nulls_first=True), "-at"
    )[:SHOWN]
    vault = Vault(user.organization_id)
    return [Signed(row, row.interview.application.candidate.name, _words(row, vault)) for row in found]


def _words(row: SurveySigned, vault: Vault) -> list[str]:
    if row.words_sealed is None:
        return []
    key = row.interview.application.candidate.key
    try:
        said: dict[str, str] = json.loads(vault.open(key, row.PLACE, row.pk, row.words_sealed))
    except Unreadable:
        return []
    return list(said.values())
