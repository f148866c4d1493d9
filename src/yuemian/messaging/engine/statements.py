"""Every statement of the engine, set-based: what happens to thousands of rows costs a handful of round trips."""

from __future__ import annotations

from typing import Final

# Lanes are the (organization, priority) pairs that have queued rows, each with its soonest, found by jumping through
# the index `delivery_due`; so a million future rows or a thousand rows of one company cost nothing to the others.
_LANES: Final = """
RECURSIVE lane AS (
    (SELECT organization_id, priority, due_at FROM messaging_delivery
     WHERE state = 'queued' ORDER BY organization_id, priority, due_at LIMIT 1)
    UNION ALL
    SELECT further.organization_id, further.priority, further.due_at
    FROM lane CROSS JOIN LATERAL (
        SELECT d.organization_id, d.priority, d.due_at FROM messaging_delivery d
        WHERE d.state = 'queued' AND (d.organization_id, d.priority) > (lane.organization_id, lane.priority)
        ORDER BY d.organization_id, d.priority, d.due_at LIMIT 1
    ) further
)"""

# Every organization with due rows gets an equal share of the claim, its most urgent rows first.
# Of a batch whose first few are not settled yet only those few are taken.
# `worker` is new for every claim: it fences off whoever lost the lease; a claim whose answer was lost expires.
# However many rows the planner expects, each is looked up by its key: an array instead of a join to `due`, and LIMIT 1
# in what is joined to a claimed row. Else fresh statistics make it read four whole tables for 500 rows.
CLAIM: Final = f"""
WITH {_LANES}, busy AS MATERIALIZED (
    SELECT organization_id, array_agg(priority ORDER BY priority) AS priorities, count(*) OVER () AS organizations
    FROM lane
    WHERE due_at <= now()
    GROUP BY organization_id
), due AS MATERIALIZED (
    SELECT picked.id FROM busy CROSS JOIN LATERAL (
        SELECT row.id FROM unnest(busy.priorities) AS urgency (priority) CROSS JOIN LATERAL (
            SELECT d.id FROM messaging_delivery d
            WHERE d.state = 'queued' AND d.organization_id = busy.organization_id
              AND d.priority = urgency.priority AND d.due_at <= now()
              AND (d.batch_id IS NULL
                   OR d.batch_id = ANY(ARRAY(SELECT id FROM messaging_batch WHERE state = 'running'
                                             AND (canary = 0 OR canary_passed_at IS NOT NULL)))
                   OR (d.is_canary AND d.batch_id = ANY(ARRAY(
                           SELECT id FROM messaging_batch WHERE state = 'running'))))
            ORDER BY d.due_at, d.id
            LIMIT greatest(1, %(limit)s / busy.organizations)
            FOR UPDATE SKIP LOCKED
        ) row
        LIMIT greatest(1, %(limit)s / busy.organizations)
    ) picked
), claimed AS (
    UPDATE messaging_delivery d
    SET state = 'sending', attempt = d.attempt + 1, worker = %(worker)s, lease_until = now() + %(lease)s, provider = ''
    WHERE d.id = ANY(ARRAY(SELECT id FROM due))
    RETURNING d.id, d.organization_id, d.batch_id, d.channel, d.is_rehearsal, d.occurrence, d.attempt, d.deadline_at,
              d.notification_id, d.contact_point_id, d.priority, d.position, d.account, d.is_unclear
)
SELECT c.id, c.organization_id, c.batch_id, c.channel, c.is_rehearsal, c.occurrence, c.attempt, c.deadline_at, now(),
       n.id, n.purpose, n.subject_kind, n.subject_id, n.subject_revision, n.version_id, n.locale, n.parameters_sealed,
       k.number, k.wrapped, k.wrapped_by,
       p.id, p.value_sealed, p.state,
       u.email, u.phone, u.name,
       c.priority, c.position, c.account, c.is_unclear, n.step_key, n.candidate_id, p.is_discreet, n.shared_id
FROM claimed c
CROSS JOIN LATERAL (SELECT * FROM messaging_notification WHERE id = c.notification_id LIMIT 1) n
LEFT JOIN LATERAL (SELECT * FROM trust_key WHERE id = n.key_id LIMIT 1) k ON true
LEFT JOIN LATERAL (SELECT * FROM hiring_contactpoint WHERE id = c.contact_point_id LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT * FROM accounts_user WHERE id = n.user_id AND is_active LIMIT 1) u ON true
"""  # noqa: S608

#: Seconds until the next queued row is due, or no row. Due ones of a paused batch do not count.
NEXT_DUE: Final = f"""
WITH {_LANES}
SELECT extract(epoch FROM min(soonest.due_at) - now())::float8
FROM lane CROSS JOIN LATERAL (
    SELECT d.due_at FROM messaging_delivery d
    WHERE d.state = 'queued' AND d.organization_id = lane.organization_id AND d.priority = lane.priority
      AND d.due_at > now()
    ORDER BY d.due_at LIMIT 1
) soonest
"""  # noqa: S608

#: The organizations of a claim as they are now, each with its own key: rehearsal is decided at the last moment.
ORGANIZATIONS: Final = """
SELECT o.id, o.name, o.name_en, o.is_rehearsal, o.mail_from, k.number, k.wrapped, k.wrapped_by,
       coalesce(m.reply_pattern, ''), coalesce(m.bounce_pattern, '')
FROM accounts_organization o
JOIN trust_key k ON k.organization_id = o.id AND k.purpose = 'organization' AND k.destroyed_at IS NULL
LEFT JOIN messaging_mailbox m ON m.organization_id = o.id AND m.is_active
WHERE o.id = ANY(%(ids)s)
"""

TEXTS: Final = """
SELECT version_id, channel, locale, subject, body FROM messaging_templatevariant WHERE version_id = ANY(%(versions)s)
"""

# The last word before the wire: names the provider that may have the message from here on, and returns only rows
# that are still ours for long enough. A worker that was frozen past its lease sends nothing.
# It touches no indexed column, so PostgreSQL rewrites the row in its page alone. `coalesce` leads by the key: an index
# on `state` or `lease_until` would be walked over everything that is under way.
# The address is looked at once more: whoever opted out while another message to them was being planned could not call
# off what they did not see yet (docs/decisions/0012). A code proves an address that failed, too. So is its batch, which
# somebody may have been pausing when it was claimed.
STILL_IN_USE: Final = """(d.contact_point_id IS NULL OR (
      SELECT p.state IN ('active', 'unconfirmed') OR (p.state <> 'opted_out' AND (
          SELECT n.purpose = 'code' FROM messaging_notification n WHERE n.id = d.notification_id))
      FROM hiring_contactpoint p WHERE p.id = d.contact_point_id LIMIT 1))"""
_GOES_ON: Final = (
    "(d.batch_id IS NULL OR d.batch_id = ANY(ARRAY(SELECT id FROM messaging_batch WHERE state = 'running')))"
)
MAY_LEAVE: Final = f"{STILL_IN_USE} AND {_GOES_ON}"
HAND_OVER: Final = f"""
UPDATE messaging_delivery d SET provider = %(provider)s, account = %(account)s
WHERE d.id = ANY(%(ids)s) AND coalesce(d.state, '') = 'sending' AND d.worker = %(worker)s
  AND d.lease_until > now() + %(margin)s AND {MAY_LEAVE}
RETURNING d.id
"""  # noqa: S608

#: How snapshots begin, for those that say only the rest.
SHARED: Final = """
SELECT s.id, s.organization_id, s.content_sealed, k.number, k.wrapped, k.wrapped_by
FROM messaging_sharedsnapshot s JOIN trust_key k ON k.id = s.key_id
WHERE s.id = ANY(%(ids)s)
"""

#: What was claimed but not handed over returns to the queue as if it had never been claimed.
GIVE_BACK: Final = """
UPDATE messaging_delivery
SET state = 'queued', attempt = attempt - 1, worker = NULL, lease_until = NULL
WHERE id = ANY(%(ids)s) AND state = 'sending' AND worker = %(worker)s AND provider = ''
"""

#: Of those not handed over, whose address went out of use goes to the last look again, which says so in the row, and
#: what was paused waits for its batch.
LOOK_AGAIN: Final = f"""
UPDATE messaging_delivery d
SET state = 'queued', attempt = d.attempt - 1, worker = NULL, lease_until = NULL
WHERE d.id = ANY(%(ids)s) AND coalesce(d.state, '') = 'sending' AND d.worker = %(worker)s AND d.provider = ''
  AND ({MAY_LEAVE}) IS NOT TRUE
"""  # noqa: S608

# What cannot go now goes later; it was no attempt. Each row has its own wait, and none waits past its deadline.
DEFER: Final = """
UPDATE messaging_delivery d
SET state = 'queued', attempt = d.attempt - 1, worker = NULL, lease_until = NULL, reason = t.reason,
    due_at = least(now() + make_interval(secs => t.wait), d.deadline_at)
FROM unnest(%(ids)s::uuid[], %(waits)s::float8[], %(reasons)s::text[]) AS t (id, wait, reason)
WHERE d.id = t.id AND d.state = 'sending' AND d.worker = %(worker)s AND d.provider = ''
"""

RENEW: Final = """
UPDATE messaging_delivery SET lease_until = now() + %(lease)s
WHERE state = 'sending' AND lease_until > now() AND worker = ANY(%(workers)s)
RETURNING id
"""

# Only the holder of (worker, attempt) settles. It may still do so when a sweep has meanwhile called the outcome
# unknown: a late receipt of the very same attempt is the truth.
# What nearly every delivery comes to goes by columns and writes one row version: the row says all there is to say.
# The array and `coalesce` lead by the key, as above.
SETTLE_SENT: Final = """
WITH settled AS (
    UPDATE messaging_delivery d SET
        state = 'sent', reason = '', provider = t.provider, provider_id = t.provider_id, worker = NULL,
        lease_until = NULL, sent_at = now(), settled_at = now()
    FROM unnest(%(deliveries)s::uuid[], %(workers)s::uuid[], %(attempts)s::int[], %(providers)s::text[],
                %(provider_ids)s::text[]) AS t (delivery, worker, attempt, provider, provider_id)
    WHERE d.id = ANY(ARRAY(SELECT unnest(%(deliveries)s::uuid[])))
      AND d.id = t.delivery AND d.worker = t.worker AND d.attempt = t.attempt
      AND coalesce(d.state, '') IN ('sending', 'unknown')
    RETURNING d.organization_id, d.batch_id
)
SELECT organization_id, batch_id, count(*) FROM settled GROUP BY organization_id, batch_id
"""

# Everything else, with an event for what the row cannot say. What was unclear and is queued again must not wait for a
# batch that has finished meanwhile; of one that was stopped it stays, for END_STOPPED.
SETTLE: Final = """
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%(settlements)s::jsonb) AS t (
        delivery uuid, worker uuid, attempt smallint, state text, reason text, provider text, provider_id text,
        wait float8, is_unclear boolean, event uuid, kind text, code text, detail text)
), settled AS (
    UPDATE messaging_delivery d SET
        state = t.state, reason = t.reason, provider_id = t.provider_id, lease_until = NULL,
        provider = CASE WHEN t.state = 'queued' THEN '' ELSE t.provider END,
        worker = CASE WHEN t.state = 'unknown' THEN d.worker END,
        is_unclear = d.is_unclear OR t.is_unclear,
        batch_id = CASE WHEN d.state = 'unknown' AND t.state = 'queued' THEN (
            SELECT b.id FROM messaging_batch b WHERE b.id = d.batch_id AND b.state <> 'finished')
            ELSE d.batch_id END,
        due_at = CASE WHEN t.state = 'queued' THEN now() + make_interval(secs => t.wait) ELSE d.due_at END,
        sent_at = CASE WHEN t.state = 'sent' THEN now() ELSE d.sent_at END,
        settled_at = CASE WHEN t.state IN ('queued', 'held') THEN NULL ELSE now() END
    FROM told t
    WHERE d.id = t.delivery AND d.worker = t.worker AND d.attempt = t.attempt
      AND (d.state = 'sending' OR (d.state = 'unknown' AND t.kind IN ('accepted', 'deferred', 'failed')
                                   AND t.state <> 'held'))
    RETURNING d.id, d.organization_id, d.batch_id, d.contact_point_id, d.attempt, d.state, d.reason, t.event,
              t.kind, t.code, t.detail
), said AS (
    INSERT INTO messaging_deliveryevent
        (id, organization_id, delivery_id, kind, at, attempt, provider_event_id, code, detail)
    SELECT event, organization_id, id, kind, now(), attempt, '', code, detail FROM settled
    WHERE kind NOT IN ('accepted', 'called_off')
), refused AS (
    UPDATE hiring_contactpoint p SET state = 'invalid'
    FROM settled s
    WHERE p.id = s.contact_point_id AND p.state = 'active'
      AND s.state = 'permanent_failure' AND s.reason = 'invalid_contact'
)
SELECT organization_id, batch_id, count(*) FROM settled GROUP BY organization_id, batch_id
"""

# What was handed over when its batch was stopped, and comes back not taken: no claim takes it any more, so it ends
# here, and what may have arrived is seen as unclear. By key after settling; the sweep finds what a stop just missed.
_STOPPED: Final = """
UPDATE messaging_delivery d SET settled_at = now(),
    state = CASE WHEN d.is_unclear THEN 'unknown' ELSE 'cancelled' END,
    reason = CASE WHEN d.is_unclear THEN 'outcome_unknown' ELSE 'stopped_by_person' END
WHERE d.state IN ('held', 'queued') AND d.id = ANY(ARRAY({which}))
RETURNING d.organization_id, d.batch_id
"""
END_STOPPED: Final = _STOPPED.format(
    which="""
    SELECT w.id FROM messaging_delivery w JOIN messaging_batch b ON b.id = w.batch_id
    WHERE w.id = ANY(%(ids)s::uuid[]) AND b.state = 'cancelled'"""
)
END_ALL_STOPPED: Final = _STOPPED.format(
    which="""
    SELECT w.id FROM messaging_batch b CROSS JOIN LATERAL (
        SELECT d.id FROM messaging_delivery d WHERE d.batch_id = b.id AND d.state IN ('held', 'queued') LIMIT %(limit)s
    ) w
    WHERE b.state = 'cancelled' LIMIT %(limit)s"""
)

EXPIRED_LEASES: Final = """
SELECT id, worker, attempt, provider, deadline_at, now(), account, is_unclear FROM messaging_delivery
WHERE state = 'sending' AND lease_until <= now()
ORDER BY lease_until LIMIT %(limit)s
"""

#: What is held never leaves late: past its deadline it expires.
EXPIRE_HELD: Final = """
UPDATE messaging_delivery SET settled_at = now(),
    state = CASE WHEN is_unclear THEN 'unknown' ELSE 'expired' END,
    reason = CASE WHEN is_unclear THEN 'outcome_unknown' ELSE 'deadline_passed' END
WHERE state = 'held' AND deadline_at <= now()
"""

#: Of these batches, or (NULL) of all that run. What is kept in reserve for a failure holds no batch open.
FINISH_BATCHES: Final = """
UPDATE messaging_batch b SET state = 'finished', finished_at = now()
WHERE b.state = 'running' AND (%(ids)s::uuid[] IS NULL OR b.id = ANY(%(ids)s))
  AND NOT EXISTS (
    SELECT 1 FROM messaging_delivery d
    WHERE d.batch_id = b.id AND d.state IN ('held', 'queued', 'sending'))
RETURNING b.organization_id, b.id
"""

ANNOUNCE: Final = (
    "SELECT pg_notify('yuemian_events', payload) FROM unnest(%(payloads)s::text[]) AS news (payload)"
)

# The lab's key is the delivery: a second copy only raises the count.
_LAB: Final = """
INSERT INTO messaging_labmessage AS m
    (id, organization_id, delivery_id, key_id, content_sealed, received_at, times_received)
SELECT l.id, d.organization_id, d.id, n.key_id, l.content, now(), 1
FROM unnest(%(ids)s::uuid[], %(deliveries)s::uuid[], %(contents)s::bytea[]) AS l (id, delivery, content)
JOIN messaging_delivery d ON d.id = l.delivery
JOIN messaging_notification n ON n.id = d.notification_id
ON CONFLICT (delivery_id)
"""
LAB_RECEIVE: Final = f"{_LAB} DO UPDATE SET times_received = m.times_received + 1"
#: The same sending once more after its answer was lost: not a second copy.
LAB_RESUME: Final = f"{_LAB} DO NOTHING"

LAB_FIND: Final = "SELECT delivery_id, id FROM messaging_labmessage WHERE delivery_id = ANY(%(deliveries)s)"
