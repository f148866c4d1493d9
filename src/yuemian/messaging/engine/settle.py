"""From a provider's receipt to the delivery's next state, and the bulk statement that writes it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson

from yuemian.channels.base import Dedup, Outcome, Receipt
from yuemian.domain.retry import next_wait
from yuemian.domain.states import WAITING, DeliveryState, ReasonCode
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.verdict import Verdict
from yuemian.messaging.models import EventKind
from yuemian.trust import columns
from yuemian.trust.identifiers import uuid7


class Attempt(NamedTuple):
    """The lease under which a delivery may be settled, and until when trying again makes sense."""

    delivery: UUID
    worker: UUID
    number: int
    deadline: datetime
    is_unclear: bool = False  # an earlier one under the same key may have arrived
    channel: str = ""
    tried_by: UUID | None = None  # the account of the attempt before; None: the installation's own


class Settlement(NamedTuple):
    """What one delivery becomes, and the event that says why."""

    attempt: Attempt
    state: DeliveryState
    kind: EventKind
    reason: ReasonCode | str = ""
    provider: str = ""
    provider_id: str = ""
    wait: float = 0.0
    code: str = ""
    detail: str = ""
    is_unclear: bool = False  # this attempt may have arrived


class Touched(NamedTuple):
    """Where something changed, for the open pages."""

    organization_id: UUID
    batch_id: UUID | None
    changed: int


def called_off(attempt: Attempt, verdict: Verdict) -> Settlement:
    """A claim that the last look stopped. What may have arrived before is not called off: nobody knows."""
    if attempt.is_unclear:
        return _unclear(attempt, Receipt(Outcome.AMBIGUOUS, code=verdict.reason), "")
    return Settlement(attempt, verdict.state, EventKind.CALLED_OFF, verdict.reason, code=verdict.reason)


def held(attempt: Attempt, reason: ReasonCode, provider: str = "", detail: str = "") -> Settlement:
    return Settlement(
        attempt, DeliveryState.HELD, EventKind.DEFERRED, reason, provider, code=reason, detail=detail
    )


def parked(attempt: Attempt, reason: ReasonCode, detail: str) -> Settlement:
    """Something that a person must mend first; `detail` names no value."""
    if attempt.is_unclear:
        return _unclear(attempt, Receipt(Outcome.AMBIGUOUS, code=reason, detail=detail), "")
    return Settlement(
        attempt, DeliveryState.TECHNICAL_FAILURE, EventKind.FAILED, reason, code=reason, detail=detail
    )


_PATIENT = 4
_REFUSED = {
    Outcome.BAD_RECIPIENT: ReasonCode.INVALID_CONTACT,
    Outcome.NO_CONSENT: ReasonCode.BLOCKED_BY_RECIPIENT,
    Outcome.CONTENT_REJECTED: ReasonCode.CONTENT_REJECTED,
}


def settlement(
    attempt: Attempt,
    receipt: Receipt,
    provider: str,
    dedup: Dedup,
    *,
    now: datetime,
    chance: float | None = None,
) -> Settlement:
    """What a receipt makes of a delivery; `chance` is the jitter of a retry, random unless given."""
    receipt = _cleaned(receipt)
    kind = receipt.kind
    outcome: tuple[DeliveryState, EventKind, ReasonCode | str]
    if kind is Outcome.ACCEPTED:
        outcome = (DeliveryState.SENT, EventKind.ACCEPTED, "")
    elif kind in _REFUSED:
        outcome = (DeliveryState.PERMANENT_FAILURE, EventKind.FAILED, _REFUSED[kind])
    elif kind is Outcome.CONFIG:
        outcome = (DeliveryState.HELD, EventKind.DEFERRED, refusal(receipt))
    elif kind is Outcome.AMBIGUOUS and dedup is not Dedup.KEY:
        return _unclear(attempt, receipt, provider)
    else:
        return _again(attempt, receipt, provider, now, random.random() if chance is None else chance)  # noqa: S311
    return Settlement(
        attempt, *outcome, provider, receipt.provider_id, code=receipt.code, detail=receipt.detail
    )


def _again(attempt: Attempt, receipt: Receipt, provider: str, now: datetime, chance: float) -> Settlement:
    """Not taken (or harmless to repeat under the same key): later, while it still makes sense."""
    reason = ReasonCode.RATE_LIMITED if receipt.kind is Outcome.THROTTLED else ReasonCode.PROVIDER_ERROR
    at_least = timedelta(seconds=receipt.retry_after or 0)
    # Too fast is the account's affair: such tries count no more than the waits they bring.
    number = min(attempt.number, _PATIENT) if receipt.kind is Outcome.THROTTLED else attempt.number
    wait = next_wait(number, now=now, deadline=attempt.deadline, chance=chance, at_least=at_least)
    is_over = wait is None
    # Under the same key it may be repeated; whoever cannot repeat it does not know whether it arrived.
    is_unclear = receipt.kind is Outcome.AMBIGUOUS
    if is_over and (is_unclear or attempt.is_unclear):
        return _unclear(attempt, receipt, provider)
    is_renewed = receipt.kind is Outcome.TOKEN_EXPIRED and attempt.number == 1
    return Settlement(
        attempt,
        DeliveryState.TEMPORARY_FAILURE if is_over else DeliveryState.QUEUED,
        EventKind.FAILED if is_over else EventKind.UNCLEAR if is_unclear else EventKind.DEFERRED,
        reason,
        provider,
        wait=0.0 if wait is None or is_renewed else wait.total_seconds(),
        code=receipt.code,
        detail=receipt.detail,
        is_unclear=is_unclear,
    )


def _unclear(attempt: Attempt, receipt: Receipt, provider: str) -> Settlement:
    return Settlement(
        attempt,
        DeliveryState.UNKNOWN,
        EventKind.UNCLEAR,
        ReasonCode.OUTCOME_UNKNOWN,
        provider,
        receipt.provider_id,
        code=receipt.code,
        detail=receipt.detail,
    )


def refusal(receipt: Receipt) -> ReasonCode:
    """What a person must mend: the password, or something else of the settings."""
    is_sign_in = receipt.code == "auth" or receipt.code.startswith("53")
    return ReasonCode.CREDENTIALS_REFUSED if is_sign_in else ReasonCode.NOT_CONFIGURED


def _cleaned(receipt: Receipt) -> Receipt:
    """The provider's own words, cut to what the columns take; a NUL would make the database refuse them all."""
    provider_id, code, detail = receipt.provider_id[:120], receipt.code[:40], receipt.detail[:300]
    is_short = (provider_id, code, detail) == (receipt.provider_id, receipt.code, receipt.detail)
    if is_short and (provider_id + code + detail).isprintable():
        return receipt
    return replace(
        receipt, provider_id=_printable(provider_id), code=_printable(code), detail=_printable(detail)
    )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


async def settle(database: Database, settlements: Sequence[Settlement]) -> list[Touched]:
    """Write them all. Repeated until the server answers: what was already settled no longer matches."""
    sent = [
        each for each in settlements if each.kind is EventKind.ACCEPTED and each.state is DeliveryState.SENT
    ]
    rows = await database.patiently(statements.SETTLE_SENT, _columns(sent)) if sent else []
    if len(sent) < len(settlements):
        kept = set(map(id, sent))
        others = [_record(each) for each in settlements if id(each) not in kept]
        rows += await database.patiently(statements.SETTLE, {"settlements": orjson.dumps(others).decode()})
        waiting = [each.attempt.delivery for each in settlements if each.state in WAITING]
        if waiting:
            await database.patiently(statements.END_STOPPED, {"ids": waiting})
    return [Touched._make(row) for row in rows]


def _columns(sent: Sequence[Settlement]) -> dict[str, columns.Column]:
    return {
        "deliveries": columns.uuids([each.attempt.delivery for each in sent]),
        "workers": columns.uuids([each.attempt.worker for each in sent]),
        "attempts": columns.integers([each.attempt.number for each in sent]),
        "providers": columns.texts([each.provider for each in sent]),
        "provider_ids": columns.texts([each.provider_id for each in sent]),
    }


def _record(settlement: Settlement) -> dict[str, object]:
    attempt = settlement.attempt
    return {
        "delivery": attempt.delivery,
        "worker": attempt.worker,
        "attempt": attempt.number,
        "state": settlement.state,
        "reason": settlement.reason,
        "provider": settlement.provider,
        "provider_id": settlement.provider_id,
        "wait": settlement.wait,
        "is_unclear": settlement.is_unclear,
        "event": uuid7(),
        "kind": settlement.kind.value,
        "code": settlement.code,
        "detail": settlement.detail,
    }
