"""Interviews and their revisions, who takes part, and what the candidate answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yuemian.accounts.models import Branch, Role, User, validate_time_zone
from yuemian.domain.states import Answer, Attendance, InterviewState, Mode, Purpose, ReasonCode
from yuemian.hiring.models import Application, Job, JobFamily
from yuemian.messaging.models import Batch, choices, one_of
from yuemian.trust.models import TenantModel

#: What `messaging` calls the thing its notifications are about.
SUBJECT_KIND = "interview"


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, user: User) -> InterviewQuerySet:
        """Interviewers see the interviews they hold; everybody else of the company sees all."""
        mine = self.filter(organization_id=user.organization_id)
        return mine.filter(interviewers=user) if user.role == Role.INTERVIEWER else mine

    def with_people(self) -> InterviewQuerySet:
        return self.select_related(
            "application__candidate__key",
            "application__job__family",
            "application__source",
            "branch",
            "recruiter",
        )

    def with_contacts(self) -> InterviewQuerySet:
        """For choosing channels of many: the contact points come in one query more."""
        return self.with_people().prefetch_related("application__candidate__contact_points")


class Interview(TenantModel):
    """One round of an application. A change that the candidate must know raises `revision`."""

    engine_may = frozenset({"SELECT"})

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="interviews")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="interviews")
    recruiter = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="recruited_interviews"
    )
    interviewers = models.ManyToManyField(User, through="Participant", related_name="interviews")
    round = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=choices(InterviewState), default=InterviewState.SCHEDULED)
    revision = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    duration = models.DurationField(default=timedelta(hours=1))
    time_zone = models.CharField(max_length=50, validators=[validate_time_zone])
    mode = models.CharField(max_length=8, choices=choices(Mode), default=Mode.ONSITE)
    place = models.ForeignKey(
        "interviews.Place",
        null=True,
        on_delete=models.SET_NULL,
        related_name="interviews",
        help_text="Where it is held; name and address beside it are what the candidate was told.",
    )
    place_name = models.CharField(max_length=120, blank=True)
    place_address = models.CharField(max_length=300, blank=True)
    video_link = models.URLField(max_length=500, blank=True)
    materials = models.CharField(max_length=500, blank=True, help_text="What to bring.")
    flow = models.CharField(max_length=500, blank=True, help_text="How it runs: 先笔试, 后面试.")
    answer = models.CharField(max_length=24, choices=choices(Answer), default=Answer.NEEDS_ACTION)
    answered_at = models.DateTimeField(null=True)
    attendance = models.CharField(max_length=10, choices=choices(Attendance), default=Attendance.UNKNOWN)
    cancelled_at = models.DateTimeField(null=True)
    is_untimed = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Cancelled before its time was chosen: `starts_at` is by when to choose, no time of its own.",
    )
    result_promised_at = models.DateTimeField(
        null=True, help_text="By when the candidate was promised a result."
    )
    result_told_at = models.DateTimeField(
        null=True, help_text="When the notice of its result was released, for good."
    )
    fingerprint = models.BinaryField(
        max_length=16, null=True, help_text="Recognises the same spreadsheet row."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InterviewQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["organization", "starts_at", "id"]),
            models.Index(fields=["organization", "answer", "starts_at"]),
        ]
        constraints = [
            one_of("state", InterviewState, "interview_state_known"),
            one_of("answer", Answer, "interview_answer_known"),
            one_of("attendance", Attendance, "interview_attendance_known"),
            models.CheckConstraint(
                condition=models.Q(duration__gt=timedelta(0)), name="interview_duration_positive"
            ),
            models.UniqueConstraint(
                fields=["organization", "fingerprint"],
                condition=models.Q(fingerprint__isnull=False) & ~models.Q(state=InterviewState.CANCELLED),
                name="interview_row_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.duration

    @property
    def answer_until(self) -> datetime:
        """The cut-off: until the interview starts the answer may change."""
        return self.starts_at

    @property
    def contact(self) -> User | None:
        """Whom candidates are told to ask: the recruiter, unless they can no longer sign in."""
        return self.recruiter if self.recruiter and self.recruiter.is_active else None

    @property
    def is_settled(self) -> bool:
        """Whether it has a time; until then the candidate is asked to choose one, by `starts_at` at the latest."""
        return self.state != InterviewState.DRAFT and not self.is_untimed

    def is_open(self, now: datetime) -> bool:
        return self.state in {InterviewState.SCHEDULED, InterviewState.DRAFT} and now < self.answer_until


class Participant(TenantModel):
    """An interviewer of an interview."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interview", "user"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.interview_id}"


class Response(TenantModel):
    """What the candidate answered to one revision; the last one counts, earlier ones stay."""

    app_may = frozenset({"SELECT", "INSERT"})
    PLACE = "interviews_response.note"

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="responses")
    revision = models.PositiveIntegerField()
    answer = models.CharField(max_length=24, choices=choices(Answer))
    note_sealed = models.BinaryField(
        null=True, help_text="Reason or proposed time, in the candidate's words."
    )
    link = models.ForeignKey("messaging.AccessLink", null=True, on_delete=models.SET_NULL, related_name="+")
    was_confirmed = models.BooleanField(
        default=False, help_text="Sent by a second press (possible machine, no script)."
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [one_of("answer", Answer, "response_answer_known")]

    def __str__(self) -> str:
        return f"{self.answer} to revision {self.revision}"


class ChangeKind(models.TextChoices):
    CREATED = "created"
    IMPORTED = "imported"
    RESCHEDULED = "rescheduled"
    DETAILS_CHANGED = "details_changed"
    CANCELLED = "cancelled"
    #: The time no longer holds; the candidate is asked to choose another.
    UNSETTLED = "unsettled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    EXCUSED = "excused"


class Change(TenantModel):
    """What the company did to an interview or wrote down of it, for its timeline; an erasure blanks the reason."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=16, choices=ChangeKind.choices)
    revision = models.PositiveIntegerField()
    old_starts_at = models.DateTimeField(null=True)
    new_starts_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User) -> PlanQuerySet:
        return self.filter(organization_id=user.organization_id)


class Plan(TenantModel):
    """The cadence of a job, a family, a branch, or (none set) the organization; the nearest one holds."""

    name = models.CharField(max_length=80)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="plans")
    family = models.ForeignKey(
        JobFamily, null=True, blank=True, on_delete=models.CASCADE, related_name="plans"
    )
    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.CASCADE, related_name="plans")
    steps = models.JSONField(default=list, help_text="As `domain.cadence.steps_to_json` writes them.")
    is_automatic = models.BooleanField(
        default=False, help_text="Invitations leave by themselves; otherwise they wait on the Today page."
    )
    is_active = models.BooleanField(default=True)
    number = models.PositiveIntegerField(default=1, help_text="Raised by each edit.")
    updated_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField()

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="plan_name_unique"),
            models.CheckConstraint(
                condition=models.Q(job=None, family=None)
                | models.Q(job=None, branch=None)
                | models.Q(family=None, branch=None),
                name="plan_has_one_place",
            ),
            models.UniqueConstraint(
                fields=["organization", "job", "family", "branch"],
                condition=models.Q(is_active=True),
                nulls_distinct=False,
                name="one_active_plan_per_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Cadence(TenantModel):
    """Where an interview stands in its plan: when to look at it next. What it will say then is computed, not stored."""

    engine_may = frozenset({"SELECT"})

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="cadence")
    next_at = models.DateTimeField(
        null=True, help_text="When the next step may be due; empty: nothing more to say."
    )
    is_waiting = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A step follows a sending or an answer so soon that these must wake the clock.",
    )
    plan_since = models.DateTimeField(
        null=True,
        help_text="Since when its plan holds, where one that did not remind as this one does held before.",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "next_at"],
                name="cadence_due",
                condition=models.Q(next_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"cadence of {self.interview_id}"


class StepOutcome(models.TextChoices):
    PLANNED = "planned"  # a notification was written
    SUGGESTED = "suggested"  # waits on the Today page for a person
    SKIPPED = "skipped"


class StepRecord(TenantModel):
    """What became of one step for one revision of an interview; a step is done once."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})

    interview = models.ForeignKey(
        Interview, on_delete=models.CASCADE, related_name="step_records", db_index=False
    )
    revision = models.PositiveIntegerField()
    step_key = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=choices(Purpose))
    outcome = models.CharField(max_length=10, choices=StepOutcome.choices)
    reason = models.CharField(max_length=30, blank=True, choices=choices(ReasonCode))
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    notification = models.ForeignKey(
        "messaging.Notification", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["interview", "revision", "step_key"], name="step_once_per_revision"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "due_at"],
                name="step_suggested",
                condition=models.Q(outcome="suggested"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.step_key} {self.outcome}"


class Digest(TenantModel):
    """A user's morning: that it was looked at, and the mail that came of it. One per person and day, by constraint."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digests", db_index=False)
    day = models.DateField(help_text="On the person's own calendar.")
    at = models.DateTimeField()
    notification = models.ForeignKey(
        "messaging.Notification",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty: there was nothing to say.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"digest of {self.day} for {self.user_id}"


class BatchSelection(TenantModel):
    """Which interviews a recruiter chose for a send, kept on the server while the batch is a draft."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="selection")
    interview_ids = ArrayField(models.UUIDField())

    def __str__(self) -> str:
        return f"{len(self.interview_ids)} for {self.batch_id}"
