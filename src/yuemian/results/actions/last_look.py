"""A last look at approved letters before they are released: what does not hold any more is a draft again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.results import LetterProblem
from yuemian.results.actions.notices import back_to_draft, record
from yuemian.results.models import ResultNotice
from yuemian.results.notices import people
from yuemian.results.notices.checks import of_former_words, unreached_among
from yuemian.results.notices.letters import newest_letters
from yuemian.results.watch import CONTACTS, LETTER, NAME

#: Why letters come back whose problem has arisen since they were submitted; the problem stands beside it.
RELEASE: Final = "release"


class LastLook(NamedTuple):
    """What may be released, and what came back: by the reason, or by its first problem."""

    good: list[ResultNotice]
    back: dict[str, list[ResultNotice]]

    @property
    def counts(self) -> Counter[str]:
        return Counter({why: len(letters) for why, letters in self.back.items()})

    def record(self, user: User, *, now: datetime) -> None:
        """When no more rows are to be locked."""
        for why, letters in self.back.items():
            record(user, "result.came_back", now, notices=letters, why=why)


def last_look(user: User, notices: Sequence[ResultNotice]) -> LastLook:
    """At locked notices, in the transaction that releases them.

    Whatever changes a name, an address, a template or a later round brings letters back by itself, but for those that
    somebody submits at the same moment; an address that went out of use does not, nor does what was released of another
    round, or a statement that somebody types at a prompt.
    """
    decisions = {each.pk: each for each in people.current([each.decision_id for each in notices])}
    around = people.surroundings(list(decisions.values()))
    unreached = unreached_among(notices, user.organization)
    newest = newest_letters({pk for each in notices for pk in (each.letter_id, each.pointer_id)})
    look = LastLook([], defaultdict(list))
    for notice in notices:
        decision, why = decisions.get(notice.decision_id), _changed(notice, around, newest)
        # Without one the release itself is refused, for all: somebody has changed it past its letters.
        problems = of_former_words(notice, decision, around) if decision else []
        if notice.pk in unreached:
            problems.append(str(LetterProblem.NO_CONTACT))
        notice.problems = [each for each in problems if each not in notice.accepted]
        if why or notice.problems:
            look.back[why or notice.problems[0]].append(notice)
        else:
            look.good.append(notice)
    _send_back(look)
    return look


def _changed(notice: ResultNotice, around: people.Surroundings, newest: Collection[UUID]) -> str:
    """What stands otherwise than the approvers saw it; an address that is out of use takes nothing away."""
    if not {notice.letter_id, notice.pointer_id} <= set(newest):
        return LETTER
    if notice.candidate.name != notice.candidate_name:
        return NAME
    in_use = around.contacts.get(notice.candidate_id, [])
    return "" if set(in_use) <= set(notice.contacts) else CONTACTS


def _send_back(look: LastLook) -> None:
    for why, letters in look.back.items():
        back_to_draft(letters, came_back=why if why in {NAME, CONTACTS, LETTER} else RELEASE)
    ResultNotice.objects.bulk_update(
        [notice for letters in look.back.values() for notice in letters], ["problems"], batch_size=500
    )
