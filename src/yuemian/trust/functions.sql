-- The audit chain's next entry in one statement, with the caller's own rights. Python writes the canonical JSON in two
-- halves around the one value that only the database knows: the sequence number (see audit.chain_hash).

CREATE OR REPLACE FUNCTION append_audit(
    entry uuid, organization uuid, moment timestamptz, actor text, actor_ref uuid, what text, subject text,
    subject_ref uuid, more jsonb, before_sequence text, after_sequence text
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    next_sequence bigint;
    previous bytea;
BEGIN
    -- One writer at a time per organization; held until the caller's transaction ends.
    PERFORM pg_advisory_xact_lock(hashtextextended(organization::text, 7));
    SELECT a.sequence + 1, a.hash INTO next_sequence, previous FROM trust_auditentry a
    WHERE a.organization_id = organization ORDER BY a.sequence DESC LIMIT 1;
    IF next_sequence IS NULL THEN
        next_sequence := 1;
        previous := decode(repeat('00', 32), 'hex');
    END IF;
    INSERT INTO trust_auditentry (
        id, organization_id, sequence, at, actor_kind, actor_id, action, subject_kind, subject_id, details,
        previous_hash, hash)
    VALUES (
        entry, organization, next_sequence, moment, actor, actor_ref, what, subject, subject_ref, more, previous,
        sha256(previous || convert_to(before_sequence || next_sequence || after_sequence, 'UTF8')));
    RETURN next_sequence;
END
$$;

REVOKE ALL ON FUNCTION append_audit(uuid, uuid, timestamptz, text, uuid, text, text, uuid, jsonb, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit(uuid, uuid, timestamptz, text, uuid, text, text, uuid, jsonb, text, text) TO yuemian_app, yuemian_engine;
