"""What pressing “decide” would do with a choice of people: who is decided on, who is left out, what deserves a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.results import Outcome, Recommendation, Verdicts, suggested, verdicts
from yuemian.interviews.models import Interview
from yuemian.interviews.wording import Reason
from yuemian.results.actions.decide import MOST, obstacle_of
from yuemian.results.decisions.cards import recommendations_of
from yuemian.results.decisions.wording import OBSTACLES
from yuemian.results.models import Decision

#: Names shown before the rest is a number.
NAMES = 24


@dataclass(frozen=True)
class Person:
    """Somebody who will be decided on."""

    interview: Interview
    said: Sequence[Recommendation]
    standing: Decision | None
    #: What is suggested, as the page showed it.
    suggestion: Outcome | None = None
    #: What others said is read after writing one's own.
    is_own_first: bool = False

    @property
    def name(self) -> str:
        return self.interview.application.candidate.name


@dataclass(frozen=True)
class Asked:
    """A choice of people as the page before the press shows it."""

    people: Sequence[Person]
    left_out: Sequence[tuple[Interview, Reason]] = field(default_factory=tuple)
    #: Everybody as their interviewers recommend, instead of all alike.
    is_suggested: bool = False
    #: With `is_suggested`: nobody recommended anything, or they disagree.
    undecided: Sequence[Person] = field(default_factory=tuple)

    @property
    def ids(self) -> list[UUID]:
        return [each.interview.pk for each in self.people]

    @property
    def jobs(self) -> set[UUID]:
        return {each.interview.application.job_id for each in self.people}

    @property
    def first(self) -> Sequence[Person]:
        return self.people[:NAMES]

    @property
    def more(self) -> int:
        return len(self.people) - len(self.first)

    @property
    def divided(self) -> list[Person]:
        return [each for each in self.people if verdicts(each.said) is Verdicts.SPLIT]

    @property
    def unheard(self) -> int:
        return sum(not each.said and not each.is_own_first for each in self.people)

    @property
    def own_first(self) -> list[Person]:
        """Whose scorecards this person has not read yet, having held the interview themselves."""
        return [each for each in (*self.people, *self.undecided) if each.is_own_first]

    @property
    def standing(self) -> Counter[str]:
        """What was decided of them before, and is replaced."""
        return Counter(str(each.standing.outcome) for each in self.people if each.standing)

    def of(self, outcome: Outcome) -> list[Person]:
        """With `is_suggested`: whom it is suggested for."""
        return [each for each in self.people if each.suggestion is outcome]


def ask(
    user: User,
    interview_ids: Sequence[UUID],
    *,
    now: datetime,
    is_suggested: bool = False,
    shown: Mapping[UUID, Outcome] | None = None,
) -> Asked:
    """In a constant number of statements, whatever the number of people.

    `shown` is what a page suggested for each: what was shown is what is decided, whatever scorecards came since.
    """
    rows = Interview.objects.visible_to(user).with_people().filter(pk__in=list(interview_ids)[:MOST])
    interviews = list(rows.order_by("starts_at", "id"))
    ids = [each.pk for each in interviews]
    heard = recommendations_of(user, ids)
    standing = {
        each.interview_id: each
        for each in Decision.objects.current().filter(interview__in=ids).select_related("decided_by")
    }
    people, left_out = [], []
    for interview in interviews:
        why = obstacle_of(interview, now)
        if why is not None:
            left_out.append((interview, OBSTACLES[why]))
            continue
        mine = heard[interview.pk]
        suggestion = suggested(mine.said) if shown is None else shown.get(interview.pk)
        people.append(
            Person(interview, mine.said, standing.get(interview.pk), suggestion, is_own_first=mine.kept > 0)
        )
    if not is_suggested:
        return Asked(people, left_out)
    clear = [each for each in people if each.suggestion is not None]
    unclear = [each for each in people if each.suggestion is None]
    return Asked(clear, left_out, is_suggested=True, undecided=unclear)
