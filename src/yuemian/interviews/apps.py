"""The interviews app; tells messaging how to ask whether a notice about an interview is still true."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from yuemian.messaging.clock import Chore, register_chore
from yuemian.messaging.subjects import Subject, register, register_previews

TRUTH = """
SELECT i.id, i.revision, i.state = 'scheduled', i.answer <> 'needs_action', i.starts_at
FROM interviews_interview i WHERE i.id = ANY(%s)
"""


class InterviewsConfig(AppConfig):
    name = "yuemian.interviews"
    label = "interviews"

    def ready(self) -> None:
        register(Subject("interview", TRUTH))
        register_chore(
            Chore("digests", timedelta(minutes=1), "yuemian.interviews.actions.digests.send_digests")
        )
        register_previews("yuemian.interviews.previews.SOURCE")
