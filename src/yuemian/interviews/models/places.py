"""Where interviews are held, and what candidates say on their way there."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models

from yuemian.accounts.models import Branch, User
from yuemian.domain.arrival import Said, SignalKind, Via
from yuemian.domain.geo import Crs, Point, Target
from yuemian.interviews.models.interview import Interview
from yuemian.messaging.models import choices, one_of
from yuemian.trust.models import TenantModel

#: What helps on the last metres, in the order in which one needs it; each has an English column besides.
DIRECTIONS = ("transit", "parking", "entrance", "reception")


def new_code() -> str:
    """What stands in a poster's address."""
    return secrets.token_urlsafe(12)


def called(name: str, room: str, locale: str) -> str:
    """A name with the room behind it."""
    return (" " if locale.startswith("zh") else ", ").join(part for part in (name, room) if part)


class PlaceQuerySet(models.QuerySet["Place"]):
    def visible_to(self, user: User) -> PlaceQuerySet:
        return self.filter(organization_id=user.organization_id)

    def in_use(self) -> PlaceQuerySet:
        return self.filter(is_active=True)


class Place(TenantModel):
    """Where interviews of a branch are held. An interview keeps the name and address that its candidate was told."""

    engine_may = frozenset({"SELECT"})

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    room = models.CharField(max_length=50, blank=True, help_text="Where people usually meet in it.")
    room_en = models.CharField(max_length=50, blank=True)
    address = models.CharField(max_length=300)
    address_en = models.CharField(max_length=300, blank=True)
    transit = models.CharField(max_length=300, blank=True)
    transit_en = models.CharField(max_length=300, blank=True)
    parking = models.CharField(max_length=300, blank=True)
    parking_en = models.CharField(max_length=300, blank=True)
    entrance = models.CharField(max_length=300, blank=True)
    entrance_en = models.CharField(max_length=300, blank=True)
    reception = models.CharField(max_length=300, blank=True, help_text="How to pass reception.")
    reception_en = models.CharField(max_length=300, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    crs = models.CharField(max_length=5, choices=choices(Crs), default=Crs.GCJ02)
    photo = models.BinaryField(
        blank=True, default=b"", help_text="JPEG, at most 200 KB, written by ourselves."
    )
    code = models.CharField(
        max_length=16, default=new_code, unique=True, help_text="Of the poster at reception."
    )
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            one_of("crs", Crs, "place_crs_known"),
            models.UniqueConstraint(fields=["organization", "name"], name="place_name_unique"),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="place_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    @property
    def photo_digest(self) -> str:
        return hashlib.sha256(self.photo).hexdigest() if self.photo else ""

    @property
    def names(self) -> list[str]:
        """All that people may write for it."""
        return [name for name in (self.name, self.name_en, self.told_name()) if name]

    @property
    def told_address(self) -> str:
        """As messages say it, in the language of the branch."""
        return self.text("address", self.branch.locale)

    def told_name(self, room: str = "") -> str:
        """Name and room, as messages say them, in the language of the branch."""
        locale = self.branch.locale
        return called(self.text("name", locale), room or self.text("room", locale), locale)

    def room_in(self, told_name: str) -> str | None:
        """The room that an interview's place name says; None when it says something else than this place."""
        name = self.text("name", self.branch.locale)
        if told_name != name and not told_name.startswith((f"{name} ", f"{name},")):
            return None
        return told_name[len(name) :].strip(" ,")

    def text(self, field: str, locale: str) -> str:
        """A text in this language, else in the other one."""
        english = getattr(self, f"{field}_en")
        chinese = getattr(self, field)
        return str(chinese or english if locale.startswith("zh") else english or chinese)

    def target(self, locale: str) -> Target:
        """What maps are asked for."""
        name, address = self.text("name", locale), self.text("address", locale)
        return Target(name, address, self.point, Crs(self.crs))


class ArrivalSignal(TenantModel):
    """What a candidate said on the way to an interview, or that they are there; counts for one revision."""

    app_may = frozenset({"SELECT", "INSERT", "UPDATE"})
    PLACE = "interviews_arrivalsignal.words"

    interview = models.ForeignKey(
        Interview, on_delete=models.CASCADE, related_name="arrival_signals", db_index=False
    )
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=choices(SignalKind))
    minutes = models.PositiveSmallIntegerField(null=True, help_text="How late, of that kind alone.")
    words_sealed = models.BinaryField(null=True, help_text="In the candidate's own words.")
    via = models.CharField(max_length=10, choices=choices(Via), default=Via.PAGE)
    link = models.ForeignKey(
        "messaging.AccessLink", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    recorded_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    was_confirmed = models.BooleanField(default=False)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, help_text="Somebody of the company took it up.")
    settled_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            one_of("kind", SignalKind, "signal_kind_known"),
            one_of("via", Via, "signal_via_known"),
        ]
        indexes = [
            models.Index(fields=["interview", "at"], name="signal_of_interview"),
            models.Index(fields=["organization", "at"], name="signal_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M}"

    @property
    def said(self) -> Said:
        return Said(SignalKind(self.kind), self.at, self.minutes, Via(self.via), self.settled_at is not None)
