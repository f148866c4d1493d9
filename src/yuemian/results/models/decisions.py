"""What was decided after an interview, and for what reasons. A changed mind is a new row; nothing is overwritten."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yuemian.accounts.models import Role, User
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Outcome
from yuemian.hiring.models import Application, Job
from yuemian.interviews.models import Interview
from yuemian.messaging.models import choices, one_of
from yuemian.trust.models import TenantModel


class DecisionReasonQuerySet(models.QuerySet["DecisionReason"]):
    def visible_to(self, user: User) -> DecisionReasonQuerySet:
        return self.filter(organization_id=user.organization_id)

    def offered(self, job: Job | None) -> DecisionReasonQuerySet:
        """Those of the job and those for all jobs, as they are worded now."""
        mine = models.Q(job=None) if job is None else models.Q(job=None) | models.Q(job=job)
        return self.filter(mine, is_current=True, is_archived=False)


class DecisionReason(TenantModel):
    """Why somebody advances, passes or is rejected, as it is worded now; an edit is a new row with the next number."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all."
    )
    code = models.SlugField(max_length=30)
    number = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    label = models.CharField(max_length=40)
    label_en = models.CharField(max_length=60, blank=True)
    told = models.CharField(max_length=200, blank=True, help_text="What the candidate reads; empty: nothing.")
    told_en = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)
    is_archived = models.BooleanField(default=False)

    objects = DecisionReasonQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "job", "code", "number"],
                nulls_distinct=False,
                name="decision_reason_wording_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "job", "code"],
                condition=models.Q(is_current=True),
                nulls_distinct=False,
                name="decision_reason_one_current",
            ),
            one_of("outcome", Outcome, "decision_reason_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    def label_in(self, locale: str) -> str:
        return self.label if is_chinese(locale) else self.label_en or self.label

    def told_in(self, locale: str) -> str:
        return self.told if is_chinese(locale) else self.told_en or self.told


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User) -> DecisionQuerySet:
        mine = self.filter(organization_id=user.organization_id)
        return mine.none() if user.role == Role.INTERVIEWER else mine

    def current(self) -> DecisionQuerySet:
        return self.filter(is_current=True)

    def not_erased(self) -> DecisionQuerySet:
        """Of people who are still there: nothing can be written about the others, and nobody can be told."""
        return self.filter(application__candidate__erased_at=None)


class Decision(TenantModel):
    """What was decided of an application after one of its interviews. The database lets only `is_current` fall."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})
    PLACE = "results_decision.note"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="decisions")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField(help_text="1 for the first decision after this interview.")
    replaces = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Number of the decision that it took the place of; 0: of none."
    )
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    reasons = ArrayField(
        models.UUIDField(), default=list, help_text="The reasons, each as it was worded then."
    )
    note_sealed = models.BinaryField(null=True, help_text="For colleagues.")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="decisions")
    decided_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["interview", "-number"]
        indexes = [
            models.Index(fields=["application"], name="decision_of_application"),
            models.Index(
                fields=["organization", "-decided_at", "id"],
                name="decision_recent",
                condition=models.Q(is_current=True),
            ),
        ]
        constraints = [
            one_of("outcome", Outcome, "decision_outcome_known"),
            models.UniqueConstraint(fields=["interview", "number"], name="decision_number_once"),
            models.UniqueConstraint(
                fields=["interview"], condition=models.Q(is_current=True), name="decision_one_current"
            ),
            # What a notice's foreign key leans on: the decision and what it was, together.
            models.UniqueConstraint(
                fields=["id", "outcome", "number", "application"], name="decision_with_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.number} of {self.interview_id}"
