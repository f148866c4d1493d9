"""The results app; tells messaging how to ask whether the notice of a result still holds."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.module_loading import import_string

from yuemian.accounts.signals import rules_changed
from yuemian.hiring.holdings import register_holdings
from yuemian.hiring.signals import contacts_added, contacts_changed, person_changed
from yuemian.interviews.job_parts import register_job_part
from yuemian.interviews.page_parts import ON_INTERVIEW, ON_TODAY, register_part
from yuemian.interviews.signals import interview_noted
from yuemian.messaging.clock import Chore, register_chore
from yuemian.messaging.signals import template_changed
from yuemian.messaging.subjects import Subject, register
from yuemian.results.scorecards.subject import SUBJECT_KIND
from yuemian.results.scorecards.subject import TRUTH as TRUTH_OF_LINK
from yuemian.results.signals import results_called_back, results_released
from yuemian.ui.context import register_counter

#: Open means: released, its decision still current and of the same outcome, no later round decided, the person still
#: called so and without an address that no approver saw, and approved in exactly these words by as many others as it
#: needs. Everything is asked again here, inside the claim, whatever was asked before; `domain.results.truth` says the
#: same in words.
TRUTH = """
SELECT n.id, n.submission,
       n.state = 'released' AND d.is_current AND d.outcome = n.outcome AND d.number = n.number
       AND c.name = n.candidate_name
       AND NOT EXISTS (SELECT FROM results_decision o
                       JOIN interviews_interview later ON later.id = o.interview_id
                       JOIN interviews_interview own ON own.id = d.interview_id
                       WHERE o.application_id = n.application_id AND o.is_current
                         AND o.outcome IN ('advance', 'pass', 'reject')
                         AND (later.starts_at, later.id) > (own.starts_at, own.id))
       AND NOT EXISTS (SELECT FROM hiring_contactpoint p
                       WHERE p.candidate_id = n.candidate_id AND p.state = 'active'
                         AND encode(p.blind_index, 'hex') <> ALL (n.contacts))
       AND (SELECT count(DISTINCT v.approver_id) FROM results_approval v
            WHERE v.notice_id = n.id AND v.submission = n.submission AND v.verdict = 'approve'
              AND v.content_hash = n.content_hash
              AND (n.is_single_free OR v.approver_id NOT IN (
                      SELECT author FROM unnest(
                          ARRAY[n.author_id, n.edited_by_id, n.submitted_by_id, d.decided_by_id]) AS author
                      WHERE author IS NOT NULL))
           ) >= n.approvals_needed,
       false, NULL::timestamptz, false, n.state IN ('recalled', 'void')
FROM results_resultnotice n
JOIN results_decision d ON d.id = n.decision_id
JOIN hiring_candidate c ON c.id = n.candidate_id
WHERE n.id = ANY(%s)
"""
PLACE = """
SELECT n.id, i.branch_id, coalesce(nullif(c.time_zone, ''), i.time_zone)
FROM results_resultnotice n
JOIN results_decision d ON d.id = n.decision_id
JOIN interviews_interview i ON i.id = d.interview_id
JOIN hiring_candidate c ON c.id = n.candidate_id
WHERE n.id = ANY(%s)
"""
APPLICATION = "SELECT application_id FROM results_resultnotice WHERE id = %s"


class ResultsConfig(AppConfig):
    name = "yuemian.results"
    label = "results"

    def ready(self) -> None:
        register(Subject("result", TRUTH, place_sql=PLACE, application_sql=APPLICATION))
        register_holdings("yuemian.results.holdings.HOLDINGS")
        # By name: models cannot be imported before every app stands.
        for signal, receiver in (
            (person_changed, "look_at_candidate"),
            (contacts_changed, "look_at_contact"),
            (contacts_added, "look_at_new_contacts"),
            (template_changed, "look_at_template"),
        ):
            signal.connect(import_string(f"yuemian.results.watch.{receiver}"), dispatch_uid="results")
        register(Subject(SUBJECT_KIND, TRUTH_OF_LINK))
        register_chore(
            Chore(
                "scorecards",
                timedelta(minutes=5),
                "yuemian.results.actions.scorecard_chase.ask_for_scorecards",
            )
        )
        register_part(ON_INTERVIEW, "yuemian.results.scorecards.parts.on_interview")
        register_part(ON_TODAY, "yuemian.results.scorecards.parts.on_today")
        self._hear_of_silence()

    def _hear_of_silence(self) -> None:
        waiting, escalate = (
            "yuemian.results.actions.waits.note_waits",
            "yuemian.results.actions.escalate.escalate",
        )
        register_chore(Chore("result-waits", timedelta(minutes=1), waiting))
        register_chore(Chore("result-due", timedelta(minutes=1), "yuemian.results.actions.due.keep_due"))
        register_chore(Chore("result-escalations", timedelta(minutes=30), escalate))
        register_chore(
            Chore(
                "result-surveys", timedelta(minutes=15), "yuemian.results.actions.surveys.ask_after_results"
            )
        )
        unheard = "yuemian.results.actions.unheard.call_back_unheard"
        register_chore(Chore("result-unheard", timedelta(minutes=1), unheard))
        unreached = "yuemian.results.actions.unreached.settle_unreached"
        register_chore(Chore("result-unreached", timedelta(minutes=1), unreached))
        register_counter("/results", "yuemian.results.navigation.count_waiting")
        register_job_part("yuemian.results.silence.job_part.draw")
        # By name: models cannot be imported before every app stands.
        import_string("yuemian.interviews.today.beyond.register_part")(
            "results", "yuemian.results.silence.late.late_picks"
        )
        interview_noted.connect(
            import_string("yuemian.results.actions.waits.hear_noted"), dispatch_uid="results"
        )
        rules_changed.connect(
            import_string("yuemian.results.actions.due.look_at_branch"), dispatch_uid="results"
        )
        told = "yuemian.results.actions.told"
        results_released.connect(import_string(f"{told}.hear_released"), dispatch_uid="results")
        results_called_back.connect(import_string(f"{told}.hear_called_back"), dispatch_uid="results")
