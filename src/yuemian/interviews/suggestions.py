"""What accepting all suggested invitations would do: per template, who hears on which channels, who is left out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import Summary, router_for, summarize_chosen
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.content import versions_by_round
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.trust.identifiers import uuid7


@dataclass(frozen=True)
class Offer:
    """The people of one template: a press sends exactly this, as one batch."""

    version: TemplateVersion
    channels: Sequence[Channel]
    interview_ids: Sequence[UUID]
    summary: Summary
    #: Made up when the page is drawn: the batch that a press creates, and so the same for every press of it.
    batch_id: UUID = field(default_factory=uuid7)

    @property
    def going(self) -> int:
        return len(self.summary.going)

    @property
    def seen(self) -> str:
        """What the page showed, in short: another person among them, and it is another offer."""
        ids = b"".join(sorted(item.interview.id.bytes for item in self.summary.going))
        return hashlib.blake2b(ids, digest_size=12).hexdigest()

    @property
    def field_value(self) -> str:
        return f"{self.version.pk}:{self.batch_id}:{self.seen}"


@dataclass(frozen=True)
class Suggestions:
    """All offers of a list, and what keeps people out of them."""

    offers: Sequence[Offer]
    left_out: Counter[LeftOut]
    #: For these rounds no invitation is published.
    without_template: Sequence[str] = ()
    has_channel: bool = True

    @property
    def going(self) -> int:
        return sum(offer.going for offer in self.offers)

    @property
    def by_channel(self) -> Counter[Channel]:
        return sum((offer.summary.by_channel for offer in self.offers), Counter[Channel]())


def suggest(user: User, interview_ids: Collection[UUID], *, now: datetime) -> Suggestions:
    """Decide as sending decides, grouped by the template that fits each round."""
    rows = Interview.objects.visible_to(user).filter(pk__in=list(interview_ids)).order_by("starts_at", "id")
    rounds = dict(rows.values_list("pk", "round"))
    versions = versions_by_round(user.organization_id, Purpose.INVITATION, rounds.values())
    channels = available_channels(user.organization)
    groups: dict[UUID, tuple[TemplateVersion, list[UUID]]] = {}
    for pk, name in rounds.items():
        version = versions[name]
        if version is not None:
            groups.setdefault(version.pk, (version, []))[1].append(pk)
    offers = [
        Offer(version, channels, ids, _summarize(ids, version, channels, now))
        for version, ids in groups.values()
    ]
    return Suggestions(
        offers=[offer for offer in offers if offer.going],
        left_out=sum((offer.summary.by_reason for offer in offers), Counter[LeftOut]()),
        without_template=[name for name, version in versions.items() if version is None],
        has_channel=bool(channels),
    )


def _summarize(
    ids: Collection[UUID], version: TemplateVersion, channels: Sequence[Channel], now: datetime
) -> Summary:
    """Each person on the best channel, as a step of a plan takes it."""
    router = router_for(version.organization, version, Purpose.INVITATION, now=now)
    return summarize_chosen(ids, version, Purpose.INVITATION, channels, now=now, router=router)
