"""What the tests of the Today page and of the digest tell their stories with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.factories import Cast
from yuemian.accounts.models import User
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.models import Interview
from yuemian.interviews.today import Part, Scope, Today, read_today
from yuemian.messaging.models import Delivery


def invite(
    cast: Cast,
    interviews: list[Interview],
    *,
    now: datetime,
    state: DeliveryState = DeliveryState.SENT,
    reason: str = "",
    channels: Sequence[Channel] = (Channel.EMAIL,),
    resend: bool = False,
) -> None:
    """The invitation, with what became of it."""
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, channels, now=now, resend=resend)
    batch = send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    sent_at = now if state in {DeliveryState.SENT, DeliveryState.DELIVERED} else None
    Delivery.objects.filter(batch=batch).update(state=state, reason=reason, sent_at=sent_at, settled_at=now)


def day_of(user: User, scope: Scope | None = None, *, now: datetime) -> Today:
    return read_today(user, scope or Scope.of(user), now=now)


def names(today: Today, part: Part) -> list[str]:
    return [line.name for line in today[part].lines]


def parts_of(today: Today) -> dict[str, list[str]]:
    """Part → names, without the empty ones."""
    return {str(section.part): [line.name for line in section.lines] for section in today.filled}
