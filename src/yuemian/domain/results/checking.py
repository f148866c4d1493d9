"""What speaks against a letter before others see it. Pure: letters in, problems out (docs/security.md, R4 to R7)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from yuemian.domain.results.outcome import Outcome


class LetterProblem(StrEnum):
    """Why a letter stays where it is. What a person may only look at and let pass stands in CHOICES."""

    MISSING_PART = "missing_part"  # a placeholder without a value; its name follows
    NO_NAME = "no_name"  # the text does not say whom it is for
    OTHER_NAME = "other_name"  # the text names another candidate
    SAME_NAME = "same_name"  # two of the batch are called the same
    SHARED_CONTACT = "shared_contact"  # an address is another person's, too
    NO_CONTACT = "no_contact"  # nothing can tell this person that there is news
    WRONG_LANGUAGE = "wrong_language"  # not the person's, or not written in the one it says
    FOREIGN_PART = "foreign_part"  # feedback or reasons are English in a letter that is not
    NO_REASON = "no_reason"  # reasons are to be told, and none has words in the letter's language
    NO_FEEDBACK = "no_feedback"  # the rules want reviewed words on the interview
    TOLD_OTHERWISE = "told_otherwise"  # another result was told before
    TOLD_BEFORE = "told_before"  # the same was told before
    OVERTAKEN = "overtaken"  # a later round of the same person is decided: its letter is the word
    TO_COME = "to_come"  # it says that all is decided, and a later interview of the same application stands
    LETTER_CHANGED = "letter_changed"  # its template has a newer version


P = LetterProblem
#: What a named person may let pass after a look at it.
CHOICES: Final = frozenset(
    {
        *(P.OTHER_NAME, P.SAME_NAME, P.SHARED_CONTACT, P.WRONG_LANGUAGE),
        *(P.FOREIGN_PART, P.NO_REASON, P.TO_COME),
    }
)
#: What needs a written reason, and makes the letter a correction.
REASONED: Final = frozenset({P.TOLD_OTHERWISE, P.TOLD_BEFORE})


class Letter(NamedTuple):
    """What is looked at. `contacts`: blind indexes in hex; `facts`: what the text may name besides its person."""

    id: UUID
    person: UUID
    name: str
    body: str
    locale: str
    contacts: frozenset[str] = frozenset()
    facts: tuple[str, ...] = ()


class Told(NamedTuple):
    """What a person was told of one interview."""

    interview: UUID
    outcome: Outcome


def said_before(earlier: Iterable[Told], new: Told) -> LetterProblem | None:
    """Whether a new result contradicts, or repeats, what the same person heard about the same job (R4, R9).

    After an earlier round's “you come to the next one” everything may follow; after a pass or a rejection nothing else
    may without a reason.
    """
    heard = list(earlier)
    same = [each.outcome for each in heard if each.interview == new.interview]
    final = [each.outcome for each in heard if each.outcome is not Outcome.ADVANCE]
    if any(outcome is not new.outcome for outcome in [*same, *final]):
        return P.TOLD_OTHERWISE
    return P.TOLD_BEFORE if same or final else None


class Names:
    """Finds names in texts, thousands in thousands: only those whose first two signs stand in it are looked for."""

    def __init__(self, names: Iterable[tuple[str, UUID]]) -> None:
        self._by_start: dict[str, dict[str, set[UUID]]] = defaultdict(dict)
        for name, person in names:
            clean = _plain(name)
            if len(clean) >= 2:  # one sign alone stands in too many words
                self._by_start[clean[:2]].setdefault(clean, set()).add(person)

    def within(self, text: str) -> Iterator[tuple[str, set[UUID]]]:
        """Each name that stands in the text, with the people who are called so."""
        plain = _plain(text)
        for start in {plain[at : at + 2] for at in range(len(plain) - 1)} & self._by_start.keys():
            for name, people in self._by_start[start].items():
                if name in plain and _stands_alone(name, plain):
                    yield name, people


def cross_talk(letters: Sequence[Letter], others: Iterable[tuple[str, UUID]] = ()) -> dict[UUID, list[str]]:
    """Letter → problems of names (R7): no own name, or somebody else's. `others`: more people of the same jobs."""
    names = Names([*((each.name, each.person) for each in letters), *others])
    problems: dict[UUID, list[str]] = {}
    for letter in letters:
        own, found = _plain(letter.name), []
        if own not in _plain(letter.body):
            found.append(str(P.NO_NAME))
        allowed = [own, *map(_plain, letter.facts)]
        for name, people in sorted(names.within(letter.body)):
            if not any(name in each for each in allowed):
                found.append(f"{P.OTHER_NAME}:{min(people)}")
        problems[letter.id] = found
    return problems


def same_names(letters: Sequence[Letter]) -> dict[UUID, list[str]]:
    """Letter → the problem that another of the batch is called the same."""
    by_name: dict[str, set[UUID]] = defaultdict(set)
    for letter in letters:
        by_name[_plain(letter.name)].add(letter.person)
    return {each.id: [str(P.SAME_NAME)] for each in letters if len(by_name[_plain(each.name)]) > 1}


def shared_contacts(
    letters: Sequence[Letter], owners: Mapping[str, Collection[UUID]]
) -> dict[UUID, list[str]]:
    """Letter → problems of addresses (R6): none, or one that another person has. `owners`: address → its people."""
    problems: dict[UUID, list[str]] = {}
    for letter in letters:
        strangers = {person for each in letter.contacts for person in owners.get(each, ())} - {letter.person}
        if not letter.contacts:
            problems[letter.id] = [str(P.NO_CONTACT)]
        elif strangers:
            problems[letter.id] = [f"{P.SHARED_CONTACT}:{min(strangers)}"]
    return problems


_SCRIPTS: Final[Mapping[str, str]] = {
    "zh": "\u4e00-\u9fff",
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af",
    "ru": "\u0400-\u04ff",
    "ar": "\u0600-\u06ff",
    "th": "\u0e00-\u0e7f",
}


def is_in_script(text: str, locale: str) -> bool:
    """Whether a text can be in this language, by its signs alone: an English letter that is called Chinese is found."""
    language = locale.partition("-")[0]
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        return True
    own = _SCRIPTS.get(language)
    if own is None:
        foreign = re.findall(f"[{''.join(_SCRIPTS.values())}]", text)
        return len(foreign) * 3 < len(letters)
    return len(re.findall(f"[{own}]", text)) * 5 >= len(letters)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _stands_alone(name: str, text: str) -> bool:
    """In scripts with spaces a name is a word: `Ann` does not stand in `planning`."""
    if not name.isascii():
        return True
    return re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text) is not None
