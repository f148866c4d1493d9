"""What a change or a cancellation will cause, said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from yuemian.accounts.models import Organization
from yuemian.domain.states import TOLD, WAITING, Answer
from yuemian.hiring.models import ContactState
from yuemian.interviews import wording
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.wording import Text
from yuemian.messaging.models import Delivery
from yuemian.messaging.reach import available_channels


@dataclass(frozen=True)
class Consequence:
    """Whether the candidate heard the old facts, what still waits, and how they will be told."""

    is_told: bool
    is_waiting: bool
    has_answered: bool
    channels: Sequence[Text]

    @property
    def by(self) -> str:
        """`email and text message`, as it stands inside a sentence."""
        return gettext(" and ").join(str(channel) for channel in self.channels)


def consequence_of(interview: Interview, organization: Organization) -> Consequence:
    states = set(
        Delivery.objects.filter(
            notification__subject_kind=SUBJECT_KIND,
            notification__subject_id=interview.pk,
            notification__candidate__isnull=False,
        ).values_list("state", flat=True)
    )
    points = interview.application.candidate.contact_points.all()
    reachable = {point.channel for point in points if point.state == ContactState.ACTIVE}
    return Consequence(
        is_told=bool(states & {str(state) for state in TOLD}),
        is_waiting=bool(states & {str(state) for state in WAITING}),
        has_answered=interview.answer != Answer.NEEDS_ACTION,
        channels=[wording.BY[c] for c in available_channels(organization) if c in reachable],
    )
