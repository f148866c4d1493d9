"""What a candidate reads about their interview: drafted from the scorecards' facts, reviewed by a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Locale, User
from yuemian.hiring.models import JobFamily
from yuemian.results.models.decisions import Decision
from yuemian.trust.models import TenantModel


class FeedbackOrigin(models.TextChoices):
    RULES = "rules", _("Drafted by rules")
    MODEL = "model", _("Drafted by a language model")
    PERSON = "person", _("Written by a person")


class Feedback(TenantModel):
    """The personal part of one letter. It goes into the letter only once a person has reviewed it."""

    PLACE = "results_feedback.text"
    DRAFT = "results_feedback.draft"

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="feedback")
    locale = models.CharField(max_length=10, choices=Locale.choices)
    length = models.CharField(max_length=8, default="medium")
    tone = models.CharField(max_length=8, default="warm")
    origin = models.CharField(max_length=8, choices=FeedbackOrigin.choices)
    text_sealed = models.BinaryField(help_text="As it stands now.")
    draft_sealed = models.BinaryField(
        help_text="JSON: the draft as it was made, each sentence with the ids of its facts."
    )
    model = models.CharField(max_length=80, blank=True, help_text="Name of the language model.")
    edition = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField(null=True, help_text="Empty: it goes into no letter yet.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"feedback {self.pk}"


class Phrase(TenantModel):
    """An organization's own wording of one rating of one competency, before the shipped one; the nearest holds."""

    competency = models.SlugField(max_length=30)
    rating = models.PositiveSmallIntegerField()
    locale = models.CharField(max_length=10, choices=Locale.choices)
    length = models.CharField(max_length=8)
    family = models.ForeignKey(JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    round = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "competency", "rating", "locale", "length", "family", "round"],
                nulls_distinct=False,
                name="phrase_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.competency} {self.rating} {self.locale}"
