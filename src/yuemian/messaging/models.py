"""Templates, blocks, batches, notifications, deliveries and their events, links, conversations."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Branch, Locale, User
from yuemian.domain.states import (
    BatchState,
    Channel,
    DeliveryState,
    NotificationState,
    Purpose,
    ReasonCode,
)
from yuemian.hiring.models import Application, Candidate, ContactPoint, Job, JobFamily
from yuemian.trust.models import Key, TenantModel


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


def one_of(field: str, kind: type[StrEnum], name: str) -> models.CheckConstraint:
    """The database refuses a word that the state enum does not know."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": sorted(member.value for member in kind)}), name=name
    )


# --- Content ---------------------------------------------------------------------------------------------------


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, user: User) -> TemplateQuerySet:
        return self.filter(organization_id=user.organization_id)


class Template(TenantModel):
    """Content of one purpose; what is sent is always one of its published versions."""

    engine_may = frozenset({"SELECT"})

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    round = models.CharField(max_length=40, blank=True, help_text="初试, 复试 …; empty: any round.")
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="template_name_unique"),
            one_of("purpose", Purpose, "template_purpose_known"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(TenantModel):
    """One state of a template's content. Published versions never change; a notification points at one."""

    engine_may = frozenset({"SELECT"})

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_unique"),
            models.UniqueConstraint(
                fields=["template"], condition=models.Q(published_at=None), name="one_draft_per_template"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class TemplateVariant(TenantModel):
    """The text of a version on one channel in one language."""

    engine_may = frozenset({"SELECT"})

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="variants")
    channel = models.CharField(max_length=12, choices=choices(Channel))
    locale = models.CharField(max_length=10, choices=Locale.choices)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=8000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "channel", "locale"], name="variant_unique")
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.locale}"


class BlockKind(models.TextChoices):
    COMPANY = "company", _("About the company")
    VIDEO = "video", _("Video")
    HIGHLIGHTS = "highlights", _("Job highlights")
    TESTIMONIAL = "testimonial", _("Employee testimonial")
    BENEFITS = "benefits", _("Hours and benefits")


class BlockQuerySet(models.QuerySet["Block"]):
    def visible_to(self, user: User) -> BlockQuerySet:
        return self.filter(organization_id=user.organization_id)

    def for_job(self, job: Job) -> BlockQuerySet:
        """What a candidate for this job sees: the organization's, the branch's, the family's, the job's own."""
        everywhere = models.Q(job=None, family=None, branch=None)
        return self.filter(
            everywhere
            | models.Q(job=job)
            | models.Q(family_id=job.family_id)
            | models.Q(branch_id=job.branch_id),
            organization_id=job.organization_id,
        )


class Block(TenantModel):
    """A reusable piece of the candidate page, attached to a job, a family, a branch, or (none set) everywhere."""

    kind = models.CharField(max_length=12, choices=BlockKind.choices)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks")
    family = models.ForeignKey(
        JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks"
    )
    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.CASCADE, related_name="blocks")
    locale = models.CharField(max_length=10, choices=Locale.choices)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=80)
    body = models.TextField(max_length=4000, blank=True)
    link = models.URLField(blank=True, help_text="https only; a video opens there, nothing is embedded.")
    by_line = models.CharField(max_length=80, blank=True, help_text="Who says it, for a testimonial.")

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(job=None, family=None)
                | models.Q(job=None, branch=None)
                | models.Q(family=None, branch=None),
                name="block_has_one_place",
            )
        ]

    def __str__(self) -> str:
        return self.title


# --- Sending ---------------------------------------------------------------------------------------------------


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: User) -> BatchQuerySet:
        return self.filter(organization_id=user.organization_id)


class Batch(TenantModel):
    """A mass send as the recruiter sees it: what was chosen, how far it is, stop."""

    engine_may = frozenset({"SELECT", "UPDATE"})

    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    version = models.ForeignKey(TemplateVersion, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=choices(BatchState), default=BatchState.RUNNING)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="batches")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict, help_text="Reason code → how many were not planned.")

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["id"], name="batch_running", condition=models.Q(state="running"))]
        constraints = [one_of("state", BatchState, "batch_state_known")]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.total}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        return self.filter(organization_id=user.organization_id)

    def about(self, kind: str, subject_id: UUID) -> NotificationQuerySet:
        return self.filter(subject_kind=kind, subject_id=subject_id)


class Notification(TenantModel):
    """One intended message to one person: a candidate, or (tests, digests) a user.

    `subject_*` names what it is about without knowing it: messaging asks the room that owns the subject
    (see `messaging.subjects`) whether the message is still true.
    """

    engine_may = frozenset({"SELECT", "UPDATE"})
    PLACE = "messaging_notification.parameters"

    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="notifications")
    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    candidate = models.ForeignKey(
        Candidate, null=True, on_delete=models.CASCADE, related_name="notifications"
    )
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="notifications")
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    subject_revision = models.PositiveIntegerField(default=1)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="notifications")
    locale = models.CharField(max_length=10, choices=Locale.choices)
    parameters_sealed = models.BinaryField(
        help_text="The snapshot it is rendered from, JSON, sealed with `key`."
    )
    state = models.CharField(
        max_length=20, choices=choices(NotificationState), default=NotificationState.SCHEDULED
    )
    occurrence = models.PositiveSmallIntegerField(default=1, help_text="Counts explicit resends.")
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField(help_text="Never sent later than this.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"]),
            models.Index(fields=["batch", "state"]),
            models.Index(
                fields=["id"], name="notification_processing", condition=models.Q(state="processing")
            ),
        ]
        constraints = [
            one_of("state", NotificationState, "notification_state_known"),
            one_of("purpose", Purpose, "notification_purpose_known"),
            models.UniqueConstraint(
                fields=[
                    "subject_kind",
                    "subject_id",
                    "subject_revision",
                    "purpose",
                    "occurrence",
                    "candidate",
                ],
                condition=models.Q(candidate__isnull=False) & ~models.Q(purpose=Purpose.ANSWER),
                name="notification_said_once",
            ),
            models.CheckConstraint(
                condition=models.Q(candidate__isnull=False, user__isnull=True)
                | models.Q(candidate__isnull=True, user__isnull=False),
                name="notification_has_one_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class Delivery(TenantModel):
    """One attempt series to hand a notification to one channel; the row is the queue entry.

    Workers claim `queued` rows that are due, through the partial index `delivery_due`: it begins with the
    organization, so that a claim can take a fair share of each.
    """

    engine_may = frozenset({"SELECT", "UPDATE"})

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="deliveries")
    channel = models.CharField(max_length=12, choices=choices(Channel))
    contact_point = models.ForeignKey(
        ContactPoint, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    is_rehearsal = models.BooleanField(
        help_text="Planned in rehearsal: never leaves the house, whatever comes later."
    )
    provider = models.CharField(max_length=40, blank=True, help_text="Who carried it: lab, smtp, …")
    occurrence = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, choices=choices(DeliveryState), default=DeliveryState.QUEUED)
    reason = models.CharField(max_length=30, blank=True, choices=choices(ReasonCode))
    explanation = models.CharField(max_length=200, blank=True, help_text="Why this channel, one sentence.")
    priority = models.PositiveSmallIntegerField(default=30)
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "priority", "due_at", "id"],
                name="delivery_due",
                condition=models.Q(state="queued"),
            ),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=models.Q(state="sending")),
            models.Index(
                fields=["deadline_at"], name="delivery_held", condition=models.Q(state="held")
            ),
            models.Index(fields=["batch", "state"], name="delivery_batch"),
        ]
        constraints = [
            one_of("state", DeliveryState, "delivery_state_known"),
            models.UniqueConstraint(fields=["notification", "channel", "occurrence"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class EventKind(models.TextChoices):
    """What happened to a delivery; append-only, never a state by itself."""

    ATTEMPTED = "attempted"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCLEAR = "unclear"
    LEASE_EXPIRED = "lease_expired"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    CALLED_OFF = "called_off"


class DeliveryEvent(TenantModel):
    """One fact about a delivery, with the provider's own words."""

    app_may = frozenset({"SELECT", "INSERT"})
    engine_may = frozenset({"SELECT", "INSERT"})

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    provider_event_id = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True, help_text="Redacted: no address, no text.")

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"


class LabMessage(TenantModel):
    """What the rehearsal provider received: the content of the phone lab."""

    engine_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    PLACE = "messaging_labmessage.content"

    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="lab_message")
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    content_sealed = models.BinaryField(help_text="JSON: to, subject, text, html, link.")
    received_at = models.DateTimeField()
    times_received = models.PositiveSmallIntegerField(
        default=1, help_text="More than 1 would be a double send."
    )

    def __str__(self) -> str:
        return f"lab message {self.pk}"


# --- Links and engagement --------------------------------------------------------------------------------------


class AccessLink(TenantModel):
    """A candidate's way in: a random token stored hashed, bound to purpose, subject and revision."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})

    token_hash = models.BinaryField(max_length=32, unique=True)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=12, default="answer")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    subject_revision = models.PositiveIntegerField()
    notification = models.ForeignKey(Notification, null=True, on_delete=models.CASCADE, related_name="links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]

    def __str__(self) -> str:
        return f"link {self.pk}"


class Visit(TenantModel):
    """A fetch of a link: engagement, never state. A fetch may be a machine's; a view came from a scripted page."""

    app_may = frozenset({"SELECT", "INSERT"})

    link = models.ForeignKey(AccessLink, on_delete=models.CASCADE, related_name="visits")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=[("fetched", "fetched"), ("viewed", "viewed")])
    is_suspected_bot = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["link", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"


# --- Conversation ----------------------------------------------------------------------------------------------


class Conversation(TenantModel):
    """The thread between a candidate and the company about one application."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="conversation")
    state = models.CharField(
        max_length=10, default="open", choices=[("open", "open"), ("resolved", "resolved")]
    )
    waiting_since = models.DateTimeField(null=True, help_text="Since when the candidate waits for an answer.")

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class Message(TenantModel):
    """One message of a conversation, from the candidate (author empty) or from a user."""

    app_may = frozenset({"SELECT", "INSERT"})
    PLACE = "messaging_message.body"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    interview_id = models.UUIDField(null=True, help_text="The interview it was asked about.")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    is_from_candidate = models.BooleanField()
    body_sealed = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"message {self.pk}"
