"""What lies under a notice has changed: it is void or comes back, and nothing of it leaves any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.results import NoticeState
from yuemian.domain.states import ReasonCode
from yuemian.messaging.actions.call_off import supersede
from yuemian.messaging.models import AccessLink
from yuemian.results.actions.locking import lock_interviews_of
from yuemian.results.actions.news import tell_came_back
from yuemian.results.models import SUBJECT_KIND, ResultNotice
from yuemian.results.signals import results_called_back
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.live import announce

N = NoticeState


def void_notices(decision_ids: Collection[UUID], *, now: datetime) -> list[ResultNotice]:
    """Their decisions have changed, in the caller's transaction. What was told of already stays as it was told: its
    link opens nothing any more, and whoever is told anew is told a correction. The caller writes it down with
    `record_void`, when no more rows are to be locked.
    """
    rows = ResultNotice.objects.filter(decision__in=decision_ids).exclude(state=N.VOID)
    notices = _locked(list(rows.values_list("pk", flat=True)))
    told = stop([each for each in notices if each.state == N.RELEASED], ReasonCode.RESULT_CHANGED, now=now)
    gone = [each for each in notices if each.pk not in told]
    _move(gone, N.VOID)
    shut_links(notices, now=now)
    if any(each.released_at for each in gone):
        results_called_back.send(ResultNotice, notices=[each for each in gone if each.released_at], now=now)
    return gone


def record_void(user: User, gone: Collection[ResultNotice], *, now: datetime) -> None:
    for notice in gone:
        _record(user.organization_id, user.actor, "result.void", notice, now)


def send_back(
    notices: Collection[UUID], why: str, *, now: datetime, by: User | None = None
) -> list[ResultNotice]:
    """These were approved for another name, address or template, or a later round is decided: drafts again, with the
    reason, for their author. `by`: whose deed it follows from, who need not be told.

    What was released and has not left is called back first; what has left stays.
    """
    found = _locked(list(notices))
    released = [each for each in found if each.state == N.RELEASED]
    told = stop(released, ReasonCode.RESULT_CHANGED, now=now)
    called_back = [each for each in released if each.pk not in told]
    _move(called_back, N.RECALLED, recalled_at=now)
    waiting = [each for each in found if each.state in {N.SUBMITTED, N.APPROVED}]
    back = [*called_back, *waiting]
    _move(back, N.DRAFT, came_back=why)
    shut_links(called_back, now=now)
    if called_back:
        results_called_back.send(ResultNotice, notices=called_back, now=now)
    if back:
        tell_came_back(back, by, now=now)
    for notice in back:
        actor = by.actor if by else audit.SYSTEM
        _record(notice.organization_id, actor, "result.came_back", notice, now, why=why)
    return back


def stop(released: Sequence[ResultNotice], reason: ReasonCode, *, now: datetime) -> set[UUID]:
    """Nothing more of these leaves. Returns those of whom somebody has heard, or may have."""
    if not released:
        return set()
    return supersede(SUBJECT_KIND, [each.pk for each in released], reason, now=now).told


def shut_links(notices: Sequence[ResultNotice], *, now: datetime) -> None:
    """What leads to these letters leads nowhere from here on."""
    mine = AccessLink.objects.filter(subject_kind=SUBJECT_KIND, subject_id__in=[each.pk for each in notices])
    mine.filter(revoked_at=None).update(revoked_at=now)


def _locked(ids: Sequence[UUID]) -> list[ResultNotice]:
    lock_interviews_of(ids)
    rows = ResultNotice.objects.filter(pk__in=ids)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _move(notices: Sequence[ResultNotice], state: NoticeState, **fields: object) -> None:
    if not notices:
        return
    ResultNotice.objects.filter(pk__in=[each.pk for each in notices]).update(state=state, **fields)
    for notice in notices:
        notice.state = state
        for name, value in fields.items():
            setattr(notice, name, value)


def _record(
    organization_id: UUID, actor: Actor, action: str, notice: ResultNotice, now: datetime, **details: object
) -> None:
    audit.record(organization_id, actor, action, at=now, subject=("result_notice", notice.pk), **details)
    announce(organization_id, "results", batch=notice.batch_id)
