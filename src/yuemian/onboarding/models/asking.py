"""What an organization asks of people it hires, on what terms, and what it estimates their pay by."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import Branch, User
from yuemian.domain.onboarding import FieldKind, FieldSpec, Section
from yuemian.messaging.models import choices, one_of
from yuemian.trust.models import TenantModel


class OnboardingPolicy(TenantModel):
    """Times and terms; without a row the defaults hold."""

    deadline_days = models.PositiveSmallIntegerField(default=14, help_text="So long the form is open.")
    remind_days = models.PositiveSmallIntegerField(default=3, help_text="Reminded once after so long.")
    keep_days = models.PositiveSmallIntegerField(
        default=30, help_text="Deleted so long after the first day, or after the end."
    )
    begins_by_itself = models.BooleanField(default=True, help_text="When a pass is released.")
    needs_scanner = models.BooleanField(
        default=True, help_text="Files wait in quarantine until a virus scanner has seen them."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="onboarding_policy_once"),
            models.CheckConstraint(
                condition=models.Q(
                    deadline_days__gte=1,
                    deadline_days__lte=90,
                    remind_days__gte=1,
                    remind_days__lte=30,
                    keep_days__lte=365,
                ),
                name="onboarding_policy_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"onboarding policy of {self.organization_id}"


class OnboardingField(TenantModel):
    """One question of a branch's own form; a branch without any asks what its region's shipped form asks."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="+")
    key = models.SlugField(max_length=30)
    kind = models.CharField(max_length=14, choices=choices(FieldKind))
    section = models.CharField(max_length=10, choices=choices(Section))
    is_required = models.BooleanField(default=True)
    is_asked = models.BooleanField(default=True)
    label = models.CharField(max_length=60, blank=True, help_text="Empty: as shipped, in every language.")
    label_en = models.CharField(max_length=80, blank=True)
    hint = models.CharField(max_length=160, blank=True)
    hint_en = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=list, blank=True, help_text="Pairs: Chinese, English.")
    rule = models.CharField(max_length=8, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "key"], name="onboarding_field_once"),
            one_of("kind", FieldKind, "onboarding_field_kind_known"),
            one_of("section", Section, "onboarding_field_section_known"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.branch_id}"

    @property
    def spec(self) -> FieldSpec:
        return FieldSpec(
            self.key,
            FieldKind(self.kind),
            Section(self.section),
            self.is_required,
            self.label,
            self.label_en,
            self.hint,
            self.hint_en,
            tuple((chinese, english) for chinese, english in self.options),
            self.rule,
        )


class ConsentText(TenantModel):
    """What somebody agrees to when they give the data of one section. Never edited: a new text is a new number."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    section = models.CharField(max_length=10, choices=choices(Section))
    number = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(max_length=2000)
    text_en = models.TextField(max_length=3000, blank=True)
    is_current = models.BooleanField(default=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "section", "number"], name="consent_text_number_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "section"],
                condition=models.Q(is_current=True),
                name="consent_text_one_current",
            ),
            one_of("section", Section, "consent_text_section_known"),
        ]

    def __str__(self) -> str:
        return f"consent text {self.section} {self.number}"


class PayRules(TenantModel):
    """An organization's own figures in the place of the shipped ones of the same key."""

    key = models.SlugField(max_length=40)
    content = models.TextField(max_length=20_000, help_text="TOML, as in onboarding/pay_rules.")
    saved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="pay_rules_once")]

    def __str__(self) -> str:
        return f"pay rules {self.key}"
