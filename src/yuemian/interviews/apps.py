"""The interviews app; tells messaging how to ask whether a notice about an interview is still true."""

from __future__ import annotations

from django.apps import AppConfig

from yuemian.messaging.subjects import Subject, register, register_previews
from yuemian.ui.context import register_counter

TRUTH = """
SELECT i.id, i.revision, i.state = 'scheduled', i.answer <> 'needs_action', i.starts_at
FROM interviews_interview i WHERE i.id = ANY(%s)
"""


class InterviewsConfig(AppConfig):
    name = "yuemian.interviews"
    label = "interviews"

    def ready(self) -> None:
        register(Subject("interview", TRUTH))
        register_previews("yuemian.interviews.previews.SOURCE")
        register_counter("/deliveries", "yuemian.interviews.attention.count_for_navigation")
