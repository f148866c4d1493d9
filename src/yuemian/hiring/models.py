"""Jobs, candidates and their contact points, applications and where they came from."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Branch, Locale, User, validate_time_zone
from yuemian.domain.languages import is_chinese
from yuemian.domain.states import Channel, Stage
from yuemian.trust.models import Key, TenantModel
from yuemian.trust.vault import Vault


class JobFamily(TenantModel):
    """技术, 销售, 职能 …: what content and cadence jobs share."""

    engine_may = frozenset({"SELECT"})

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="family_name_unique")]

    def __str__(self) -> str:
        return self.name_in(get_language() or "zh-hans")

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        return self.filter(organization_id=user.organization_id)


class Job(TenantModel):
    """A position people apply for."""

    engine_may = frozenset({"SELECT"})

    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    family = models.ForeignKey(JobFamily, on_delete=models.PROTECT, related_name="jobs")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="jobs")
    recruiter = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs")
    is_open = models.BooleanField(default=True)
    external_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "branch", "title"], name="job_title_unique")
        ]

    def __str__(self) -> str:
        return self.title_in(get_language() or "zh-hans")

    def title_in(self, locale: str) -> str:
        return self.title if is_chinese(locale) else self.title_en or self.title


class Source(TenantModel):
    """Where an application came from: BOSS直聘, 猎聘, 内推, 校招 …"""

    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="source_name_unique")]

    def __str__(self) -> str:
        return self.name


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: User) -> CandidateQuerySet:
        return self.filter(organization_id=user.organization_id)

    def named(self, key: str, most: int | None = None) -> CandidateQuerySet:
        """Those whose `name_key` contains it: by an index, any `most` of them, of the transaction's organization."""
        if not key:
            return self
        found = models.Func(
            models.Value(key, models.TextField()),
            models.Value(most, models.IntegerField()),
            function="find_named",
            template="(SELECT %(function)s(%(expressions)s))",
            output_field=models.UUIDField(),
        )
        return self.filter(pk__in=found)


class Candidate(TenantModel):
    """A person. Contact values and texts are sealed with the person's own key; the name stays searchable."""

    engine_may = frozenset({"SELECT"})

    key = models.OneToOneField(Key, on_delete=models.PROTECT, related_name="candidate")
    name = models.CharField(max_length=120)
    name_key = models.CharField(
        max_length=120, help_text="Normal form of the name, for comparison and search."
    )
    locale = models.CharField(max_length=10, choices=Locale.choices, default=Locale.ZH_HANS)
    time_zone = models.CharField(max_length=50, blank=True, validators=[validate_time_zone])
    preferred_channel = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        choices=[(c.value, c.value) for c in Channel],
        help_text="The person's own.",
    )
    preferred_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The person's own, 0 to 23 in their zone."
    )
    external_id = models.CharField(max_length=80, blank=True)
    hold_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Why the data must be kept for now."
    )
    erased_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "name_key"]),
            models.Index(
                fields=["organization", "name"], name="candidate_on_hold", condition=~models.Q(hold_reason="")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=~models.Q(external_id=""),
                name="candidate_external_id_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ContactState(models.TextChoices):
    ACTIVE = "active", _("In use")
    UNCONFIRMED = "unconfirmed", _("Not confirmed yet")
    INVALID = "invalid", _("Does not work")
    SUPPRESSED = "suppressed", _("Stopped after failures")
    OPTED_OUT = "opted_out", _("Opted out")


class ContactPoint(TenantModel):
    """A candidate on a channel: an e-mail address, or a phone number in E.164."""

    engine_may = frozenset({"SELECT", "UPDATE"})
    PLACE = "hiring_contactpoint.value"

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="contact_points")
    channel = models.CharField(max_length=12, choices=[(c.value, c.value) for c in Channel])
    value_sealed = models.BinaryField()
    blind_index = models.BinaryField(max_length=16)
    state = models.CharField(max_length=12, choices=ContactState.choices, default=ContactState.ACTIVE)
    is_shared = models.BooleanField(
        default=False, help_text="A recruiter confirmed that several people share it."
    )
    is_discreet = models.BooleanField(
        default=False, db_default=False, help_text="Messages there name neither company nor interview."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "blind_index"])]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "channel", "blind_index"], name="contact_point_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.candidate_id}"

    def value(self, vault: Vault) -> str:
        """The address in clear. Raises Unreadable once the person was erased."""
        return vault.open(self.candidate.key, self.PLACE, self.pk, self.value_sealed)


class CorrectionState(models.TextChoices):
    OPEN = "open", _("Waits for you")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: User) -> CorrectionQuerySet:
        return self.filter(organization_id=user.organization_id)


class Correction(TenantModel):
    """What a candidate says is wrong about them: the name, an address that others have too, or in words."""

    PLACE = "hiring_correction.value"

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=12, choices=[(f, f) for f in ("name", "email", "sms", "other")])
    value_sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=CorrectionState.choices, default=CorrectionState.OPEN)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(
                fields=["organization", "created_at"],
                name="correction_open",
                condition=models.Q(state=CorrectionState.OPEN),
            )
        ]

    def __str__(self) -> str:
        return f"correction of {self.field} {self.pk}"

    def value(self, vault: Vault) -> str:
        """What it should be. Raises Unreadable once the person was erased."""
        return vault.open(self.candidate.key, self.PLACE, self.pk, self.value_sealed)


class ErasureOrigin(models.TextChoices):
    CANDIDATE = "candidate", _("Asked for by the candidate")
    RETENTION = "retention", _("The time is over")
    OFFICER = "officer", _("Done by hand")


class ErasureState(models.TextChoices):
    PLANNED = "planned", _("Comes")
    HELD = "held", _("Kept for now")
    WITHDRAWN = "withdrawn", _("No longer due")
    DONE = "done", _("Erased")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, user: User) -> ErasureQuerySet:
        return self.filter(organization_id=user.organization_id)

    def due(self, now: Any) -> ErasureQuerySet:
        return self.filter(state=ErasureState.PLANNED, due_at__lte=now)


class Erasure(TenantModel):
    """That a person's data goes, or went: announced, perhaps held, done. Holds no personal value."""

    engine_may = frozenset({"SELECT"})

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="erasures")
    origin = models.CharField(max_length=10, choices=ErasureOrigin.choices)
    state = models.CharField(max_length=10, choices=ErasureState.choices, default=ErasureState.PLANNED)
    asked_at = models.DateTimeField(help_text="When it was announced, or asked for.")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    receipt_hash = models.BinaryField(
        max_length=32, null=True, unique=True, help_text="SHA-256 of the receipt that the person was given."
    )
    counts = models.JSONField(default=dict, help_text="Kind of data → how many entries went.")

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["organization", "state", "due_at"], name="erasure_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=models.Q(state__in=["planned", "held"]),
                name="one_erasure_comes",
            ),
            models.UniqueConstraint(
                fields=["candidate"], condition=models.Q(state="done"), name="erased_once"
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk} {self.state}"


class Application(TenantModel):
    """One candidate for one job."""

    engine_may = frozenset({"SELECT"})

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="applications")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="applications")
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="applications"
    )
    stage = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in Stage], default=Stage.SCREENED
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "job"], name="application_unique")]

    def __str__(self) -> str:
        return f"{self.candidate_id} for {self.job_id}"
