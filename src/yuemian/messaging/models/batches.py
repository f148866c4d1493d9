"""Batches, and what the messages of one have in common."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import User
from yuemian.domain.states import BatchState, Purpose, ReasonCode
from yuemian.messaging.models.content import TemplateVersion
from yuemian.messaging.models.words import choices, one_of
from yuemian.trust.models import BulkModel, Key, TenantModel


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
    canary = models.PositiveSmallIntegerField(
        default=0, help_text="So many go first; the rest waits until they are settled well. 0: no canary."
    )
    canary_passed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=30, blank=True, choices=choices(ReasonCode))
    left_out = models.JSONField(default=dict, help_text="Reason code → how many were not planned.")

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["id"], name="batch_running", condition=models.Q(state="running"))]
        constraints = [one_of("state", BatchState, "batch_state_known")]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.total}"


class SharedSnapshot(BulkModel):
    """How the snapshots of alike people of one batch begin: job, time, place, contact; nothing of a candidate's own.

    Each of their notifications keeps the rest, less than a quarter of it; `messaging.snapshots` puts them together.
    """

    app_may = frozenset({"SELECT", "INSERT"})
    engine_may = frozenset({"SELECT"})
    PLACE = "messaging_sharedsnapshot.content"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    key = models.ForeignKey(
        Key, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    content_sealed = models.BinaryField(
        help_text="The first part of JSON, sealed with the organization's key."
    )

    def __str__(self) -> str:
        return f"shared snapshot {self.pk}"
