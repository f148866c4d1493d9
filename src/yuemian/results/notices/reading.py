"""Reads of the pages of letters: batches, what waits in them, what is decided and not told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from yuemian.accounts.models import Permission, User
from yuemian.domain.results import CHOICES, REASONED, TOLD_BY_LETTER, NoticeState
from yuemian.hiring.models import Candidate
from yuemian.results.actions.notices import OPEN
from yuemian.results.models import Approval, Decision, ResultBatch, ResultNotice
from yuemian.results.notices.people import overtaken, went_on
from yuemian.results.notices.wording import CAME_BACK, Problem, Text, problem
from yuemian.trust.vault import Unreadable, Vault

N = NoticeState
#: Shown at once; a batch of thousands has pages.
SHOWN = 50


@dataclass(frozen=True)
class Row:
    """A batch in the list, and how far its letters are."""

    batch: ResultBatch
    states: Counter[str]

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def by_state(self) -> list[tuple[str, int]]:
        return in_order(self.states)


@dataclass(frozen=True)
class Said:
    """One problem of one letter, with what helps."""

    code: str
    problem: Problem
    is_choice: bool
    is_reasoned: bool


@dataclass(frozen=True)
class Line:
    """A letter in its author's list."""

    notice: ResultNotice
    problems: Sequence[Said]
    came_back: Text
    comment: str


def rows(user: User) -> list[Row]:
    batches = list(ResultBatch.objects.visible_to(user).select_related("created_by")[:SHOWN])
    states = states_of([each.pk for each in batches])
    return [Row(each, states.get(each.pk, Counter())) for each in batches]


def states_of(batch_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    """Batch → how many of its letters are how far; void ones do not count."""
    found: dict[UUID, Counter[str]] = {}
    live = ResultNotice.objects.live().filter(batch__in=batch_ids)
    for batch, state, count in live.values_list("batch", "state").annotate(Count("pk")).order_by():
        found.setdefault(batch, Counter())[state] = count
    return found


def in_order(states: Counter[str]) -> list[tuple[str, int]]:
    """In the order of a letter's way."""
    return [(str(each), states[each]) for each in N if states[each]]


def untold(user: User) -> QuerySet[Decision]:
    """What is decided, to be told by a letter, and has none yet. A later round tells what goes before it."""
    outcomes = [str(each) for each in TOLD_BY_LETTER]
    mine = Decision.objects.visible_to(user).current().not_erased().filter(outcome__in=outcomes)
    with_letter = ResultNotice.objects.live().values("decision")
    return (
        mine.exclude(pk__in=with_letter)
        .exclude(overtaken() | went_on())
        .select_related("application__candidate", "application__job", "interview", "decided_by")
        .order_by("outcome", "-decided_at", "pk")
    )


def letters(batch: ResultBatch, *states: NoticeState) -> QuerySet[ResultNotice]:
    found = ResultNotice.objects.live().filter(batch=batch)
    if states:
        found = found.filter(state__in=states)
    return found.select_related(
        "candidate__key", "decision__interview", "decision__decided_by", "application__job"
    ).order_by("created_at", "pk")


def lines(notices: Sequence[ResultNotice], vault: Vault) -> list[Line]:
    """What their author has to look after, in words."""
    about = {each.partition(":")[2] for notice in notices for each in notice.problems}
    names = _names(about)
    comments = _comments(notices, vault)
    return [
        Line(
            notice,
            [said(code, names) for code in notice.problems],
            CAME_BACK.get(notice.came_back, ""),
            comments.get(notice.pk, ""),
        )
        for notice in notices
    ]


def said(code: str, names: dict[str, str]) -> Said:
    head, _, about = code.partition(":")
    return Said(
        code,
        problem(code, names.get(about, about)),
        head in {str(each) for each in CHOICES},
        head in {str(each) for each in REASONED},
    )


def held_by_problem(batch: ResultBatch) -> list[tuple[str, Problem, int]]:
    """What holds how many letters of the batch back, the commonest first."""
    codes: Counter[str] = Counter()
    for problems in letters(batch, *OPEN).values_list("problems", flat=True):
        codes.update({each.partition(":")[0] for each in problems})
    return [(code, problem(code, "…"), count) for code, count in codes.most_common()]


def count_for_navigation(user: User) -> int:
    """Letters that wait for this person's word, or came back to them."""
    rows, count = ResultNotice.objects.visible_to(user).order_by(), 0
    if user.may(Permission.APPROVE_RESULTS):
        count += rows.awaiting_word_of(user)[:100].count()
    if user.may(Permission.DECIDE_RESULTS):
        count += rows.came_back_to(user)[:100].count()
    return min(count, 100)


def _names(about: Collection[str]) -> dict[str, str]:
    ids = [each for each in about if len(each) == 36]
    return {str(pk): name for pk, name in Candidate.objects.filter(pk__in=ids).values_list("pk", "name")}


def _comments(notices: Sequence[ResultNotice], vault: Vault) -> dict[UUID, str]:
    """The last comment of whoever returned or excluded a letter."""
    keys = {each.pk: each.candidate.key for each in notices if each.state in {N.RETURNED, N.EXCLUDED}}
    rows = Approval.objects.filter(notice__in=keys, comment_sealed__isnull=False).order_by("at")
    found = {}
    for vote in rows:
        try:
            found[vote.notice_id] = vault.open(
                keys[vote.notice_id], Approval.PLACE, vote.pk, vote.comment_sealed or b""
            )
        except Unreadable:
            continue
    return found
