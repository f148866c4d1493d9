"""One candidate's whole story: every interview this user sees, what was said, and each message's attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.domain.round_name import round_in
from yuemian.interviews import timeline, wording
from yuemian.interviews.attention.wording import DECISIONS, EVENTS
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.timeline import Entry
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.models import Delivery, DeliveryEvent, Notification

#: A person with more interviews than this is an odd case; the latest ones are told.
MOST_INTERVIEWS = 12
MOST_MESSAGES = 60


@dataclass(frozen=True)
class Told:
    """A line of the timeline, and which interview it is about."""

    entry: Entry
    about: str


@dataclass(frozen=True)
class Attempt:
    """One fact about a delivery: a try, a receipt, a person's decision."""

    at: datetime
    title: Text
    detail: str
    number: int


@dataclass(frozen=True)
class Sent:
    """One delivery of a message, with all its attempts and receipts."""

    delivery: Delivery
    attempts: Sequence[Attempt]

    @property
    def channel(self) -> Text:
        return wording.channel(self.delivery.channel)

    @property
    def icon(self) -> str:
        return wording.CHANNEL_ICONS.get(self.delivery.channel, "send")

    @property
    def reason(self) -> Reason | None:
        purpose = self.delivery.notification.purpose
        return wording.reason(self.delivery.reason, purpose) if self.delivery.reason else None

    @property
    def nth(self) -> str:
        return wording.nth(self.delivery.occurrence)


@dataclass(frozen=True)
class Spoken:
    """One message to the candidate, on all its channels."""

    notification: Notification
    about: str
    sent: Sequence[Sent]

    @property
    def purpose(self) -> Text:
        return wording.purpose(self.notification.purpose)

    @property
    def nth(self) -> str:
        return wording.nth(self.notification.occurrence)


def interviews_of(user: User, candidate_id: UUID) -> list[Interview]:
    """Those this user sees, latest first; an interviewer sees the own ones alone."""
    found = Interview.objects.visible_to(user).with_contacts().filter(application__candidate=candidate_id)
    return list(found.order_by("-starts_at")[:MOST_INTERVIEWS])


def about(interview: Interview) -> str:
    language = get_language() or "en"
    job = interview.application.job.title_in(language)
    return f"{job} · {round_in(interview.round, language)}"


def whole_story(interviews: Sequence[Interview], user: User) -> list[Told]:
    """Newest first. The conversation of an application is told once, whatever its rounds."""
    told: list[Told] = []
    applications: set[UUID] = set()
    for interview in interviews:
        label = about(interview) if len(interviews) > 1 else ""
        is_first = interview.application_id not in applications
        applications.add(interview.application_id)
        told += [Told(entry, label) for entry in timeline.story(interview, user, with_conversation=is_first)]
    return sorted(told, key=lambda each: each.entry.at, reverse=True)[: timeline.LONGEST]


def messages_to(candidate_id: UUID, interviews: Sequence[Interview]) -> list[Spoken]:
    """Newest first, each with every attempt, in a constant number of queries."""
    names = {interview.pk: about(interview) for interview in interviews}
    events = Prefetch("events", DeliveryEvent.objects.order_by("at"))
    deliveries = Prefetch("deliveries", Delivery.objects.order_by("pk").prefetch_related(events))
    found = (
        Notification.objects.filter(
            candidate=candidate_id, subject_kind=SUBJECT_KIND, subject_id__in=list(names)
        )
        .prefetch_related(deliveries)
        .order_by("-created_at")[:MOST_MESSAGES]
    )
    return [
        Spoken(each, names[each.subject_id], [Sent(d, _attempts(d)) for d in each.deliveries.all()])
        for each in found
    ]


def _attempts(delivery: Delivery) -> list[Attempt]:
    """The events, and what stands in the row itself: that it was handed over, and called off."""
    found = [
        Attempt(event.at, EVENTS[event.kind], _detail(event), event.attempt)
        for event in delivery.events.all()
    ]
    if delivery.sent_at:
        title = _("Taken by %(provider)s") % {"provider": delivery.provider or _("the provider")}
        found.append(Attempt(delivery.sent_at, title, delivery.provider_id, delivery.attempt))
    return sorted(found, key=lambda each: each.at)


def _detail(event: DeliveryEvent) -> str:
    """The code in words where we have some, and the provider's own words."""
    known = DECISIONS.get(event.code) or (
        wording.REASONS[event.code].sentence if event.code in wording.REASONS else event.code
    )
    return " · ".join(part for part in (str(known), event.detail) if part)
