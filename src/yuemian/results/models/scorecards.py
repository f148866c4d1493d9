"""What interviewers are asked after an interview, and what they noted."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Permission, User
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Rating, Recommendation
from yuemian.hiring.models import JobFamily
from yuemian.interviews.models import Interview, Participant
from yuemian.messaging.models import choices
from yuemian.trust.models import TenantModel


class ScorecardFormQuerySet(models.QuerySet["ScorecardForm"]):
    def visible_to(self, user: User) -> ScorecardFormQuerySet:
        return self.filter(organization_id=user.organization_id)


class ScorecardForm(TenantModel):
    """What is asked after one round of a family; the nearest holds: family and round, family, round, everywhere."""

    family = models.ForeignKey(
        JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all."
    )
    round = models.CharField(max_length=40, blank=True, help_text="初试, 复试 …; empty: any round.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScorecardFormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "family", "round"],
                nulls_distinct=False,
                name="scorecard_form_once",
            )
        ]

    def __str__(self) -> str:
        return f"form {self.pk}"


class Competency(TenantModel):
    """One thing that an interviewer looks at. Its key never changes: phrases and figures know it by that."""

    form = models.ForeignKey(ScorecardForm, on_delete=models.CASCADE, related_name="competencies")
    key = models.SlugField(max_length=30)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    question = models.CharField(max_length=200, blank=True, help_text="What to look for.")
    question_en = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_archived = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "key"]
        constraints = [models.UniqueConstraint(fields=["form", "key"], name="competency_once")]

    def __str__(self) -> str:
        return self.key

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name


class ScorecardState(models.TextChoices):
    OPEN = "open", _("Being written")
    SUBMITTED = "submitted", _("Submitted")


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def visible_to(self, user: User) -> ScorecardQuerySet:
        """One's own; and those that others have submitted, for who sees results and whoever has submitted for the
        same interview. Whoever holds an interview reads nobody else's of it before, whatever their role."""
        return self.filter(organization_id=user.organization_id).filter(_is_read_by(user))

    def recommended(self, user: User) -> list[tuple[UUID, str | None]]:
        """Each one's interview and recommendation; None where `visible_to` keeps it from this person. One statement."""
        rows = self.filter(organization_id=user.organization_id).annotate(is_read=_is_read_by(user))
        found = rows.values_list("interview_id", "recommendation", "is_read")
        return [(interview, said if is_read else None) for interview, said, is_read in found]

    def submitted(self) -> ScorecardQuerySet:
        return self.filter(state=ScorecardState.SUBMITTED)


def _is_read_by(user: User) -> models.Q:
    mine = Scorecard.objects.filter(
        interview=models.OuterRef("interview"), interviewer=user, state=ScorecardState.SUBMITTED
    )
    holds = Participant.objects.filter(interview=models.OuterRef("interview"), user=user)
    others = models.Q(models.Exists(mine))
    if user.may(Permission.SEE_RESULTS):
        others |= ~models.Q(models.Exists(holds))
    return models.Q(interviewer=user) | (models.Q(state=ScorecardState.SUBMITTED) & others)


class Scorecard(TenantModel):
    """One interviewer's evaluation of one interview. Notes are sealed with the candidate's key."""

    engine_may = frozenset({"SELECT"})
    PLACE = "results_scorecard.summary"

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="scorecards")
    interviewer = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        related_name="scorecards",
        help_text="Empty: came from outside.",
    )
    form = models.ForeignKey(ScorecardForm, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=ScorecardState.choices, default=ScorecardState.OPEN)
    recommendation = models.CharField(max_length=12, blank=True, choices=choices(Recommendation))
    summary_sealed = models.BinaryField(null=True, help_text="The overall impression, for colleagues.")
    edition = models.PositiveIntegerField(
        default=0, help_text="Rises with every saving: what a page saves over must be what it has read."
    )
    source = models.CharField(max_length=40, blank=True, help_text="Who sent it, when it came from outside.")
    external_id = models.CharField(max_length=80, blank=True)
    author = models.CharField(
        max_length=80, blank=True, help_text="Who wrote it there, when that is nobody who signs in here."
    )
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recommendation="")
                | models.Q(recommendation__in=sorted(r.value for r in Recommendation)),
                name="scorecard_recommendation_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ScorecardState.OPEN, submitted_at=None)
                | models.Q(state=ScorecardState.SUBMITTED, submitted_at__isnull=False),
                name="scorecard_submitted_at",
            ),
            models.UniqueConstraint(
                fields=["interview", "interviewer"],
                condition=models.Q(interviewer__isnull=False),
                name="scorecard_once_per_interviewer",
            ),
            models.UniqueConstraint(
                fields=["organization", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="scorecard_external_once",
            ),
        ]

    def __str__(self) -> str:
        return f"scorecard {self.pk}"


class ScorecardEntry(TenantModel):
    """What was seen of one competency. `key` and the names are those of the form when it was written."""

    PLACE = "results_scorecardentry.note"

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="entries")
    key = models.SlugField(max_length=30)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(
        null=True, choices=[(rating.value, rating.name.lower()) for rating in Rating]
    )
    is_skipped = models.BooleanField(default=False, help_text="Nobody asked about it.")
    note_sealed = models.BinaryField(null=True, help_text="What was seen.")
    is_shareable = models.BooleanField(default=False, help_text="The note may be told to the candidate.")

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "key"], name="scorecard_entry_once"),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__gte=1, rating__lte=5), name="rating_1_to_5"
            ),
            models.CheckConstraint(
                condition=models.Q(is_skipped=False) | models.Q(rating=None), name="skipped_has_no_rating"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.scorecard_id}"


class ScorecardLink(TenantModel):
    """An interviewer's way to one scorecard without a password; bound to the first browser that wrote through it.

    Each mail that asks has one of its own, so that these rows also say how often and when somebody was asked.
    """

    engine_may = frozenset({"SELECT"})

    token_hash = models.BinaryField(max_length=32, unique=True)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="scorecard_links")
    interviewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="scorecard_links")
    browser_hash = models.BinaryField(max_length=32, null=True)
    code_hash = models.BinaryField(
        max_length=32, null=True, help_text="Of the code that lets another browser in."
    )
    code_expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveSmallIntegerField(default=1, help_text="1 for the first mail that asks for it.")
    asked_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Empty: the series itself."
    )
    is_automatic = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="When the recruiter heard that nothing came.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interview", "interviewer", "number"], name="scorecard_asked_once"
            )
        ]

    def __str__(self) -> str:
        return f"scorecard link {self.pk}"
