"""Who waits for word after an interview, the rules of a place, and which days the hiring lead was told of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yuemian.accounts.models import Branch, User
from yuemian.domain.results.silence import MOST_WORKDAYS
from yuemian.hiring.models import Job
from yuemian.interviews.models import Interview
from yuemian.trust.models import TenantModel


class WaitState(models.TextChoices):
    OPEN = "open"  # nobody has decided, or put it on hold
    DECIDED = "decided"  # decided, and not told
    TOLD = "told"  # a notice was released
    MOVED = "moved"  # went on to another round: its invitation is the word


class WaitQuerySet(models.QuerySet["Wait"]):
    def visible_to(self, user: User) -> WaitQuerySet:
        """Of interviews that took place, as far as anybody knows."""
        return self.filter(organization_id=user.organization_id)

    def waiting(self) -> WaitQuerySet:
        return self.filter(state__in=[WaitState.OPEN, WaitState.DECIDED])


class Wait(TenantModel):
    """One interview that is over, and how far the word to its candidate is. Written by the clock when it ends.

    Its indexes are what lists and counters of results walk along: what is long told lies apart from what waits.
    """

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="wait")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=WaitState.choices, default=WaitState.OPEN)
    ended_at = models.DateTimeField()
    word_at = models.DateTimeField(
        null=True,
        help_text="When the candidate last heard that it takes longer, or got an answer, since then.",
    )
    due_at = models.DateTimeField(null=True, help_text="By when word is due; empty: to be worked out.")
    escalated_at = models.DateTimeField(
        null=True, help_text="When the last of the hiring leads who were there was told that it is late."
    )
    escalated_to = ArrayField(
        models.UUIDField(), null=True, help_text="The hiring leads who were told so far; empty: nobody."
    )

    objects = WaitQuerySet.as_manager()

    class Meta:
        ordering = ["ended_at", "id"]
        indexes = [
            models.Index(fields=["organization", "state", "ended_at", "id"], name="wait_by_state"),
            models.Index(fields=["organization", "job", "state", "ended_at", "id"], name="wait_of_job"),
            models.Index(fields=["organization", "-ended_at"], name="wait_newest"),
            models.Index(
                fields=["organization", "state", "due_at"],
                name="wait_due",
                condition=models.Q(state__in=["open", "decided"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "decided", "told", "moved"]), name="wait_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} since {self.ended_at}"


class ResultRuleQuerySet(models.QuerySet["ResultRule"]):
    def visible_to(self, user: User) -> ResultRuleQuerySet:
        return self.filter(organization_id=user.organization_id)


class ResultRule(TenantModel):
    """What one place says of results; a job is nearer than a branch, a branch than the organization. Empty: wider."""

    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    promise_workdays = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Promised after the interview; 0: nothing."
    )
    escalate_workdays = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="After a broken promise; 0: nobody is told."
    )
    is_pass_reserved = models.BooleanField(
        null=True, blank=True, help_text="Only who approves results decides that somebody passes."
    )
    updated_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField()

    objects = ResultRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "branch", "job"], nulls_distinct=False, name="result_rule_once"
            ),
            models.CheckConstraint(
                condition=models.Q(branch=None) | models.Q(job=None), name="result_rule_one_place"
            ),
            models.CheckConstraint(
                condition=(models.Q(promise_workdays=None) | models.Q(promise_workdays__lte=MOST_WORKDAYS))
                & (models.Q(escalate_workdays=None) | models.Q(escalate_workdays__lte=MOST_WORKDAYS)),
                name="result_rule_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"rule of results {self.pk}"


class Escalation(TenantModel):
    """That somebody was written to about broken promises; once a person and day, by constraint."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(help_text="On the person's own calendar.")
    at = models.DateTimeField()
    notification = models.ForeignKey(
        "messaging.Notification", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="escalation_once_a_day")]

    def __str__(self) -> str:
        return f"escalation of {self.day} to {self.user_id}"
