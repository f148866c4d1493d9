"""The route of a notification: when one channel ends without reaching the person, the next one takes over."""

from __future__ import annotations

from typing import Final

from yuemian.domain.states import FAILED, DeliveryState, ReasonCode

#: Not sent, because this channel does not lead to the person; another one may.
_NO_WAY: Final = frozenset(
    {
        ReasonCode.MISSING_CONTACT,
        ReasonCode.INVALID_CONTACT,
        ReasonCode.BLOCKED_BY_RECIPIENT,
        ReasonCode.NOT_FOLLOWING,
        ReasonCode.OPTED_OUT,
        ReasonCode.SUPPRESSED,
    }
)
#: Held until somebody mends the account or pays: not worth waiting for where the route goes on.
_STUCK: Final = frozenset(
    {ReasonCode.NOT_CONFIGURED, ReasonCode.CREDENTIALS_REFUSED, ReasonCode.QUOTA_EXHAUSTED}
)


def ends_without_reaching(state: DeliveryState, reason: str) -> bool:
    """Whether the route may go on after this: the person was certainly not reached, and should be."""
    if state is DeliveryState.SKIPPED:
        return reason in _NO_WAY
    if state is DeliveryState.HELD:
        return reason in _STUCK
    return state in FAILED


def _listed(words: frozenset[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_FAILED: Final = (
    f"(d.state IN ({_listed(FAILED)}) OR (d.state = 'skipped' AND d.reason IN ({_listed(_NO_WAY)})))"
)
_IS_STUCK: Final = f"(d.state = 'held' AND NOT d.is_unclear AND d.reason IN ({_listed(_STUCK)}))"

# The next of the route is the first `created` one, where nothing else of the notification is under way, unclear or has
# arrived, and at least one ended without reaching. What is stuck is given up for it. The row's lock decides between two
# that do this at once: whoever comes second finds it queued. A batch that has finished meanwhile does not hold it back.
_MOVE_ON: Final = f"""
stuck AS MATERIALIZED (
    SELECT n.id FROM wanted n
    WHERE NOT EXISTS (
        SELECT FROM messaging_delivery d
        WHERE d.notification_id = n.id AND d.state NOT IN ('created', 'cancelled', 'expired')
          AND NOT {_FAILED} AND NOT {_IS_STUCK})
      AND EXISTS (
        SELECT FROM messaging_delivery d WHERE d.notification_id = n.id AND ({_FAILED} OR {_IS_STUCK}))
), successor AS MATERIALIZED (
    SELECT picked.id, picked.notification_id FROM stuck CROSS JOIN LATERAL (
        SELECT d.id, d.notification_id FROM messaging_delivery d
        WHERE d.notification_id = stuck.id AND d.state = 'created' AND d.deadline_at > now()
        ORDER BY d.position, d.id LIMIT 1
        FOR UPDATE
    ) picked
), given_up AS (
    UPDATE messaging_delivery d SET state = 'skipped', settled_at = now()
    FROM successor s WHERE d.notification_id = s.notification_id AND {_IS_STUCK}
), queued AS (
    UPDATE messaging_delivery d SET state = 'queued', due_at = now(),
        batch_id = (SELECT b.id FROM messaging_batch b WHERE b.id = d.batch_id AND b.state IN ('running', 'paused'))
    FROM successor s WHERE d.id = s.id AND d.state = 'created'
    RETURNING d.id, d.organization_id
), said AS (
    INSERT INTO messaging_deliveryevent
        (id, organization_id, delivery_id, kind, at, attempt, provider_event_id, code, detail)
    SELECT gen_random_uuid(), organization_id, id, 'fell_back', now(), 0, '', '', '' FROM queued
)
SELECT count(*), pg_notify('yuemian_wake', '') FROM queued HAVING count(*) > 0
"""  # noqa: S608

#: After these deliveries have ended. Runs in the engine's role or in the organization's own transaction.
FALL_BACK: Final = f"""
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT notification_id AS id FROM messaging_delivery WHERE id = ANY(%(deliveries)s)
), {_MOVE_ON}
"""  # noqa: S608

#: For every route that has not come to its end: whoever should have moved it on was killed in between.
FALL_BACK_ALL: Final = f"""
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT notification_id AS id FROM messaging_delivery WHERE state = 'created'
), {_MOVE_ON}
"""  # noqa: S608

#: How long a reserve is kept after the message was sent, where nothing more is heard: a bounce may still come.
_KEPT: Final = "interval '72 hours'"

# The reserves of a route end when the person was reached, when the message was called off or nothing more can be
# expected, or with the deadline.
CLOSE_ROUTES: Final = f"""
UPDATE messaging_delivery c SET settled_at = now(),
    state = CASE WHEN route.is_reached OR route.called_off IS NOT NULL THEN 'skipped' ELSE 'expired' END,
    reason = CASE WHEN route.is_reached THEN 'reached_otherwise' ELSE coalesce(route.called_off, 'deadline_passed') END
FROM (
    SELECT r.id, EXISTS (
        SELECT FROM messaging_delivery d
        WHERE d.notification_id = r.notification_id
          AND (d.state = 'delivered' OR (d.state = 'sent' AND (d.sent_at < now() - {_KEPT} OR r.deadline_at <= now())))
    ) AS is_reached, (
        SELECT min(d.reason) FROM messaging_delivery d
        WHERE d.notification_id = r.notification_id AND d.state IN ('cancelled', 'skipped', 'expired') AND NOT {_FAILED}
    ) AS called_off
    FROM messaging_delivery r WHERE r.state = 'created'
) route
WHERE c.id = route.id AND c.state = 'created'
  AND (route.is_reached OR route.called_off IS NOT NULL OR c.deadline_at <= now())
"""  # noqa: S608
