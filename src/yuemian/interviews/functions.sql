-- A candidate's answer, with the caller's own rights: false, and nothing written, when the interview is no longer what
-- the answer was decided on (the caller reads it again and decides afresh).

CREATE OR REPLACE FUNCTION record_answer(
    wanted uuid, seen_revision integer, seen_state text, seen_answer text, seen_start timestamptz,
    response uuid, given text, note bytea, link uuid, confirmed boolean, moment timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    held uuid;
BEGIN
    UPDATE interviews_interview i SET answer = given, answered_at = moment
    WHERE i.id = wanted AND i.revision = seen_revision AND i.state = seen_state AND i.answer = seen_answer
    AND i.starts_at = seen_start
    RETURNING i.organization_id INTO held;
    IF held IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO interviews_response
        (id, organization_id, interview_id, revision, answer, note_sealed, link_id, was_confirmed, at)
    VALUES (response, held, wanted, seen_revision, given, note, link, confirmed, moment);
    -- Who answers something else no longer wants another time: what was held for that is free. Nearly never any row.
    IF given <> 'reschedule_requested' THEN
        UPDATE interviews_reschedulerequest
        SET state = 'withdrawn', is_counted = false, decided_at = moment, held_until = NULL
        WHERE interview_id = wanted AND state = 'open';
        IF FOUND THEN
            DELETE FROM interviews_seat WHERE interview_id = wanted AND held_until IS NOT NULL;
        END IF;
    END IF;
    PERFORM leave_out_answered('interview', wanted, given IN ('declined', 'reschedule_requested'), moment);
    -- Only where a step of the plan follows an answer within the hour; all others are looked at in time anyway.
    UPDATE interviews_cadence SET next_at = moment WHERE interview_id = wanted AND is_waiting;
    IF FOUND THEN
        PERFORM pg_notify('yuemian_clock', held::text);
    END IF;
    PERFORM pg_notify('yuemian_events', json_build_object(
        'organization', held, 'topic', 'interviews', 'interview', wanted)::text);
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION record_answer(uuid, integer, text, text, timestamptz, uuid, text, bytea, uuid, boolean, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_answer(uuid, integer, text, text, timestamptz, uuid, text, bytea, uuid, boolean, timestamptz) TO yuemian_app;

-- The clock's door: when each organization's interviews must be looked at next, soonest first. It runs as the engine,
-- which may read cadences of every organization, and tells nothing but ids and times.

CREATE OR REPLACE FUNCTION cadences_due()
RETURNS TABLE (organization_id uuid, next_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id, soonest.next_at
    FROM accounts_organization o CROSS JOIN LATERAL (
        SELECT c.next_at FROM interviews_cadence c
        WHERE c.organization_id = o.id AND c.next_at IS NOT NULL
        ORDER BY c.next_at LIMIT 1
    ) soonest
    ORDER BY soonest.next_at
$$;

ALTER FUNCTION cadences_due() OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION cadences_due() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cadences_due() TO yuemian_app;

-- The door of a poster at reception: from its code to the place, while that is in use. It tells ids alone.

CREATE OR REPLACE FUNCTION find_place(wanted text)
RETURNS TABLE (place_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.organization_id FROM interviews_place p WHERE p.code = wanted AND p.is_active
$$;

ALTER FUNCTION find_place(text) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_place(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_place(text) TO yuemian_app;

-- The door of a place's photo: public, addressed by its content.

CREATE INDEX IF NOT EXISTS place_photo_digest ON interviews_place (sha256(photo)) WHERE octet_length(photo) > 0;

CREATE OR REPLACE FUNCTION find_place_photo(digest bytea)
RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.photo FROM interviews_place p WHERE octet_length(p.photo) > 0 AND sha256(p.photo) = digest LIMIT 1
$$;

ALTER FUNCTION find_place_photo(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_place_photo(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_place_photo(bytea) TO yuemian_app;
