"""The list of onboardings: who is how far, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import User
from yuemian.domain.onboarding import CaseState, DocumentState, Review
from yuemian.onboarding.asking import fields_of
from yuemian.onboarding.models import Document, OnboardingAnswer, OnboardingCase

PER_PAGE: Final = 50
#: No counter goes beyond a hundred.
_MOST: Final = 100
#: Tab → its words and its states.
TABS: Final[dict[str, tuple[str | Promise, tuple[CaseState, ...]]]] = {
    "todo": (_("To be checked"), (CaseState.SUBMITTED,)),
    "open": (_("With the candidate"), (CaseState.INVITED, CaseState.FILLING, CaseState.RETURNED)),
    "complete": (_("Complete"), (CaseState.COMPLETE,)),
    "ended": (_("Ended"), (CaseState.EXPIRED, CaseState.WITHDRAWN)),
}


@dataclass(frozen=True)
class Row:
    """One line. `done` of `asked` required entries are there, and not sent back."""

    case: OnboardingCase
    done: int
    asked: int
    checking: int


def counts(user: User) -> list[tuple[str, str | Promise, str]]:
    found = []
    for tab, (label, states) in TABS.items():
        rows = OnboardingCase.objects.visible_to(user).filter(state__in=states)[: _MOST + 1]
        number = rows.count()
        found.append((tab, label, "99+" if number >= _MOST else str(number)))
    return found


def page_of(user: User, tab: str, search: str, number: str | None) -> tuple[Page[OnboardingCase], list[Row]]:
    cases = OnboardingCase.objects.visible_to(user).with_people().filter(state__in=TABS[tab][1])
    if search:
        cases = cases.filter(application__candidate__name__icontains=search)
    page = Paginator(cases.order_by("-created_at", "pk"), PER_PAGE).get_page(number)
    return page, rows_of(list(page))


def rows_of(cases: Sequence[OnboardingCase]) -> list[Row]:
    ids = [case.pk for case in cases]
    given: dict[UUID, set[str]] = {pk: set() for pk in ids}
    checking: dict[UUID, int] = dict.fromkeys(ids, 0)
    written = OnboardingAnswer.objects.filter(case__in=ids, value_sealed__isnull=False)
    for case_id, key in written.values_list("case_id", "key"):
        given[case_id].add(key)
    files = Document.objects.filter(case__in=ids).exclude(state=DocumentState.REFUSED)
    for case_id, key, state in files.values_list("case_id", "key", "state"):
        given[case_id].add(key)
        checking[case_id] += state == DocumentState.CHECKING
    returned = OnboardingAnswer.objects.filter(case__in=ids, review=Review.RETURNED)
    for case_id, key in returned.values_list("case_id", "key"):
        given[case_id].discard(key)
    asked: dict[UUID, set[str]] = {}
    for case in cases:
        if case.branch_id not in asked:
            asked[case.branch_id] = {spec.key for spec in fields_of(case.branch) if spec.is_required}
    return [
        Row(case, len(given[case.pk] & asked[case.branch_id]), len(asked[case.branch_id]), checking[case.pk])
        for case in cases
    ]


def count_for_navigation(user: User) -> int:
    """Forms that were handed in and wait for somebody."""
    waiting = OnboardingCase.objects.visible_to(user).filter(state=CaseState.SUBMITTED)
    return waiting[:_MOST].count()
