-- The door of a candidate's link: from the token's hash to its row, for the page that has no sign-in.

CREATE OR REPLACE FUNCTION find_access_link(hash bytea)
RETURNS TABLE (link_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id, l.organization_id FROM messaging_accesslink l WHERE l.token_hash = hash
$$;

ALTER FUNCTION find_access_link(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_access_link(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_access_link(bytea) TO yuemian_app;

-- In the transaction of an answer: what asks for one no longer leaves, nor does a reminder to whoever declined. A claim
-- that has not been handed over yet is left out, too; what may have arrived under its key is of unknown fate.
CREATE OR REPLACE FUNCTION leave_out_answered(kind text, subject uuid, declined boolean, moment timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_delivery d SET settled_at = moment,
        state = CASE WHEN d.is_unclear THEN 'unknown' ELSE 'skipped' END,
        reason = CASE WHEN d.is_unclear THEN 'outcome_unknown' ELSE 'recipient_already_replied' END
    FROM messaging_notification n
    WHERE n.subject_kind = kind AND n.subject_id = subject AND d.notification_id = n.id
    AND (n.purpose IN ('invitation', 'nudge') OR (n.purpose = 'reminder' AND (n.step_key = '' OR declined)))
    AND (d.state IN ('created', 'held', 'queued') OR (d.state = 'sending' AND d.provider = ''));
END
$$;

REVOKE ALL ON FUNCTION leave_out_answered(text, uuid, boolean, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leave_out_answered(text, uuid, boolean, timestamptz) TO yuemian_app;

-- The door of a gateway's callbacks: from the hash of the address's secret to the account.

CREATE OR REPLACE FUNCTION find_callback(hash bytea)
RETURNS TABLE (account_id uuid, organization_id uuid, provider text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.organization_id, a.provider FROM messaging_provideraccount a WHERE a.callback_hash = hash
$$;

ALTER FUNCTION find_callback(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_callback(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_callback(bytea) TO yuemian_app;

-- The queue's tables change row by row and fast: vacuum early, and leave room on the page for the next versions of its rows.
-- With half of it the hand-over stays in its page, and the table ends up smaller than with less (bench/README.md).
ALTER TABLE messaging_delivery SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE messaging_notification SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

-- What the metrics may know of all organizations together: sums, never a name or an id of any of them. Nothing is counted
-- beyond 20,000: from there on PostgreSQL's own estimate of the partial index is given, so a scrape costs the same with
-- a million rows waiting. The orderings are those of the indexes, so that no plan reads the table instead.
CREATE OR REPLACE FUNCTION engine_figures()
RETURNS TABLE (family text, label text, more text, extra text, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE lane AS (
        (SELECT organization_id, priority FROM messaging_delivery
         WHERE state = 'queued' ORDER BY organization_id, priority LIMIT 1)
        UNION ALL
        SELECT further.organization_id, further.priority
        FROM lane CROSS JOIN LATERAL (
            SELECT d.organization_id, d.priority FROM messaging_delivery d
            WHERE d.state = 'queued' AND (d.organization_id, d.priority) > (lane.organization_id, lane.priority)
            ORDER BY d.organization_id, d.priority LIMIT 1
        ) further
    ), queued AS (
        SELECT count(*) AS found FROM (
            SELECT 1 FROM messaging_delivery WHERE state = 'queued'
            ORDER BY organization_id, priority, due_at, id LIMIT 20001) q
    ), due AS (
        SELECT least(sum(of_lane.found), 20001) AS found, min(of_lane.oldest) AS oldest
        FROM lane CROSS JOIN LATERAL (
            SELECT count(*) AS found, min(d.due_at) AS oldest FROM (
                SELECT due_at FROM messaging_delivery
                WHERE state = 'queued' AND organization_id = lane.organization_id AND priority = lane.priority
                  AND due_at <= now()
                  AND (batch_id IS NULL OR batch_id <> ALL (ARRAY(
                      SELECT id FROM messaging_batch WHERE state = 'paused')))
                ORDER BY due_at, id LIMIT 20001) d
        ) of_lane
    ), troubled AS (
        SELECT t.state, count(*) AS found
        FROM accounts_organization o CROSS JOIN LATERAL (
            SELECT d.state FROM messaging_delivery d
            WHERE d.organization_id = o.id AND d.deadline_at > now() - interval '7 days' AND NOT d.is_closed
              AND d.state IN ('expired', 'held', 'permanent_failure', 'technical_failure', 'temporary_failure', 'unknown')
            ORDER BY d.deadline_at, d.state LIMIT 20001
        ) t
        GROUP BY t.state
    )
    SELECT 'queue', 'queued', '', '', CASE WHEN found <= 20000 THEN found ELSE greatest(
        20001, (SELECT reltuples FROM pg_class WHERE oid = 'delivery_due'::regclass)) END::float8 FROM queued
    UNION ALL SELECT 'queue', 'due', '', '', coalesce(found, 0)::float8 FROM due
    UNION ALL SELECT 'oldest_due', '', '', '', coalesce(extract(epoch FROM now() - oldest), 0)::float8 FROM due
    UNION ALL SELECT 'queue', 'sending', '', '', count(*)::float8 FROM (
        SELECT 1 FROM messaging_delivery WHERE state = 'sending' ORDER BY lease_until LIMIT 20001) s
    UNION ALL SELECT 'attention', state, '', '', found::float8 FROM troubled
    UNION ALL SELECT 'batches', state, '', '', count(*)::float8 FROM messaging_batch
        WHERE state IN ('running', 'paused') GROUP BY state
    UNION ALL SELECT 'accounts', channel, provider, health, count(*)::float8 FROM messaging_provideraccount
        WHERE is_active GROUP BY channel, provider, health
$$;

ALTER FUNCTION engine_figures() OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION engine_figures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engine_figures() TO yuemian_app;

-- The door of the mailboxes' readers: which there are, before any organization is known.
CREATE OR REPLACE FUNCTION list_mailboxes()
RETURNS TABLE (mailbox_id uuid, organization_id uuid, version int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.id, m.organization_id, m.version FROM messaging_mailbox m WHERE m.is_active
$$;

ALTER FUNCTION list_mailboxes() OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION list_mailboxes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_mailboxes() TO yuemian_app;

-- The door of a notice's code: which notices to candidates were made in a few seconds, ids only (domain/notice_code.py).
CREATE OR REPLACE FUNCTION find_notices(first uuid, before uuid)
RETURNS TABLE (notification_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.id, n.organization_id FROM messaging_notification n
    WHERE n.id >= first AND n.id < before AND n.candidate_id IS NOT NULL LIMIT 200000
$$;

ALTER FUNCTION find_notices(uuid, uuid) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_notices(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_notices(uuid, uuid) TO yuemian_app;

-- A version is of its template's outcome: nobody writes it, so nobody can write it wrongly.
CREATE OR REPLACE FUNCTION version_has_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT t.outcome INTO STRICT NEW.outcome FROM messaging_template t WHERE t.id = NEW.template_id;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS version_has_outcome ON messaging_templateversion;
CREATE TRIGGER version_has_outcome BEFORE INSERT OR UPDATE OF template_id, outcome ON messaging_templateversion
    FOR EACH ROW EXECUTE FUNCTION version_has_outcome();
