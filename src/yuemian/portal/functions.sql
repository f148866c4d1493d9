-- The door of a company's logo: public, addressed by its content, no sign-in and no organization known.

CREATE INDEX IF NOT EXISTS organization_logo_digest ON accounts_organization (sha256(logo)) WHERE octet_length(logo) > 0;

CREATE OR REPLACE FUNCTION find_logo(digest bytea)
RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.logo FROM accounts_organization o WHERE octet_length(o.logo) > 0 AND sha256(o.logo) = digest LIMIT 1
$$;

ALTER FUNCTION find_logo(bytea) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_logo(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_logo(bytea) TO yuemian_app;
