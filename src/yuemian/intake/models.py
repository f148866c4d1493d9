"""An uploaded spreadsheet on its way from file to interviews; mail that was taken, and mail that nobody could place."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from yuemian.accounts.models import User
from yuemian.messaging.models import Mailbox
from yuemian.trust.models import Key, TenantModel

#: A check says that it lives every second or two; reading a large workbook's tail is its longest silence.
STALLED_AFTER = timedelta(seconds=45)


class ImportState(models.TextChoices):
    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    IMPORTED = "imported"
    DISCARDED = "discarded"


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> ImportQuerySet:
        return self.filter(organization_id=user.organization_id)


class Import(TenantModel):
    """One file: its rows, the column mapping, the person's repairs and edits, and what came of it.

    Content, edits and result are sealed with the organization's key. When the import is done, only the rows that
    were not imported stay, for download; when it is discarded, nothing does.
    """

    CONTENT_PLACE = "intake_import.content"
    EDITS_PLACE = "intake_import.edits"
    RESULT_PLACE = "intake_import.result"

    file_name = models.CharField(max_length=200)
    file_hash = models.BinaryField(max_length=32)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    refusal = models.CharField(max_length=40, blank=True, help_text="Code of why the file cannot be read.")
    refusal_params = models.JSONField(default=dict, help_text="What its sentence names: a limit, a cell.")
    content_sealed = models.BinaryField(null=True, help_text="The sheet's cells as JSON, sealed.")
    edits_sealed = models.BinaryField(
        null=True, help_text="Mapping, accepted repairs and edited cells as JSON, sealed."
    )
    result_sealed = models.BinaryField(null=True, help_text="The checked rows as JSON, sealed.")
    revision = models.PositiveIntegerField(
        default=1, help_text="Raised by every decision: a page knows that it is old."
    )
    interview_ids = ArrayField(models.UUIDField(), default=list, help_text="What was created.")
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Row state → number of rows.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="imports")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(default=timezone.now, help_text="Last sign of life of the check.")
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "file_hash"])]

    def __str__(self) -> str:
        return f"import {self.pk}"

    def has_stalled(self, now: datetime) -> bool:
        """Nobody checks any more: the process that did has died."""
        return self.state == ImportState.CHECKING and now - self.touched_at > STALLED_AFTER

    @property
    def created(self) -> int:
        return len(self.interview_ids)


class ColumnMapping(TenantModel):
    """A mapping that a person confirmed, remembered for files with the same headers."""

    signature = models.BinaryField(max_length=32)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "signature"], name="mapping_signature_unique")
        ]

    def __str__(self) -> str:
        return f"mapping {self.pk}"


class MailOutcome(models.TextChoices):
    """What became of a mail that came in."""

    REPLY = "reply", "reply"
    CALENDAR = "calendar", "calendar"
    BOUNCE = "bounce", "bounce"
    ROBOT = "robot", "robot"
    UNSORTED = "unsorted", "unsorted"
    DUPLICATE = "duplicate", "duplicate"  # a copy of one that was taken
    STRAY_BOUNCE = "stray_bounce", "stray_bounce"  # a report about a mail that is not ours


class TakenMail(TenantModel):
    """That a mail was taken, written in the transaction that takes it: so it is taken once, whatever dies.

    Forgotten after a year (`forget_taken`): by then no server hands out a second copy.
    """

    app_may = frozenset({"SELECT", "INSERT", "DELETE"})

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="taken")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    fingerprint = models.BinaryField(max_length=16, help_text="Keyed hash of what makes it this mail.")
    outcome = models.CharField(max_length=12, choices=MailOutcome.choices)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="mail_taken_once"),
            models.UniqueConstraint(
                fields=["organization", "fingerprint"],
                condition=~models.Q(outcome="duplicate"),
                name="mail_content_taken_once",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.uid}"


class WhyUnsorted(models.TextChoices):
    """Why a person must place a mail."""

    UNKNOWN = "unknown", "unknown"  # no candidate has this address, and nothing says what it answers
    SEVERAL = "several", "several"  # more than one candidate has it
    ERASED = "erased", "erased"  # it answers a message to somebody who was erased
    UNREADABLE = "unreadable", "unreadable"


class UnsortedMailQuerySet(models.QuerySet["UnsortedMail"]):
    def visible_to(self, user: User) -> UnsortedMailQuerySet:
        return self.filter(organization_id=user.organization_id)


class UnsortedMail(TenantModel):
    """A mail for a person to place: given to a candidate or discarded, it is gone from here."""

    PLACE = "intake_unsortedmail.content"

    why = models.CharField(max_length=12, choices=WhyUnsorted.choices)
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    content_sealed = models.BinaryField(
        help_text="Sender, subject and text as JSON, sealed with the organization's key."
    )
    received_at = models.DateTimeField()

    objects = UnsortedMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["organization", "received_at"], name="unsorted_mail_newest")]

    def __str__(self) -> str:
        return f"unsorted mail {self.pk}"
