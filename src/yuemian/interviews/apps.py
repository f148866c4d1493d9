"""The interviews app; tells messaging how to ask whether a notice about an interview is still true."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.module_loading import import_string

from yuemian.accounts.signals import rules_changed
from yuemian.hiring.holdings import register_holdings
from yuemian.hiring.moving import register_teller
from yuemian.hiring.signals import contacts_changed, job_moved, person_changed
from yuemian.messaging.clock import Chore, register_chore
from yuemian.messaging.signals import question_asked, reply_received
from yuemian.messaging.subjects import Subject, register, register_lock, register_previews
from yuemian.ui.context import register_counter

TRUTH = """
SELECT i.id, i.revision, i.state IN ('scheduled', 'draft'), i.answer <> 'needs_action', i.starts_at,
       i.answer IN ('declined', 'reschedule_requested'), i.state = 'cancelled'
FROM interviews_interview i WHERE i.id = ANY(%s)
"""
#: Its segment, similar people: the same job family, source and language (`route_reading.segment_of`).
_PAST = """
SELECT application.candidate_id, interview.id AS subject_id, said.revision, answers.at AS answered_at,
       interview.starts_at, changes.at AS superseded_at,
       job.family_id || '|' || coalesce(application.source_id::text, '') || '|' || candidate.locale AS segment,
       coalesce(nullif(candidate.time_zone, ''), interview.time_zone) AS zone, branch.region
FROM interviews_interview AS interview
JOIN hiring_application AS application
    ON application.id = interview.application_id AND application.organization_id = interview.organization_id
JOIN hiring_candidate AS candidate
    ON candidate.id = application.candidate_id AND candidate.organization_id = interview.organization_id
JOIN hiring_job AS job ON job.id = application.job_id AND job.organization_id = interview.organization_id
JOIN accounts_branch AS branch
    ON branch.id = interview.branch_id AND branch.organization_id = interview.organization_id
CROSS JOIN LATERAL generate_series(1, interview.revision) AS said (revision)
LEFT JOIN LATERAL (
    SELECT min(r.at) FROM interviews_response AS r WHERE r.interview_id = interview.id AND r.revision = said.revision
) AS answers (at) ON true
LEFT JOIN LATERAL (
    SELECT min(c.at) FROM interviews_change AS c WHERE c.interview_id = interview.id AND c.revision > said.revision
) AS changes (at) ON true
WHERE interview.organization_id = %(organization)s
"""
PAST_OF = f"{_PAST} AND application.candidate_id = ANY(%(candidates)s::uuid[])"
CLOSED = f"{_PAST} AND interview.starts_at >= %(since)s AND interview.starts_at < %(until)s"

#: A candidate's clock is their own where it is known, else that of the interview.
PLACE = """
SELECT i.id, i.branch_id, coalesce(nullif(c.time_zone, ''), i.time_zone)
FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id
JOIN hiring_candidate c ON c.id = a.candidate_id
WHERE i.id = ANY(%s)
"""


class InterviewsConfig(AppConfig):
    name = "yuemian.interviews"
    label = "interviews"

    def ready(self) -> None:
        register(Subject("interview", TRUTH, PAST_OF, CLOSED, PLACE))
        register_chore(
            Chore("digests", timedelta(minutes=1), "yuemian.interviews.actions.digests.send_digests")
        )
        register_chore(
            Chore("who-came", timedelta(minutes=1), "yuemian.interviews.actions.arrival_news.ask_who_came")
        )
        register_chore(
            Chore("stopped", timedelta(minutes=5), "yuemian.interviews.actions.stopped.suggest_stopped")
        )
        expire = "yuemian.interviews.actions.reschedule.expire_requests"
        register_chore(Chore("reschedule-requests", timedelta(minutes=5), expire))
        register_chore(
            Chore("survey-answers", timedelta(hours=1), "yuemian.interviews.actions.surveys.mix_answers")
        )
        register_previews("yuemian.interviews.previews.SOURCE")
        register_lock("yuemian.interviews.actions.replan.lock_interviews_of")
        register_counter("/deliveries", "yuemian.interviews.attention.reading.count_for_navigation")
        register_counter("/inbox", "yuemian.interviews.inbox.reading.count_unread")
        register_counter("/asked", "yuemian.interviews.inbox.reading.count_asked")
        # By name: models cannot be imported before every app stands.
        reply_received.connect(import_string("yuemian.interviews.replies.hear"), dispatch_uid="interviews")
        question_asked.connect(
            import_string("yuemian.interviews.inbox.arrivals.hear"), dispatch_uid="interviews"
        )
        rules_changed.connect(import_string("yuemian.interviews.rules.look_again"), dispatch_uid="interviews")
        look_at_person = import_string("yuemian.interviews.rules.look_at_person")
        contacts_changed.connect(look_at_person, dispatch_uid="interviews")
        person_changed.connect(
            import_string("yuemian.interviews.rules.look_at_candidate"), dispatch_uid="interviews"
        )
        job_moved.connect(import_string("yuemian.interviews.rules.look_at_job"), dispatch_uid="interviews")
        register_teller("yuemian.interviews.plans.moving.told")
        register_holdings("yuemian.interviews.holdings.HOLDINGS")
        register_holdings("yuemian.interviews.voice_holdings.HOLDINGS")
        register_holdings("yuemian.interviews.arrival_holdings.HOLDINGS")
        register_chore(
            Chore(
                "plan-steps",
                every=timedelta(minutes=1),
                run="yuemian.interviews.tasks.run_due_steps",
                due="yuemian.interviews.tasks.steps_due",
            )
        )
