"""A running send: how far it is, its first few, what failed and why, pause, resume, stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.moves import ForbiddenMove, can_move
from yuemian.domain.states import (
    BATCH_FINAL,
    CALLED_OFF,
    FAILED,
    IN_FLIGHT,
    NEEDING_ATTENTION,
    WAITING,
    BatchState,
    DeliveryState,
    Purpose,
)
from yuemian.interviews import board, wording
from yuemian.interviews.actions.choose import NOT_PRESSED, StoppedElsewhere
from yuemian.interviews.actions.choose import stop as stop_batch
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.actions.batches import pause_batch, resume_batch
from yuemian.messaging.models import Batch, Delivery, DeliveryQuerySet

SPEED_WINDOW = timedelta(seconds=5)
PROBLEMS_PAGE = 50
RECENT = 50
#: What a person may have to look after.
TROUBLE = NEEDING_ATTENTION | {DeliveryState.SKIPPED}


@dataclass(frozen=True)
class Progress:
    """Deliveries of a batch by what became of them."""

    total: int
    waiting: int
    sending: int
    sent: int
    delivered: int
    unclear: int
    failed: int
    called_off: int
    per_second: float

    @property
    def done(self) -> int:
        return self.total - self.waiting - self.sending

    @property
    def minutes_left(self) -> int | None:
        """From the measured speed alone; nothing is guessed while nothing was measured."""
        if not self.per_second or not self.waiting:
            return None
        return ceil(self.waiting / self.per_second / 60)


@dataclass(frozen=True)
class Trouble:
    """One delivery that did not get through."""

    interview_id: UUID | None  # None: it is about something else
    name: str
    channel: Text
    state: str
    reason: Reason


def progress_of(batch: Batch, *, now: datetime) -> Progress:
    rows = Delivery.objects.filter(batch=batch)
    figures = _by_state(rows.exclude(board.RESERVE)) + _by_state(_went_on_without(rows))

    def among(states: frozenset[DeliveryState]) -> int:
        return sum(figures.get(state.value, 0) for state in states)

    recent = Delivery.objects.filter(batch=batch, sent_at__gt=now - SPEED_WINDOW).count()
    return Progress(
        total=figures.total(),
        waiting=among(WAITING),
        sending=among(IN_FLIGHT),
        sent=figures.get(DeliveryState.SENT.value, 0),
        delivered=figures.get(DeliveryState.DELIVERED.value, 0),
        unclear=figures.get(DeliveryState.UNKNOWN.value, 0),
        failed=among(FAILED),
        called_off=among(CALLED_OFF),
        per_second=recent / SPEED_WINDOW.total_seconds(),
    )


def _by_state(rows: DeliveryQuerySet) -> Counter[str]:
    return Counter(dict(rows.values_list("state").annotate(Count("pk")).order_by()))


def _went_on_without(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """What took over where one of these did not get through, by another channel or another attempt.

    Once a send has finished or was stopped such a message belongs to none, so that nothing holds it back.
    """
    ended = Q(state__in=[str(state) for state in FAILED | {DeliveryState.SKIPPED}]) | Q(is_closed=True)
    return Delivery.objects.filter(batch=None, notification__in=rows.filter(ended).values("notification"))


def troubles_of(batch: Batch) -> Sequence[Trouble]:
    """The first failures, newest first; the board's counter `failed` holds them all."""
    found = (
        Delivery.objects.filter(batch=batch, is_closed=False, state__in=[str(state) for state in TROUBLE])
        .exclude(board.RESERVE)
        .select_related("notification__candidate")
        .order_by("-settled_at")[:PROBLEMS_PAGE]
    )
    return [
        Trouble(
            interview_id=_interview_of(delivery),
            name=delivery.notification.candidate.name if delivery.notification.candidate else "",
            channel=wording.channel(delivery.channel),
            state=delivery.state,
            reason=wording.reason(delivery.reason or delivery.state, delivery.notification.purpose),
        )
        for delivery in found
    ]


def _interview_of(delivery: Delivery) -> UUID | None:
    about = delivery.notification
    return about.subject_id if about.subject_kind == SUBJECT_KIND else None


@require_safe
@requires(Permission.SEND)
def index(request: SignedInRequest) -> HttpResponse:
    """The latest sends."""
    drafts = [str(state) for state in NOT_PRESSED]
    batches = (
        Batch.objects.visible_to(request.user)
        .exclude(state__in=drafts)
        .select_related("created_by", "version__template")
    )
    rows = [(batch, wording.purpose(batch.purpose)) for batch in batches[:RECENT]]
    return render(request, "interviews/batches.html", {"rows": rows, "zone": board.zone_of(request.user)})


@require_safe
@requires(Permission.SEND)
def show(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    user, now = request.user, timezone.now()
    rows = Batch.objects.visible_to(user).select_related("created_by", "version__template")
    batch = get_object_or_404(rows, pk=batch_id)
    if batch.state in NOT_PRESSED:
        return HttpResponseRedirect(reverse("send-draft", args=[batch.pk]))
    context = _context(user, batch, now=now)
    is_part = request.headers.get("HX-Target") == "batch-live"
    return render(request, "interviews/parts/batch.html" if is_part else "interviews/batch.html", context)


def _context(user: User, batch: Batch, *, now: datetime) -> dict[str, Any]:
    progress = progress_of(batch, now=now)
    is_due = batch.due_at <= now
    return {
        "batch": batch,
        "purpose": wording.purpose(batch.purpose),
        "progress": progress,
        "troubles": troubles_of(batch),
        "trouble_count": progress.failed + progress.unclear,
        "left_out": [
            (wording.LEFT_OUT.get(code) or wording.reason(code), count)
            for code, count in batch.left_out.items()
        ],
        "is_final": batch.state in BATCH_FINAL,
        "is_stopped": batch.state == BatchState.CANCELLED,
        "is_scheduled": not is_due and batch.state not in BATCH_FINAL,
        "is_trying": is_due and batch.state == BatchState.RUNNING and _has_pending_canary(batch),
        "may_pause": can_move(BatchState, batch.state, BatchState.PAUSED) and progress.waiting,
        "may_resume": batch.state == BatchState.PAUSED,
        "is_of_results": batch.purpose == Purpose.RESULT,
        "pause_reason": wording.reason(batch.paused_reason) if batch.paused_reason else None,
        "zone": board.zone_of(user),
        "names": _names(batch) if batch.total == 1 else "",
    }


def _has_pending_canary(batch: Batch) -> bool:
    return bool(batch.canary) and batch.canary_passed_at is None


def _names(batch: Batch) -> str:
    """A send to one person says to whom."""
    found = Delivery.objects.filter(batch=batch).select_related("notification__candidate").first()
    candidate = found.notification.candidate if found else None
    return candidate.name if candidate else ""


@require_POST
@requires(Permission.SEND)
def stop(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)
    try:
        stopped = stop_batch(request.user, batch.pk, now=timezone.now())
    except StoppedElsewhere:
        messages.error(
            request, _("Results are called back where their letters are. Nothing was stopped here.")
        )
        return HttpResponseRedirect(reverse("result-batches"))
    text = ngettext(
        "Stopped. %(count)s message will not leave.", "Stopped. %(count)s messages will not leave.", stopped
    )
    messages.success(request, text % {"count": stopped})
    return HttpResponseRedirect(reverse("batch", args=[batch.pk]))


@require_POST
@requires(Permission.SEND)
def pause(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)
    try:
        pause_batch(request.user, batch.pk, now=timezone.now())
    except ForbiddenMove:
        messages.info(request, _("This send does not run any more, so there is nothing to pause."))
    return HttpResponseRedirect(reverse("batch", args=[batch.pk]))


@require_POST
@requires(Permission.SEND)
def resume(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)
    try:
        resume_batch(request.user, batch.pk, now=timezone.now())
    except ForbiddenMove:
        messages.info(request, _("This send is not paused, so there is nothing to resume."))
    return HttpResponseRedirect(reverse("batch", args=[batch.pk]))
