"""What a channel may cost an organization in a day: reserved before the hand-over, given back when nothing was sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from yuemian.messaging.engine.account import Account
from yuemian.messaging.engine.database import Database
from yuemian.messaging.engine.statements import MAY_LEAVE

#: A new day begins with the organization's own midnight.
_TODAY: Final = "(now() AT TIME ZONE o.time_zone)::date"

_BEGIN_DAY: Final = f"""
INSERT INTO messaging_channelday (id, organization_id, channel, day, sent, cost)
SELECT gen_random_uuid(), o.id, %(channel)s, {_TODAY}, 0, 0 FROM accounts_organization o WHERE o.id = %(organization)s
ON CONFLICT DO NOTHING
"""  # noqa: S608

# The day's row is locked first, so two workers never spend the same money. Messages are granted in their order for as
# long as the budget lasts. No row: the day has not begun.
_RESERVE: Final = f"""
WITH day AS MATERIALIZED (
    SELECT d.id, d.cost AS spent, (
        SELECT p.daily_budget FROM messaging_channelpolicy p
        WHERE p.organization_id = d.organization_id AND p.channel = d.channel) AS budget
    FROM messaging_channelday d JOIN accounts_organization o ON o.id = d.organization_id
    WHERE d.organization_id = %(organization)s AND d.channel = %(channel)s AND d.day = {_TODAY}
    FOR UPDATE OF d
), granted AS (
    SELECT count(*) AS messages, coalesce(sum(price), 0) AS cost
    FROM day, (
        SELECT price, sum(price) OVER (ORDER BY number) AS total
        FROM unnest(%(prices)s::numeric[]) WITH ORDINALITY AS p (price, number)) priced
    WHERE day.budget IS NULL OR day.spent + priced.total <= day.budget
)
UPDATE messaging_channelday d SET sent = d.sent + granted.messages, cost = d.cost + granted.cost
FROM day, granted WHERE d.id = day.id
RETURNING granted.messages
"""  # noqa: S608

# Where midnight has passed meanwhile, the day that began gets it: never below zero.
_REFUND: Final = f"""
WITH back AS (
    UPDATE messaging_channelday d
    SET sent = greatest(d.sent - %(messages)s, 0), cost = greatest(d.cost - %(cost)s, 0)
    FROM accounts_organization o
    WHERE o.id = %(organization)s AND d.organization_id = o.id AND d.channel = %(channel)s AND d.day = {_TODAY}
)
UPDATE messaging_delivery SET cost = NULL WHERE id = ANY(%(ids)s) AND state = 'sending' AND worker = %(worker)s
"""  # noqa: S608

#: The hand-over of messages that cost: as `statements.HAND_OVER`, and what each will have cost.
HAND_OVER_PRICED: Final = f"""
UPDATE messaging_delivery d SET provider = %(provider)s, account = %(account)s, cost = t.price
FROM unnest(%(ids)s::uuid[], %(prices)s::numeric[]) AS t (id, price)
WHERE d.id = t.id AND coalesce(d.state, '') = 'sending' AND d.worker = %(worker)s
  AND d.lease_until > now() + %(margin)s AND {MAY_LEAVE}
RETURNING d.id
"""  # noqa: S608

# Released when the organization's next day begins (it has no row yet), or when the budget was raised by more than one
# message takes: releasing what will be held again ten seconds later would only write rows.
RELEASE_QUOTA: Final = f"""
WITH chosen AS MATERIALIZED (
    SELECT h.id FROM messaging_delivery h
    JOIN accounts_organization o ON o.id = h.organization_id
    LEFT JOIN messaging_channelpolicy p ON p.organization_id = h.organization_id AND p.channel = h.channel
    LEFT JOIN messaging_channelday d
        ON d.organization_id = h.organization_id AND d.channel = h.channel AND d.day = {_TODAY}
    WHERE h.state = 'held' AND h.reason = 'quota_exhausted' AND h.deadline_at > now()
      AND (p.daily_budget IS NULL OR d.id IS NULL OR p.daily_budget - d.cost >= 4 * (
          SELECT max(a.cost) FROM messaging_provideraccount a
          WHERE a.organization_id = h.organization_id AND a.channel = h.channel AND a.is_active))
    FOR UPDATE OF h SKIP LOCKED
)
UPDATE messaging_delivery d SET state = 'queued', reason = '', due_at = least(d.due_at, now())
FROM chosen WHERE d.id = chosen.id
RETURNING d.id
"""  # noqa: S608


async def reserve(database: Database, account: Account, prices: Sequence[Decimal]) -> int:
    """How many of these messages, from the first on, the day's budget takes; they are reserved.

    A reservation whose answer was lost stays: the day then ends a little early, never late.
    """
    values = _place(account) | {"prices": list(prices)}
    rows = await database.patiently(_RESERVE, values)
    if not rows:
        await database.patiently(_BEGIN_DAY, values)
        rows = await database.patiently(_RESERVE, values)
    return int(rows[0][0]) if rows else 0


async def refund(database: Database, account: Account, worker: UUID, prices: dict[UUID, Decimal]) -> None:
    """These were certainly not sent."""
    values = _place(account) | {"messages": len(prices), "cost": sum(prices.values(), Decimal(0))}
    await database.patiently(_REFUND, values | {"ids": list(prices), "worker": worker})


def _place(account: Account) -> dict[str, object]:
    assert account.row is not None  # only accounts with a row have a cost
    return {"organization": account.row.organization_id, "channel": str(account.channel)}
