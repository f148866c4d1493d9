"""Begin an onboarding, after a released pass or by a recruiter's press; end it when the pass is called back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.domain.onboarding import CaseState
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Stage
from yuemian.hiring.models import Application
from yuemian.interviews.models import Interview
from yuemian.onboarding.actions.locking import locked, move, move_stage, note
from yuemian.onboarding.actions.tell import INVITE, tell
from yuemian.onboarding.actions.wipe import wipe
from yuemian.onboarding.asking import policy_of
from yuemian.onboarding.models import OnboardingCase
from yuemian.results.models import Decision, ResultNotice
from yuemian.results.notices.personal import personal_of
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import Key
from yuemian.trust.vault import Vault


class CannotBegin(Exception):  # noqa: N818
    """There is no released pass, or an onboarding runs already; the message says which."""


def begin_onboarding(user: User, interview_id: UUID, *, now: datetime) -> OnboardingCase:
    """By hand. Where a decision stands, only after its pass was released: no form says more than a letter did."""
    with transaction.atomic():
        found = Interview.objects.visible_to(user)
        _lock(found.filter(pk=interview_id).values_list("application_id", flat=True))
        interview = found.with_people().get(pk=interview_id)
        notice = look_whether_it_may_begin(interview)
        due_at = max(now, notice.leaves_at) if notice and notice.leaves_at else now
        case, is_told = _begin(interview, notice, due_at=due_at, now=now, user=user)
        note(case, user.actor, "begun", at=now, told=is_told)
    return case


def hear_released(sender: object, notices: Sequence[ResultNotice], now: datetime, **_: Any) -> None:  # noqa: ARG001
    """In the transaction that releases them. The form follows its letter, and not before the hold window is over."""
    passes = [
        each
        for each in notices
        if each.outcome == Outcome.PASS and policy_of(each.organization_id).begins_by_itself
    ]
    _lock([each.application_id for each in passes])
    begun = []
    for notice in passes:
        interview = Interview.objects.with_people().get(pk=notice.decision.interview_id)
        try:
            look_whether_it_may_begin(interview)
        except CannotBegin:
            continue  # it runs already, or another round was decided otherwise since
        due_at = (notice.leaves_at or now) + timedelta(minutes=1)
        begun.append(_begin(interview, notice, due_at=due_at, now=now))
    for case, is_told in begun:
        note(case, audit.SYSTEM, "begun", at=now, told=is_told)


def hear_called_back(sender: object, notices: Sequence[ResultNotice], now: datetime, **_: Any) -> None:  # noqa: ARG001
    """What waits is called off by the last look before sending; what was given goes."""
    found = OnboardingCase.objects.filter(notice__in=[notice.pk for notice in notices])
    ids = found.exclude(state=CaseState.WITHDRAWN).order_by("pk").values_list("pk", flat=True)
    cases = [locked(case_id) for case_id in ids]
    for case in cases:
        move(case, CaseState.WITHDRAWN, ended_at=now, delete_at=now)
        move_stage(case, Stage.INTERVIEWED)
        wipe(case, now=now)
    for case in cases:
        note(case, audit.SYSTEM, "called_back", at=now)


def look_whether_it_may_begin(interview: Interview) -> ResultNotice | None:
    """The released pass that it follows, None where nothing is decided. Raises CannotBegin."""
    decision, notice = _decision_on(interview), None
    if decision is not None:
        notice = decision.notices.filter(state=NoticeState.RELEASED).first()
        if decision.interview_id != interview.pk or decision.outcome != Outcome.PASS or notice is None:
            raise CannotBegin(_("Onboarding begins when a pass has been approved and released."))
    if _runs(interview):
        raise CannotBegin(_("An onboarding of this application runs already."))
    return notice


def _lock(application_ids: Iterable[UUID]) -> None:
    """So that two who look at the same moment whether an onboarding runs do so one after the other."""
    rows = Application.objects.filter(pk__in=list(application_ids))
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def _decision_on(interview: Interview) -> Decision | None:
    """The newest of the whole application; that it went on after another round decides nothing.

    As `onboarding_follows` of the database, which every message asks.
    """
    found = Decision.objects.current().filter(application_id=interview.application_id)
    went_on = Q(outcome=Outcome.ADVANCE) & ~Q(interview=interview)
    return found.exclude(went_on).order_by("-decided_at", "-number").first()


def _runs(interview: Interview) -> bool:
    found = OnboardingCase.objects.filter(application_id=interview.application_id)
    return found.exclude(state=CaseState.WITHDRAWN).exists()


def _offer_of(notice: ResultNotice, key: Key, case: OnboardingCase) -> bytes | None:
    """What the letter said of pay stands on the form as well."""
    vault = Vault(notice.organization_id)
    offer = personal_of(notice, vault).offer
    return vault.seal(key, OnboardingCase.OFFER, case.pk, offer) if offer else None


def _begin(
    interview: Interview,
    notice: ResultNotice | None,
    *,
    due_at: datetime,
    now: datetime,
    user: User | None = None,
) -> tuple[OnboardingCase, bool]:
    """The case, and whether the candidate is told; the caller writes it down when nothing else is to be locked."""
    application, policy = interview.application, policy_of(interview.organization_id)
    case = OnboardingCase(
        id=uuid7(),
        organization_id=interview.organization_id,
        application=application,
        interview=interview,
        candidate_id=application.candidate_id,
        branch=interview.branch,
        notice=notice,
        created_by=user,
        created_at=now,
        told_at=due_at,
        deadline_at=due_at + timedelta(days=policy.deadline_days),
    )
    if notice is not None:
        case.offer_sealed = _offer_of(notice, application.candidate.key, case)
    case.save(force_insert=True)
    case = locked(case.pk)
    move_stage(case, Stage.ONBOARDING)
    return case, tell(case, INVITE, due_at=due_at, now=now, actor=user)
