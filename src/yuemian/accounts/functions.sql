-- The doors through row-level security that sign-in needs: each answers one exact question and reads nothing else.
-- They run as yuemian_engine, which sees all organizations' users and sessions; search_path is pinned.

CREATE OR REPLACE FUNCTION find_login(address text)
RETURNS TABLE (user_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.organization_id FROM accounts_user u WHERE lower(u.email) = lower(address) AND u.is_active
$$;

CREATE OR REPLACE FUNCTION find_session(hash bytea)
RETURNS TABLE (session_id uuid, user_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.user_id, s.organization_id
    FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id AND u.is_active
    WHERE s.token_hash = hash AND s.ended_at IS NULL
      AND s.expires_at > now() AND s.last_seen_at > now() - interval '30 minutes'
$$;

ALTER FUNCTION find_login(text) OWNER TO yuemian_engine;
ALTER FUNCTION find_session(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_login(text), find_session(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_login(text), find_session(bytea) TO yuemian_app;

-- The clock's door, and that of upgrades: which organizations there are, ids only.

CREATE OR REPLACE FUNCTION list_organizations()
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id FROM accounts_organization o ORDER BY o.id
$$;

ALTER FUNCTION list_organizations() OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION list_organizations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_organizations() TO yuemian_app, yuemian_owner;

-- The door of a calendar's subscription: from the hash of the address's secret to whose interviews it shows.

CREATE OR REPLACE FUNCTION find_calendar_feed(hash bytea)
RETURNS TABLE (user_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.user_id, f.organization_id
    FROM accounts_calendarfeed f JOIN accounts_user u ON u.id = f.user_id AND u.is_active
    WHERE f.token_hash = hash
$$;

ALTER FUNCTION find_calendar_feed(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_calendar_feed(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_calendar_feed(bytea) TO yuemian_app;
