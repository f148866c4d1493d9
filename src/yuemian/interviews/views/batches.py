"""A running send: how far it is, what failed and why, stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.states import (
    BATCH_FINAL,
    CALLED_OFF,
    FAILED,
    IN_FLIGHT,
    WAITING,
    BatchState,
    DeliveryState,
)
from yuemian.interviews import board, wording
from yuemian.interviews.actions.choose import NOT_PRESSED
from yuemian.interviews.actions.choose import stop as stop_batch
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.models import Batch, Delivery

SPEED_WINDOW = timedelta(seconds=5)
PROBLEMS_PAGE = 50
RECENT = 50
#: What a person may have to look after.
TROUBLE = FAILED | {DeliveryState.UNKNOWN, DeliveryState.EXPIRED, DeliveryState.SKIPPED}


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


@dataclass(frozen=True)
class Trouble:
    """One delivery that did not get through."""

    interview_id: UUID
    name: str
    channel: Text
    state: str
    reason: Reason


def progress_of(batch: Batch, *, now: datetime) -> Progress:
    found = Delivery.objects.filter(batch=batch).values_list("state").annotate(Count("pk")).order_by()
    figures: dict[str, int] = dict(found)

    def among(states: frozenset[DeliveryState]) -> int:
        return sum(figures.get(state.value, 0) for state in states)

    recent = Delivery.objects.filter(batch=batch, sent_at__gt=now - SPEED_WINDOW).count()
    return Progress(
        total=sum(figures.values()),
        waiting=among(WAITING),
        sending=among(IN_FLIGHT),
        sent=figures.get(DeliveryState.SENT.value, 0),
        delivered=figures.get(DeliveryState.DELIVERED.value, 0),
        unclear=figures.get(DeliveryState.UNKNOWN.value, 0),
        failed=among(FAILED),
        called_off=among(CALLED_OFF),
        per_second=recent / SPEED_WINDOW.total_seconds(),
    )


def troubles_of(batch: Batch) -> Sequence[Trouble]:
    """The first failures, newest first; the board's counter `failed` holds them all."""
    found = (
        Delivery.objects.filter(batch=batch, state__in=[str(state) for state in TROUBLE])
        .select_related("notification__candidate")
        .order_by("-settled_at")[:PROBLEMS_PAGE]
    )
    return [
        Trouble(
            interview_id=delivery.notification.subject_id,
            name=delivery.notification.candidate.name if delivery.notification.candidate else "",
            channel=wording.channel(delivery.channel),
            state=delivery.state,
            reason=wording.reason(delivery.reason or delivery.state),
        )
        for delivery in found
    ]


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
    progress = progress_of(batch, now=now)
    context: dict[str, Any] = {
        "batch": batch,
        "purpose": wording.purpose(batch.purpose),
        "progress": progress,
        "troubles": troubles_of(batch),
        "left_out": [
            (wording.LEFT_OUT.get(code) or wording.reason(code), count)
            for code, count in batch.left_out.items()
        ],
        "is_final": batch.state in BATCH_FINAL,
        "is_stopped": batch.state == BatchState.CANCELLED,
        "is_scheduled": batch.due_at > now and batch.state not in BATCH_FINAL,
        "zone": board.zone_of(user),
        "names": _names(batch) if batch.total == 1 else "",
    }
    is_part = request.headers.get("HX-Target") == "batch-live"
    return render(request, "interviews/parts/batch.html" if is_part else "interviews/batch.html", context)


def _left_out(batch: Batch) -> list[tuple[Reason, int]]:
    return [(wording.LEFT_OUT.get(code, Reason(code)), count) for code, count in batch.left_out.items()]


def _names(batch: Batch) -> str:
    """A send to one person says to whom."""
    found = Delivery.objects.filter(batch=batch).select_related("notification__candidate").first()
    candidate = found.notification.candidate if found else None
    return candidate.name if candidate else ""


@require_POST
@requires(Permission.SEND)
def stop(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)
    stopped = stop_batch(request.user, batch.pk, now=timezone.now())
    text = ngettext(
        "Stopped. %(count)s message will not leave.", "Stopped. %(count)s messages will not leave.", stopped
    )
    messages.success(request, text % {"count": stopped})
    return HttpResponseRedirect(reverse("batch", args=[batch.pk]))
