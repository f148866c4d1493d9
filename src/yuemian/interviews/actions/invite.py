"""Choose interviews, see who would get what, and send: one decision, one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.canary import canary_size
from yuemian.domain.selection import LeftOut, worth_until
from yuemian.domain.states import BatchState, Channel, Purpose
from yuemian.interviews.actions.replan import hold_facts, take_suggestions
from yuemian.interviews.actions.route import Router, StepRequest
from yuemian.interviews.actions.stages import note_invited
from yuemian.interviews.chosen import Alike, Asked, Kinds, Said, ask_chosen, said_before
from yuemian.interviews.facts import context_of, told_in_common, told_of
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.weighing import Item, weigh_all
from yuemian.messaging.actions.batches import mark_canary
from yuemian.messaging.actions.content import texts_of
from yuemian.messaging.actions.plan import (
    KINDS_KEPT,
    Intent,
    Occasion,
    Recipient,
    plan_beside,
    plan_notifications,
)
from yuemian.messaging.models import Batch, TemplateVersion
from yuemian.trust import audit
from yuemian.trust.beside import Beside, Wire
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: Interviews decided and planned at once.
SLICE: Final = 2000


@dataclass(frozen=True)
class Summary:
    """What pressing “send” will do."""

    items: Sequence[Item]
    by_channel: Counter[Channel] = field(default_factory=Counter)
    by_reason: Counter[LeftOut] = field(default_factory=Counter)

    @cached_property
    def going(self) -> list[Item]:
        return [item for item in self.items if item.left_out is None]

    @cached_property
    def staying(self) -> list[Item]:
        return [item for item in self.items if item.left_out is not None]


def summarize(
    interviews: Iterable[Interview],
    version: TemplateVersion,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    resend: bool = False,
) -> Summary:
    """Decide for every interview: see `summarize_chosen`."""
    ids = [interview.pk for interview in interviews]
    return summarize_chosen(ids, version, purpose, wanted, now=now, resend=resend)


def summarize_chosen(
    interview_ids: Collection[UUID],
    version: TemplateVersion,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    resend: bool = False,
    router: Router | None = None,
) -> Summary:
    """Decide for every interview of the version's organization, as the database has it now, in the order given.

    A constant number of queries, and no model is built, however many there are. With a router each person is written
    to on the best of the channels, the others behind it; without, on all that are wanted.
    """
    read = ask_chosen(Wire(), version.organization_id, interview_ids, purpose).with_said()
    return _summary(
        weigh_all(*read, texts_of(version), purpose, wanted, now=now, resend=resend, router=router)
    )


def _summary(items: Sequence[Item]) -> Summary:
    return Summary(
        items,
        Counter(channel for item in items if not item.left_out for channel in item.channels),
        Counter(item.left_out for item in items if item.left_out),
    )


def send(
    user: User,
    summary: Summary,
    version: TemplateVersion,
    purpose: Purpose,
    *,
    now: datetime,
    due_at: datetime | None = None,
    **extra: Any,
) -> Batch:
    """Plan the whole batch: business rows, notifications and deliveries commit together."""
    return _send(user, lambda _: [summary], version, purpose, now=now, due_at=due_at, **extra)


def send_chosen(
    user: User,
    interview_ids: Sequence[UUID],
    version: TemplateVersion,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    due_at: datetime | None = None,
    resend: bool = False,
    batch_id: UUID | None = None,
    is_routed: bool = False,
) -> Batch:
    """Decide and plan in one go, slice by slice, so that a hundred thousand need no more memory than a thousand.

    `batch_id` names a draft that now becomes this batch. `is_routed`: each on the best channel instead of on all.
    """
    router = router_for(user.organization, version, purpose, now=now, due_at=due_at) if is_routed else None
    texts, ids, kinds = texts_of(version), list(dict.fromkeys(interview_ids)), Kinds()
    slices = (ids[at : at + SLICE] for at in range(0, len(ids), SLICE))

    def ask(wire: Wire, some: Sequence[UUID]) -> Asked:
        return ask_chosen(wire, version.organization_id, some, purpose, kinds)

    weigh = partial(weigh_all, now=now, due_at=due_at, resend=resend, router=router)

    def summaries(beside: Beside) -> Iterator[Summary]:
        for asked in beside.ahead(ask, slices):
            yield _summary(weigh(*asked.with_said(), texts, purpose, wanted))

    return _send(user, summaries, version, purpose, now=now, due_at=due_at, batch_id=batch_id)


def router_for(
    organization: Organization,
    version: TemplateVersion,
    purpose: Purpose,
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> Router:
    """One for a whole send: what its first slice takes from a budget, the next ones do not have."""
    return Router(organization, StepRequest(purpose, texts_of(version), due_at=due_at), now)


def _send(
    user: User,
    summaries: Callable[[Beside], Iterable[Summary]],
    version: TemplateVersion,
    purpose: Purpose,
    *,
    now: datetime,
    due_at: datetime | None = None,
    batch_id: UUID | None = None,
    **extra: Any,
) -> Batch:
    organization = user.organization
    batch = Batch(
        id=batch_id or uuid7(),
        organization=organization,
        purpose=purpose,
        version=version,
        state=BatchState.RUNNING,
        created_by=user,
        created_at=now,
        due_at=due_at or now,
    )
    occasion = Occasion(
        organization=organization,
        purpose=purpose,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=batch.due_at,
        now=now,
        actor=user,
        batch=batch,
    )
    left_out: Counter[LeftOut] = Counter()
    with transaction.atomic(), Beside() as beside:
        hold_facts(organization.pk, alone=True)
        intents = _intents_of(occasion, summaries(beside), left_out, beside, extra)
        planned = plan_beside(occasion, intents, beside)
        batch.total = len(planned)
        batch.left_out = {str(reason): count for reason, count in left_out.items()}
        if not batch.total:
            batch.state, batch.finished_at = BatchState.FINISHED, now
        _try_first(batch, planned)
        batch.save(force_insert=batch_id is None, force_update=batch_id is not None)
        audit.record(
            organization.pk,
            user.actor,
            "batch.sent",
            at=now,
            subject=("batch", batch.pk),
            purpose=str(purpose),
            planned=batch.total,
            version=version.pk,
        )
        announce(organization.pk, "interviews")
    return batch


def _intents_of(
    occasion: Occasion,
    summaries: Iterable[Summary],
    left_out: Counter[LeftOut],
    beside: Beside,
    extra: Mapping[str, Any],
) -> Iterator[Intent]:
    """Everybody who is written to; who is not is counted. One slice is decided at a time."""
    common = _Commons(occasion)
    for summary in summaries:
        left_out.update(summary.by_reason)
        going = summary.going
        if occasion.purpose == Purpose.INVITATION and going:
            note_invited([item.interview.application_id for item in going], beside.execute)
            ids = [item.interview.id for item in going]
            take_suggestions(occasion.organization.pk, ids, now=occasion.now, carry_out=beside.execute)
        yield from _intents(occasion, going, extra, common)


def _try_first(batch: Batch, planned: Sequence[bytes]) -> None:
    """The first few of a large send to real people go ahead of the rest."""
    batch.canary = canary_size(batch.total, is_rehearsal=batch.organization.is_rehearsal)
    if batch.canary:
        mark_canary([UUID(bytes=id_) for id_ in planned[: batch.canary]])


def plan_items(occasion: Occasion, items: Sequence[Item], **extra: Any) -> list[UUID]:
    """One notification per item. The occurrence counts up when this purpose was said before (explicit resend)."""
    return plan_notifications(occasion, _intents(occasion, items, extra, _Commons(occasion)))


def _intents(
    occasion: Occasion, items: Sequence[Item], extra: Mapping[str, Any], common: _Commons
) -> Iterator[Intent]:
    unasked = {item.interview.id: item.interview.revision for item in items if item.times_said is None}
    said = said_before(unasked, occasion.purpose) if unasked else {}
    return (
        _intent(item, _times(item, said) + 1, common[item.interview.alike, item.locale], extra)
        for item in items
    )


class _InCommon(NamedTuple):
    """What is the same in the intents of people who are alike."""

    told: bytes
    deadline_at: datetime
    link_expires_at: datetime


class _Commons(dict[tuple[Alike, str], _InCommon]):
    """What was worked out for one planning: by kind of people and language."""

    def __init__(self, occasion: Occasion) -> None:
        super().__init__()
        self._occasion = occasion

    def __missing__(self, key: tuple[Alike, str]) -> _InCommon:
        if len(self) >= KINDS_KEPT:
            self.clear()
        (alike, locale), occasion = key, self._occasion
        told = told_in_common(alike.facts, occasion.organization, locale)
        until = worth_until(occasion.purpose, alike.facts.starts_at, alike.ends_at, now=occasion.now)
        found = self[key] = _InCommon(told, *until)
        return found


def _times(item: Item, said: Mapping[UUID, Said]) -> int:
    if item.times_said is not None:
        return item.times_said
    known = said.get(item.interview.id)
    return known.times if known else 0


def _intent(item: Item, occurrence: int, common: _InCommon, extra: Mapping[str, Any]) -> Intent:
    interview, route = item.interview, item.route
    return Intent(
        recipient=Recipient(candidate=interview.candidate, contact_points=interview.contact_points),
        subject_id=interview.id,
        subject_revision=interview.revision,
        locale=item.locale,
        context=told_of(common.told, interview.candidate_name, extra),
        channels=route.channels if route else item.channels,
        deadline_at=common.deadline_at,
        link_expires_at=common.link_expires_at,
        occurrence=occurrence,
        explanation=route.note if route else "",
        at_once=route.at_once if route else None,
    )


def send_test(
    user: User,
    interview: Interview,
    version: TemplateVersion,
    *,
    locale: str,
    channels: Sequence[Channel],
    now: datetime,
) -> list[UUID]:
    """The message this candidate would get, sent to the recruiter alone; its link shows where it would lead.

    It is about their interview, so that it is forgotten with them; as a test it is never taken for their message.
    """
    organization: Organization = user.organization
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.TEST,
        version=version,
        subject_kind="test",
        due_at=now,
        now=now,
        actor=user,
    )
    with transaction.atomic():
        ids = plan_notifications(
            occasion,
            [
                Intent(
                    recipient=Recipient(user=user),
                    subject_id=interview.pk,
                    subject_revision=1,
                    locale=locale,
                    context=context_of(interview, organization, locale),
                    channels=channels,
                    deadline_at=now + timedelta(hours=1),
                    link_expires_at=now,
                )
            ],
        )
        audit.record(organization.pk, user.actor, "template.tested", at=now, subject=("version", version.pk))
    return ids
