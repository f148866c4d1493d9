"""The personal part of a letter, as far as a person has reviewed it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from yuemian.results.models import Decision, Feedback
from yuemian.trust.vault import Vault


def reviewed(decisions: Collection[Decision], vault: Vault) -> dict[UUID, str]:
    """Decision's id → what its letter says of the interview; without a reviewed text it is missing.

    `decisions` come with `application__candidate__key`.
    """
    keys = {decision.pk: decision.application.candidate.key for decision in decisions}
    found = Feedback.objects.filter(decision__in=keys, reviewed_at__isnull=False)
    return {
        each.decision_id: vault.open(keys[each.decision_id], Feedback.PLACE, each.pk, each.text_sealed)
        for each in found
    }
