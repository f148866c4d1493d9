-- The door of a receipt: whoever was erased can check it later, without sign-in and without any organization known.

CREATE OR REPLACE FUNCTION find_erasure(hash bytea)
RETURNS TABLE (erasure_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, e.organization_id FROM hiring_erasure e WHERE e.receipt_hash = hash AND e.state = 'done'
$$;

ALTER FUNCTION find_erasure(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_erasure(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_erasure(bytea) TO yuemian_app, yuemian_owner;

-- The door of somebody who lost their link: which candidates have this address, by one blind index for each organization.

CREATE OR REPLACE FUNCTION find_candidates_at(organizations uuid[], indexes bytea[], medium text)
RETURNS TABLE (candidate_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.candidate_id, p.organization_id
    FROM unnest(organizations, indexes) AS wanted (organization, index)
    JOIN hiring_contactpoint p ON p.organization_id = wanted.organization AND p.blind_index = wanted.index
    WHERE p.channel = medium AND p.state = 'active'
    ORDER BY p.created_at DESC LIMIT 20
$$;

ALTER FUNCTION find_candidates_at(uuid[], bytea[], text) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_candidates_at(uuid[], bytea[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_candidates_at(uuid[], bytea[], text) TO yuemian_app;

-- A send moves the stage of thousands of applications that lie side by side: with room for a second version of each row
-- on its page, none of the six indexes is written.
ALTER TABLE hiring_application SET (fillfactor = 50);
