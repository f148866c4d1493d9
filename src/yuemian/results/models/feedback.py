"""What a candidate reads about their interview: drafted from the scorecards' facts, reviewed by a person."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Locale, Role, User
from yuemian.domain.feedback import Length, Tone
from yuemian.hiring.models import JobFamily
from yuemian.messaging.models import choices
from yuemian.results.models.decisions import Decision
from yuemian.results.models.scorecards import Scorecard, ScorecardState
from yuemian.trust.models import Key, TenantModel

#: A phrase for every length.
ANY_LENGTH: Final = "any"


class FeedbackOrigin(models.TextChoices):
    RULES = "rules", _("Drafted by rules")
    MODEL = "model", _("Drafted by a language model")
    PERSON = "person", _("Written by a person")


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: User) -> FeedbackQuerySet:
        mine = self.filter(organization_id=user.organization_id)
        return mine.none() if user.role == Role.INTERVIEWER else mine

    def of_current(self) -> FeedbackQuerySet:
        """Only of decisions that stand, about people who were not erased: of the others no word can be read."""
        return self.filter(decision__is_current=True, decision__application__candidate__erased_at=None)

    def with_staleness(self) -> FeedbackQuerySet:
        """For `is_stale`: a scorecard of the application was handed in or changed after the facts were read."""
        return self.annotate(has_news=_newer_scorecards())

    def unchanged(self) -> FeedbackQuerySet:
        """Without those that are stale."""
        return self.filter(~_newer_scorecards())

    def waiting(self) -> FeedbackQuerySet:
        """What a person must look at: never reviewed, or the scorecards have changed since."""
        return self.filter(models.Q(reviewed_at=None) | models.Q(_newer_scorecards()))

    def usable(self) -> FeedbackQuerySet:
        """What may go into a letter."""
        return self.unchanged().filter(reviewed_at__isnull=False)


def _newer_scorecards() -> models.Exists:
    return models.Exists(
        Scorecard.objects.filter(
            interview__application=models.OuterRef("decision__application"),
            state=ScorecardState.SUBMITTED,
            saved_at__gt=models.OuterRef("facts_at"),
        )
    )


class Feedback(TenantModel):
    """The personal part of one letter. It goes into the letter only once a person has reviewed it."""

    PLACE = "results_feedback.text"
    DRAFT = "results_feedback.draft"

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="feedback")
    locale = models.CharField(max_length=10, choices=Locale.choices)
    length = models.CharField(max_length=8, default=Length.MEDIUM, choices=choices(Length))
    tone = models.CharField(max_length=8, default=Tone.WARM, choices=choices(Tone))
    origin = models.CharField(max_length=8, choices=FeedbackOrigin.choices)
    text_sealed = models.BinaryField(help_text="As it stands now.")
    draft_sealed = models.BinaryField(
        help_text="JSON: the draft as it was made, each sentence with the ids of its facts."
    )
    is_edited = models.BooleanField(default=False, help_text="The text differs from the draft.")
    findings = ArrayField(
        models.CharField(max_length=12), default=list, help_text="Codes of what the checks found."
    )
    facts_at = models.DateTimeField(help_text="When the scorecards were read.")
    model = models.CharField(max_length=80, blank=True, help_text="Name of the language model.")
    prompt_edition = models.CharField(max_length=12, blank=True)
    prompt_hash = models.BinaryField(max_length=32, null=True)
    answer_hash = models.BinaryField(max_length=32, null=True, help_text="Of its raw answer.")
    fallback = models.CharField(
        max_length=20, blank=True, help_text="Why a language model's draft was not taken."
    )
    edition = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField(null=True, help_text="Empty: it goes into no letter yet.")
    created_at = models.DateTimeField()

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "created_at", "id"], name="feedback_in_order"),
            models.Index(
                fields=["organization", "created_at", "id"],
                name="feedback_to_review",
                condition=models.Q(reviewed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.pk}"

    @property
    def is_stale(self) -> bool:
        """Asked for by `with_staleness`."""
        return bool(vars(self).get("has_news"))


class PhraseQuerySet(models.QuerySet["Phrase"]):
    def visible_to(self, user: User) -> PhraseQuerySet:
        return self.filter(organization_id=user.organization_id)


class Phrase(TenantModel):
    """An organization's own wording of one rating of one competency, before the shipped one; the nearest holds."""

    competency = models.SlugField(max_length=30)
    rating = models.PositiveSmallIntegerField()
    locale = models.CharField(max_length=10, choices=Locale.choices)
    length = models.CharField(max_length=8, default=ANY_LENGTH)
    family = models.ForeignKey(JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    round = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=400)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "competency", "rating", "locale", "length", "family", "round"],
                nulls_distinct=False,
                name="phrase_once",
            ),
            models.CheckConstraint(
                condition=models.Q(rating__gte=1, rating__lte=5), name="phrase_rating_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competency} {self.rating} {self.locale}"


class FeedbackRules(TenantModel):
    """How an organization writes; one row at most, the defaults hold without one."""

    length = models.CharField(max_length=8, default=Length.MEDIUM, choices=choices(Length))
    tone = models.CharField(max_length=8, default=Tone.WARM, choices=choices(Tone))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="feedback_rules_once")]

    def __str__(self) -> str:
        return f"feedback rules {self.pk}"


class LanguageModel(TenantModel):
    """The connection to a language model that may draft; none, or not active: rules alone draft."""

    PLACE = "results_languagemodel.config"

    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    config_sealed = models.BinaryField(help_text="Address, model, key.")
    name = models.CharField(max_length=80, help_text="The model's name.")
    is_active = models.BooleanField(default=False)
    is_title_told = models.BooleanField(default=False, help_text="The job's title may be given to it.")
    version = models.PositiveIntegerField(default=1)
    checked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="language_model_once")]

    def __str__(self) -> str:
        return f"language model {self.pk}"
