"""Reads what is asked of a hired person: fields of the branch, consent texts, times, rules of pay."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from uuid import UUID

from django.utils.translation import override

from yuemian.accounts.models import Branch
from yuemian.domain.languages import is_chinese
from yuemian.domain.onboarding import FieldKind, FieldSpec, Section, shipped_fields
from yuemian.domain.pay import BadRules, Rules, read_rules
from yuemian.onboarding.models import ConsentText, OnboardingField, OnboardingPolicy, PayRules
from yuemian.onboarding.seen import LABELS, consent_words


@dataclass(frozen=True)
class ConsentWords:
    """A consent exactly as it is read. `number` 0: the shipped one."""

    section: Section
    number: int
    text: str
    locale: str

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(f"{self.section}\0{self.text}".encode()).digest()


def policy_of(organization_id: UUID) -> OnboardingPolicy:
    found = OnboardingPolicy.objects.filter(organization_id=organization_id).first()
    return found or OnboardingPolicy(organization_id=organization_id)


def fields_of(branch: Branch) -> list[FieldSpec]:
    """What the branch asks now, in order."""
    own = list(OnboardingField.objects.filter(branch=branch))
    specs = [each.spec for each in own if each.is_asked] if own else list(shipped_fields(branch.region))
    order = list(Section)
    return sorted(specs, key=lambda spec: order.index(spec.section))


def former_field(branch: Branch, key: str, section: Section, *, is_file: bool) -> FieldSpec:
    """A question that is asked no more, as well as it is still known; an unknown one is hidden as a number is."""
    own = OnboardingField.objects.filter(branch=branch, key=key).first()
    shipped = (each for region in (branch.region, "CN", "") for each in shipped_fields(region))
    found = own.spec if own else next((each for each in shipped if each.key == key), None)
    if found is None or found.is_file != is_file:
        found = FieldSpec(key, FieldKind.OTHER_FILE if is_file else FieldKind.IDENTITY, section)
    return found._replace(section=section, is_required=False)


def field_of(branch: Branch, key: str) -> FieldSpec | None:
    return next((spec for spec in fields_of(branch) if spec.key == key), None)


def label_of(spec: FieldSpec, locale: str) -> str:
    """Its own label, else the shipped one of the active language, else its key."""
    own = spec.label if is_chinese(locale) else spec.label_en or spec.label
    return own or str(LABELS.get(spec.key, spec.key))


def hint_of(spec: FieldSpec, locale: str) -> str:
    return spec.hint if is_chinese(locale) else spec.hint_en or spec.hint


def consent_of(organization_id: UUID, section: Section, locale: str) -> ConsentWords:
    own = ConsentText.objects.filter(
        organization_id=organization_id, section=section, is_current=True
    ).first()
    if own is not None:
        text = own.text if is_chinese(locale) else own.text_en or own.text
        return ConsentWords(section, own.number, text, locale)
    return ConsentWords(section, 0, shipped_consent(organization_id, section, locale), locale)


def shipped_consent(organization_id: UUID, section: Section, locale: str) -> str:
    """What is agreed to where an organization has no text of its own."""
    with override(locale):
        return consent_words(section, policy_of(organization_id).keep_days)


@cache
def shipped_rules() -> dict[str, Rules]:
    folder = files("yuemian.onboarding") / "pay_rules"
    found = [
        read_rules(tomllib.loads(each.read_text("utf-8")))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    ]
    return {rules.key: rules for rules in sorted(found, key=lambda rules: rules.key)}


def rules_of(organization_id: UUID) -> dict[str, Rules]:
    """By key: the shipped ones, each replaced by the organization's own of that key."""
    found = dict(shipped_rules())
    for each in PayRules.objects.filter(organization_id=organization_id):
        try:
            found[each.key] = parse_rules(each.content)
        except BadRules:  # saved before a rule of ours became stricter
            continue
    return found


def parse_rules(content: str) -> Rules:
    """Raises BadRules."""
    try:
        return read_rules(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"This is no TOML: {error}.") from error
