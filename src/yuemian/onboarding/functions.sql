-- An onboarding begins as invited, moves only along CASE_MOVES, and belongs to one person for ever.
CREATE OR REPLACE FUNCTION onboarding_case_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'invited' THEN
            RAISE EXCEPTION 'An onboarding begins as invited.' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('invited', 'filling'), ('invited', 'withdrawn'), ('invited', 'expired'),
        ('filling', 'submitted'), ('filling', 'withdrawn'), ('filling', 'expired'),
        ('submitted', 'filling'), ('submitted', 'returned'), ('submitted', 'complete'), ('submitted', 'withdrawn'),
        ('submitted', 'expired'),
        ('returned', 'submitted'), ('returned', 'withdrawn'), ('returned', 'expired'),
        ('complete', 'returned'), ('complete', 'withdrawn'),
        ('expired', 'filling'), ('expired', 'withdrawn')) THEN
        RAISE EXCEPTION 'An onboarding that is % cannot become %.', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM hiring_application a JOIN interviews_interview i ON i.application_id = a.id
                   WHERE a.id = NEW.application_id AND a.candidate_id = NEW.candidate_id AND i.id = NEW.interview_id) THEN
        RAISE EXCEPTION 'An onboarding belongs to the person who was interviewed.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS onboarding_case_moves ON onboarding_onboardingcase;
CREATE TRIGGER onboarding_case_moves BEFORE INSERT OR UPDATE OF state, application_id, candidate_id, interview_id
    ON onboarding_onboardingcase FOR EACH ROW EXECUTE FUNCTION onboarding_case_moves();

-- A file is kept only while its person's consent to its section holds.
CREATE OR REPLACE FUNCTION onboarding_consented() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.section <> 'basics' AND NOT EXISTS (
        SELECT 1 FROM onboarding_consent c
        WHERE c.case_id = NEW.case_id AND c.section = NEW.section AND c.withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'Nothing of a section is kept without the consent to it.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS onboarding_document_consented ON onboarding_document;
CREATE TRIGGER onboarding_document_consented BEFORE INSERT ON onboarding_document
    FOR EACH ROW EXECUTE FUNCTION onboarding_consented();
DROP TRIGGER IF EXISTS onboarding_answer_consented ON onboarding_onboardinganswer;
CREATE TRIGGER onboarding_answer_consented BEFORE INSERT OR UPDATE OF value_sealed ON onboarding_onboardinganswer
    FOR EACH ROW WHEN (NEW.value_sealed IS NOT NULL) EXECUTE FUNCTION onboarding_consented();

-- Whether what was decided of the application lets an onboarding go on: nothing yet, or last of all a pass whose letter was
-- released. Whoever was told of no decision here may have been told by other means, but never of another one. That the
-- application went on after another round decides nothing.
CREATE OR REPLACE FUNCTION onboarding_follows(of_application uuid, of_interview uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT d.outcome = 'pass' AND EXISTS (
            SELECT FROM results_resultnotice n WHERE n.decision_id = d.id AND n.state = 'released')
        FROM results_decision d
        WHERE d.application_id = of_application AND d.is_current
          AND (d.outcome <> 'advance' OR d.interview_id = of_interview)
        ORDER BY d.decided_at DESC, d.number DESC LIMIT 1), true)
$$;
REVOKE ALL ON FUNCTION onboarding_follows(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onboarding_follows(uuid, uuid) TO yuemian_app, yuemian_engine;

-- No message of an onboarding but to its own person, while it waits for them, and only where it may go on.
CREATE OR REPLACE FUNCTION onboarding_message_has_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_kind <> 'onboarding' OR NOT EXISTS (
        SELECT 1 FROM onboarding_onboardingcase c
        WHERE c.id = NEW.subject_id AND c.candidate_id = NEW.candidate_id
          AND c.state IN ('invited', 'filling', 'returned')
          AND onboarding_follows(c.application_id, c.interview_id)) THEN
        RAISE EXCEPTION 'Onboarding is asked for only after a released pass, and of its own person.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS onboarding_message_has_case ON messaging_notification;
CREATE TRIGGER onboarding_message_has_case
    BEFORE INSERT OR UPDATE OF purpose, candidate_id, subject_kind, subject_id ON messaging_notification
    FOR EACH ROW WHEN (NEW.purpose = 'onboarding') EXECUTE FUNCTION onboarding_message_has_case();
