"""Who waits for word beyond what was promised or is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from yuemian.accounts.models import Permission, Role, User
from yuemian.domain.results import NoticeState
from yuemian.interviews.today.parts import COUNTED, Pick
from yuemian.interviews.today.scope import Scope
from yuemian.results.decisions.filters import WAITING, Age, ResultFilters, count_first, first
from yuemian.results.models import Decision, ResultNotice, ResultRule, WaitState

#: The navigation says 99+ beyond.
_MOST: Final = 100
#: Of whoever counts as not told: that their letter was released, and no message brought them news of it.
UNREACHED: Final = Q(
    Exists(
        ResultNotice.objects.filter(
            decision__interview=OuterRef("interview"), decision__is_current=True, state=NoticeState.RELEASED
        )
    )
)


def count_late(user: User) -> int:
    """For the navigation: whoever is due word, or was not reached by it; of a recruiter their own, of others all; at
    most a hundred.
    """
    if not user.may(Permission.SEE_RESULTS):
        return 0
    filters = ResultFilters(
        state=WAITING, age=Age.LATE, recruiter=user.pk if user.role == Role.RECRUITER else None
    )
    now = timezone.now()
    late = count_first(user, filters, _MOST, now=now, among=_worth_saying(user))
    # The others are counted already: whoever releases letters decides here.
    not_yet = UNREACHED & ~Q(due_at__lt=now)
    return min(_MOST, late + count_first(user, _decided(filters), _MOST, now=now, among=not_yet))


def _worth_saying(user: User) -> Q:
    """A company that has neither decided nor promised anything here decides elsewhere: only promises are due to it."""
    decided, ruled = (
        Exists(rows.filter(organization=user.organization_id))
        for rows in (Decision.objects.all(), ResultRule.objects.all())
    )
    return Q(interview__result_promised_at__isnull=False) | Q(decided) | Q(ruled)


def late_picks(user: User, scope: Scope, now: datetime) -> Sequence[Pick]:
    """A part of the day: whoever is due word, or whom their letter did not reach; the longest wait first."""
    if not user.may(Permission.SEE_RESULTS):
        return []
    filters = ResultFilters(
        state=WAITING,
        age=Age.LATE,
        recruiter=user.pk if scope.is_mine else None,
        branch=scope.branch,
    )
    found = first(user, filters, COUNTED + 1, now=now, among=_worth_saying(user))
    why = {WaitState.OPEN: "undecided", WaitState.DECIDED: "untold"}
    picks = {
        each.interview_id: Pick(each.interview_id, each.ended_at, why[WaitState(each.state)])
        for each in found
    }
    for each in first(user, _decided(filters), COUNTED + 1, now=now, among=UNREACHED):
        picks[each.interview_id] = Pick(each.interview_id, each.ended_at, "unreached")
    return sorted(picks.values(), key=lambda pick: (pick.since or now, pick.id))


def _decided(filters: ResultFilters) -> ResultFilters:
    return replace(filters, state=WaitState.DECIDED.value, age=None)
