"""How an organization writes feedback: its rules, its own phrases, its language model."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import orjson
from django.db import transaction

from yuemian.accounts.models import User
from yuemian.channels.language_model import LanguageModelConfig
from yuemian.results.models import FeedbackRules, LanguageModel, Phrase
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key


def save_rules(user: User, rules: FeedbackRules, *, now: datetime) -> None:
    """For drafts from now on."""
    with transaction.atomic():
        rules.organization_id = user.organization_id
        rules.save()
        _record(user, "feedback.rules_saved", now, length=rules.length, tone=rules.tone)


def save_phrase(user: User, phrase: Phrase, *, now: datetime) -> Phrase:
    """One wording for one rating; what stood in the same place is replaced."""
    with transaction.atomic():
        place = {
            name: getattr(phrase, name)
            for name in ("competency", "rating", "locale", "length", "family", "round")
        }
        saved, _ = Phrase.objects.update_or_create(
            organization_id=user.organization_id,
            **place,
            defaults={"text": phrase.text},
            create_defaults={"id": uuid7(), "text": phrase.text},
        )
        _record(user, "feedback.phrase_saved", now, competency=phrase.competency, rating=phrase.rating)
    return saved


def delete_phrase(user: User, phrase: Phrase, *, now: datetime) -> None:
    """The shipped wording holds again."""
    with transaction.atomic():
        _record(user, "feedback.phrase_deleted", now, competency=phrase.competency, rating=phrase.rating)
        phrase.delete()


def save_model(
    user: User, config: LanguageModelConfig, *, is_active: bool, is_title_told: bool, now: datetime
) -> LanguageModel:
    """The connection; it drafts only where somebody asks it to."""
    with transaction.atomic():
        rows = LanguageModel.objects.filter(organization_id=user.organization_id).select_for_update()
        row = rows.first() or LanguageModel(id=uuid7(), organization_id=user.organization_id, version=0)
        row.version += 1
        row.key = organization_key(user.organization_id)
        plain = orjson.dumps(dataclasses.asdict(config))
        row.config_sealed = Vault(user.organization_id).seal_bytes(
            row.key, LanguageModel.PLACE, row.pk, plain
        )
        row.name, row.is_active, row.is_title_told = config.model[:80], is_active, is_title_told
        row.checked_at, row.trouble = None, ""
        row.save()
        _record(user, "feedback.model_saved", now, is_active=is_active, is_title_told=is_title_told)
    return row


def record_model_test(user: User, row: LanguageModel, trouble: str, *, now: datetime) -> None:
    """What became of a test; called after it, outside of any other transaction."""
    with acting_in(user.organization_id):
        same = LanguageModel.objects.filter(pk=row.pk, version=row.version)
        if same.update(checked_at=now, trouble=trouble):
            _record(user, "feedback.model_tested", now, outcome=trouble or "ok")


def _record(user: User, action: str, now: datetime, **details: object) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("user", user.pk), **details)
