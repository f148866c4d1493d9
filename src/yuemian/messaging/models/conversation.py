"""The thread between a candidate and the company."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import User
from yuemian.domain.states import Channel
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


class Medium(models.TextChoices):
    """Which way a message of a conversation came; but for the page, the names are those of channels."""

    PAGE = "page", "page"
    EMAIL = Channel.EMAIL.value, "email"
    SMS = Channel.SMS.value, "sms"
    WECHAT = Channel.WECHAT.value, "wechat"


class Message(TenantModel):
    """One message of a conversation, from the candidate (author empty) or from a user.

    All that is sealed is so with the candidate's key.
    """

    app_may = frozenset({"SELECT", "INSERT"})
    PLACE = "messaging_message.body"
    SENDER_PLACE = "messaging_message.sender_note"
    ORIGINAL_PLACE = "messaging_message.original"
    ATTACHMENTS_PLACE = "messaging_message.attachments"
    MAIL_ID_PLACE = "messaging_message.mail_id"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    interview_id = models.UUIDField(null=True, help_text="The interview it was asked about.")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    is_from_candidate = models.BooleanField()
    body_sealed = models.BinaryField()
    channel = models.CharField(
        max_length=12, choices=Medium.choices, default=Medium.PAGE, db_default=Medium.PAGE
    )
    sender_note = models.BinaryField(null=True, help_text="The other address that a mail came from, sealed.")
    original_sealed = models.BinaryField(
        null=True, help_text="The whole text where the body is a part of it."
    )
    attachments_sealed = models.BinaryField(
        null=True, help_text="JSON: names of files that came along and were not taken."
    )
    mail_id_sealed = models.BinaryField(
        null=True, help_text="The mail's Message-ID, for an answer to refer to."
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=sorted(Medium.values)), name="message_channel_known"
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
