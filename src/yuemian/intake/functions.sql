-- For the command line alone: who imports when nobody is named. Answers only while there is one organization.

CREATE OR REPLACE FUNCTION only_administrator()
RETURNS TABLE (user_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.organization_id FROM accounts_user u
    WHERE u.is_active AND u.role = 'administrator' AND (SELECT count(DISTINCT o.organization_id) FROM accounts_user o) = 1
    ORDER BY u.created_at LIMIT 1
$$;

ALTER FUNCTION only_administrator() OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION only_administrator() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION only_administrator() TO yuemian_app;
