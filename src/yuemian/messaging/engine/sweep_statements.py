"""The sweep's own statements: unclear deliveries that can be asked for, and receipts that never came."""

from __future__ import annotations

from typing import Final

#: The newest first; after two days a person has to say.
UNCLEAR: Final = """
SELECT id, worker, attempt, provider, deadline_at, now(), account, is_unclear, settled_at FROM messaging_delivery
WHERE state = 'unknown' AND worker IS NOT NULL AND settled_at BETWEEN now() - interval '48 hours' AND now() - %(after)s
  AND (account = ANY(%(accounts)s::uuid[]) OR (account IS NULL AND provider = ANY(%(providers)s::text[])))
ORDER BY settled_at DESC LIMIT %(limit)s
"""

# Only where the account has an address for callbacks: elsewhere silence means nothing. A receipt that comes later all
# the same still counts: `temporary_failure` may become `delivered`.
TIME_OUT: Final = """
WITH silent AS (
    SELECT d.id FROM messaging_delivery d JOIN messaging_provideraccount a ON a.id = d.account
    WHERE d.state = 'sent' AND d.channel = %(channel)s AND NOT d.channel = 'email' AND d.sent_at < now() - %(wait)s
      AND a.callback_hash IS NOT NULL
    ORDER BY d.sent_at LIMIT %(limit)s
    FOR UPDATE OF d SKIP LOCKED
), late AS (
    UPDATE messaging_delivery d SET state = 'temporary_failure', reason = 'timeout', settled_at = now()
    FROM silent WHERE d.id = silent.id
    RETURNING d.id, d.organization_id, d.batch_id, d.attempt
), said AS (
    INSERT INTO messaging_deliveryevent
        (id, organization_id, delivery_id, kind, at, attempt, provider_event_id, code, detail)
    SELECT gen_random_uuid(), organization_id, id, 'timed_out', now(), attempt, '', 'timeout', '' FROM late
)
SELECT id, organization_id, batch_id FROM late
"""
