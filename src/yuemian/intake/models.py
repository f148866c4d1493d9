"""An uploaded spreadsheet on its way from file to interviews."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import User
from yuemian.trust.models import TenantModel


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

    Content and edits are sealed with the organization's key and removed when the import is done or discarded.
    """

    PLACE = "intake_import.content"
    EDITS_PLACE = "intake_import.edits"

    file_name = models.CharField(max_length=200)
    file_hash = models.BinaryField(max_length=32)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.CHECKING)
    refusal = models.CharField(max_length=40, blank=True, help_text="Code of why the file cannot be read.")
    content_sealed = models.BinaryField(null=True, help_text="The sheet's cells as JSON, sealed.")
    edits_sealed = models.BinaryField(
        null=True, help_text="Mapping, accepted repairs and edited cells as JSON, sealed."
    )
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Row state → number of rows.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="imports")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "file_hash"])]

    def __str__(self) -> str:
        return f"import {self.pk}"


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
