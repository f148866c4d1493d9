"""Notices of results: exact texts, bound to a decision, approved by others, released with a window to call back.

The database keeps the rules of docs/security.md (R1, R2, R9) by itself: see `results/functions.sql`.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yuemian.accounts.models import Locale, Role, User
from yuemian.domain.results import ApprovalPolicy, NoticeState, Outcome, Verdict
from yuemian.hiring.models import Application, Candidate
from yuemian.messaging.models import Batch, TemplateVersion, choices, one_of
from yuemian.results.models.decisions import Decision
from yuemian.trust.models import TenantModel

#: What `messaging` calls the thing that the messages of a notice are about.
SUBJECT_KIND = "result"


class ApprovalRule(TenantModel):
    """How an organization approves; without a row the defaults of `domain.results.ApprovalPolicy` hold."""

    approvals = models.PositiveSmallIntegerField(
        default=1, help_text="So many people besides the author approve passes and batches."
    )
    is_single_free = models.BooleanField(
        default=False, help_text="A single letter that is no pass may be approved by its author."
    )
    hold_minutes = models.PositiveSmallIntegerField(
        default=10, help_text="So long a released result can be called back; 0 only for single ones."
    )

    wants_feedback = models.BooleanField(
        default=False, db_default=False, help_text="A rejection needs reviewed words on the interview."
    )
    apply_again_months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=6,
        db_default=6,
        help_text="A rejected candidate may apply again after so many months; empty: nothing is said of it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="approval_rule_once"),
            models.CheckConstraint(
                condition=models.Q(approvals__gte=1, approvals__lte=3), name="approval_by_1_to_3"
            ),
            models.CheckConstraint(condition=models.Q(hold_minutes__lte=1440), name="approval_hold_a_day"),
        ]

    def __str__(self) -> str:
        return f"approval rule of {self.organization_id}"

    @property
    def policy(self) -> ApprovalPolicy:
        return ApprovalPolicy(
            self.approvals,
            self.is_single_free,
            timedelta(minutes=self.hold_minutes),
            self.wants_feedback,
            self.apply_again_months,
        )


class ResultBatchQuerySet(models.QuerySet["ResultBatch"]):
    def visible_to(self, user: User) -> ResultBatchQuerySet:
        mine = self.filter(organization_id=user.organization_id)
        return mine.none() if user.role == Role.INTERVIEWER else mine


class ResultBatch(TenantModel):
    """Results that are submitted, approved and released together; how far it is stands in its notices."""

    name = models.CharField(max_length=80, blank=True)
    next_step = models.CharField(
        max_length=400, blank=True, default="", db_default="", help_text="What its letters say comes next."
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    released_at = models.DateTimeField(null=True)
    leaves_at = models.DateTimeField(null=True, help_text="When the hold window is over.")
    recalled_at = models.DateTimeField(null=True)
    sending = models.ForeignKey(
        Batch, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Its messages."
    )

    objects = ResultBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "-created_at"], name="result_batch_recent")]

    def __str__(self) -> str:
        return f"results {self.pk}"


class ResultNoticeQuerySet(models.QuerySet["ResultNotice"]):
    def visible_to(self, user: User) -> ResultNoticeQuerySet:
        mine = self.filter(organization_id=user.organization_id)
        return mine.none() if user.role == Role.INTERVIEWER else mine

    def live(self) -> ResultNoticeQuerySet:
        return self.exclude(state=NoticeState.VOID)

    def awaiting_word_of(self, user: User) -> ResultNoticeQuerySet:
        """What may be approved by this person, who is none of its `authors`, and has not had their word yet."""
        written = models.Q(author=user) | models.Q(edited_by=user) | models.Q(submitted_by=user)
        own = written | models.Q(decision__decided_by=user)
        said = Approval.objects.filter(
            notice=models.OuterRef("pk"), submission=models.OuterRef("submission"), approver=user
        )
        waiting = self.filter(state=NoticeState.SUBMITTED, decision__is_current=True)
        return waiting.exclude(own, is_single_free=False).exclude(models.Exists(said))

    def came_back_to(self, user: User) -> ResultNoticeQuerySet:
        """Returned by others, or a draft again because something changed under it, and not looked after since."""
        changed = models.Q(state=NoticeState.DRAFT) & ~models.Q(came_back="")
        mine = models.Q(author=user) | models.Q(submitted_by=user)
        return self.filter(mine, models.Q(state=NoticeState.RETURNED) | changed)


class ResultNotice(TenantModel):
    """What one candidate is told of one decision: the exact letter, and everything the approval is bound to."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})
    PLACE = "results_resultnotice.text"
    CORRECTION = "results_resultnotice.correction"
    PERSONAL = "results_resultnotice.personal"

    batch = models.ForeignKey(ResultBatch, null=True, on_delete=models.SET_NULL, related_name="notices")
    # Together with `outcome`, `number` and `application` a foreign key of the database (migration 0001).
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="notices")
    number = models.PositiveIntegerField(help_text="The decision's number.")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="result_notices")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="result_notices")
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    state = models.CharField(max_length=10, choices=choices(NoticeState), default=NoticeState.DRAFT)
    # Together with `outcome` a foreign key of the database: a letter of another class cannot be named here.
    letter = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="+", help_text="The letter's text."
    )
    pointer = models.ForeignKey(
        TemplateVersion,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The message that says only that there is news.",
    )
    locale = models.CharField(max_length=10, choices=Locale.choices)
    candidate_name = models.CharField(
        max_length=120, default="", help_text="As the letter was written for it."
    )
    contacts = ArrayField(
        models.CharField(max_length=64),
        default=list,
        help_text="Blind indexes, in hex, of the addresses it may go to.",
    )
    text_sealed = models.BinaryField(help_text="JSON: subject and body, exactly as they will be read.")
    content_hash = models.BinaryField(max_length=32, help_text="`domain.results.content_hash`.")
    is_edited = models.BooleanField(default=False, help_text="The text differs from what the template gives.")
    is_correction = models.BooleanField(default=False, help_text="It corrects what was told before.")
    correction_sealed = models.BinaryField(null=True, help_text="Why it corrects, for colleagues.")
    personal_sealed = models.BinaryField(
        null=True, help_text="JSON: what comes next for this one person, and what a pass offers."
    )
    problems = models.JSONField(default=list, help_text="Codes of what keeps it from being submitted.")
    accepted = models.JSONField(default=list, help_text="Problems that a person has looked at and let pass.")
    came_back = models.CharField(
        max_length=20, blank=True, default="", help_text="What changed under it after it was submitted."
    )
    submission = models.PositiveSmallIntegerField(default=0, help_text="Votes count for one submission.")
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    is_single_free = models.BooleanField(default=False)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    edited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    leaves_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    altered_at = models.DateTimeField(
        null=True, help_text="When it was first seen that the stored letter is not the one that was approved."
    )

    objects = ResultNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["candidate", "application"], name="notice_of_candidate"),
            models.Index(fields=["organization", "state", "created_at"], name="notice_by_state"),
            models.Index(
                fields=["organization", "leaves_at"],
                name="notice_left_when",
                condition=models.Q(state="released"),
            ),
        ]
        constraints = [
            one_of("state", NoticeState, "notice_state_known"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["advance", "pass", "reject"]), name="notice_outcome_told"
            ),
            models.CheckConstraint(condition=models.Q(approvals_needed__gte=1), name="notice_never_free"),
            models.UniqueConstraint(
                fields=["decision"], condition=~models.Q(state="void"), name="notice_once_per_decision"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released")
                | models.Q(released_at__isnull=False, leaves_at__isnull=False),
                name="notice_released_when",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk} {self.state}"

    @property
    def authors(self) -> set[UUID]:
        """Who decided, wrote or submitted it, and has no word on it unless it is free; it comes with its decision."""
        ids = (self.author_id, self.edited_by_id, self.submitted_by_id, self.decision.decided_by_id)
        return {each for each in ids if each is not None}


class Approval(TenantModel):
    """One person's word on one submission of a notice, and the hash of exactly what they saw. Insert-only."""

    app_may = frozenset({"SELECT", "INSERT"})
    engine_may = frozenset({"SELECT"})
    PLACE = "results_approval.comment"

    notice = models.ForeignKey(ResultNotice, on_delete=models.CASCADE, related_name="approvals")
    submission = models.PositiveSmallIntegerField()
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=choices(Verdict))
    content_hash = models.BinaryField(max_length=32)
    comment_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "submission", "approver", "verdict"], name="approval_once_per_submission"
            ),
            one_of("verdict", Verdict, "approval_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} of {self.notice_id}"
