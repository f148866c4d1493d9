"""Change or cancel an interview: what is not sent is superseded, who was told is told, the answer re-opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from yuemian.accounts.models import Organization, User
from yuemian.domain.moves import check_move
from yuemian.domain.states import Answer, BatchState, InterviewState, Mode, Purpose, ReasonCode
from yuemian.domain.when import present
from yuemian.interviews.actions.invite import plan_items, summarize
from yuemian.interviews.actions.replan import hold_facts, touch_rounds
from yuemian.interviews.actions.seats import settle
from yuemian.interviews.actions.staff import tell_staff_of_move
from yuemian.interviews.facts import never_chosen, times_at
from yuemian.interviews.known import former_facts
from yuemian.interviews.models import SUBJECT_KIND, Change, ChangeKind, Interview
from yuemian.messaging.actions.call_off import supersede
from yuemian.messaging.actions.content import NoTemplate, version_for
from yuemian.messaging.actions.plan import Occasion
from yuemian.messaging.calendar_event import CALENDAR_TIMES, times_of
from yuemian.messaging.models import Batch, TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: Fields the candidate must hear about; any of them raises the revision.
TOLD_FIELDS = ("starts_at", "duration", "time_zone", "mode", "place_name", "place_address", "video_link")
#: With these an interview leaves the place it was held at, unless another is named.
PLACE_FIELDS = frozenset({"mode", "place_name", "place_address"})
#: Fields the candidate reads on the page; changing them alone sends nothing.
QUIET_FIELDS = ("round", "materials", "flow")
#: Changes after which the interview has no time.
_TIMELESS = frozenset({ChangeKind.CANCELLED, ChangeKind.UNSETTLED})


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


@dataclass(frozen=True)
class By:
    """Who changes an interview: somebody of the company, or its candidate (then there is no user)."""

    organization: Organization
    actor: Actor
    user: User | None = None

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(user.organization, user.actor, user)


def change_interview(
    user: User, interview_id: UUID, facts: Facts, *, now: datetime, reason: str = ""
) -> Changed:
    """Put new facts in place. Raises CannotChange, NoTemplate (nothing is changed then)."""
    with transaction.atomic():
        hold_facts(user.organization_id)
        interview = _locked(user, interview_id)
        return put_in_place(By.of(user), interview, facts, now=now, reason=reason)


def put_in_place(
    by: By,
    interview: Interview,
    facts: Facts,
    *,
    now: datetime,
    reason: str = "",
    answer: Answer = Answer.NEEDS_ACTION,
) -> Changed:
    """The same for an interview that the caller has locked, whoever changes it.

    `answer` is what then holds: the candidate who chose the time has said that they come. Seats that the interview had,
    and what was asked for about its former time, are given up. Raises CannotChange, NoTemplate.
    """
    _check_open(interview, now)
    if facts.starts_at <= now:
        raise CannotChange(_("The new time has already passed; choose a later one."))
    old_start = interview.starts_at if interview.is_settled else None
    old_place = interview.place_name
    loud = [name for name in TOLD_FIELDS if getattr(facts, name) != getattr(interview, name)]
    quiet = [name for name in QUIET_FIELDS if getattr(facts, name) != getattr(interview, name)]
    if not interview.is_settled and answer == Answer.ACCEPTED and "starts_at" not in loud:
        loud.append("starts_at")  # chosen to be just when it had to be chosen by
    if facts.place_id != interview.place_id and (facts.place_id or PLACE_FIELDS.intersection(loud)):
        quiet.append("place_id")
    for name in loud + quiet:
        setattr(interview, name, getattr(facts, name))
    if not loud + quiet:
        return Changed(interview.revision, is_told=False)
    is_told, is_moved = False, "starts_at" in loud
    if loud:
        interview.revision += 1
        interview.answer = answer
        interview.answered_at = None if answer == Answer.NEEDS_ACTION else now
        if is_moved:
            interview.state = InterviewState.SCHEDULED
    interview.save()
    # Before anything is called off: what an executor is planning just now is then there to be called off.
    touch_rounds(interview.organization_id, [interview.pk], now=now)
    if loud:
        settle(interview, now=now)
        old = {"old_when": old_start or "", "old_place": old_place, "change_reason": reason}
        is_told = _tell(
            by, interview, Purpose.CHANGE, ReasonCode.SUPERSEDED_BY_RESCHEDULE, now=now, extra=old
        )
    if is_moved:
        tell_staff_of_move(by.organization, interview.pk, old_start, now=now, besides=by.user)
    kind = ChangeKind.RESCHEDULED if is_moved else ChangeKind.DETAILS_CHANGED
    _note(by, interview, kind, now=now, reason=reason, old_start=old_start)
    return Changed(interview.revision, is_told)


def unsettle_all(
    by: By, interviews: Sequence[Interview], *, until: datetime, now: datetime, reason: str = ""
) -> list[Changed]:
    """Their times no longer hold, and the candidates are asked to choose one by `until`; whoever was told is told so.

    The caller has locked the interviews. Nothing is written down before all of them have changed. Raises CannotChange,
    NoTemplate.
    """
    before = [each.revision for each in interviews]
    if interviews:
        touch_rounds(by.organization.pk, [each.pk for each in interviews], now=now)
    done = [_unsettle(by, each, until=until, now=now, reason=reason) for each in interviews]
    for interview, revision in zip(interviews, before, strict=True):
        if interview.revision != revision:
            _record(by, interview, ChangeKind.UNSETTLED, now=now)
    return done


def _unsettle(by: By, interview: Interview, *, until: datetime, now: datetime, reason: str) -> Changed:
    _check_open(interview, now)
    if not interview.is_settled and interview.starts_at == until:
        return Changed(interview.revision, False)  # pressed twice: they were asked
    old_start = interview.starts_at if interview.is_settled else None
    if interview.is_settled:
        check_move(InterviewState, interview.state, InterviewState.DRAFT)
    interview.state, interview.starts_at = InterviewState.DRAFT, until
    interview.answer, interview.answered_at = Answer.NEEDS_ACTION, None
    interview.revision += 1
    interview.save(update_fields=["state", "starts_at", "answer", "answered_at", "revision"])
    settle(interview, now=now)
    extra = {"old_when": old_start or "", "old_place": "", "change_reason": reason}
    if old_start is not None:  # calendars take that appointment out
        extra[CALENDAR_TIMES] = times_of(old_start, old_start + interview.duration)
    is_told = _tell(by, interview, Purpose.CHANGE, ReasonCode.SUPERSEDED_BY_RESCHEDULE, now=now, extra=extra)
    if old_start is not None:
        tell_staff_of_move(by.organization, interview.pk, old_start, now=now, besides=by.user, is_off=True)
    _keep(by, interview, ChangeKind.UNSETTLED, now=now, reason=reason, old_start=old_start)
    return Changed(interview.revision, is_told)


def cancel_interview(user: User, interview_id: UUID, *, now: datetime, reason: str = "") -> Changed:
    """Cancel; whoever was told is told so. Raises CannotChange, NoTemplate (nothing is changed then)."""
    with transaction.atomic():
        hold_facts(user.organization_id)
        interview = _locked(user, interview_id)
        _check_open(interview, now)
        check_move(InterviewState, interview.state, InterviewState.CANCELLED)
        was_settled = interview.is_settled
        interview.state, interview.cancelled_at = InterviewState.CANCELLED, now
        interview.is_untimed = not was_settled
        interview.revision += 1
        interview.save(update_fields=["state", "cancelled_at", "is_untimed", "revision"])
        touch_rounds(user.organization_id, [interview.pk], now=now)
        settle(interview, now=now)
        is_told = _tell(
            By.of(user),
            interview,
            Purpose.CANCELLATION,
            ReasonCode.INTERVIEW_CANCELLED,
            now=now,
            extra={"cancellation_reason": reason} | ({} if was_settled else _former_event(interview)),
        )
        if was_settled:
            tell_staff_of_move(
                user.organization, interview.pk, interview.starts_at, now=now, besides=user, is_off=True
            )
        _note(
            By.of(user),
            interview,
            ChangeKind.CANCELLED,
            now=now,
            reason=reason,
            old_start=interview.starts_at if was_settled else None,
        )
        return Changed(interview.revision, is_told)


def recognise_untimed(organization_id: UUID) -> int:
    """Interviews cancelled before this was noted: left to the candidate, and given no time since. Safe to repeat."""
    moves = Change.objects.filter(
        interview=OuterRef("pk"), kind__in=[ChangeKind.UNSETTLED, ChangeKind.RESCHEDULED]
    )
    last = Subquery(moves.order_by("-at", "-pk").values("kind")[:1])
    cancelled = Interview.objects.filter(
        organization_id=organization_id, state=InterviewState.CANCELLED, is_untimed=False
    )
    return cancelled.alias(last_move=last).filter(last_move=ChangeKind.UNSETTLED).update(is_untimed=True)


def _former_event(interview: Interview) -> dict[str, str]:
    """Of an interview without a time: the appointment it had before, should it still stand in a calendar."""
    former = interview.changes.filter(kind=ChangeKind.UNSETTLED, old_starts_at__isnull=False).last()
    if former is None or former.old_starts_at is None:
        return {}
    return {CALENDAR_TIMES: times_of(former.old_starts_at, former.old_starts_at + interview.duration)}


def _locked(user: User, interview_id: UUID) -> Interview:
    # Lock the interview's row alone; the people around it are read beside it. Its key stays: who writes rows that
    # point at it, as executors of plans do, need not wait, and cannot be waited for in a circle.
    Interview.objects.visible_to(user).select_for_update(of=("self",), no_key=True).get(pk=interview_id)
    return Interview.objects.with_people().get(pk=interview_id)


def _check_open(interview: Interview, now: datetime) -> None:
    if not interview.is_open(now):
        raise CannotChange(
            _("Only an interview that is scheduled and has not begun can be changed or cancelled.")
        )


def _tell(
    by: By,
    interview: Interview,
    purpose: Purpose,
    reason: ReasonCode,
    *,
    now: datetime,
    extra: dict[str, Any],
) -> bool:
    """Supersede what waits; if the old facts had gone out, plan the correction. True when one was planned.

    An invitation that was still waiting is planned anew with the new facts, in its send: superseding must not lose it,
    and what was paused must not leave.
    """
    superseded = supersede(SUBJECT_KIND, [interview.pk], reason, now=now)
    if interview.pk in superseded.told:
        version = _version(by, purpose, interview)
        extra = _as_known(interview, extra)
        return version is not None and _plan(
            by, interview, purpose, version, now=now, due_at=now, extra=extra
        )
    if purpose == Purpose.CHANGE:
        for waiting in superseded.unheard:
            again = Purpose(waiting.purpose)
            due_at, batch = max(now, waiting.due_at), _still_going(waiting.batch)
            _plan(by, interview, again, waiting.version, now=now, due_at=due_at, extra={}, batch=batch)
    return False


def _as_known(interview: Interview, extra: dict[str, Any]) -> dict[str, Any]:
    """The former arrangements are those that the candidate knows: what was called off unheard never held for them."""
    if interview.state == InterviewState.CANCELLED and interview.is_settled:
        # It is the time they know that is off, or they would come at that.
        return extra | {"known_start": former_facts(interview, interview.starts_at, "")[0]}
    if "old_when" not in extra:
        return extra
    start, place = former_facts(interview, extra["old_when"] or None, extra["old_place"])
    # Where the time alone is taken away, no place is named.
    return extra | {
        "old_when": start or "",
        "old_place": place if interview.is_settled else extra["old_place"],
    }


def _plan(
    by: By,
    interview: Interview,
    purpose: Purpose,
    version: TemplateVersion,
    *,
    now: datetime,
    due_at: datetime,
    extra: dict[str, Any],
    batch: Batch | None = None,
) -> bool:
    summary = summarize([interview], version, purpose, available_channels(by.organization), now=now)
    old, locale = extra.get("old_when"), summary.going[0].locale if summary.going else ""
    known = (extra := dict(extra)).pop("known_start", None)
    if known and known != interview.starts_at and locale:
        extra |= times_at(summary.going[0].interview.facts, known, locale)
    if isinstance(old, datetime) and locale:
        extra = extra | {"old_when": present(old, interview.time_zone, locale).full}
    if interview.is_untimed and locale:
        extra = extra | never_chosen(locale)
    occasion = Occasion(
        organization=by.organization,
        purpose=purpose,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=due_at,
        now=now,
        actor=by.user,
        batch=batch,
        is_same_day=interview.starts_at - now < timedelta(hours=24),
    )
    return bool(plan_items(occasion, summary.going, **extra))


def _still_going(batch: Batch | None) -> Batch | None:
    """Locked, so that it is not finished meanwhile."""
    if batch is None:
        return None
    going = [BatchState.RUNNING, BatchState.PAUSED, BatchState.SCHEDULED]
    return Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, state__in=going).first()


def _version(by: By, purpose: Purpose, interview: Interview) -> TemplateVersion | None:
    """Where no text is published HR hears so and nothing is changed; a candidate's own choice stands all the same."""
    try:
        return version_for(interview.organization_id, purpose, interview.round)
    except NoTemplate:
        if by.user is not None:
            raise
        return None


def _note(
    by: By, interview: Interview, kind: ChangeKind, *, now: datetime, reason: str, old_start: datetime | None
) -> None:
    _keep(by, interview, kind, now=now, reason=reason, old_start=old_start)
    _record(by, interview, kind, now=now)


def _keep(
    by: By, interview: Interview, kind: ChangeKind, *, now: datetime, reason: str, old_start: datetime | None
) -> None:
    Change.objects.create(
        id=uuid7(),
        organization_id=interview.organization_id,
        interview=interview,
        kind=kind,
        revision=interview.revision,
        old_starts_at=old_start,
        new_starts_at=None if kind in _TIMELESS else interview.starts_at,
        reason=reason[:200],
        actor=by.user,
        at=now,
    )


def _record(by: By, interview: Interview, kind: ChangeKind, *, now: datetime) -> None:
    audit.record(
        interview.organization_id,
        by.actor,
        f"interview.{kind.value}",
        at=now,
        subject=("interview", interview.pk),
        revision=interview.revision,
    )
    announce(interview.organization_id, "interviews", interview=interview.pk)
