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

-- A part of a name. Under row-level security no index on parts can be used: what would look them up may not run before the
-- policy (docs/decisions/0020). So this door compares with the transaction's organization itself, and gives ids alone, which
-- the caller reads under the policy.

CREATE OR REPLACE FUNCTION name_grams(organization uuid, key text, smallest integer)
RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(right(organization::text, 8) || substr(key, place, size))
    FROM generate_series(1, length(key)) AS place, generate_series(smallest, 2) AS size
    WHERE place + size <= length(key) + 1
$$;

CREATE INDEX IF NOT EXISTS candidate_name_parts ON hiring_candidate
    USING gin (name_grams(organization_id, name_key, 1)) WITH (gin_pending_list_limit = 256);

CREATE OR REPLACE FUNCTION find_named(part text, most integer)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT c.id FROM hiring_candidate c
    -- Said so that no index on the organization helps: the one on parts is better whatever the statistics say.
    WHERE c.organization_id IS NOT DISTINCT FROM nullif(current_setting('yuemian.organization', true), '')::uuid
      AND name_grams(c.organization_id, c.name_key, 1) @> name_grams(
          nullif(current_setting('yuemian.organization', true), '')::uuid, part, least(length(part), 2))
      AND strpos(c.name_key, part) > 0
    LIMIT most
$$;

ALTER FUNCTION find_named(text, integer) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_named(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_named(text, integer) TO yuemian_app;
