"""What an organization asks of people it hires: fields, times, consents, figures of pay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from yuemian.accounts.models import Branch, User
from yuemian.domain.onboarding import FieldSpec, Section
from yuemian.onboarding.asking import parse_rules
from yuemian.onboarding.models import ConsentText, OnboardingField, OnboardingPolicy, PayRules
from yuemian.trust import audit


def save_policy(user: User, values: dict[str, Any], *, now: datetime) -> None:
    with transaction.atomic():
        OnboardingPolicy.objects.update_or_create(organization_id=user.organization_id, defaults=values)
        audit.record(user.organization_id, user.actor, "onboarding.policy_saved", at=now, **values)


def save_fields(
    user: User, branch: Branch, fields: Sequence[tuple[FieldSpec, bool]], *, now: datetime
) -> None:
    """The whole form of a branch, in its order, each with whether it is asked. Nothing that was given changes."""
    with transaction.atomic():
        OnboardingField.objects.filter(branch=branch).delete()
        OnboardingField.objects.bulk_create(
            [
                OnboardingField(
                    organization_id=user.organization_id,
                    branch=branch,
                    key=spec.key,
                    kind=spec.kind,
                    section=spec.section,
                    is_required=spec.is_required,
                    is_asked=is_asked,
                    label=spec.label,
                    label_en=spec.label_en,
                    hint=spec.hint,
                    hint_en=spec.hint_en,
                    options=[list(pair) for pair in spec.options],
                    rule=spec.rule,
                    position=position,
                )
                for position, (spec, is_asked) in enumerate(fields)
            ]
        )
        subject = ("branch", branch.pk)
        asked = [spec.key for spec, is_asked in fields if is_asked]
        audit.record(
            user.organization_id, user.actor, "onboarding.fields_saved", at=now, subject=subject, asked=asked
        )


def forget_fields(user: User, branch: Branch, *, now: datetime) -> None:
    """Back to what is shipped for the branch's region."""
    with transaction.atomic():
        OnboardingField.objects.filter(branch=branch, organization_id=user.organization_id).delete()
        subject = ("branch", branch.pk)
        audit.record(user.organization_id, user.actor, "onboarding.fields_forgotten", at=now, subject=subject)


def save_consent(user: User, section: Section, text: str, text_en: str, *, now: datetime) -> None:
    """A new text takes the former's place for whoever agrees from now on; empty: the shipped one again."""
    with transaction.atomic():
        texts = ConsentText.objects.select_for_update().filter(
            organization_id=user.organization_id, section=section
        )
        former = texts.order_by("-number").first()
        texts.filter(is_current=True).update(is_current=False)
        number = former.number + 1 if former else 1
        if text.strip():
            ConsentText.objects.create(
                organization_id=user.organization_id,
                section=section,
                number=number,
                text=text.strip(),
                text_en=text_en.strip(),
                author=user,
                created_at=now,
            )
        audit.record(
            user.organization_id,
            user.actor,
            "onboarding.consent_saved",
            at=now,
            section=section,
            number=number,
        )


def save_pay_rules(user: User, content: str, *, now: datetime) -> str:
    """The organization's own figures; returns their key. Raises BadRules."""
    rules = parse_rules(content)
    with transaction.atomic():
        PayRules.objects.update_or_create(
            organization_id=user.organization_id,
            key=rules.key,
            defaults={"content": content, "saved_by": user, "saved_at": now},
        )
        audit.record(user.organization_id, user.actor, "onboarding.pay_rules_saved", at=now, key=rules.key)
    return rules.key


def forget_pay_rules(user: User, key: str, *, now: datetime) -> None:
    with transaction.atomic():
        PayRules.objects.filter(organization_id=user.organization_id, key=key).delete()
        audit.record(user.organization_id, user.actor, "onboarding.pay_rules_forgotten", at=now, key=key)
