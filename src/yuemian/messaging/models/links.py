"""A candidate's way in, and its visits."""

from __future__ import annotations

from django.db import models

from yuemian.hiring.models import Candidate
from yuemian.messaging.models.sending import Notification
from yuemian.trust.models import BulkModel, TenantModel


class AccessLink(BulkModel):
    """A candidate's way in: a random token stored hashed, bound to purpose, subject and revision.

    That of a notification has its id: who asks for the links of a person or subject finds them by the notifications.
    """

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})

    token_hash = models.BinaryField(max_length=32, unique=True)
    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="links", db_index=False, db_constraint=False
    )
    purpose = models.CharField(max_length=12, default="answer")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    subject_revision = models.PositiveIntegerField()
    # Both go with the candidate.
    notification = models.ForeignKey(
        Notification,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="links",
        db_index=False,
        db_constraint=False,
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

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
