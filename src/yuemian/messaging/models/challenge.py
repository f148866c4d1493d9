"""The step-up: a code sent to one of a candidate's addresses, good for one purpose in one browser."""

from __future__ import annotations

from django.db import models

from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.trust.models import TenantModel


class Challenge(TenantModel):
    """One code. Only keyed hashes are stored, of the code and of the browser's secret."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="challenges")
    purpose = models.CharField(max_length=20)
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.SET_NULL, related_name="+")
    browser_hash = models.BinaryField(max_length=32)
    code_hash = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Codes that were typed for it.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="The code is good until then.")
    passed_until = models.DateTimeField(null=True, help_text="The right code opened the way until then.")

    class Meta:
        indexes = [models.Index(fields=["candidate", "created_at"], name="challenge_of_candidate")]

    def __str__(self) -> str:
        return f"challenge {self.pk}"
