"""Where an organization's mail comes in: the address that our mails ask for answers to, and who reads it."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import User
from yuemian.trust.models import Key, TenantModel


class MailboxState(models.TextChoices):
    """How the reader last found it."""

    NEW = "new", "new"  # nobody has looked yet
    OK = "ok", "ok"
    FAILING = "failing", "failing"


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def visible_to(self, user: User) -> MailboxQuerySet:
        return self.filter(organization_id=user.organization_id)


class Mailbox(TenantModel):
    """One IMAP mailbox of an organization. While it is active, mails ask for answers at `reply_pattern`."""

    engine_may = frozenset({"SELECT"})
    PLACE = "messaging_mailbox.config"

    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    config_sealed = models.BinaryField(help_text="Server, user and password as JSON, sealed.")
    reply_pattern = models.CharField(max_length=200, help_text="Such as reply+{token}@in.example.com.")
    bounce_pattern = models.CharField(
        max_length=200,
        blank=True,
        help_text="The envelope's sender; empty: reports about mails go elsewhere.",
    )
    is_active = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=MailboxState.choices, default=MailboxState.NEW)
    state_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it fails, a sentence to translate.")
    trouble_values = models.JSONField(default=dict, help_text="What the sentence names.")
    looked_at = models.DateTimeField(null=True, help_text="When the reader last had an answer of the server.")
    uid_validity = models.BigIntegerField(
        null=True, help_text="The server's numbering that `first_uid` is of."
    )
    first_uid = models.BigIntegerField(null=True, help_text="Older mail is left alone.")
    begun_at = models.DateTimeField(help_text="What came before is left alone, however the server numbers.")
    counts = models.JSONField(default=dict, help_text="What came so far: kind → number.")
    version = models.PositiveIntegerField(
        default=1, help_text="Raised by each edit, so that the reader begins anew."
    )
    created_at = models.DateTimeField()

    objects = MailboxQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="one_mailbox_per_organization")]

    def __str__(self) -> str:
        return f"mailbox {self.pk}"
