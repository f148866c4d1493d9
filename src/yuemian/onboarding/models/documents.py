"""Files that were cleaned, in sealed pieces; see docs/decisions/0021 for why they stand in the database."""

from __future__ import annotations

from django.db import models

from yuemian.domain.onboarding import DocumentState, Refusal
from yuemian.messaging.models import choices, one_of
from yuemian.onboarding.models.cases import OnboardingCase
from yuemian.trust.models import TenantModel


class Document(TenantModel):
    """One file of one field. Its pieces are there while it is checked or ready, and gone when it was refused."""

    NAME = "onboarding_document.name"

    case = models.ForeignKey(OnboardingCase, on_delete=models.CASCADE, related_name="documents")
    key = models.SlugField(max_length=30, help_text="Of the field.")
    section = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=choices(DocumentState))
    refusal = models.CharField(max_length=20, choices=choices(Refusal), blank=True)
    kind = models.CharField(
        max_length=20, blank=True, help_text="Of what is kept: image/jpeg or application/pdf."
    )
    name_sealed = models.BinaryField(help_text="As the person called it; text to show, nothing else.")
    size = models.PositiveIntegerField(default=0, help_text="Bytes that are kept.")
    pages = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["received_at", "id"]
        indexes = [
            models.Index(fields=["case", "key"], name="document_of_field"),
            models.Index(
                fields=["organization", "received_at"],
                name="document_to_check",
                condition=models.Q(state=DocumentState.CHECKING),
            ),
        ]
        constraints = [
            one_of("state", DocumentState, "document_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=DocumentState.REFUSED) ^ models.Q(refusal=""),
                name="document_refused_why",
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.pk} {self.state}"


class DocumentPiece(TenantModel):
    """One mebibyte at most, sealed with the person's key; its number and being the last are part of the seal."""

    app_may = frozenset({"SELECT", "INSERT", "DELETE"})

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveSmallIntegerField()
    data_sealed = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_piece_once")]

    def __str__(self) -> str:
        return f"piece {self.number} of {self.document_id}"
