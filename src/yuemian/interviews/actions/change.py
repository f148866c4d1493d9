"""Change or cancel an interview: what is not sent is superseded, who was told is told, the answer re-opens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.domain.states import Answer, InterviewState, Mode, Purpose, ReasonCode, check_move
from yuemian.domain.when import present
from yuemian.interviews.actions.invite import plan_items, summarize
from yuemian.interviews.actions.replan import touch
from yuemian.interviews.models import SUBJECT_KIND, Change, ChangeKind, Interview
from yuemian.messaging.actions.call_off import supersede
from yuemian.messaging.actions.content import version_for
from yuemian.messaging.actions.plan import Occasion
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: Fields the candidate must hear about; any of them raises the revision.
TOLD_FIELDS = ("starts_at", "duration", "time_zone", "mode", "place_name", "place_address", "video_link")
#: With these an interview leaves the place it was held at, unless another is named.
PLACE_FIELDS = frozenset({"mode", "place_name", "place_address"})
#: Fields the candidate reads on the page; changing them alone sends nothing.
QUIET_FIELDS = ("round", "materials", "flow")


class CannotChange(Exception):  # noqa: N818
    """Only an interview that is scheduled and not over can be changed or cancelled."""


@dataclass(frozen=True)
class Facts:
    """The new facts of an interview, whole."""

    starts_at: datetime
    duration: timedelta
    time_zone: str
    mode: Mode
    place_name: str
    place_address: str
    video_link: str
    round: str
    materials: str
    flow: str
    #: None says nothing of it: the place stays as long as name and address do.
    place_id: UUID | None = None

    @classmethod
    def of(cls, interview: Interview, **other: Any) -> Self:
        """What holds now, with some of it replaced."""
        same = {each.name: getattr(interview, each.name) for each in fields(cls)}
        return cls(**{**same, "mode": Mode(interview.mode), **other})


@dataclass(frozen=True)
class Changed:
    """What a change caused: the candidate is told anew only when the old facts had reached them."""

    revision: int
    is_told: bool


def change_interview(
    user: User, interview_id: UUID, facts: Facts, *, now: datetime, reason: str = ""
) -> Changed:
    """Put new facts in place. Raises CannotChange, NoTemplate (nothing is changed then)."""
    with transaction.atomic():
        interview = _locked(user, interview_id)
        _check_open(interview, now)
        if facts.starts_at <= now:
            raise CannotChange(_("The new time has already passed; choose a later one."))
        old_start, old_place = interview.starts_at, interview.place_name
        loud = [name for name in TOLD_FIELDS if getattr(facts, name) != getattr(interview, name)]
        quiet = [name for name in QUIET_FIELDS if getattr(facts, name) != getattr(interview, name)]
        if facts.place_id != interview.place_id and (facts.place_id or PLACE_FIELDS.intersection(loud)):
            quiet.append("place_id")
        for name in loud + quiet:
            setattr(interview, name, getattr(facts, name))
        if not loud + quiet:
            return Changed(interview.revision, is_told=False)
        is_told = False
        if loud:
            interview.revision += 1
            interview.answer, interview.answered_at = Answer.NEEDS_ACTION, None
        interview.save()
        # Before anything is called off: what an executor is planning just now is then there to be called off.
        touch(user.organization_id, [interview.pk], now=now)
        if loud:
            old = {"old_when": old_start, "old_place": old_place, "change_reason": reason}
            is_told = _tell(
                user, interview, Purpose.CHANGE, ReasonCode.SUPERSEDED_BY_RESCHEDULE, now=now, extra=old
            )
        kind = ChangeKind.RESCHEDULED if "starts_at" in loud else ChangeKind.DETAILS_CHANGED
        _note(user, interview, kind, now=now, reason=reason, old_start=old_start)
        return Changed(interview.revision, is_told)


def cancel_interview(user: User, interview_id: UUID, *, now: datetime, reason: str = "") -> Changed:
    """Cancel; whoever was told is told so. Raises CannotChange, NoTemplate (nothing is changed then)."""
    with transaction.atomic():
        interview = _locked(user, interview_id)
        _check_open(interview, now)
        check_move(InterviewState, interview.state, InterviewState.CANCELLED)
        interview.state, interview.cancelled_at = InterviewState.CANCELLED, now
        interview.revision += 1
        interview.save(update_fields=["state", "cancelled_at", "revision"])
        touch(user.organization_id, [interview.pk], now=now)
        is_told = _tell(
            user,
            interview,
            Purpose.CANCELLATION,
            ReasonCode.INTERVIEW_CANCELLED,
            now=now,
            extra={"cancellation_reason": reason},
        )
        _note(user, interview, ChangeKind.CANCELLED, now=now, reason=reason, old_start=interview.starts_at)
        return Changed(interview.revision, is_told)


def _locked(user: User, interview_id: UUID) -> Interview:
    # Lock the interview's row alone; the people around it are read beside it. Its key stays: who writes rows that
    # point at it, as executors of plans do, need not wait, and cannot be waited for in a circle.
    Interview.objects.visible_to(user).select_for_update(of=("self",), no_key=True).get(pk=interview_id)
    return Interview.objects.with_people().get(pk=interview_id)


def _check_open(interview: Interview, now: datetime) -> None:
    if interview.state != InterviewState.SCHEDULED or interview.starts_at <= now:
        raise CannotChange(
            _("Only an interview that is scheduled and has not begun can be changed or cancelled.")
        )


def _tell(
    user: User,
    interview: Interview,
    purpose: Purpose,
    reason: ReasonCode,
    *,
    now: datetime,
    extra: dict[str, Any],
) -> bool:
    """Supersede what waits; if the old facts had gone out, plan the correction. True when one was planned.

    An invitation that was still waiting is planned anew with the new facts: superseding must not lose it.
    """
    superseded = supersede(SUBJECT_KIND, [interview.pk], reason, now=now)
    if interview.pk in superseded.told:
        version = version_for(user.organization_id, purpose, interview.round)
        return _plan(user, interview, purpose, version, now=now, due_at=now, extra=extra)
    if purpose == Purpose.CHANGE:
        for waiting in superseded.unheard:
            again = Purpose(waiting.purpose)
            _plan(user, interview, again, waiting.version, now=now, due_at=max(now, waiting.due_at), extra={})
    return False


def _plan(
    user: User,
    interview: Interview,
    purpose: Purpose,
    version: TemplateVersion,
    *,
    now: datetime,
    due_at: datetime,
    extra: dict[str, Any],
) -> bool:
    summary = summarize([interview], version, purpose, available_channels(user.organization), now=now)
    old = extra.get("old_when")
    if isinstance(old, datetime) and summary.going:
        extra = extra | {"old_when": present(old, interview.time_zone, summary.going[0].locale).full}
    occasion = Occasion(
        organization=user.organization,
        purpose=purpose,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=due_at,
        now=now,
        actor=user,
        is_same_day=interview.starts_at - now < timedelta(hours=24),
    )
    return bool(plan_items(occasion, summary.going, **extra))


def _note(
    user: User, interview: Interview, kind: ChangeKind, *, now: datetime, reason: str, old_start: datetime
) -> None:
    Change.objects.create(
        id=uuid7(),
        organization_id=user.organization_id,
        interview=interview,
        kind=kind,
        revision=interview.revision,
        old_starts_at=old_start,
        new_starts_at=None if kind == ChangeKind.CANCELLED else interview.starts_at,
        reason=reason[:200],
        actor=user,
        at=now,
    )
    audit.record(
        user.organization_id,
        user.actor,
        f"interview.{kind.value}",
        at=now,
        subject=("interview", interview.pk),
        revision=interview.revision,
    )
    announce(user.organization_id, "interviews", interview=interview.pk)
