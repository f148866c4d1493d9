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

-- The candidate page in one statement. All of these run with the caller's own rights, so row-level security decides
-- what they can read: `open_candidate_page` binds the transaction to the link's organization before it reads anything.
-- PL/pgSQL keeps the plans for as long as the connection lives; planned afresh they cost more than they take to run. Left
-- alone PostgreSQL would plan the first five runs of each connection afresh all the same, hence `force_generic_plan`.

CREATE OR REPLACE FUNCTION read_candidate_page(wanted uuid, OUT page json, OUT blocks json)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    SELECT json_build_object(
        'interview', to_json(i),
        'application', to_json(a),
        'candidate', to_json(c),
        'key', to_json(k),
        'organization_key', (SELECT to_json(w) FROM trust_key w WHERE w.number = k.wrapped_by),
        'job', to_json(j),
        'branch', to_json(b),
        'recruiter', (
            SELECT json_build_object(
                'id', u.id, 'organization_id', u.organization_id, 'name', u.name, 'email', u.email, 'phone', u.phone,
                'is_active', u.is_active)
            FROM accounts_user u WHERE u.id = i.recruiter_id AND u.is_active),
        'organization', json_build_object(
            'id', o.id, 'name', o.name, 'name_en', o.name_en, 'locale', o.locale, 'time_zone', o.time_zone,
            'is_rehearsal', o.is_rehearsal, 'video_link_from', o.video_link_from),
        'logo_digest', CASE WHEN octet_length(o.logo) > 0 THEN encode(sha256(o.logo), 'hex') ELSE '' END,
        'response', (
            SELECT to_json(r) FROM interviews_response r
            WHERE r.interview_id = i.id AND r.revision = i.revision AND r.answer = i.answer
            ORDER BY r.at DESC, r.id DESC LIMIT 1),
        'reason', CASE WHEN i.answer IN ('declined', 'reschedule_requested') THEN (
            SELECT json_build_object('id', w.id, 'code', w.code, 'words_sealed', w.words_sealed)
            FROM interviews_statedreason w
            WHERE w.interview_id = i.id AND w.revision = i.revision AND w.answer = i.answer) END,
        'reasons', CASE WHEN i.answer IN ('declined', 'reschedule_requested') THEN (
            SELECT coalesce(json_agg(json_build_object(
                'code', f.code, 'label', f.label, 'label_en', f.label_en, 'leads_to', f.leads_to,
                'is_for_moving', f.is_for_moving) ORDER BY f.position, f.code) FILTER (WHERE NOT f.is_archived), '[]')
            FROM interviews_reasonoption f WHERE f.organization_id = i.organization_id HAVING count(*) > 0) END,
        'need', (
            SELECT json_build_object('is_arranged', d.arranged_at IS NOT NULL) FROM interviews_need d
            WHERE d.interview_id = i.id AND d.content_sealed IS NOT NULL),
        'news_at', (
            SELECT min(n.leaves_at) FROM results_resultnotice n
            JOIN results_decision d ON d.id = n.decision_id AND d.is_current
            WHERE n.candidate_id = c.id AND n.application_id = a.id AND n.state = 'released'),
        'changes', CASE WHEN i.revision > 1 THEN (
            SELECT json_agg(json_build_object(
                'revision', h.revision, 'kind', h.kind, 'old_starts_at', h.old_starts_at) ORDER BY h.revision, h.at)
            FROM interviews_change h
            WHERE h.interview_id = i.id AND h.kind IN ('rescheduled', 'details_changed', 'unsettled')) END,
        -- The newest revision before this one that they were told of, or answered: with two, it can only be the first. As
        -- `interviews.known` asks it.
        'known_revision', CASE WHEN i.revision > 2 THEN greatest((
            SELECT max(n.subject_revision) FROM messaging_notification n
            WHERE n.subject_kind = 'interview' AND n.subject_id = i.id AND n.candidate_id = c.id
            AND n.subject_revision < i.revision AND n.purpose <> 'answer' AND EXISTS (
                SELECT FROM messaging_delivery d
                WHERE d.notification_id = n.id AND d.state IN ('sending', 'sent', 'delivered', 'unknown'))), (
            SELECT max(r.revision) FROM interviews_response r
            WHERE r.interview_id = i.id AND r.revision < i.revision AND r.link_id IS NOT NULL)) END,
        'place', (
            SELECT json_build_object(
                'id', p.id, 'organization_id', p.organization_id, 'branch_id', p.branch_id, 'name', p.name,
                'name_en', p.name_en, 'room', p.room, 'room_en', p.room_en, 'address', p.address,
                'address_en', p.address_en,
                'branch_locale', (SELECT q.locale FROM accounts_branch q WHERE q.id = p.branch_id))
            FROM interviews_place p WHERE p.id = i.place_id),
        'signals', (
            SELECT json_agg(json_build_object(
                'kind', g.kind, 'minutes', g.minutes, 'via', g.via, 'at', g.at,
                'is_settled', g.settled_at IS NOT NULL) ORDER BY g.at)
            FROM interviews_arrivalsignal g WHERE g.interview_id = i.id AND g.revision = i.revision),
        'messages', (
            SELECT json_agg(s ORDER BY s.created_at) FROM (
                SELECT m.id, m.is_from_candidate, m.body_sealed, m.created_at, m.voice,
                       CASE WHEN m.voice IN ('company', 'named_interviewer') THEN u.name END AS author
                FROM messaging_conversation t
                JOIN messaging_message m ON m.conversation_id = t.id
                LEFT JOIN accounts_user u ON u.id = m.author_id
                WHERE t.application_id = a.id AND m.sender_note IS NULL  -- else it may be somebody else's
                ORDER BY m.created_at DESC LIMIT 30) s)
    ), (
        SELECT json_agg(
            json_build_array(x.kind, x.locale, x.title, x.body, x.link, x.by_line) ORDER BY x.position, x.id)
        FROM messaging_block x
        WHERE x.organization_id = j.organization_id
        AND (x.job_id = j.id OR x.family_id = j.family_id OR x.branch_id = j.branch_id
             OR (x.job_id IS NULL AND x.family_id IS NULL AND x.branch_id IS NULL))
    ) INTO page, blocks
    FROM interviews_interview i
    JOIN hiring_application a ON a.id = i.application_id
    JOIN hiring_candidate c ON c.id = a.candidate_id
    JOIN trust_key k ON k.id = c.key_id
    JOIN hiring_job j ON j.id = a.job_id
    JOIN accounts_branch b ON b.id = i.branch_id
    JOIN accounts_organization o ON o.id = i.organization_id
    WHERE i.id = wanted;
END
$$;

-- A page reloaded over and over leaves one visit in `gap`; only a new one is announced to open browsers.
CREATE OR REPLACE FUNCTION note_visit(
    visit uuid, organization uuid, link uuid, interview uuid, moment timestamptz, what text, suspect boolean, gap interval
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO messaging_visit (id, organization_id, link_id, at, kind, is_suspected_bot)
    SELECT visit, organization, link, moment, what, suspect
    WHERE NOT EXISTS (
        SELECT FROM messaging_visit v
        WHERE v.link_id = link AND v.kind = what AND v.is_suspected_bot = suspect AND v.at > moment - gap);
    IF FOUND THEN
        PERFORM pg_notify('yuemian_events', json_build_object(
            'organization', organization, 'topic', 'interviews', 'interview', interview)::text);
    END IF;
END
$$;

-- Until when the page of an interview that is over can be read, whatever its link said: there stand what was promised, and that
-- there is news. Two weeks where nothing was promised, 30 days from a promise, and as long as the letter opens once it is told.
-- NULL for an interview that is not over, or that nobody waits for word of.
CREATE OR REPLACE FUNCTION page_kept_until(wanted uuid, moment timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        i.result_told_at + interval '30 days',
        greatest(i.starts_at + i.duration + interval '14 days', i.result_promised_at + interval '30 days'))
    FROM interviews_interview i
    WHERE i.id = wanted AND i.starts_at + i.duration <= moment
    AND (i.state = 'completed' OR i.state = 'scheduled' AND i.answer IN ('needs_action', 'accepted'))
    AND i.attendance NOT IN ('no_show', 'excused')
$$;

-- From the token's hash to the page. NULL for a link that is unknown, expired, revoked, of another purpose, or whose
-- interview is gone or another person's. An expired one lives on in `link` as long as the page is kept. With `visit` (an id for
-- it) the fetch is noted in the same round trip.
CREATE OR REPLACE FUNCTION open_candidate_page(
    hash bytea, moment timestamptz, visit uuid, suspect boolean, soon interval, gap interval,
    OUT link json, OUT page json, OUT blocks json
) LANGUAGE plpgsql AS $$
DECLARE
    found_link uuid;
    found_organization uuid;
    bound text := nullif(current_setting('yuemian.organization', true), '');
    interview uuid;
    person uuid;
    sent_at timestamptz;
    until timestamptz;
BEGIN
    SELECT f.link_id, f.organization_id INTO found_link, found_organization FROM find_access_link(hash) f;
    IF found_link IS NULL THEN
        RETURN;
    END IF;
    IF bound IS NULL THEN
        PERFORM set_config('yuemian.organization', found_organization::text, true);
    ELSIF bound <> found_organization::text THEN
        RAISE 'This transaction already works for another organization; finish it before you open this link.';
    END IF;
    SELECT l.subject_id, l.candidate_id, told.at, l.expires_at,
        json_build_object('link', to_json(l), 'locale', n.locale, 'sent_at', told.at)
    INTO interview, person, sent_at, until, link
    FROM messaging_accesslink l
    LEFT JOIN messaging_notification n ON n.id = l.notification_id
    LEFT JOIN LATERAL (
        SELECT max(d.sent_at) AS at FROM messaging_delivery d
        WHERE d.notification_id = l.notification_id AND NOT d.is_rehearsal) told ON true
    WHERE l.id = found_link AND l.purpose = 'answer' AND l.subject_kind = 'interview'
    AND l.revoked_at IS NULL;
    IF until <= moment THEN
        until := page_kept_until(interview, moment);
        link := jsonb_set(link::jsonb, '{link,expires_at}', to_jsonb(until))::json;
    END IF;
    IF interview IS NULL OR until IS NULL OR until <= moment THEN
        link := NULL;
        RETURN;
    END IF;
    SELECT p.page, p.blocks INTO page, blocks FROM read_candidate_page(interview) p
    WHERE (p.page -> 'candidate' ->> 'id')::uuid = person;
    IF page IS NOT NULL AND visit IS NOT NULL THEN
        PERFORM note_visit(
            visit, found_organization, found_link, interview, moment, 'fetched',
            suspect OR coalesce(moment - sent_at < soon, false), gap);
    END IF;
END
$$;

-- A live link of a purpose, with what its message was, from the token's hash; the transaction works for its organization from here
-- on. NULL for one that is unknown, expired, revoked, of another purpose, or of another organization than the transaction's. That
-- of an onboarding lives on until what was given is deleted: there consents are taken back.
CREATE OR REPLACE FUNCTION find_live_link(
    hash bytea, moment timestamptz, wanted text, OUT subject uuid, OUT revision integer, OUT person uuid, OUT link json
) LANGUAGE plpgsql AS $$
DECLARE
    found_link uuid;
    found_organization uuid;
    bound text := nullif(current_setting('yuemian.organization', true), '');
BEGIN
    SELECT f.link_id, f.organization_id INTO found_link, found_organization FROM find_access_link(hash) f;
    IF found_link IS NULL OR bound <> found_organization::text THEN
        RETURN;
    END IF;
    IF bound IS NULL THEN
        PERFORM set_config('yuemian.organization', found_organization::text, true);
    END IF;
    SELECT l.subject_id, l.subject_revision, l.candidate_id,
        json_build_object('link', to_json(l), 'locale', n.locale, 'sent_at', told.at)
    INTO subject, revision, person, link
    FROM messaging_accesslink l
    LEFT JOIN messaging_notification n ON n.id = l.notification_id
    LEFT JOIN LATERAL (
        SELECT max(d.sent_at) AS at FROM messaging_delivery d
        WHERE d.notification_id = l.notification_id AND NOT d.is_rehearsal) told ON true
    WHERE l.id = found_link AND l.purpose = wanted AND l.revoked_at IS NULL AND (
        l.expires_at > moment
        OR wanted = 'onboarding' AND EXISTS (
            SELECT FROM onboarding_onboardingcase c WHERE c.id = l.subject_id AND c.deleted_at IS NULL));
END
$$;

-- The page for the link of a survey: it opens the survey and nothing else, and no visit is noted.
CREATE OR REPLACE FUNCTION open_survey_page(hash bytea, moment timestamptz, OUT link json, OUT page json, OUT blocks json)
LANGUAGE plpgsql AS $$
DECLARE
    interview uuid;
    person uuid;
BEGIN
    SELECT f.subject, f.person, f.link INTO interview, person, link FROM find_live_link(hash, moment, 'survey') f;
    IF interview IS NOT NULL THEN
        SELECT p.page, p.blocks INTO page, blocks FROM read_candidate_page(interview) p
        WHERE (p.page -> 'candidate' ->> 'id')::uuid = person;
    END IF;
END
$$;

-- The same for the link of a result: nothing before the notice has left its window, nothing of a recalled, void or changed
-- one, nothing by a link of an earlier submission.
CREATE OR REPLACE FUNCTION open_result_page(
    hash bytea, moment timestamptz, OUT link json, OUT page json, OUT blocks json, OUT notice json
) LANGUAGE plpgsql AS $$
DECLARE
    found record;
    interview uuid;
BEGIN
    SELECT f.* INTO found FROM find_live_link(hash, moment, 'result') f;
    SELECT d.interview_id, to_json(n) INTO interview, notice
    FROM results_resultnotice n
    JOIN results_decision d ON d.id = n.decision_id AND d.is_current
        AND d.outcome = n.outcome AND d.number = n.number
    WHERE n.id = found.subject AND n.candidate_id = found.person AND n.submission = found.revision
    AND n.state = 'released' AND n.leaves_at <= moment;
    IF interview IS NOT NULL THEN
        link := found.link;
        SELECT p.page, p.blocks INTO page, blocks FROM read_candidate_page(interview) p
        WHERE (p.page -> 'candidate' ->> 'id')::uuid = found.person;
    END IF;
END
$$;

-- The same for the link of an onboarding, to its own person.
CREATE OR REPLACE FUNCTION open_onboarding_page(
    hash bytea, moment timestamptz, OUT link json, OUT page json, OUT blocks json
) LANGUAGE plpgsql AS $$
DECLARE
    onboarding uuid;
    interview uuid;
    person uuid;
BEGIN
    SELECT f.subject, f.person, f.link INTO onboarding, person, link FROM find_live_link(hash, moment, 'onboarding') f;
    SELECT c.interview_id INTO interview FROM onboarding_onboardingcase c
    WHERE c.id = onboarding AND c.candidate_id = person;
    IF interview IS NOT NULL THEN
        SELECT p.page, p.blocks INTO page, blocks FROM read_candidate_page(interview) p
        WHERE (p.page -> 'candidate' ->> 'id')::uuid = person;
    END IF;
END
$$;

-- Candidates' presses on an answer, judged before by what each carries: `shown` is the revision that the page showed. For each
-- `done`, or why it needs a closer look (`lost`, `wait`, `changed`, `doubtful`), with nothing written but the counts; of one link
-- at most one press. The audit entry comes with marks in the place of what only the rows know. One JSON text instead of 17 values
-- for each: these cost more than all the rest.
--
-- Several in one transaction share its end, and nobody waits for anybody crosswise: first the counts, those of links before those
-- of addresses as the pages do; then the counts of single buttons; then the answers, organization by organization, an interview
-- that somebody else is changing being left to the closer look; the audit chain last.
CREATE OR REPLACE FUNCTION press_answers(presses json) RETURNS text[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    outcomes text[] := array_fill('lost'::text, ARRAY[json_array_length(presses)]);
    found_links uuid[];
    organizations uuid[];
    numbers integer[];
    number integer;
BEGIN
    SELECT array_agg(p.number ORDER BY f.organization_id, f.link_id),
        array_agg(f.link_id ORDER BY f.organization_id, f.link_id),
        array_agg(f.organization_id ORDER BY f.organization_id, f.link_id)
    INTO numbers, found_links, organizations
    FROM json_array_elements(presses) WITH ORDINALITY p (press, number),
    find_access_link(decode(p.press ->> 'link', 'hex')) f;
    FOREACH number IN ARRAY count_presses(presses, numbers) LOOP
        outcomes[number] := 'wait';
    END LOOP;
    FOR place IN 1 .. coalesce(cardinality(numbers), 0) LOOP
        number := numbers[place];
        CONTINUE WHEN outcomes[number] = 'wait';
        PERFORM set_config('yuemian.organization', organizations[place]::text, true);
        outcomes[number] := judge_press(presses -> (number - 1), found_links[place]);
    END LOOP;
    FOR place IN 1 .. coalesce(cardinality(numbers), 0) LOOP
        number := numbers[place];
        CONTINUE WHEN outcomes[number] <> 'clear';
        PERFORM set_config('yuemian.organization', organizations[place]::text, true);
        outcomes[number] := write_answer(presses -> (number - 1), found_links[place], organizations[place]);
    END LOOP;
    RETURN outcomes;
END
$$;

-- What the link and the buttons pressed before say of a press; `clear` when nothing speaks against it.
CREATE OR REPLACE FUNCTION judge_press(press json, found_link uuid) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    moment CONSTANT timestamptz := press ->> 'moment';
    confirmed CONSTANT boolean := press ->> 'confirmed';
    sent_at timestamptz;
BEGIN
    SELECT told.at INTO sent_at
    FROM messaging_accesslink l
    LEFT JOIN LATERAL (
        SELECT max(d.sent_at) AS at FROM messaging_delivery d
        WHERE d.notification_id = l.notification_id AND NOT d.is_rehearsal) told ON NOT confirmed
    WHERE l.id = found_link AND l.purpose = 'answer' AND l.subject_kind = 'interview'
    AND l.revoked_at IS NULL AND l.expires_at > moment;
    IF NOT FOUND THEN
        RETURN 'lost';
    END IF;
    IF confirmed THEN
        RETURN 'clear';
    END IF;
    IF moment - sent_at < (press ->> 'soon')::interval OR EXISTS (
        SELECT FROM json_array_elements_text(press -> 'others') o
        JOIN trust_ratelimit r ON r.key_hash = decode(o, 'hex') WHERE r.window_ends_at > moment) THEN
        RETURN 'doubtful';
    END IF;
    PERFORM count_presses(json_build_array(json_build_object('moment', moment, 'limits', press -> 'own')), ARRAY[1]);
    RETURN 'clear';
END
$$;

-- The answer of a press that is clear, with its audit entry.
CREATE OR REPLACE FUNCTION write_answer(press json, found_link uuid, organization uuid) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    moment CONSTANT timestamptz := press ->> 'moment';
    given CONSTANT text := press ->> 'answer';
    confirmed CONSTANT boolean := press ->> 'confirmed';
    shown CONSTANT integer := press ->> 'revision';
    standing record;
BEGIN
    SELECT i.id, i.state, i.answer, i.starts_at, l.candidate_id AS person INTO standing
    FROM messaging_accesslink l
    JOIN interviews_interview i ON i.id = l.subject_id
    JOIN hiring_application a ON a.id = i.application_id AND a.candidate_id = l.candidate_id
    WHERE l.id = found_link AND i.state = 'scheduled' AND i.starts_at > moment
    AND i.revision = shown AND (confirmed OR l.subject_revision = shown)
    FOR NO KEY UPDATE OF i SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 'changed';
    END IF;
    IF standing.answer = given THEN
        RETURN 'done';
    END IF;
    IF NOT record_answer(
        standing.id, shown, standing.state, standing.answer, standing.starts_at, (press ->> 'response')::uuid, given, NULL,
        found_link, confirmed, moment) THEN
        RETURN 'changed';
    END IF;
    PERFORM append_audit(
        (press ->> 'entry')::uuid, organization, moment, 'candidate', standing.person, 'interview.answered', 'interview',
        standing.id, jsonb_build_object('answer', given, 'revision', shown),
        replace(replace(press ->> 'before', press ->> 'organization', organization::text),
            press ->> 'candidate', standing.person::text),
        replace(press ->> 'after', press ->> 'interview', standing.id::text));
    RETURN 'done';
END
$$;

-- One more hit at each limit of each of the numbered presses: `limits` is [[key in hex, window, hits allowed], …]. The numbers of
-- those that exceed one. Of presses at one key the first ones are allowed.
CREATE OR REPLACE FUNCTION count_presses(presses json, counted integer[]) RETURNS integer[]
LANGUAGE sql SET plan_cache_mode = force_generic_plan AS $$
    WITH wanted AS MATERIALIZED (
        SELECT p.number::integer, l.place, decode(l.l ->> 0, 'hex') AS key, (p.press ->> 'moment')::timestamptz AS moment,
            (l.l ->> 1)::interval AS period, (l.l ->> 2)::integer AS most
        FROM json_array_elements(presses) WITH ORDINALITY p (press, number),
        json_array_elements(p.press -> 'limits') WITH ORDINALITY l (l, place)
        WHERE p.number = ANY (counted)
    ), hit AS (
        INSERT INTO trust_ratelimit AS l (key_hash, window_ends_at, hits)
        SELECT key, max(moment + period), count(*) FROM wanted GROUP BY key ORDER BY min(place), key
        ON CONFLICT (key_hash) DO UPDATE SET
            hits = CASE WHEN l.window_ends_at <= (SELECT max(moment) FROM wanted) THEN excluded.hits
                ELSE l.hits + excluded.hits END,
            window_ends_at = CASE WHEN l.window_ends_at <= (SELECT max(moment) FROM wanted) THEN excluded.window_ends_at
                ELSE l.window_ends_at END
        RETURNING key_hash, hits)
    SELECT coalesce(array_agg(DISTINCT w.number), '{}')
    FROM hit h
    JOIN (
        SELECT *, count(*) OVER (PARTITION BY key) - row_number() OVER (PARTITION BY key ORDER BY number) AS after_it
        FROM wanted) w ON w.key = h.key_hash
    WHERE h.hits - w.after_it > w.most
$$;

REVOKE ALL ON FUNCTION press_answers(json) FROM PUBLIC;
REVOKE ALL ON FUNCTION judge_press(json, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION write_answer(json, uuid, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION count_presses(json, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION press_answers(json) TO yuemian_app;
GRANT EXECUTE ON FUNCTION judge_press(json, uuid) TO yuemian_app;
GRANT EXECUTE ON FUNCTION write_answer(json, uuid, uuid) TO yuemian_app;
GRANT EXECUTE ON FUNCTION count_presses(json, integer[]) TO yuemian_app;
REVOKE ALL ON FUNCTION read_candidate_page(uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION note_visit(uuid, uuid, uuid, uuid, timestamptz, text, boolean, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION page_kept_until(uuid, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION find_live_link(bytea, timestamptz, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION open_candidate_page(bytea, timestamptz, uuid, boolean, interval, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION open_survey_page(bytea, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION open_result_page(bytea, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION open_onboarding_page(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION page_kept_until(uuid, timestamptz) TO yuemian_app;
GRANT EXECUTE ON FUNCTION find_live_link(bytea, timestamptz, text) TO yuemian_app;
GRANT EXECUTE ON FUNCTION open_result_page(bytea, timestamptz) TO yuemian_app;
GRANT EXECUTE ON FUNCTION open_onboarding_page(bytea, timestamptz) TO yuemian_app;
GRANT EXECUTE ON FUNCTION open_survey_page(bytea, timestamptz) TO yuemian_app;
GRANT EXECUTE ON FUNCTION read_candidate_page(uuid) TO yuemian_app;
GRANT EXECUTE ON FUNCTION note_visit(uuid, uuid, uuid, uuid, timestamptz, text, boolean, interval) TO yuemian_app;
GRANT EXECUTE ON FUNCTION open_candidate_page(bytea, timestamptz, uuid, boolean, interval, interval) TO yuemian_app;
