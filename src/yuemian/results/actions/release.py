"""Let approved results go, with a window to call them back; and call them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from yuemian.accounts.models import User
from yuemian.domain.canary import canary_size
from yuemian.domain.results import NoticeState, hold_window
from yuemian.domain.results.policy import TYPED_COUNT_FROM
from yuemian.domain.states import BatchState, Channel, Purpose, ReasonCode
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.batches import mark_canary
from yuemian.messaging.actions.call_off import stop_batch
from yuemian.messaging.actions.plan import Addressee, Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import Batch, Notification, TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.results.actions.last_look import last_look
from yuemian.results.actions.locking import lock_interviews_of
from yuemian.results.actions.news import note_altered
from yuemian.results.actions.notices import locked, record
from yuemian.results.actions.void import shut_links, stop
from yuemian.results.models import SUBJECT_KIND, ResultBatch, ResultNotice
from yuemian.results.notices.content import Altered, altered_among, rule_of
from yuemian.results.notices.reach import Way, ways_to
from yuemian.results.signals import results_called_back, results_released
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

N = NoticeState
#: So long a message that there is news is worth sending, and its link opens the letter.
WORTH: Final = timedelta(days=7)
LINK_LIVES: Final = timedelta(days=30)


class NothingToRelease(Exception):  # noqa: N818
    """Nothing of this batch is approved and waits: get it approved first."""


class NobodyCarries(Exception):  # noqa: N818
    """No channel is set up that could carry it; an administrator connects one under Settings."""


@dataclass(eq=False)
class WrongCount(Exception):  # noqa: N818
    """The number that was typed is not the number of letters that would leave."""

    count: int


@dataclass(frozen=True)
class Released:
    """How many letters go, and how many came back to their author instead, by the reason or problem."""

    batch: ResultBatch
    count: int
    came_back: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class CalledBack:
    """How many did not leave, and how many people had heard, or may have."""

    stopped: int
    told: int


def release_batch(
    user: User, batch_id: UUID, *, now: datetime, typed: int | None = None, in_order: bool = False
) -> Released:
    """All of the batch that is approved leaves when its hold window is over; the rest stays where it is.

    What does not hold any more, or reaches nobody, is a draft again: nobody counts as told whom no message tells.

    `typed`: the number, written out by hand, where it is large. `in_order`: the best channel first, the next only where
    one does not get through; else on all at once. Raises NothingToRelease, NobodyCarries, WrongCount, and Altered: that
    is written down and told, although nothing else is done.
    """
    altered: list[ResultNotice] = []
    try:
        return _release(user, batch_id, altered, now=now, typed=typed, in_order=in_order)
    except Altered:
        with transaction.atomic():
            note_altered(altered, now=now)
        raise


def _release(
    user: User,
    batch_id: UUID,
    altered: list[ResultNotice],
    *,
    now: datetime,
    typed: int | None,
    in_order: bool,
) -> Released:
    with transaction.atomic():
        batch = ResultBatch.objects.visible_to(user).select_for_update(no_key=True).get(pk=batch_id)
        notices = _locked(user, batch, N.APPROVED)
        if not notices:
            raise NothingToRelease(NothingToRelease.__doc__)
        if len(notices) >= TYPED_COUNT_FROM and typed != len(notices):
            raise WrongCount(len(notices))
        channels = available_channels(user.organization)
        if not channels:
            raise NobodyCarries(NobodyCarries.__doc__)
        altered += altered_among(notices, Vault(user.organization_id))
        if altered:
            raise Altered(Altered.__doc__)
        look = last_look(user, notices)
        if look.good:
            leaves_at = now + hold_window(rule_of(user.organization_id).policy, _size(batch))
            _set_released(look.good, now, leaves_at)
            sending = _Sending(user, look.good, channels, in_order=in_order).plan(
                leaves_at=leaves_at, now=now
            )
            batch.released_by, batch.released_at, batch.leaves_at = user, now, leaves_at
            batch.recalled_at, batch.sending = None, sending
            batch.save(update_fields=["released_by", "released_at", "leaves_at", "recalled_at", "sending"])
            results_released.send(ResultNotice, notices=look.good, now=now)
            record(user, "result.released", now, batch=batch, notices=look.good, sending=sending.pk)
        look.record(user, now=now)
    return Released(batch, len(look.good), look.counts)


def recall_batch(user: User, batch_id: UUID, *, now: datetime) -> CalledBack:
    """One press: what has not left never leaves. Whom it may have reached is counted, and keeps the letter."""
    with transaction.atomic():
        batch = ResultBatch.objects.visible_to(user).select_for_update(no_key=True).get(pk=batch_id)
        notices = _locked(user, batch, N.RELEASED)
        told = stop(notices, ReasonCode.RESULT_RECALLED, now=now)
        back = [each for each in notices if each.pk not in told]
        set_recalled(back, now)
        shut_links(back, now=now)
        if batch.sending is not None:
            stop_batch(batch.sending, now=now)
        ResultBatch.objects.filter(pk=batch.pk).update(recalled_at=now)
        if back:
            results_called_back.send(ResultNotice, notices=back, now=now)
        record(user, "result.recalled", now, batch=batch, notices=back, told=len(told))
    return CalledBack(len(back), len(told))


def _locked(user: User, batch: ResultBatch, state: NoticeState) -> list[ResultNotice]:
    """Those of the batch that are still so when nobody else can change them any more."""
    ids = list(ResultNotice.objects.filter(batch=batch, state=state).values_list("pk", flat=True))
    lock_interviews_of(ids)
    return [each for each in locked(user, ids) if each.state == state]


def _size(batch: ResultBatch) -> int:
    return ResultNotice.objects.live().filter(batch=batch).count()


def _set_released(notices: Sequence[ResultNotice], now: datetime, leaves_at: datetime) -> None:
    ResultNotice.objects.filter(pk__in=[each.pk for each in notices]).update(
        state=N.RELEASED, released_at=now, leaves_at=leaves_at
    )
    for notice in notices:
        notice.state, notice.released_at, notice.leaves_at = N.RELEASED, now, leaves_at


def set_recalled(notices: Sequence[ResultNotice], now: datetime) -> None:
    """A letter of somebody who was erased meanwhile is void: nobody could read it, nor write it anew."""
    kept = [each.pk for each in notices if each.candidate.erased_at is None]
    void = [each.pk for each in notices if each.candidate.erased_at is not None]
    for ids, state in ((kept, N.RECALLED), (void, N.VOID)):
        if ids:
            ResultNotice.objects.filter(pk__in=ids).update(state=state, recalled_at=now)


class _Sending:
    """Turns released notices into messages that say only that there is news."""

    def __init__(
        self, user: User, notices: Sequence[ResultNotice], channels: Sequence[Channel], *, in_order: bool
    ) -> None:
        self._user, self._notices = user, notices
        self._at_once = 1 if in_order else None
        self._ways, self._interviews = ways_to(notices, user.organization, channels), _interviews(notices)
        self._times = _times_said(notices)
        self._pointers = TemplateVersion.objects.prefetch_related("variants").in_bulk(
            {each.pointer_id for each in notices}
        )

    def plan(self, *, leaves_at: datetime, now: datetime) -> Batch:
        organization = self._user.organization
        batch = Batch.objects.create(
            id=uuid7(),
            organization=organization,
            purpose=Purpose.RESULT,
            version=self._pointers[self._notices[0].pointer_id],
            state=BatchState.RUNNING,
            created_by=self._user,
            created_at=now,
            due_at=leaves_at,
        )
        planned: list[UUID] = []
        for version in self._pointers.values():
            occasion = Occasion(
                organization=organization,
                purpose=Purpose.RESULT,
                version=version,
                subject_kind=SUBJECT_KIND,
                due_at=leaves_at,
                now=now,
                actor=self._user,
                batch=batch,
            )
            some = [each for each in self._notices if each.pointer_id == version.pk]
            planned += plan_notifications(
                occasion, [self._intent(occasion, each, self._ways[each.pk]) for each in some]
            )
        size = canary_size(len(planned), is_rehearsal=organization.is_rehearsal)
        if size:
            mark_canary(planned[:size])
        batch.canary, batch.total = size, len(planned)
        batch.save(update_fields=["canary", "total"])
        return batch

    def _intent(self, occasion: Occasion, notice: ResultNotice, way: Way) -> Intent:
        key = notice.candidate.key
        wrapped = bytes(key.wrapped) if key.wrapped is not None else None
        return Intent(
            recipient=Recipient(
                candidate=Addressee(notice.candidate_id, key.pk, key.number, wrapped, key.wrapped_by),
                contact_points=way.points,
            ),
            subject_id=notice.pk,
            subject_revision=notice.submission,
            locale=way.locale,
            # Nothing of the result is among the facts of the interview.
            context=context_of(
                self._interviews[notice.decision.interview_id], occasion.organization, way.locale
            ),
            channels=way.channels,
            at_once=self._at_once,
            deadline_at=occasion.due_at + WORTH,
            link_expires_at=occasion.due_at + LINK_LIVES,
            occurrence=self._times.get(notice.pk, 0) + 1,
        )


def _interviews(notices: Sequence[ResultNotice]) -> dict[UUID, Interview]:
    ids = {each.decision.interview_id for each in notices}
    return {each.pk: each for each in Interview.objects.with_people().filter(pk__in=ids)}


def _times_said(notices: Sequence[ResultNotice]) -> dict[UUID, int]:
    """Of a submission that was released and called back before: a new try is another occurrence."""
    rows = Notification.objects.filter(
        subject_kind=SUBJECT_KIND, subject_id__in=[each.pk for each in notices], purpose=Purpose.RESULT
    )
    return dict(rows.values_list("subject_id").annotate(Max("occurrence")).order_by())
