"""What planning needs of an interview, for tests that plan one message by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from yuemian.domain.states import Channel
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.plan import Addressee, Intent, Recipient


def intent_for(interview: Interview, channel: Channel, *, now: datetime) -> Intent:
    candidate = interview.application.candidate
    key = candidate.key
    point = candidate.contact_points.get(channel=channel)
    return Intent(
        recipient=Recipient(
            candidate=Addressee(candidate.pk, key.pk, key.number, bytes(key.wrapped or b""), key.wrapped_by),
            contact_points={channel: point.pk},
        ),
        subject_id=interview.pk,
        subject_revision=interview.revision,
        locale="zh-hans",
        context={"candidate_name": candidate.name},
        channels=[channel],
        deadline_at=now + timedelta(days=1),
        link_expires_at=now + timedelta(days=5),
    )
