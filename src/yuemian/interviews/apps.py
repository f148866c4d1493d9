"""The interviews app; tells messaging how to ask whether a notice about an interview is still true."""

from __future__ import annotations

from django.apps import AppConfig

from yuemian.messaging.subjects import Subject, register, register_previews

TRUTH = """
SELECT i.id, i.revision, i.state = 'scheduled', i.answer <> 'needs_action', i.starts_at,
       i.answer IN ('declined', 'reschedule_requested'), i.state = 'cancelled'
FROM interviews_interview i WHERE i.id = ANY(%s)
"""

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
        register(Subject("interview", TRUTH, PLACE))
        register_previews("yuemian.interviews.previews.SOURCE")
