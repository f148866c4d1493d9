"""What a message or page says about an interview: the closed context that templates are rendered with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yuemian.accounts.models import Organization
from yuemian.domain.round_name import round_in
from yuemian.domain.states import Answer, Mode
from yuemian.domain.when import present
from yuemian.interviews.models import Interview

_SPLIT = re.compile(r"[\n;；、]+|(?<=[^\d]),|，(?=.)")


def lines(text: str) -> list[str]:
    """`身份证、简历` → two lines; separators are what people type into one spreadsheet cell."""
    return [part.strip() for part in _SPLIT.split(text) if part.strip()]


def context_of(
    interview: Interview, organization: Organization, locale: str, **extra: Any
) -> Mapping[str, Any]:
    """Every placeholder an interview fills (see `domain.placeholder`), as plain values, for one locale."""
    application = interview.application
    candidate, job, contact = application.candidate, application.job, interview.recruiter
    when = present(
        interview.starts_at,
        interview.time_zone,
        locale,
        duration=interview.duration,
        own_zone=candidate.time_zone or None,
    )
    respond_by = present(interview.answer_until, interview.time_zone, locale)
    return {
        "candidate_name": candidate.name,
        "organization_name": organization.name_in(locale),
        "branch_name": interview.branch.name_in(locale),
        "job_title": job.title_in(locale),
        "round_name": round_in(interview.round, locale),
        "interview_when": when.text,
        "interview_date": when.date,
        "interview_time": when.time,
        "interview_day": when.day,
        "duration_minutes": str(int(interview.duration.total_seconds() // 60)),
        "is_onsite": interview.mode == Mode.ONSITE,
        "is_video": interview.mode == Mode.VIDEO,
        "is_phone": interview.mode == Mode.PHONE,
        "place_name": interview.place_name,
        "place_address": interview.place_address,
        "video_link": interview.video_link,
        "materials": lines(interview.materials),
        "flow": lines(interview.flow),
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else "",
        "contact_email": contact.email if contact else "",
        "respond_by": respond_by.full,
        "has_answered": interview.answer != Answer.NEEDS_ACTION,
        "has_accepted": interview.answer == Answer.ACCEPTED,
        **extra,
    }
