"""One hired person's onboarding: its state, what was given, and what was agreed to."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models import Branch, Role, User
from yuemian.domain.onboarding import ENDED, CaseState, Review, Section
from yuemian.hiring.models import Application, Candidate
from yuemian.interviews.models import Interview
from yuemian.messaging.models import choices, one_of
from yuemian.results.models import ResultNotice
from yuemian.trust.models import TenantModel

#: What `messaging` calls the thing that the messages of an onboarding are about.
SUBJECT_KIND = "onboarding"
_ENDED = sorted(str(state) for state in ENDED)


class OnboardingCaseQuerySet(models.QuerySet["OnboardingCase"]):
    def visible_to(self, user: User) -> OnboardingCaseQuerySet:
        mine = self.filter(organization_id=user.organization_id)
        return mine.none() if user.role == Role.INTERVIEWER else mine

    def with_people(self) -> OnboardingCaseQuerySet:
        return self.select_related(
            "application__candidate__key",
            "application__candidate__organization",
            "application__job",
            "branch",
        )


class OnboardingCase(TenantModel):
    """The form of one application. The database keeps its state on the map (`functions.sql`)."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    engine_may = frozenset({"SELECT"})
    OFFER = "onboarding_onboardingcase.offer"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="onboardings")
    interview = models.ForeignKey(
        Interview,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="The one after which they were hired.",
    )
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="onboardings")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(
        ResultNotice,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The pass it followed; empty: a recruiter began it.",
    )
    state = models.CharField(max_length=10, choices=choices(CaseState), default=CaseState.INVITED)
    revision = models.PositiveIntegerField(default=1, help_text="Rises when something is asked for again.")
    messages = models.PositiveSmallIntegerField(
        default=0, help_text="So many were planned for this revision."
    )
    starts_on = models.DateField(null=True, blank=True, help_text="The first day at work.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text="When it was last asked for.")
    deadline_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Complete, withdrawn or expired.")
    delete_at = models.DateTimeField(null=True, help_text="When entries and files go.")
    deleted_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)
    offer_sealed = models.BinaryField(null=True, help_text="JSON: pay and place of the estimate.")

    objects = OnboardingCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organization", "state", "-created_at"], name="onboarding_by_state"),
            models.Index(fields=["candidate"], name="onboarding_of_candidate"),
            models.Index(
                fields=["organization", "delete_at"],
                name="onboarding_to_delete",
                condition=models.Q(deleted_at=None, delete_at__isnull=False),
            ),
        ]
        constraints = [
            one_of("state", CaseState, "onboarding_state_known"),
            models.UniqueConstraint(
                fields=["application"],
                condition=~models.Q(state=CaseState.WITHDRAWN),
                name="onboarding_once_per_application",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_ENDED, ended_at__isnull=False)
                | (~models.Q(state__in=_ENDED) & models.Q(ended_at__isnull=True)),
                name="onboarding_ended_when",
            ),
        ]

    def __str__(self) -> str:
        return f"onboarding {self.pk} {self.state}"


class OnboardingAnswer(TenantModel):
    """What was given for one field, as text; of a file's field what HR said about it."""

    PLACE = "onboarding_onboardinganswer.value"
    COMMENT = "onboarding_onboardinganswer.comment"

    case = models.ForeignKey(OnboardingCase, on_delete=models.CASCADE, related_name="answers")
    key = models.SlugField(max_length=30)
    section = models.CharField(max_length=10, choices=choices(Section))
    value_sealed = models.BinaryField(null=True)
    review = models.CharField(max_length=10, choices=choices(Review), default=Review.OPEN)
    comment_sealed = models.BinaryField(
        null=True, help_text="What is to be corrected; the candidate reads it."
    )
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="onboarding_answer_once"),
            one_of("review", Review, "onboarding_answer_review_known"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.case_id}"


class Consent(TenantModel):
    """That somebody agreed to give one section's data: when, to which words, in which language; and took it back."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    case = models.ForeignKey(OnboardingCase, on_delete=models.CASCADE, related_name="consents")
    section = models.CharField(max_length=10, choices=choices(Section))
    number = models.PositiveSmallIntegerField(help_text="Of the text; 0: the shipped one.")
    locale = models.CharField(max_length=10)
    text_hash = models.BinaryField(max_length=32, help_text="SHA-256 of exactly what was read.")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "section"],
                condition=models.Q(withdrawn_at=None),
                name="onboarding_consent_one_holds",
            )
        ]

    def __str__(self) -> str:
        return f"consent to {self.section} of {self.case_id}"
