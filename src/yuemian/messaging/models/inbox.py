"""What answers are made of, and questions that HR passes on to an interviewer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from yuemian.accounts.models import User
from yuemian.domain.states import ConsultationState
from yuemian.hiring.models import Job, JobFamily
from yuemian.messaging.models.conversation import Conversation, Message
from yuemian.messaging.models.words import choices, one_of
from yuemian.trust.models import TenantModel


class SavedReplyQuerySet(models.QuerySet["SavedReply"]):
    def visible_to(self, user: User) -> SavedReplyQuerySet:
        """The company's and one's own."""
        mine = self.filter(organization_id=user.organization_id)
        return mine.filter(Q(owner=None) | Q(owner=user))


class SavedReply(TenantModel):
    """A text that is typed by its code; placeholders as in templates. Without an owner it is everybody's."""

    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=30)
    title = models.CharField(max_length=80)
    body = models.TextField(max_length=2000)
    updated_at = models.DateTimeField()

    objects = SavedReplyQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                "organization", "owner", Lower("code"), nulls_distinct=False, name="saved_reply_code_unique"
            )
        ]

    def __str__(self) -> str:
        return f"/{self.code}"


class FaqEntryQuerySet(models.QuerySet["FaqEntry"]):
    def visible_to(self, user: User) -> FaqEntryQuerySet:
        return self.filter(organization_id=user.organization_id)

    def about(self, job: Job) -> FaqEntryQuerySet:
        """What may answer a question about this job: its own, its family's, everybody's."""
        return self.filter(Q(job=job) | Q(family=job.family_id) | Q(job=None, family=None))


class FaqEntry(TenantModel):
    """A question that candidates ask, with the answer: for a job, a family, or all. Offered, never sent by itself."""

    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    family = models.ForeignKey(JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    question = models.CharField(max_length=200)
    answer = models.TextField(max_length=2000)
    updated_at = models.DateTimeField()

    objects = FaqEntryQuerySet.as_manager()

    class Meta:
        ordering = ["question"]
        verbose_name_plural = "FAQ entries"
        constraints = [
            models.CheckConstraint(condition=Q(job=None) | Q(family=None), name="faq_entry_has_one_place")
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def distance(self) -> int:
        """How near it is to a job: its own 0, its family's 1, everybody's 2."""
        return 0 if self.job_id else 1 if self.family_id else 2


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def visible_to(self, user: User) -> ConsultationQuerySet:
        """To HR, and to the interviewer who was asked."""
        mine = self.filter(organization_id=user.organization_id)
        conversations = Conversation.objects.visible_to(user)
        return mine.filter(Q(interviewer=user) | Q(conversation__in=conversations.values("pk")))

    def asked_of(self, user: User) -> ConsultationQuerySet:
        return self.filter(organization_id=user.organization_id, interviewer=user)


class Consultation(TenantModel):
    """A candidate's question that HR passed on to an interviewer, and the interviewer's answer until it is released."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    REMARK = "messaging_consultation.remark"
    ANSWER = "messaging_consultation.answer"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="consultations")
    question = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_index=False)
    interviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        max_length=10, choices=choices(ConsultationState), default=ConsultationState.ASKED
    )
    is_name_shown = models.BooleanField(default=False, help_text="The candidate sees the interviewer's name.")
    with_conversation = models.BooleanField(
        default=False, help_text="The interviewer sees the messages before the question too."
    )
    remark_sealed = models.BinaryField(null=True, help_text="HR's word to the interviewer.")
    answer_sealed = models.BinaryField(null=True, help_text="As the interviewer wrote it.")
    message = models.OneToOneField(
        Message,
        null=True,
        on_delete=models.SET_NULL,
        related_name="consultation",
        help_text="What the candidate got.",
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            one_of("state", ConsultationState, "consultation_state_known"),
            models.UniqueConstraint(
                fields=["question", "interviewer"],
                condition=Q(state__in=["asked", "answered"]),
                name="consultation_once",
            ),
        ]
        indexes = [
            models.Index(fields=["interviewer", "state", "asked_at"], name="consultation_of_interviewer")
        ]

    def __str__(self) -> str:
        return f"consultation {self.pk}"
