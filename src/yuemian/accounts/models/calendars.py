"""Where interviewers keep their own calendars, and the feeds they subscribe to."""

from __future__ import annotations

from django.db import models

from yuemian.accounts.models.people import User
from yuemian.trust.models import Key, TenantModel


class CalendarService(models.TextChoices):
    """Where a person's calendar is; the names are those of `channels.calendars`."""

    CALDAV = "caldav", "CalDAV"
    GOOGLE = "google", "Google"
    GRAPH = "graph", "Microsoft 365"


class CalendarAccountQuerySet(models.QuerySet["CalendarAccount"]):
    def visible_to(self, user: User) -> CalendarAccountQuerySet:
        return self.filter(organization_id=user.organization_id)


class CalendarAccount(TenantModel):
    """The company's own credentials for a calendar service: with them all its people are asked for by address."""

    PLACE = "accounts_calendaraccount.config"

    service = models.CharField(
        max_length=10,
        choices=[each for each in CalendarService.choices if each[0] != CalendarService.CALDAV],
    )
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    config_sealed = models.BinaryField(help_text="The adapter's Config as JSON, secrets included.")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(
        default=1, help_text="Raised by each edit; nothing older is remembered."
    )
    checked_at = models.DateTimeField(null=True)
    trouble = models.CharField(
        max_length=20, blank=True, help_text="Why the last test said nothing; empty: it did."
    )
    created_at = models.DateTimeField()

    objects = CalendarAccountQuerySet.as_manager()

    class Meta:
        ordering = ["service"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "service"], name="one_calendar_account_per_service"
            )
        ]

    def __str__(self) -> str:
        return self.service


class CalendarLink(TenantModel):
    """Where one person's busy times are, and the hours they work."""

    PLACE = "accounts_calendarlink.config"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar")
    service = models.CharField(
        max_length=10,
        blank=True,
        choices=CalendarService.choices,
        help_text="Empty: the company's own account, where there is one.",
    )
    address = models.EmailField(
        blank=True, help_text="In the company's service; empty: the one of the sign-in."
    )
    key = models.ForeignKey(Key, null=True, on_delete=models.PROTECT, related_name="+")
    config_sealed = models.BinaryField(
        null=True, help_text="Of CalDAV alone: Config as JSON, password included."
    )
    workdays = models.PositiveSmallIntegerField(
        default=0b0011111, help_text="A bit for each day, Monday the first."
    )
    works_from = models.TimeField(null=True, help_text="Empty: the person has named no hours.")
    works_until = models.TimeField(null=True)
    version = models.PositiveIntegerField(
        default=1, help_text="Raised by each edit; nothing older is remembered."
    )
    checked_at = models.DateTimeField(null=True)
    trouble = models.CharField(
        max_length=20, blank=True, help_text="Why the last test said nothing; empty: it did."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(works_from=None, works_until=None)
                | models.Q(works_from__isnull=False, works_until__isnull=False),
                name="calendar_hours_whole",
            )
        ]

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"


class CalendarFeed(TenantModel):
    """A person's subscription: whoever knows its address reads when they hold interviews. Stored hashed."""

    engine_may = frozenset({"SELECT"})

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"feed of {self.user_id}"
