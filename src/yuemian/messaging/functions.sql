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

-- The queue's tables change row by row and fast: leave room on the page and vacuum early.
ALTER TABLE messaging_delivery SET (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE messaging_notification SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
