"""What candidates say beside their answer: why, what they need, and how it was. The last cannot be traced to them."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import Branch, User
from yuemian.domain.reasons import Onward
from yuemian.domain.states import Answer
from yuemian.domain.survey import AnswerKind, SurveyKind
from yuemian.hiring.models import Candidate, Job, JobFamily
from yuemian.interviews.models.interview import Interview
from yuemian.messaging.models import choices, one_of
from yuemian.trust.models import TenantModel


class ReasonOptionQuerySet(models.QuerySet["ReasonOption"]):
    def visible_to(self, user: User) -> ReasonOptionQuerySet:
        return self.filter(organization_id=user.organization_id)


class ReasonOption(TenantModel):
    """One reason a candidate may tap. Its code never changes; without words of its own it has the shipped ones."""

    code = models.SlugField(max_length=30)
    label = models.CharField(max_length=40, blank=True)
    label_en = models.CharField(max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    leads_to = models.CharField(max_length=10, blank=True, choices=choices(Onward))
    is_for_moving = models.BooleanField(
        default=False, help_text="Also offered to whoever wants another time."
    )
    is_archived = models.BooleanField(default=False)

    objects = ReasonOptionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="reason_code_unique"),
            one_of("leads_to", Onward, "reason_leads_somewhere_known"),
        ]

    def __str__(self) -> str:
        return self.code


class StatedReason(TenantModel):
    """Why somebody does not come, or wants another time: one for each revision, changeable."""

    PLACE = "interviews_statedreason.words"

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="reasons", db_index=False)
    revision = models.PositiveIntegerField()
    answer = models.CharField(max_length=24, choices=choices(Answer), help_text="The answer it belongs to.")
    code = models.CharField(max_length=30)
    words_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["organization", "at"], name="reason_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["interview", "revision"], name="reason_once_per_revision"),
            one_of("answer", Answer, "reason_answer_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} at {self.at:%Y-%m-%d}"


class Need(TenantModel):
    """What a candidate needs at an interview. What it is tells of a person's health: sealed as a whole."""

    PLACE = "interviews_need.content"
    PLACE_OF_ARRANGEMENT = "interviews_need.arrangement"

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="need")
    content_sealed = models.BinaryField(
        null=True, help_text="JSON: kinds and words; empty: taken back by the candidate."
    )
    said_at = models.DateTimeField()
    arranged_at = models.DateTimeField(null=True)
    arranged_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    arrangement_sealed = models.BinaryField(null=True, help_text="What HR told the candidate of it.")

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "said_at"],
                name="need_open",
                condition=models.Q(arranged_at=None, content_sealed__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"need at {self.interview_id}"


class SurveyPolicy(TenantModel):
    """How an organization asks; without a row the defaults hold."""

    is_on = models.BooleanField(default=True)
    minimum = models.PositiveSmallIntegerField(
        default=5, help_text="Answers are seen only together with so many others."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="survey_policy_once"),
            models.CheckConstraint(
                condition=models.Q(minimum__gte=5, minimum__lte=100), name="survey_minimum"
            ),
        ]

    def __str__(self) -> str:
        return f"survey of {self.organization_id}"


class SurveyQuestionQuerySet(models.QuerySet["SurveyQuestion"]):
    def visible_to(self, user: User) -> SurveyQuestionQuerySet:
        return self.filter(organization_id=user.organization_id)


class SurveyQuestion(TenantModel):
    """One question besides the standard ones, as it was worded; an edit is a new row, so old answers keep theirs."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    code = models.UUIDField(help_text="The same for all wordings of one question.")
    number = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=choices(SurveyKind))
    family = models.ForeignKey(
        JobFamily, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: all."
    )
    answered_by = models.CharField(max_length=8, choices=choices(AnswerKind))
    text = models.CharField(max_length=160)
    text_en = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=list, help_text="Of a choice: [[中文, English], …], at most 8.")
    position = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(default=True)

    objects = SurveyQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code", "number"], name="survey_wording_unique"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(is_current=True), name="survey_one_current_wording"
            ),
            one_of("kind", SurveyKind, "survey_question_kind_known"),
            one_of("answered_by", AnswerKind, "survey_answered_by_known"),
        ]

    def __str__(self) -> str:
        return self.text


class SurveyInvitation(TenantModel):
    """That somebody was asked, and whether their link is spent: not when, and nothing that leads to the answer."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="+", db_index=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=choices(SurveyKind))
    at = models.DateTimeField()
    is_spent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interview", "kind"], name="survey_asked_once"),
            one_of("kind", SurveyKind, "survey_invitation_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} survey about {self.interview_id}"


class SurveyStop(TenantModel):
    """A candidate who is not to be asked again."""

    app_may = frozenset({"SELECT", "INSERT", "DELETE"})

    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"no surveys to {self.candidate_id}"


class SurveyVoice(TenantModel):
    """What was answered, and in what surroundings; empty surroundings were too rare to be kept."""

    kind = models.CharField(max_length=10, choices=choices(SurveyKind))
    month = models.DateField(null=True, help_text="The first of it.")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    family = models.ForeignKey(JobFamily, null=True, on_delete=models.SET_NULL, related_name="+")
    branch = models.ForeignKey(Branch, null=True, on_delete=models.SET_NULL, related_name="+")
    round = models.CharField(max_length=40, blank=True)
    impression = models.PositiveSmallIntegerField(help_text="1 to 5.")
    recommend = models.PositiveSmallIntegerField(help_text="0 to 10.")
    notice = models.PositiveSmallIntegerField(null=True, help_text="Content with the notice itself, 1 to 5.")
    extras = models.JSONField(default=dict, help_text="Question id → rating, or number of the choice.")
    words_sealed = models.BinaryField(null=True, help_text="JSON of texts: well, badly, question ids.")

    class Meta:
        abstract = True


def _in_range(model: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=models.Q(impression__range=(1, 5), recommend__range=(0, 10))
            & (models.Q(notice=None) | models.Q(notice__range=(1, 5))),
            name=f"{model}_in_range",
        ),
        one_of("kind", SurveyKind, f"{model}_kind_known"),
    ]


class SurveyDrop(SurveyVoice):
    """An answer that waits, unread, until enough others are there to be mixed with."""

    PLACE = "interviews_surveydrop.words"

    # Random, and not in the order of time as everywhere else.
    id = models.UUIDField(primary_key=True, editable=False)
    promised = models.PositiveSmallIntegerField(help_text="With how many it was promised to be seen.")
    day = models.DateField()

    class Meta:
        constraints = _in_range("survey_drop")

    def __str__(self) -> str:
        return "a survey answer that waits"


class SurveyAnswer(SurveyVoice):
    """A mixed answer: rewritten in random order with the others of its block, all alike in their surroundings."""

    app_may = frozenset({"SELECT", "INSERT"})
    PLACE = "interviews_surveyanswer.words"

    id = models.UUIDField(primary_key=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["organization", "kind", "month"], name="survey_answer_months")]
        constraints = _in_range("survey_answer")

    def __str__(self) -> str:
        return "a survey answer"


class SurveySigned(SurveyVoice):
    """An answer whose author wants to be contacted about it: with their name, sealed with their own key."""

    PLACE = "interviews_surveysigned.words"

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *_in_range("survey_signed"),
            models.UniqueConstraint(fields=["interview", "kind"], name="survey_signed_once"),
        ]

    def __str__(self) -> str:
        return f"signed survey answer about {self.interview_id}"
