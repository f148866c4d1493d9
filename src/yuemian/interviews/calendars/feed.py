"""The calendar that an interviewer subscribes to: what they hold, without a word of how to reach a candidate."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import DateTimeField, Max
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from yuemian.accounts.models import User
from yuemian.domain.invitation import CalendarForm, Event, Method, calendar_of, interview_uid
from yuemian.domain.round_name import round_in
from yuemian.domain.states import InterviewState
from yuemian.domain.when import present
from yuemian.interviews.models import Interview
from yuemian.interviews.wording import MODES

#: What lies further back is of no use to a calendar.
_BACK: Final = timedelta(days=30)
#: More than this a person does not hold; a client that reads it every hour must stay cheap.
_MOST: Final = 500


def feed_of(user: User, *, now: datetime) -> tuple[bytes, str]:
    """The calendar, and a mark that changes with it. Two queries."""
    # Days, so that an hour's passing changes nothing.
    since = (now - _BACK).replace(hour=0, minute=0, second=0, microsecond=0)
    held = (
        Interview.objects.filter(organization_id=user.organization_id, participants__user=user)
        .filter(starts_at__gte=since)
        .exclude(state=InterviewState.DRAFT)
        .exclude(is_untimed=True)
        .with_people()
        .annotate(
            changed_at=Greatest(
                "created_at",
                Coalesce(Max("changes__at"), "created_at", output_field=DateTimeField()),
            )
        )
        .order_by("starts_at", "id")[:_MOST]
    )
    with override(user.locale):
        events = [_event(interview, user) for interview in held]
        body = calendar_of(events, name=_("My interviews · %(company)s") % {"company": _company(user)})
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _event(interview: Interview, user: User) -> bytes:
    application, locale = interview.application, user.locale
    job = (
        application.job.title
        if locale.startswith("zh")
        else application.job.title_en or application.job.title
    )
    is_off = interview.state == InterviewState.CANCELLED
    said = {
        "name": application.candidate.name,
        "job": job,
        "round": round_in(interview.round, locale),
    }
    summary = _("Interview: %(name)s, %(job)s, %(round)s") % said
    event = Event(
        method=Method.PUBLISH,
        starts_at=interview.starts_at,
        ends_at=interview.ends_at,
        sequence=interview.revision - 1,
        summary=_("Cancelled: %(what)s") % {"what": summary} if is_off else summary,
        description=_description(interview, locale),
        location=interview.video_link
        or ", ".join(part for part in (interview.place_name, interview.place_address) if part),
        has_alarm=False,
        is_cancelled=is_off,
    )
    link = settings.PUBLIC_URL + reverse("interview", args=[interview.pk])
    stamp: datetime = interview.changed_at  # type: ignore[attr-defined]
    return CalendarForm(event).fill(uid=interview_uid(interview.pk, user.pk), stamp=stamp, link=link)


def _description(interview: Interview, locale: str) -> str:
    """How it is held, and when by the clock of its place. The link below asks for a sign-in."""
    when = present(interview.starts_at, interview.time_zone, locale, duration=interview.duration)
    return f"{when.full}\n{MODES[interview.mode]}"


def _company(user: User) -> str:
    return user.organization.name_in(user.locale)
