"""Tenant rows, encryption keys, the audit chain and rate limits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from yuemian.trust.identifiers import uuid7


class TenantModel(models.Model):
    """A row of one organization: under forced row-level security, which `trust.database` applies.

    `engine_may` names what the delivery engine's role may do with rows of every organization;
    `app_may` what the web role may do inside its organization.
    """

    app_may: ClassVar[frozenset[str]] = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    engine_may: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class BulkModel(TenantModel):
    """A tenant row of which thousands are written a second.

    The database checks no foreign key of it, row by row: the statement that writes it has read the parents in the same
    transaction (docs/decisions/0013). `yuemian doctor` looks for rows that lost theirs.
    """

    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class KeyPurpose(models.TextChoices):
    ORGANIZATION = "organization"
    CANDIDATE = "candidate"


class Key(TenantModel):
    """A data key, wrapped: an organization's by the master key, a candidate's by its organization's.

    Destroying `wrapped` makes everything sealed with it unreadable here; a backup from before still holds the
    wrapped key, so erasure is complete when the last such backup has been deleted (docs/security.md).
    """

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})

    number = models.BigIntegerField(unique=True, editable=False)
    purpose = models.CharField(max_length=12, choices=KeyPurpose.choices)
    wrapped_by = models.BigIntegerField(help_text="Number of the wrapping key; negative: of the master key.")
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
                name="key_is_wrapped_or_destroyed",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(purpose=KeyPurpose.ORGANIZATION, destroyed_at__isnull=True),
                name="one_organization_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.number}"


class AuditEntry(TenantModel):
    """One link of an organization's hash chain: insert-only, ids and hashes only, never personal values."""

    app_may = frozenset({"SELECT", "INSERT"})
    engine_may = frozenset({"SELECT", "INSERT"})

    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.UUIDField(null=True)
    details = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "sequence"], name="audit_sequence_unique")
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class RateLimit(models.Model):
    """A counter per hashed key and window; shared by all processes, survives a restart."""

    key_hash = models.BinaryField(primary_key=True, max_length=32)
    window_ends_at = models.DateTimeField()
    hits = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["window_ends_at"])]

    def __str__(self) -> str:
        return f"{self.hits} until {self.window_ends_at:%H:%M:%S}"
