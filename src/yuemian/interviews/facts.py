"""What a message or page says about an interview: the closed context that templates are rendered with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Self

import orjson
from django.utils import translation
from django.utils.translation import gettext

from yuemian.accounts.models import Organization
from yuemian.domain.languages import is_chinese
from yuemian.domain.round_name import round_in
from yuemian.domain.states import Answer, Mode
from yuemian.domain.when import When, present
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.plan import Told
from yuemian.messaging.calendar_event import CALENDAR_TIMES, times_of

_SPLIT = re.compile(r"[\n;；、]+|(?<=[^\d]),|，(?=.)")


class InterviewFacts(NamedTuple):
    """Everything that messages and pages say about one interview, as plain values.

    A tuple, because a send builds ten thousand of them straight from rows (`interviews.chosen`).
    """

    answer: str
    round: str
    starts_at: datetime
    duration: timedelta
    time_zone: str
    mode: str
    place_name: str
    place_address: str
    video_link: str
    materials: str
    flow: str
    #: False: the candidate is asked to choose the time, by `starts_at` at the latest.
    is_settled: bool
    candidate_name: str
    candidate_zone: str
    job_title: str
    job_title_en: str
    branch_name: str
    branch_name_en: str
    contact_name: str
    contact_phone: str
    contact_email: str

    @classmethod
    def of(cls, interview: Interview) -> Self:
        """The facts of one interview that was read `with_people`."""
        application, contact = interview.application, interview.contact
        return cls(
            answer=interview.answer,
            round=interview.round,
            starts_at=interview.starts_at,
            duration=interview.duration,
            time_zone=interview.time_zone,
            mode=interview.mode,
            place_name=interview.place_name,
            place_address=interview.place_address,
            video_link=interview.video_link,
            materials=interview.materials,
            flow=interview.flow,
            is_settled=interview.is_settled,
            candidate_name=application.candidate.name,
            candidate_zone=application.candidate.time_zone,
            job_title=application.job.title,
            job_title_en=application.job.title_en,
            branch_name=interview.branch.name,
            branch_name_en=interview.branch.name_en,
            contact_name=contact.name if contact else "",
            contact_phone=contact.phone if contact else "",
            contact_email=contact.email if contact else "",
        )


def lines(text: str) -> list[str]:
    """`身份证、简历` → two lines; separators are what people type into one spreadsheet cell."""
    return list(_lines(text))


@lru_cache(maxsize=1024)
def _lines(text: str) -> tuple[str, ...]:
    # Remembered, as the interviews of a batch share what to bring and how it runs.
    return tuple(part.strip() for part in _SPLIT.split(text) if part.strip())


def context_of(
    interview: Interview | InterviewFacts, organization: Organization, locale: str, **extra: Any
) -> Mapping[str, Any]:
    """Every placeholder an interview fills (see `domain.placeholder`), as plain values, for one locale."""
    facts = interview if isinstance(interview, InterviewFacts) else InterviewFacts.of(interview)
    shared = _shared(*_kind(facts, organization, locale))
    return {**shared, "candidate_name": facts.candidate_name, **extra}


def told_in_common(facts: InterviewFacts, organization: Organization, locale: str) -> bytes:
    """The same for a send to thousands: what alike interviews share, written once. `told_of` says it to one person."""
    return _written(*_kind(facts, organization, locale))


def told_of(in_common: bytes, candidate_name: str, extra: Mapping[str, Any]) -> Told:
    return Told(in_common, {"candidate_name": candidate_name, **extra})


#: What makes interviews alike, as `_shared` takes it: all facts but the name, and what the organization adds.
_Kind = tuple[InterviewFacts, str, str, int]


def _kind(facts: InterviewFacts, organization: Organization, locale: str) -> _Kind:
    minutes = organization.video_link_from if facts.video_link and facts.mode == Mode.VIDEO else 0
    nobodys = facts._replace(candidate_name="") if facts.candidate_name else facts
    return nobodys, organization.name_in(locale), locale, minutes


@lru_cache(maxsize=2048)
def _written(*kind: Any) -> bytes:
    return orjson.dumps(_shared(*kind))


@lru_cache(maxsize=2048)
def _shared(facts: InterviewFacts, organization_name: str, locale: str, minutes: int) -> Mapping[str, Any]:
    """All but the person's name: interviews of one hour, job and place are alike."""
    when = present(
        facts.starts_at,
        facts.time_zone,
        locale,
        duration=facts.duration,
        own_zone=facts.candidate_zone or None,
    )
    times = _times(when, facts) if facts.is_settled else _to_be_chosen(locale)
    return {
        **times,
        "organization_name": organization_name,
        "branch_name": _name_in(locale, facts.branch_name, facts.branch_name_en),
        "job_title": _name_in(locale, facts.job_title, facts.job_title_en),
        "round_name": round_in(facts.round, locale),
        "duration_minutes": str(int(facts.duration.total_seconds() // 60)),
        "is_onsite": facts.mode == Mode.ONSITE,
        "is_video": facts.mode == Mode.VIDEO,
        "is_phone": facts.mode == Mode.PHONE,
        "place_name": facts.place_name,
        "place_address": facts.place_address,
        "video_link": facts.video_link,
        "video_note": _video_note(minutes, locale),
        "materials": lines(facts.materials),
        "flow": lines(facts.flow),
        "contact_name": facts.contact_name,
        "contact_phone": facts.contact_phone,
        "contact_email": facts.contact_email,
        # The start is the cut-off, as `Interview.answer_until` says; `full` does not name the end.
        "respond_by": when.full,
        "is_settled": facts.is_settled,
        "has_answered": facts.answer != Answer.NEEDS_ACTION,
        "has_accepted": facts.answer == Answer.ACCEPTED,
    }


def times_at(facts: InterviewFacts, start: datetime, locale: str) -> dict[str, str]:
    """What a message says of the time, had the interview this one: for whoever knows no other."""
    own_zone = facts.candidate_zone or None
    when = present(start, facts.time_zone, locale, duration=facts.duration, own_zone=own_zone)
    return _times(when, facts._replace(starts_at=start))


def _times(when: When, facts: InterviewFacts) -> dict[str, str]:
    return {
        "interview_when": when.text,
        "interview_date": when.date,
        "interview_time": when.time,
        "interview_day": when.day,
        # No placeholder: the calendar part of a mail is made of it.
        CALENDAR_TIMES: times_of(facts.starts_at, facts.starts_at + facts.duration),
    }


def _video_note(minutes: int, locale: str) -> str:
    """What a message says in the place of a link that candidates see only in time, and only on their page."""
    if not minutes:
        return ""
    with translation.override(locale):
        return gettext("on your interview page, from %(minutes)d min before the start") % {"minutes": minutes}


def _to_be_chosen(locale: str) -> dict[str, str]:
    """No message says a time that does not hold, whatever its template: it says who is to choose one."""
    with translation.override(locale):
        whole = gettext("a time of your choice: please pick one on your interview page")
    return never_chosen(locale) | {"interview_when": whole}


def never_chosen(locale: str) -> dict[str, str]:
    """The same where nobody is asked to choose any more: of an interview that was cancelled before."""
    with translation.override(locale):
        day = gettext("a time of your choice")
    return {"interview_when": day, "interview_date": day, "interview_time": "", "interview_day": day}


def _name_in(locale: str, name: str, english: str) -> str:
    return name if is_chinese(locale) else english or name
