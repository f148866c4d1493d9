"""Bookable times: series, the slots that somebody sits in, and candidates' wishes for another time."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yuemian.accounts.models import Branch, User, validate_time_zone
from yuemian.domain.slots import Policy, RequestState, Series, closures_from_json, windows_from_json
from yuemian.domain.states import Mode
from yuemian.hiring.models import Job
from yuemian.interviews.models.interview import Interview
from yuemian.messaging.models import choices, one_of
from yuemian.trust.models import TenantModel

#: A policy that nobody has set.
STANDARD = Policy()


class SlotSeriesQuerySet(models.QuerySet["SlotSeries"]):
    def visible_to(self, user: User) -> SlotSeriesQuerySet:
        """Interviewers see their own; everybody else of the company sees all."""
        mine = self.filter(organization_id=user.organization_id)
        return mine.filter(interviewer=user) if user.role == "interviewer" else mine

    def with_people(self) -> SlotSeriesQuerySet:
        return self.select_related("interviewer", "job", "branch")


class SlotSeries(TenantModel):
    """When an interviewer has time, or when a job's interviews are held. Slots are made of it as they are asked for."""

    name = models.CharField(max_length=80)
    interviewer = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="slot_series",
        help_text="Empty: the interviewers of the interview come along.",
    )
    job = models.ForeignKey(
        Job,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="slot_series",
        help_text="Only for it.",
    )
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="+", help_text="Whose holidays are kept."
    )
    time_zone = models.CharField(max_length=50, validators=[validate_time_zone])
    windows = models.JSONField(default=list, help_text="As `domain.slots.Window` writes them.")
    closures = models.JSONField(default=list, help_text="Exceptions, as `domain.slots.Closure` writes them.")
    length = models.DurationField(default=timedelta(hours=1))
    buffer = models.DurationField(default=timedelta(0))
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    is_closed_on_holidays = models.BooleanField(default=True)
    per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(default=1)
    notice = models.DurationField(default=timedelta(hours=24))
    ahead_days = models.PositiveSmallIntegerField(default=30)
    mode = models.CharField(
        max_length=8, blank=True, choices=choices(Mode), help_text="Empty: as the interview says."
    )
    place_name = models.CharField(max_length=120, blank=True)
    place_address = models.CharField(max_length=300, blank=True)
    video_link = models.URLField(max_length=500, blank=True)
    is_active = models.BooleanField(default=True)
    number = models.PositiveIntegerField(default=1, help_text="Raised by each edit.")
    updated_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField()

    objects = SlotSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(interviewer__isnull=False) | models.Q(job__isnull=False),
                name="series_belongs_to_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__gte=1, length__gt=timedelta(0), buffer__gte=timedelta(0)),
                name="series_makes_slots",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def terms(self) -> Series:
        """As a value. Raises BadSeries when what is stored cannot be read."""
        return Series(
            windows=windows_from_json(self.windows),
            length=self.length,
            zone=self.zone,
            buffer=self.buffer,
            closures=closures_from_json(self.closures),
            first=self.first_day,
            last=self.last_day,
            holidays_of=self.branch.region if self.is_closed_on_holidays else "",
            per_day=self.per_day,
            capacity=self.capacity,
            notice=self.notice,
            ahead=timedelta(days=self.ahead_days),
        )


class Slot(TenantModel):
    """A slot in which somebody has a seat; it is gone with the last one.

    `interviewer` is the series' own: two slots of one person at once are refused by the database (migration 0005), as
    is a seat beyond the capacity.
    """

    series = models.ForeignKey(SlotSeries, on_delete=models.CASCADE, related_name="slots", db_index=False)
    interviewer = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["series", "starts_at"], name="slot_once"),
            models.UniqueConstraint(fields=["id", "capacity"], name="slot_has_one_capacity"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="slot_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} of {self.series_id}"


class Seat(TenantModel):
    """One candidate's place in a slot: booked, or held for a request until a time. No two have one, by constraint."""

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="seats", db_index=False)
    number = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField(help_text="Of the slot; kept equal by a foreign key.")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="seats")
    held_until = models.DateTimeField(null=True, help_text="Empty: booked.")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "number"], name="seat_taken_once"),
            models.UniqueConstraint(fields=["slot", "interview"], name="one_seat_per_slot"),
            models.UniqueConstraint(
                fields=["interview"], condition=models.Q(held_until=None), name="one_booked_seat"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=models.F("capacity")), name="seat_is_there"
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.number} of {self.slot_id}"


class RescheduleRequest(TenantModel):
    """A candidate's wish for another time: one slot they chose, or times they propose, with a note."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    PLACE = "interviews_reschedulerequest.note"

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="requests")
    revision = models.PositiveIntegerField(help_text="Of the interview whose time does not suit.")
    state = models.CharField(max_length=10, choices=choices(RequestState), default=RequestState.OPEN)
    series = models.ForeignKey(
        SlotSeries,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Of the slot that was chosen; empty: times are proposed.",
    )
    times = ArrayField(models.DateTimeField(), default=list)
    note_sealed = models.BinaryField(null=True, help_text="In the candidate's words.")
    held_until = models.DateTimeField(null=True, help_text="Until then the chosen slot is kept.")
    is_counted = models.BooleanField(
        default=True, help_text="Whether it counts for how often; not when HR asked to choose again."
    )
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            one_of("state", RequestState, "request_state_known"),
            models.UniqueConstraint(
                fields=["interview"], condition=models.Q(state="open"), name="one_open_request"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "at"], name="request_open", condition=models.Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.state} request of {self.interview_id}"


class ReschedulePolicyQuerySet(models.QuerySet["ReschedulePolicy"]):
    def visible_to(self, user: User) -> ReschedulePolicyQuerySet:
        return self.filter(organization_id=user.organization_id)


class ReschedulePolicy(TenantModel):
    """How candidates may move their interviews, at a job, a branch, or (none set) everywhere; the nearest holds."""

    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.CASCADE, related_name="reschedule_policies"
    )
    branch = models.ForeignKey(
        Branch, null=True, blank=True, on_delete=models.CASCADE, related_name="reschedule_policies"
    )
    most = models.PositiveSmallIntegerField(default=STANDARD.most)
    latest = models.DurationField(default=STANDARD.latest)
    is_automatic = models.BooleanField(default=STANDARD.is_automatic)
    offers_slots = models.BooleanField(default=STANDARD.offers_slots)
    proposals = models.PositiveSmallIntegerField(default=STANDARD.proposals)
    hold = models.DurationField(default=STANDARD.hold)
    updated_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField()

    objects = ReschedulePolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(job=None) | models.Q(branch=None), name="policy_has_one_place"
            ),
            models.UniqueConstraint(
                fields=["organization", "job", "branch"], nulls_distinct=False, name="one_policy_per_place"
            ),
        ]

    def __str__(self) -> str:
        return f"policy of {self.organization_id}"

    def terms(self) -> Policy:
        return Policy(self.most, self.latest, self.is_automatic, self.offers_slots, self.proposals, self.hold)
