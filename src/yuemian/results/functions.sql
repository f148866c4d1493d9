-- The result firewall's last wall: what must never be, refused by the database whoever asks (docs/security.md, R1-R9).

-- A decision is written once. A new one takes its place; nothing of the old changes but that it is no longer current.
CREATE OR REPLACE FUNCTION results_decision_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Also who decided: they have no word on the letter, whatever somebody writes here later.
    IF (NEW.application_id, NEW.interview_id, NEW.number, NEW.outcome, NEW.reasons, NEW.decided_at, NEW.decided_by_id)
       IS DISTINCT FROM
       (OLD.application_id, OLD.interview_id, OLD.number, OLD.outcome, OLD.reasons, OLD.decided_at, OLD.decided_by_id)
       OR (NEW.is_current AND NOT OLD.is_current) THEN
        RAISE EXCEPTION 'A decision is never changed: write a new one.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS results_decision_stands ON results_decision;
CREATE TRIGGER results_decision_stands BEFORE UPDATE ON results_decision
    FOR EACH ROW EXECUTE FUNCTION results_decision_stands();

-- A notice begins as a draft, moves only along NOTICE_MOVES, and never changes what others have seen or agreed to.
CREATE OR REPLACE FUNCTION results_notice_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    agreed integer;
    wanted integer;
    is_free boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'A result notice begins as a draft.' USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('draft', 'submitted'), ('draft', 'void'),
            ('submitted', 'draft'), ('submitted', 'approved'), ('submitted', 'returned'),
            ('submitted', 'excluded'), ('submitted', 'void'),
            ('returned', 'draft'), ('returned', 'submitted'), ('returned', 'void'),
            ('excluded', 'draft'), ('excluded', 'submitted'), ('excluded', 'void'),
            ('approved', 'draft'), ('approved', 'released'), ('approved', 'returned'),
            ('approved', 'excluded'), ('approved', 'void'),
            ('released', 'recalled'), ('released', 'void'),
            ('recalled', 'draft'), ('recalled', 'void')) THEN
            RAISE EXCEPTION 'A result notice that is % cannot become %.', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.candidate_id, NEW.application_id, NEW.decision_id, NEW.outcome, NEW.number, NEW.batch_id)
           IS DISTINCT FROM
           (OLD.candidate_id, OLD.application_id, OLD.decision_id, OLD.outcome, OLD.number, OLD.batch_id) THEN
            RAISE EXCEPTION 'A result notice belongs to one person, one decision and one batch.'
                USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.state IN ('submitted', 'approved', 'released') AND NEW.state <> 'draft' AND
           (NEW.content_hash, NEW.text_sealed, NEW.letter_id, NEW.pointer_id, NEW.locale, NEW.is_correction,
            NEW.candidate_name, NEW.contacts, NEW.submission, NEW.approvals_needed, NEW.is_single_free,
            NEW.author_id, NEW.edited_by_id, NEW.submitted_by_id)
           IS DISTINCT FROM
           (OLD.content_hash, OLD.text_sealed, OLD.letter_id, OLD.pointer_id, OLD.locale, OLD.is_correction,
            OLD.candidate_name, OLD.contacts, OLD.submission, OLD.approvals_needed, OLD.is_single_free,
            OLD.author_id, OLD.edited_by_id, OLD.submitted_by_id)
           -- But for the erasure of its person, after which it never leaves and cannot be read.
           AND NOT (NEW.candidate_name = '' AND NEW.contacts = '{}' AND NEW.state IN ('void', OLD.state)
                    AND NEW.content_hash = OLD.content_hash AND NEW.text_sealed = OLD.text_sealed) THEN
            RAISE EXCEPTION 'What was submitted is what is sent: take it back to edit it.'
                USING ERRCODE = 'check_violation';
        END IF;
        -- How many must agree is the organization's rule, not the row's own word.
        IF NEW.state = 'submitted' AND OLD.state <> 'submitted' THEN
            SELECT coalesce(max(r.approvals), 1), coalesce(bool_or(r.is_single_free), false) INTO wanted, is_free
            FROM results_approvalrule r WHERE r.organization_id = NEW.organization_id;
            IF NEW.is_single_free AND (NOT is_free OR NEW.outcome = 'pass' OR EXISTS (
                SELECT FROM results_resultnotice o
                WHERE o.batch_id = NEW.batch_id AND o.id <> NEW.id AND o.state <> 'void')) THEN
                RAISE EXCEPTION 'Only a single letter that is no pass, where the rules free it, is its author''s own.'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF NOT NEW.is_single_free AND NEW.approvals_needed < wanted THEN
                RAISE EXCEPTION 'The rules ask for % approvals.', wanted USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        IF NEW.state IN ('approved', 'released') AND NEW.state <> OLD.state THEN
            SELECT count(DISTINCT a.approver_id) INTO agreed FROM results_approval a
            WHERE a.notice_id = NEW.id AND a.submission = NEW.submission AND a.verdict = 'approve'
              AND a.content_hash = NEW.content_hash
              AND (NEW.is_single_free OR a.approver_id NOT IN (
                      SELECT author FROM unnest(ARRAY[
                          NEW.author_id, NEW.edited_by_id, NEW.submitted_by_id,
                          (SELECT d.decided_by_id FROM results_decision d WHERE d.id = NEW.decision_id)]) AS author
                      WHERE author IS NOT NULL));
            IF agreed < NEW.approvals_needed THEN
                RAISE EXCEPTION 'A result needs % approvals of others and has %.', NEW.approvals_needed, agreed
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
    END IF;
    IF NEW.state NOT IN ('void', 'released', 'recalled') OR (NEW.state = 'released' AND OLD.state <> 'released') THEN
        IF NOT EXISTS (SELECT 1 FROM results_decision d WHERE d.id = NEW.decision_id AND d.is_current) THEN
            RAISE EXCEPTION 'The decision has changed since: its notice is void.'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM hiring_application a
                       WHERE a.id = NEW.application_id AND a.candidate_id = NEW.candidate_id) THEN
            RAISE EXCEPTION 'A result goes to the person it was decided of.' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS results_notice_moves ON results_resultnotice;
CREATE TRIGGER results_notice_moves BEFORE INSERT OR UPDATE ON results_resultnotice
    FOR EACH ROW EXECUTE FUNCTION results_notice_moves();

-- The words of a letter, and of the message that points at it, stay what they were while a notice rests on them: what is
-- said anew is another version, which calls the notice back to its author.
CREATE OR REPLACE FUNCTION results_words_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
BEGIN
    IF EXISTS (SELECT FROM results_resultnotice n WHERE n.letter_id = version AND n.state <> 'void')
       OR EXISTS (SELECT FROM results_resultnotice n WHERE n.pointer_id = version AND n.state <> 'void') THEN
        RAISE EXCEPTION 'Letters rest on these words: publish another version.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
DROP TRIGGER IF EXISTS results_words_stand ON messaging_templatevariant;
CREATE TRIGGER results_words_stand BEFORE INSERT OR UPDATE OR DELETE ON messaging_templatevariant
    FOR EACH ROW EXECUTE FUNCTION results_words_stand();

-- Whose application it is stays, too, while a letter about it waits or was told.
CREATE OR REPLACE FUNCTION results_application_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM results_resultnotice n WHERE n.application_id = NEW.id AND n.state <> 'void') THEN
        RAISE EXCEPTION 'A result goes to the person it was decided of.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS results_application_stays ON hiring_application;
CREATE TRIGGER results_application_stays BEFORE UPDATE OF candidate_id ON hiring_application
    FOR EACH ROW WHEN (NEW.candidate_id <> OLD.candidate_id) EXECUTE FUNCTION results_application_stays();

-- Nor does a link to a letter, or to the form after it, lead anywhere else later.
CREATE OR REPLACE FUNCTION results_link_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.candidate_id, NEW.subject_kind, NEW.subject_id, NEW.subject_revision, NEW.token_hash) IS DISTINCT FROM
       (OLD.candidate_id, OLD.subject_kind, OLD.subject_id, OLD.subject_revision, OLD.token_hash) THEN
        RAISE EXCEPTION 'A link to a letter leads its own person to it, and nowhere else.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS results_link_stands ON messaging_accesslink;
CREATE TRIGGER results_link_stands
    BEFORE UPDATE OF candidate_id, subject_kind, subject_id, subject_revision, token_hash ON messaging_accesslink
    FOR EACH ROW WHEN (OLD.subject_kind IN ('result', 'onboarding') OR NEW.subject_kind IN ('result', 'onboarding'))
    EXECUTE FUNCTION results_link_stands();

-- No message says that there is a result but for a released notice, to its own person. (R1: no other way exists.)
CREATE OR REPLACE FUNCTION results_message_has_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind <> 'result' OR NOT EXISTS (
        SELECT 1 FROM results_resultnotice n
        WHERE n.id = NEW.subject_id AND n.candidate_id = NEW.candidate_id AND n.state = 'released'
          AND n.pointer_id = NEW.version_id) THEN
        RAISE EXCEPTION 'A result is told only from an approved and released notice, to its own person.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS results_message_has_notice ON messaging_notification;
CREATE TRIGGER results_message_has_notice
    BEFORE INSERT OR UPDATE OF purpose, candidate_id, subject_kind, subject_id, version_id ON messaging_notification
    FOR EACH ROW WHEN (NEW.purpose IN ('result', 'letter')) EXECUTE FUNCTION results_message_has_notice();

-- And what says it cannot pass for something else, of which less is asked.
CREATE OR REPLACE FUNCTION results_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A message of a result, or of an onboarding, stays one.' USING ERRCODE = 'check_violation';
END $$;
DROP TRIGGER IF EXISTS results_message_stays ON messaging_notification;
CREATE TRIGGER results_message_stays BEFORE UPDATE OF purpose ON messaging_notification
    FOR EACH ROW WHEN (OLD.purpose IN ('result', 'letter', 'onboarding') AND NEW.purpose <> OLD.purpose)
    EXECUTE FUNCTION results_message_stays();

-- Whoever changes a decision, by whatever way: in the same transaction nothing of its notice can be handed over any more.
-- The hand-over locks the same rows. (R2: the last look reads the decision; this closes the moment after that look.)
CREATE OR REPLACE FUNCTION results_decision_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_delivery d SET state = 'held', reason = 'result_changed', worker = NULL, lease_until = NULL
    FROM messaging_notification n JOIN results_resultnotice r ON r.id = n.subject_id
    WHERE r.decision_id = NEW.id AND n.subject_kind = 'result' AND d.notification_id = n.id AND NOT d.is_unclear
    AND (d.state IN ('created', 'queued') OR (d.state = 'sending' AND d.provider = ''));
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS results_decision_changed ON results_decision;
CREATE TRIGGER results_decision_changed AFTER UPDATE OF is_current ON results_decision
    FOR EACH ROW WHEN (OLD.is_current AND NOT NEW.is_current) EXECUTE FUNCTION results_decision_changed();
-- The door of an interviewer's scorecard: from the hash of the link's secret to its row, while it opens anything. Ids alone.
CREATE OR REPLACE FUNCTION find_scorecard_link(hash bytea, moment timestamptz)
RETURNS TABLE (link_id uuid, organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id, l.organization_id
    FROM results_scorecardlink l JOIN accounts_user u ON u.id = l.interviewer_id AND u.is_active
    WHERE l.token_hash = hash AND l.revoked_at IS NULL AND l.expires_at > moment
$$;

ALTER FUNCTION find_scorecard_link(bytea, timestamptz) OWNER TO yuemian_engine;
REVOKE ALL ON FUNCTION find_scorecard_link(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_scorecard_link(bytea, timestamptz) TO yuemian_app;
