"""Provider accounts, what a channel may cost, what it brought, and the workers that are alive."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import User
from yuemian.domain.breaker import Circuit
from yuemian.domain.states import Channel, ReasonCode
from yuemian.messaging.models.words import choices, one_of
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import Key, TenantModel


class ProviderAccountQuerySet(models.QuerySet["ProviderAccount"]):
    def visible_to(self, user: User) -> ProviderAccountQuerySet:
        return self.filter(organization_id=user.organization_id)


class Health(models.TextChoices):
    """As `domain.breaker.Circuit`: open ones are not used, half-open ones are probed with one message."""

    OK = Circuit.OK.value
    HALF_OPEN = Circuit.HALF_OPEN.value
    OPEN = Circuit.OPEN.value


class ProviderAccount(TenantModel):
    """One set of credentials of one provider; several of a channel share its messages by weight and health."""

    engine_may = frozenset({"SELECT", "UPDATE"})
    PLACE = "messaging_provideraccount.config"

    channel = models.CharField(max_length=12, choices=choices(Channel))
    provider = models.CharField(max_length=40, help_text="A name of the registry.")
    name = models.CharField(max_length=60)
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    config_sealed = models.BinaryField(help_text="The provider's Config as JSON, secrets included.")
    is_active = models.BooleanField(default=True)
    weight = models.PositiveSmallIntegerField(
        default=100, help_text="Share among the channel's accounts; 0: reserve."
    )
    cost = models.DecimalField(
        max_digits=8, decimal_places=4, default=0, help_text="Of one message or segment."
    )
    per_second = models.FloatField(
        default=0, help_text="Never faster than this; 0: what the provider allows."
    )
    callback_hash = models.BinaryField(
        max_length=32, null=True, help_text="Of the token in the callback's address."
    )
    health = models.CharField(max_length=10, choices=Health.choices, default=Health.OK)
    health_since = models.DateTimeField(null=True)
    health_until = models.DateTimeField(null=True, help_text="When one message is tried on it again.")
    health_code = models.CharField(max_length=30, blank=True, choices=choices(ReasonCode))
    health_reason = models.CharField(max_length=300, blank=True, help_text="The provider's words, redacted.")
    learned_per_second = models.FloatField(null=True, help_text="What throttling taught.")
    paced_until = models.DateTimeField(null=True, help_text="Until then its rate is spoken for.")
    version = models.PositiveIntegerField(
        default=1, help_text="Raised by each edit, so that workers open it anew."
    )
    created_at = models.DateTimeField()

    objects = ProviderAccountQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "-weight", "name"]
        constraints = [
            one_of("channel", Channel, "account_channel_known"),
            models.UniqueConstraint(fields=["organization", "name"], name="account_name_unique"),
            models.UniqueConstraint(fields=["callback_hash"], name="account_callback_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class StrayReport(TenantModel):
    """A callback that fits no delivery yet: the gateway was faster than our own bookkeeping, or means somebody else."""

    PLACE = "messaging_strayreport.content"

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="strays")
    event_id = models.CharField(max_length=120)
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    content_sealed = models.BinaryField(help_text="The event as JSON, with the gateway's own words.")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "received_at"])]
        constraints = [models.UniqueConstraint(fields=["account", "event_id"], name="stray_report_once")]

    def __str__(self) -> str:
        return f"stray report {self.pk}"


class ChannelPolicy(TenantModel):
    """What an organization allows on one channel."""

    engine_may = frozenset({"SELECT"})

    channel = models.CharField(max_length=12, choices=choices(Channel))
    daily_budget = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text="Empty: no limit."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "channel"], name="policy_per_channel")]

    def __str__(self) -> str:
        return self.channel


class ChannelDay(TenantModel):
    """What a channel sent and cost on one day of the organization's own zone."""

    engine_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    channel = models.CharField(max_length=12, choices=choices(Channel))
    day = models.DateField()
    sent = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "channel", "day"], name="one_day_per_channel")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"


class ChannelStatistic(TenantModel):
    """How often a channel was answered in time, for a segment of candidates and a band of hours."""

    segment = models.CharField(
        max_length=120,
        help_text="Similar candidates, or a name beginning with “=”: everybody, or a group that is compared.",
    )
    channel = models.CharField(max_length=12, choices=choices(Channel))
    hour_band = models.PositiveSmallIntegerField(
        help_text="Hour of sending in the candidate's zone, divided by 3."
    )
    is_workday = models.BooleanField()
    is_rehearsal = models.BooleanField(help_text="What was rehearsed teaches nothing about real people.")
    sent = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0, help_text="In time.")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "segment", "channel", "hour_band", "is_workday", "is_rehearsal"],
                name="statistic_per_segment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.answered}/{self.sent}"


class WorkerLife(models.Model):
    """A worker process as it last reported itself: of the whole installation, without any organization's data."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    host = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict, help_text="Counters since the start, per channel and outcome.")

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
