"""Erase a person: every room forgets what it holds, the key is destroyed, and a receipt proves it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.retention import NOTICE, erasable_at
from yuemian.domain.short_code import encode, normal
from yuemian.hiring.actions.retain import past_of
from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Candidate, Erasure, ErasureOrigin, ErasureQuerySet, ErasureState
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.live import announce
from yuemian.trust.vault import destroy

#: 120 random bits; long enough that nobody guesses one, short enough to be copied by hand.
RECEIPT_LENGTH = 24
COMING = (ErasureState.PLANNED, ErasureState.HELD)


class OnHold(Exception):  # noqa: N818
    """The data must be kept for now; release it first."""


class GoneAlready(Exception):  # noqa: N818
    """This person was erased meanwhile; there is nothing left that could be kept."""


class Asked(NamedTuple):
    """What became of a candidate's wish: `receipt` when the data is gone, empty when it is kept for now."""

    receipt: str


def ask_erasure(candidate: Candidate, *, now: datetime) -> Asked:
    """The candidate's own wish: at once, unless the company must keep the data; then it goes when that ends."""
    actor = Actor("candidate", candidate.pk)
    with transaction.atomic():
        fresh = Candidate.objects.select_for_update().get(pk=candidate.pk)
        if not fresh.hold_reason:
            return Asked(_erase(fresh, ErasureOrigin.CANDIDATE, actor, now))
        _coming(fresh, ErasureOrigin.CANDIDATE, ErasureState.HELD, due_at=now, now=now)
        _record(fresh, actor, "candidate.erasure_asked", now)
    return Asked("")


def erase_by_hand(user: User, candidate: Candidate, *, now: datetime) -> str:
    """A person of the company does it. Returns the receipt. Raises OnHold."""
    with transaction.atomic():
        fresh = Candidate.objects.select_for_update().get(pk=candidate.pk)
        if fresh.hold_reason:
            raise OnHold(OnHold.__doc__)
        return _erase(fresh, ErasureOrigin.OFFICER, user.actor, now)


def erase_due(organization_id: UUID, *, now: datetime, limit: int) -> int:
    """What was announced and has come due. Returns how many were settled: erased, kept, or taken off the list."""
    with transaction.atomic():
        due = Erasure.objects.filter(organization_id=organization_id).due(now)
        # Read without a lock: the person comes before the erasure, as everywhere; whoever is being changed waits.
        found = list(due.order_by("due_at").values_list("candidate_id", flat=True)[:limit])
        people = Candidate.objects.select_for_update(skip_locked=True).filter(pk__in=found).order_by("pk")
        return sum(_erase_if_due(candidate, due, now) for candidate in people)


def _erase_if_due(candidate: Candidate, due: ErasureQuerySet, now: datetime) -> int:
    """The candidate's row is locked; what was due a moment ago may be held, put off or done by now."""
    coming = due.filter(candidate=candidate).select_for_update(of=("self",)).first()
    if coming is None:
        return 0
    if candidate.hold_reason:
        Erasure.objects.filter(pk=coming.pk).update(state=ErasureState.HELD)
    elif coming.origin == ErasureOrigin.RETENTION and _is_active_again(candidate, now):
        Erasure.objects.filter(pk=coming.pk).update(state=ErasureState.WITHDRAWN)
        _record(candidate, audit.SYSTEM, "candidate.erasure_withdrawn", now)
        announce(candidate.organization_id, "privacy")
    else:
        _erase(candidate, ErasureOrigin(coming.origin), audit.SYSTEM, now)
    return 1


def _is_active_again(candidate: Candidate, now: datetime) -> bool:
    """Since the last nightly look, which would have taken them off the list."""
    past = past_of(candidate.organization, candidate.pk)
    end = erasable_at(past) if past else None
    return end is None or end > now


def hold(user: User, candidate: Candidate, reason: str, *, now: datetime) -> None:
    """Keep the data for now, whatever comes due, because the law or a dispute asks for it. Raises GoneAlready."""
    with transaction.atomic():
        kept = Candidate.objects.filter(pk=candidate.pk, erased_at=None)
        if not kept.update(hold_reason=reason.strip()[:200]):
            raise GoneAlready(GoneAlready.__doc__)
        Erasure.objects.filter(candidate=candidate, state=ErasureState.PLANNED).update(
            state=ErasureState.HELD
        )
        _record(candidate, user.actor, "candidate.held", now)
        announce(candidate.organization_id, "privacy")


def release(user: User, candidate: Candidate, *, now: datetime) -> None:
    """What the candidate asked for goes now; what the retention rule announced is announced anew."""
    with transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).update(hold_reason="")
        held = Erasure.objects.filter(candidate=candidate, state=ErasureState.HELD)
        held.filter(origin=ErasureOrigin.CANDIDATE).update(state=ErasureState.PLANNED, due_at=now)
        held.exclude(origin=ErasureOrigin.CANDIDATE).update(state=ErasureState.PLANNED, due_at=now + NOTICE)
        _record(candidate, user.actor, "candidate.released", now)
        announce(candidate.organization_id, "privacy")


def receipt_hash(typed: str) -> bytes | None:
    """What is stored of a receipt; None when this can be none."""
    code = normal(typed, RECEIPT_LENGTH)
    return hashlib.sha256(code.encode()).digest() if code else None


def _erase(candidate: Candidate, origin: ErasureOrigin, actor: Actor, now: datetime) -> str:
    """The candidate's row is locked. Returns the receipt; "" when somebody was faster."""
    if candidate.erased_at is not None:
        return ""
    receipt = encode(secrets.randbits(5 * RECEIPT_LENGTH), RECEIPT_LENGTH)
    counts = {each.kind: each.erase([candidate.pk], now) for each in holdings()}
    destroy([candidate.key], now)
    erasure = _coming(candidate, origin, ErasureState.DONE, due_at=now, now=now)
    hashed = hashlib.sha256(receipt.encode()).digest()
    Erasure.objects.filter(pk=erasure.pk).update(done_at=now, receipt_hash=hashed, counts=counts)
    _record(
        candidate,
        actor,
        "candidate.erased",
        now,
        erasure=erasure.pk,
        origin=str(origin),
        key=candidate.key.number,
        receipt=hashed.hex(),
        counts=counts,
    )
    announce(candidate.organization_id, "interviews")
    announce(candidate.organization_id, "privacy")
    return receipt


def _coming(
    candidate: Candidate, origin: ErasureOrigin, state: ErasureState, *, due_at: datetime, now: datetime
) -> Erasure:
    """The one erasure that comes for this person, turned into this."""
    known = Erasure.objects.filter(candidate=candidate, state__in=COMING).first()
    erasure = known or Erasure(
        organization_id=candidate.organization_id, candidate=candidate, asked_at=now, origin=origin
    )
    erasure.state, erasure.due_at = state, due_at
    if origin != ErasureOrigin.RETENTION:
        erasure.origin = origin
    erasure.save()
    return erasure


def _record(candidate: Candidate, actor: Actor, action: str, now: datetime, **details: object) -> None:
    audit.record(
        candidate.organization_id, actor, action, at=now, subject=("candidate", candidate.pk), **details
    )
