"""Who waits for word beyond what was promised or is usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from django.utils import timezone

from yuemian.accounts.models import Permission, Role, User
from yuemian.interviews.today.parts import COUNTED, Pick
from yuemian.interviews.today.scope import Scope
from yuemian.results.decisions.filters import Age, ResultFilters, matching
from yuemian.results.models import WaitState

_WAITING: Final = (WaitState.OPEN, WaitState.DECIDED)
#: The navigation says 99+ beyond.
_MOST: Final = 100


def count_late(user: User) -> int:
    """For the navigation: of a recruiter their own, of others all; at most a hundred."""
    if not user.may(Permission.SEE_RESULTS):
        return 0
    recruiter = user.pk if user.role == Role.RECRUITER else None
    now = timezone.now()
    found = [
        matching(user, ResultFilters(state=state, age=Age.LATE, recruiter=recruiter), now=now)
        .order_by("ended_at", "id")
        .values_list("pk")[:_MOST]
        for state in _WAITING
    ]
    return min(_MOST, sum(len(each) for each in found))


def late_picks(user: User, scope: Scope, now: datetime) -> Sequence[Pick]:
    """A part of the day: whoever is due word, decided or not, the longest wait first."""
    if not user.may(Permission.SEE_RESULTS):
        return []
    filters = ResultFilters(age=Age.LATE, recruiter=user.pk if scope.is_mine else None, branch=scope.branch)
    found = chain.from_iterable(
        matching(user, ResultFilters(**{**vars(filters), "state": state}), now=now).values_list(
            "interview", "ended_at", "state"
        )[: COUNTED + 1]
        for state in _WAITING
    )
    why = {WaitState.OPEN: "undecided", WaitState.DECIDED: "untold"}
    picks = [Pick(pk, ended_at, why[WaitState(state)]) for pk, ended_at, state in found]
    return sorted(picks, key=lambda pick: (pick.since or now, pick.id))[: COUNTED + 1]
