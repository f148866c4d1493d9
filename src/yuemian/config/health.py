"""What the health page shows: workers, queue, accounts, database, the latest troubles; each with what to do."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.accounts.models import User
from yuemian.config.metrics import SILENT_AFTER
from yuemian.interviews import wording
from yuemian.messaging.mailbox_form import trouble_of
from yuemian.messaging.models import (
    Delivery,
    DeliveryEvent,
    EventKind,
    Mailbox,
    MailboxState,
    ProviderAccount,
    WorkerLife,
)

Text = str | Promise

CAP = 10_000
WORKERS_SHOWN = 20
#: A worker that ended so long ago is history.
WORKERS_SINCE = timedelta(days=1)
#: Due and not sent for longer: something keeps the queue from moving.
LATE = timedelta(minutes=2)
SLOW_MS = 50.0
#: A reader says that it lives with every renewal of its waiting, at the latest.
UNREAD_FOR = timedelta(hours=1)
#: So many of the newest events are looked at for the troubles; ordinary sending writes none.
EVENTS_READ = 2000
TROUBLES_SINCE = timedelta(hours=24)
_TROUBLES = (
    EventKind.FAILED,
    EventKind.DEFERRED,
    EventKind.UNCLEAR,
    EventKind.LEASE_EXPIRED,
    EventKind.BOUNCED,
)

# Row-level security keeps this to the user's own organization, and so to the front of the index `delivery_due`.
# The oldest due row is found per priority, by jumping through the index.
_OLDEST_DUE = """
WITH RECURSIVE lane AS (
    (SELECT min(priority) AS priority FROM messaging_delivery WHERE state = 'queued' AND organization_id = %(own)s)
    UNION ALL
    SELECT (SELECT min(d.priority) FROM messaging_delivery d
            WHERE d.state = 'queued' AND d.organization_id = %(own)s AND d.priority > lane.priority)
    FROM lane WHERE lane.priority IS NOT NULL
)
SELECT min(soonest.due_at)
FROM lane CROSS JOIN LATERAL (
    SELECT d.due_at FROM messaging_delivery d
    WHERE d.state = 'queued' AND d.organization_id = %(own)s AND d.priority = lane.priority AND d.due_at <= %(now)s
      AND (d.batch_id IS NULL OR d.batch_id <> ALL (ARRAY(SELECT id FROM messaging_batch WHERE state = 'paused')))
    ORDER BY d.due_at, d.id LIMIT 1
) soonest
"""


@dataclass(frozen=True)
class Worker:
    """One worker process as it last reported itself."""

    life: WorkerLife
    is_alive: bool
    accepted: int
    unclear: int
    failed: int
    per_minute: float

    @property
    def state(self) -> str:
        if self.life.stopped_at:
            return "stopped"
        return "alive" if self.is_alive else "silent"


@dataclass(frozen=True)
class Depth:
    """How many deliveries are in one state; `+` beyond the cap."""

    label: Text
    count: str
    tone: str
    url: str = ""


@dataclass(frozen=True)
class Trouble:
    """A kind of failure and how often it came of late."""

    channel: Text
    code: str
    sentence: Text
    remedy: Text
    times: int


@dataclass(frozen=True)
class MailboxHealth:
    """The mailbox that answers come to; `trouble` says why it is not read."""

    row: Mailbox
    trouble: str


@dataclass(frozen=True)
class Health:
    """Everything of the page; `advice` is what a person should do now, worst first, empty when all is well."""

    workers: Sequence[Worker]
    depths: Sequence[Depth]
    waits_since: datetime | None
    accounts: Sequence[ProviderAccount]
    mailbox: MailboxHealth | None
    database_ms: float
    troubles: Sequence[Trouble]
    advice: Sequence[Text]


def health_of(user: User, *, now: datetime) -> Health:
    """In a constant number of statements, none of which counts beyond CAP."""
    workers = _workers(now)
    waits_since = _oldest_due(user, now)
    accounts = list(ProviderAccount.objects.visible_to(user).filter(is_active=True))
    mailbox = _mailbox(user)
    database_ms = _database_ms()
    advice = [
        *_about_workers(workers, is_late=bool(waits_since and now - waits_since > LATE)),
        *(_about_account(account) for account in accounts if account.health != "ok"),
        *(_about_mailbox(mailbox, now) if mailbox is not None else ()),
    ]
    if database_ms > SLOW_MS:
        advice.append(
            _("The database answers slowly. Look at its load and at the network between the two machines.")
        )
    return Health(
        workers=workers,
        depths=_depths(user, now),
        waits_since=waits_since,
        accounts=accounts,
        mailbox=mailbox,
        database_ms=database_ms,
        troubles=_troubles(user, now),
        advice=advice,
    )


def _workers(now: datetime) -> list[Worker]:
    found = WorkerLife.objects.filter(seen_at__gt=now - WORKERS_SINCE).order_by("-seen_at")[:WORKERS_SHOWN]
    return [_worker(life, now) for life in found]


def _worker(life: WorkerLife, now: datetime) -> Worker:
    totals: Counter[str] = Counter()
    figures: Mapping[str, Mapping[str, int]] = life.figures
    for counts in figures.values():
        totals.update(counts)
    minutes = max((life.seen_at - life.started_at).total_seconds() / 60, 1 / 60)
    return Worker(
        life=life,
        is_alive=life.stopped_at is None and now - life.seen_at <= timedelta(seconds=SILENT_AFTER),
        accepted=totals["accepted"],
        unclear=totals["unclear"],
        failed=totals["failed"],
        per_minute=totals["accepted"] / minutes,
    )


def _about_workers(workers: Sequence[Worker], *, is_late: bool) -> list[Text]:
    advice: list[Text] = []
    silent = [worker for worker in workers if worker.state == "silent"]
    if not any(worker.is_alive for worker in workers):
        advice.append(
            _(
                "No worker is at work, so nothing is sent. Start one with “yuemian worker”, "
                "or everything with “yuemian up”."
            )
        )
    elif is_late:
        advice.append(
            _("Messages are due and wait. If the figures below do not move, add a worker or look at its log.")
        )
    if silent and len(silent) < len(workers):
        advice.append(
            _(
                "A worker fell silent without saying goodbye. Its messages go on by themselves; look at its log."
            )
        )
    return advice


def _about_account(account: ProviderAccount) -> str:
    return _("%(account)s takes nothing at the moment: %(reason)s Check it under Settings → Channels.") % {
        "account": account.name,
        "reason": account.health_reason,
    }


def _mailbox(user: User) -> MailboxHealth | None:
    found = Mailbox.objects.visible_to(user).filter(is_active=True).first()
    return MailboxHealth(found, trouble_of(found)) if found is not None else None


def _about_mailbox(mailbox: MailboxHealth, now: datetime) -> Iterator[str]:
    row = mailbox.row
    if row.state == MailboxState.FAILING:
        yield _("Answers by mail are not read: %(reason)s Check Settings → Mailbox for answers.") % {
            "reason": mailbox.trouble
        }
    elif now - (row.looked_at or row.state_since or row.created_at) > UNREAD_FOR:
        yield _("Nobody has read the mailbox for answers for an hour. Look whether a worker is at work.")


def _oldest_due(user: User, now: datetime) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_DUE, {"own": user.organization_id, "now": now})
        found: Any = cursor.fetchone()[0]
    return found  # type: ignore[no-any-return]


def _depths(user: User, now: datetime) -> list[Depth]:
    mine = Delivery.objects.visible_to(user)
    waiting = mine.filter(state="queued").order_by("organization_id", "priority", "due_at", "id")
    rows = [
        (gettext_lazy("Due now"), waiting.filter(due_at__lte=now), "info", ""),
        (gettext_lazy("Due later"), waiting.filter(due_at__gt=now), "neutral", ""),
        (gettext_lazy("Being sent"), mine.filter(state="sending"), "info", ""),
        (gettext_lazy("On hold"), _open(user, "held", now), "warning", "?state=held"),
        (gettext_lazy("Outcome unknown"), _open(user, "unknown", now), "warning", "?state=unknown"),
    ]
    return [Depth(label, _capped(query[: CAP + 1].count()), tone, url) for label, query, tone, url in rows]


def _open(user: User, state: str, now: datetime) -> Any:
    """Of the last 7 days, as the page of what needs attention shows them."""
    recent = Delivery.objects.visible_to(user).filter(state=state, is_closed=False)
    return recent.filter(deadline_at__gt=now - timedelta(days=7))


def _capped(count: int) -> str:
    return f"{CAP:,}+" if count > CAP else f"{count:,}"


def _database_ms() -> float:
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return (time.perf_counter() - begin) * 1000


def _troubles(user: User, now: datetime) -> list[Trouble]:
    """Keys are made in the order of time, so the newest events are the last of the primary key."""
    newest = (
        DeliveryEvent.objects.filter(organization_id=user.organization_id)
        .order_by("-pk")
        .values_list("kind", "code", "at", "delivery__channel", "delivery__reason")[:EVENTS_READ]
    )
    counts: Counter[tuple[str, str, str]] = Counter(
        (channel, code, reason)
        for kind, code, at, channel, reason in newest
        if kind in _TROUBLES and at > now - TROUBLES_SINCE
    )
    return [
        Trouble(wording.channel(channel), code, *wording.reason(reason or code), times)
        for (channel, code, reason), times in counts.most_common(10)
    ]
