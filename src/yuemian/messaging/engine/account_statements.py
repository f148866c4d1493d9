"""The statements about provider accounts: their health, their pace and their budget, shared by all workers."""

from __future__ import annotations

from typing import Final

#: Without the sealed settings: read often, opened only when the version is new.
ACCOUNTS: Final = """
SELECT id, organization_id, channel, provider, name, weight, cost, per_second, health, health_since, health_until,
       health_code, learned_per_second, version, now()
FROM messaging_provideraccount WHERE is_active
"""

CONFIGS: Final = """
SELECT a.id, a.config_sealed, k.number, k.wrapped, k.wrapped_by, o.number, o.wrapped, o.wrapped_by
FROM messaging_provideraccount a
JOIN trust_key k ON k.id = a.key_id
JOIN trust_key o ON o.organization_id = a.organization_id AND o.purpose = 'organization' AND o.destroyed_at IS NULL
WHERE a.id = ANY(%(ids)s)
"""

# Every change of health wakes the other workers, which read the rows anew.
_TOLD: Final = "SELECT pg_notify('yuemian_wake', 'accounts') FROM changed"

#: The account rests. Whoever comes second, with a longer rest, does not shorten the first one's.
OPEN: Final = f"""
WITH changed AS (
    UPDATE messaging_provideraccount
    SET health = 'open', health_since = now(), health_until = now() + %(rest)s, health_code = %(code)s,
        health_reason = %(reason)s
    WHERE id = %(id)s AND (health <> 'open' OR health_until < now() + %(rest)s)
    RETURNING id
) {_TOLD}
"""  # noqa: S608

#: Of all workers one gets a row back, and sends the probe.
PROBE: Final = """
UPDATE messaging_provideraccount
SET health = 'half_open', health_since = now(), health_until = now() + %(lasts)s
WHERE id = %(id)s AND health <> 'ok' AND (health_until IS NULL OR health_until <= now())
RETURNING id
"""

CLOSE: Final = f"""
WITH changed AS (
    UPDATE messaging_provideraccount
    SET health = 'ok', health_since = now(), health_until = NULL, health_code = '', health_reason = ''
    WHERE id = %(id)s AND health <> 'ok'
    RETURNING id
) {_TOLD}
"""  # noqa: S608

# The rate is one for all workers: each chunk books its stretch of time, and learns how long until it begins.
BOOK: Final = """
UPDATE messaging_provideraccount
SET paced_until = greatest(coalesce(paced_until, now()), now()) + make_interval(secs => %(stretch)s)
WHERE id = %(id)s AND (paced_until IS NULL OR paced_until <= now() + make_interval(secs => %(patience)s))
RETURNING greatest(extract(epoch FROM paced_until - now())::float8 - %(stretch)s, 0)
"""

SLOW_DOWN: Final = f"""
WITH changed AS (
    UPDATE messaging_provideraccount
    SET learned_per_second = least(coalesce(learned_per_second, %(learned)s), %(learned)s),
        paced_until = greatest(coalesce(paced_until, now()), now() + make_interval(secs => %(silence)s))
    WHERE id = %(id)s
    RETURNING id
) {_TOLD}
"""  # noqa: S608

#: Only from the rate this worker knew: another one's newer lesson stands.
SPEED_UP: Final = """
UPDATE messaging_provideraccount SET learned_per_second = %(learned)s
WHERE id = %(id)s AND abs(learned_per_second - %(known)s) < 0.000001
RETURNING id
"""

#: Queue again what waits for an account: of one organization (NULL: any), at most so many, the most urgent first.
RELEASE: Final = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM messaging_delivery
    WHERE state = 'held' AND deadline_at > now() AND channel = ANY(%(channels)s)
      AND reason IN ('not_configured', 'credentials_refused')
      AND (%(organization)s::uuid IS NULL OR organization_id = %(organization)s)
    ORDER BY priority, due_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE messaging_delivery d SET state = 'queued', reason = '', due_at = least(d.due_at, now())
FROM chosen WHERE d.id = chosen.id
RETURNING d.id
"""
