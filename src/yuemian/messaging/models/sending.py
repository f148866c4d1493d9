"""Notifications, deliveries with their events, and what the rehearsal provider received."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from yuemian.accounts.models import Locale, User
from yuemian.domain.states import (
    NEEDING_ATTENTION,
    Channel,
    DeliveryState,
    NotificationState,
    Purpose,
    ReasonCode,
    standing,
)
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.messaging.models.batches import Batch, SharedSnapshot
from yuemian.messaging.models.content import TemplateVersion
from yuemian.messaging.models.words import choices, one_of
from yuemian.trust.models import BulkModel, Key

#: Of deliveries: does not go on by itself, and nobody has dealt with it yet.
NEEDS_ATTENTION = models.Q(state__in=sorted(str(state) for state in NEEDING_ATTENTION), is_closed=False)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        return self.filter(organization_id=user.organization_id)

    def about(self, kind: str, subject_id: UUID) -> NotificationQuerySet:
        return self.filter(subject_kind=kind, subject_id=subject_id)


class Notification(BulkModel):
    """One intended message to one person: a candidate, or (tests, digests) a user.

    `subject_*` names what it is about without knowing it: messaging asks the room that owns the subject
    (see `messaging.subjects`) whether the message is still true.
    """

    engine_may = frozenset({"SELECT", "UPDATE"})
    PLACE = "messaging_notification.parameters"

    # An index only where a page or an erasure looks for it: every one is written with every row.
    batch = models.ForeignKey(
        Batch,
        null=True,
        on_delete=models.SET_NULL,
        related_name="notifications",
        db_index=False,
        db_constraint=False,
    )
    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    candidate = models.ForeignKey(
        Candidate,
        null=True,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
        db_constraint=False,
    )
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
        db_constraint=False,
    )
    key = models.ForeignKey(
        Key, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    subject_revision = models.PositiveIntegerField(default=1)
    version = models.ForeignKey(
        TemplateVersion,
        on_delete=models.PROTECT,
        related_name="notifications",
        db_index=False,
        db_constraint=False,
    )
    locale = models.CharField(max_length=10, choices=Locale.choices)
    parameters_sealed = models.BinaryField(
        help_text="The snapshot it is rendered from, JSON, or the rest of it after `shared`; sealed with `key`."
    )
    shared = models.ForeignKey(
        SharedSnapshot,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    state = models.CharField(
        max_length=20,
        choices=choices(NotificationState),
        default=NotificationState.SCHEDULED,
        help_text="What was meant, up to `scheduled`; what became of it stands in its deliveries (`standing`).",
    )
    occurrence = models.PositiveSmallIntegerField(default=1, help_text="Counts explicit resends.")
    step_key = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="The plan's step that caused it."
    )
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField(help_text="Never sent later than this.")
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False
    )
    created_at = models.DateTimeField()

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id"], name="notification_subject"),
            models.Index(fields=["candidate"], name="notification_candidate"),
            models.Index(fields=["user"], name="notification_user", condition=models.Q(user__isnull=False)),
        ]
        constraints = [
            one_of("state", NotificationState, "notification_state_known"),
            one_of("purpose", Purpose, "notification_purpose_known"),
            models.UniqueConstraint(
                # A subject's id is unique among all kinds.
                fields=[
                    "subject_id",
                    "subject_revision",
                    "purpose",
                    "step_key",
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

    def standing(self) -> NotificationState:
        """How far it is, by its deliveries; prefetch them for many."""
        deliveries = [DeliveryState(delivery.state) for delivery in self.deliveries.all()]
        return standing(NotificationState(self.state), deliveries)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        return self.filter(organization_id=user.organization_id)


class Delivery(BulkModel):
    """One attempt series to hand a notification to one channel; the row is the queue entry.

    Workers claim `queued` rows that are due, through the partial index `delivery_due`: it begins with the
    organization, so that a claim can take a fair share of each.
    """

    engine_may = frozenset({"SELECT", "UPDATE"})

    notification = models.ForeignKey(
        Notification,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    batch = models.ForeignKey(
        Batch,
        null=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    channel = models.CharField(max_length=12, choices=choices(Channel))
    # Left standing when the point is deleted: the last look then finds nobody there.
    contact_point = models.ForeignKey(
        ContactPoint,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    is_rehearsal = models.BooleanField(
        help_text="Planned in rehearsal: never leaves the house, whatever comes later."
    )
    provider = models.CharField(max_length=40, blank=True, help_text="Who carried it: lab, smtp, …")
    account = models.UUIDField(
        null=True, help_text="The provider account that has or had it; none: the installation's own."
    )
    is_unclear = models.BooleanField(
        default=False,
        db_default=False,
        help_text="An attempt under this key may have arrived: no other account may have it.",
    )
    occurrence = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text="Its place in the route: 0 goes first, `created` ones follow after a failure.",
    )
    is_canary = models.BooleanField(default=False, db_default=False)
    is_closed = models.BooleanField(
        default=False, db_default=False, help_text="A person has dealt with what went wrong."
    )
    cost = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, help_text="What it cost, once sent."
    )
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

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "priority", "due_at", "id"],
                name="delivery_due",
                condition=models.Q(state="queued"),
            ),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=models.Q(state="sending")),
            models.Index(fields=["deadline_at"], name="delivery_held", condition=models.Q(state="held")),
            models.Index(
                fields=["notification"], name="delivery_in_reserve", condition=models.Q(state="created")
            ),
            models.Index(fields=["settled_at"], name="delivery_unclear", condition=models.Q(state="unknown")),
            models.Index(
                fields=["sent_at"],
                name="delivery_awaiting_receipt",
                condition=models.Q(state="sent") & ~models.Q(channel=Channel.EMAIL),
            ),
            models.Index(fields=["batch", "state"], name="delivery_batch"),
            models.Index(fields=["batch"], name="delivery_canary", condition=models.Q(is_canary=True)),
            # What a person may have to look after, by its usefulness for the counters and newest first for the page;
            # plain deliveries never enter them.
            models.Index(
                fields=["organization", "deadline_at", "state"],
                name="delivery_attention",
                condition=NEEDS_ATTENTION,
            ),
            models.Index(
                fields=["organization", "id"], name="delivery_attention_new", condition=NEEDS_ATTENTION
            ),
            # For receipts, of which mail has none. No index looks at `account` or `provider`, so that the hand-over
            # rewrites a row in its page alone.
            models.Index(
                fields=["provider_id"],
                name="delivery_receipts",
                condition=~models.Q(provider_id="") & ~models.Q(channel=Channel.EMAIL),
            ),
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
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    REPORTED = "reported"  # the provider's word was not understood, and is kept
    TIMED_OUT = "timed_out"  # no receipt within the channel's time
    FELL_BACK = "fell_back"  # the next channel of the route takes over
    RELEASED = "released"  # a person tried again what was held or had failed
    RESOLVED = "resolved"  # a person said what became of an unclear one
    CALLED_OFF = "called_off"


class DeliveryEvent(BulkModel):
    """One fact about a delivery that its row does not say, with the provider's own words.

    That it was accepted, and that it was called off, stand in the row itself (`sent_at`; `state`, `reason` and
    `settled_at`): in the ordinary case no event is written.
    """

    app_may = frozenset({"SELECT", "INSERT"})
    engine_may = frozenset({"SELECT", "INSERT"})

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    provider_event_id = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True, help_text="Redacted: no address, no text.")

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "provider_event_id"],
                condition=~models.Q(provider_event_id=""),
                name="provider_event_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"


class LabMessageQuerySet(models.QuerySet["LabMessage"]):
    def visible_to(self, user: User) -> LabMessageQuerySet:
        """What candidates received, and the tests this user sent to themselves."""
        mine = models.Q(delivery__notification__candidate__isnull=False) | models.Q(
            delivery__notification__user_id=user.pk
        )
        return self.filter(mine, organization_id=user.organization_id)


class LabMessage(BulkModel):
    """What the rehearsal provider received: the content of the phone lab."""

    engine_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    PLACE = "messaging_labmessage.content"

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, related_name="lab_message", db_constraint=False
    )
    key = models.ForeignKey(
        Key, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    content_sealed = models.BinaryField(help_text="JSON: to, subject, text, html, link.")
    received_at = models.DateTimeField()
    times_received = models.PositiveSmallIntegerField(
        default=1, help_text="More than 1 would be a double send."
    )

    objects = LabMessageQuerySet.as_manager()

    def __str__(self) -> str:
        return f"lab message {self.pk}"
