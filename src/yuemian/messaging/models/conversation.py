"""The thread between a candidate and the company."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import User
from yuemian.hiring.models import Application
from yuemian.trust.models import TenantModel


class Conversation(TenantModel):
    """The thread between a candidate and the company about one application."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="conversation")
    state = models.CharField(
        max_length=10, default="open", choices=[("open", "open"), ("resolved", "resolved")]
    )
    waiting_since = models.DateTimeField(null=True, help_text="Since when the candidate waits for an answer.")

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "waiting_since"],
                name="conversation_waiting",
                condition=models.Q(waiting_since__isnull=False),
            )
        ]

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
