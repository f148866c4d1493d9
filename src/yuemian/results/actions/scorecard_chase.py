"""Ask interviewers for their scorecards: by the clock until they are there, and by a person's press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from yuemian.accounts.models import Branch, Organization, User
from yuemian.domain.scorecard import Step, next_step
from yuemian.domain.scorecard.chasing import FIRST_AFTER
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import SUBJECT_KIND as INTERVIEW
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.results.actions.scorecard_links import new_link
from yuemian.results.actions.scorecards import why_closed
from yuemian.results.models import Scorecard, ScorecardLink
from yuemian.results.scorecards.late import Owed, to_ask
from yuemian.results.scorecards.subject import SUBJECT_KIND
from yuemian.trust import audit
from yuemian.trust.live import announce

#: After a person's press or a mail of the series, so long nobody presses again.
COOL_DOWN: Final = timedelta(hours=2)
#: Nobody needs the mail later: the next one of the series comes then.
_USEFUL: Final = timedelta(hours=20)
#: STAFF_NEWS about scorecards begin here, far from the signals of a day: the same purpose counts both.
_NEWS_FROM: Final = 1000
SLICE: Final = 100


@dataclass(eq=False)
class TooSoon(Exception):  # noqa: N818
    """They were asked just now; the next press is possible after `wait`."""

    wait: timedelta


class CannotAsk(Exception):  # noqa: N818
    """There is no mail to ask by, nothing published to ask with, or nothing to be asked."""


def ask_for_scorecards(organization_id: UUID, now: datetime) -> int:
    """What is due of the series, a slice. Returns how many mails that were.

    Each is a row with its number under a constraint, in one transaction with its mail, while the interview is locked:
    two workers never ask twice.
    """
    with transaction.atomic():
        organization = Organization.objects.get(pk=organization_id)
        version = _version(organization)
        if version is None:
            return 0
        owed = to_ask(organization_id, now, FIRST_AFTER)
        people = User.objects.select_related("branch").in_bulk({each.interviewer_id for each in owed})
        regions = _Regions(organization)
        due = []
        for each in owed:
            user = people[each.interviewer_id]
            step = next_step(each.ended_at, each.asked, *regions.of(user))
            if step.at <= now:
                due.append((each, user, step.step))
        return sum(
            _do(organization, version, each, user, step=step, now=now) for each, user, step in due[:SLICE]
        )


def remind(by: User, interview_id: UUID, interviewer_id: UUID, *, now: datetime) -> None:
    """A person's press: one more mail now. Raises TooSoon and CannotAsk."""
    with transaction.atomic():
        organization = Organization.objects.get(pk=by.organization_id)
        version = _version(organization)
        user = User.objects.filter(organization=organization, pk=interviewer_id, is_active=True).first()
        interview = _lock(organization.pk, interview_id)
        if version is None or user is None or interview is None or _is_done(interview, user, now):
            raise CannotAsk(CannotAsk.__doc__)
        last = (
            ScorecardLink.objects.filter(interview=interview, interviewer=user)
            .order_by("-created_at")
            .first()
        )
        if last is not None and now < last.created_at + COOL_DOWN:
            raise TooSoon(last.created_at + COOL_DOWN - now)
        _ask(organization, version, interview, user, now=now, asked_by=by)
        audit.record(
            organization.pk,
            by.actor,
            "scorecard.reminded",
            at=now,
            subject=("interview", interview_id),
            user=user.pk,
        )
        announce(organization.pk, "interviews", interview=interview_id)


def _do(
    organization: Organization, version: TemplateVersion, owed: Owed, user: User, *, step: Step, now: datetime
) -> int:
    interview = _lock(organization.pk, owed.interview_id)
    links = ScorecardLink.objects.filter(interview=owed.interview_id, interviewer=user)
    # Read again under the lock: another worker or a person may have been faster.
    if interview is None or links.count() != len(owed.asked) or _is_done(interview, user, now):
        return 0
    if step == Step.ASK:
        _ask(organization, version, interview, user, now=now)
    else:
        last = links.order_by("-number")[:1]
        ScorecardLink.objects.filter(pk__in=[each.pk for each in last]).update(told_at=now)
        _tell_recruiter(organization, interview, user, len(owed.asked), now)
    audit.record(
        organization.pk,
        audit.SYSTEM,
        "scorecard.asked" if step == Step.ASK else "scorecard.recruiter_told",
        at=now,
        subject=("interview", interview.pk),
        user=user.pk,
    )
    announce(organization.pk, "interviews", interview=interview.pk)
    return 1


def _lock(organization_id: UUID, interview_id: UUID) -> Interview | None:
    rows = Interview.objects.filter(organization_id=organization_id, pk=interview_id)
    return rows.select_for_update(of=("self",), no_key=True).first()


def _is_done(interview: Interview, user: User, now: datetime) -> bool:
    if why_closed(user, interview, now=now):
        return True
    return Scorecard.objects.filter(interview=interview, interviewer=user).submitted().exists()


def _version(organization: Organization) -> TemplateVersion | None:
    """The text that asks; archiving its template stops the mails."""
    if Channel.EMAIL not in available_channels(organization):
        return None
    try:
        return version_for(organization.pk, Purpose.SCORECARD)
    except NoTemplate:
        return None


def _ask(
    organization: Organization,
    version: TemplateVersion,
    interview: Interview,
    user: User,
    *,
    now: datetime,
    asked_by: User | None = None,
) -> None:
    link, secret = new_link(interview, user, now=now, asked_by=asked_by)
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.SCORECARD,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        actor=asked_by,
    )
    address = f"{settings.PUBLIC_URL}{reverse('scorecard-link', args=[secret])}"
    _mail(occasion, link.pk, interview, user, {"interview_link": address})


def _tell_recruiter(
    organization: Organization, interview: Interview, late: User, times: int, now: datetime
) -> None:
    """Without a recruiter, or a text, the pages say it alone."""
    recruiter = interview.recruiter
    try:
        version = version_for(organization.pk, Purpose.STAFF_NEWS)
    except NoTemplate:
        return
    if recruiter is None or not recruiter.is_active:
        return
    with override(recruiter.locale):
        news = _("Still no scorecard of %(name)s, after %(times)d mails") % {
            "name": late.name,
            "times": times,
        }
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.STAFF_NEWS,
        version=version,
        subject_kind=INTERVIEW,
        due_at=now,
        now=now,
    )
    page = f"{settings.PUBLIC_URL}{reverse('interview', args=[interview.pk])}"
    told = ScorecardLink.objects.filter(interview=interview, told_at__isnull=False).count()
    extra = {"news": news, "news_words": "", "interview_link": page}
    _mail(occasion, interview.pk, interview, recruiter, extra, occurrence=_NEWS_FROM + told)


def _mail(
    occasion: Occasion,
    subject_id: UUID,
    interview: Interview,
    user: User,
    extra: dict[str, Any],
    *,
    occurrence: int = 1,
) -> None:
    (chosen,) = read_chosen(occasion.organization.pk, [interview.pk])
    locale = best_locale(texts_of(occasion.version), [user.locale]) or "zh-hans"
    intent = Intent(
        recipient=Recipient(user=user),
        subject_id=subject_id,
        subject_revision=chosen.revision if subject_id == interview.pk else 1,
        locale=locale,
        context=context_of(chosen.facts, occasion.organization, locale, staff_name=user.name, **extra),
        channels=[Channel.EMAIL],
        deadline_at=occasion.now + _USEFUL,
        link_expires_at=occasion.now,
        occurrence=occurrence,
    )
    plan_notifications(occasion, [intent])


class _Regions:
    """Whose clock and holidays hold for a person: their branch's, else those of the company's first branch."""

    def __init__(self, organization: Organization) -> None:
        first = Branch.objects.filter(organization=organization).order_by("pk").first()
        self._default = (ZoneInfo(organization.time_zone), first.region if first else "")

    def of(self, user: User) -> tuple[ZoneInfo, str]:
        return (user.branch.zone, user.branch.region) if user.branch else self._default
