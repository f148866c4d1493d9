"""An evaluation that comes from outside: checked completely before anything of it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from yuemian.domain.results import Rating, Recommendation
from yuemian.domain.scorecard import LONGEST_NOTE, LONGEST_SUMMARY, Draft, Mark

MOST_ENTRIES: Final = 30
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,29}\Z")
_LONGEST_SOURCE, _LONGEST_ID, _LONGEST_NAME = 40, 80, 80


@dataclass(frozen=True)
class Evaluation:
    """What another system says of one interview. `entries` are mappings with `key`, `name`, `name_en`, `rating`
    (1 to 5, or nothing), `is_skipped`, `note` and `is_shareable`; `interviewer` is an e-mail address or a name."""

    source: str
    external_id: str
    recommendation: str
    entries: Sequence[Mapping[str, Any]] = ()
    summary: str = ""
    interviewer: str = ""


@dataclass(frozen=True)
class Checked:
    """The same, known to be right."""

    draft: Draft
    names: Mapping[str, tuple[str, str]]


@dataclass(eq=False)
class Wrong(Exception):  # noqa: N818
    """The evaluation cannot be taken; `problems` names each field with what is wrong and what is right."""

    problems: Mapping[str, str]


@dataclass
class _Check:
    problems: dict[str, str] = field(default_factory=dict)

    def text(self, place: str, value: object, longest: int, *, needed: bool = False) -> str:
        if not isinstance(value, str):
            self.problems[place] = _("Must be a text.")
            return ""
        if needed and not value.strip():
            self.problems[place] = _("Must not be empty.")
        if len(value) > longest:
            self.problems[place] = _("At most %(count)d characters.") % {"count": longest}
        return value.strip()

    def yes_or_no(self, place: str, value: object) -> bool:
        if not isinstance(value, bool):
            self.problems[place] = _("Must be true or false.")
        return value is True

    def rating(self, place: str, value: object) -> Rating | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 5:
            self.problems[place] = _("Must be a whole number from 1 to 5, or nothing.")
            return None
        return Rating(value)


def check(evaluation: Evaluation) -> Checked:
    """Raises Wrong with every mistake at once."""
    check_ = _Check()
    check_.text("source", evaluation.source, _LONGEST_SOURCE, needed=True)
    check_.text("external_id", evaluation.external_id, _LONGEST_ID, needed=True)
    check_.text("interviewer", evaluation.interviewer, _LONGEST_NAME)
    summary = check_.text("summary", evaluation.summary, LONGEST_SUMMARY)
    recommendation = None
    if evaluation.recommendation in list(Recommendation):
        recommendation = Recommendation(evaluation.recommendation)
    else:
        known = ", ".join(Recommendation)
        check_.problems["recommendation"] = _("Must be one of %(known)s.") % {"known": known}
    marks, names = _entries(evaluation.entries, check_)
    if check_.problems:
        raise Wrong(check_.problems)
    return Checked(Draft(marks, recommendation, summary), names)


def _entries(
    entries: Sequence[Mapping[str, Any]], check_: _Check
) -> tuple[dict[str, Mark], dict[str, tuple[str, str]]]:
    marks: dict[str, Mark] = {}
    names: dict[str, tuple[str, str]] = {}
    if len(entries) > MOST_ENTRIES:
        check_.problems["entries"] = _("At most %(count)d entries.") % {"count": MOST_ENTRIES}
    for number, entry in enumerate(entries[:MOST_ENTRIES]):
        place = f"entries[{number}]"
        if not isinstance(entry, Mapping):
            check_.problems[place] = _("Must be an object with key, rating and note.")
            continue
        key = _key(entry, place, check_)
        if key in marks:
            check_.problems[f"{place}.key"] = _("This competency stands there twice.")
        marks[key] = _mark(entry, place, check_)
        names[key] = _names(entry, key, place, check_)
    is_readable = not any(place.startswith("entries") for place in check_.problems)
    if entries and is_readable and not any(mark.is_answered for mark in marks.values()):
        check_.problems["entries"] = _("Rate at least one competency.")
    return marks, names


def _key(entry: Mapping[str, Any], place: str, check_: _Check) -> str:
    for name in set(entry) - {"key", "name", "name_en", "rating", "is_skipped", "note", "is_shareable"}:
        check_.problems[f"{place}.{name}"] = _("Is not known here.")
    key = check_.text(f"{place}.key", entry.get("key", ""), 30, needed=True)
    if not _KEY.match(key):
        check_.problems.setdefault(
            f"{place}.key", _("Small letters, digits and _, beginning with a letter, such as coding.")
        )
    return key


def _mark(entry: Mapping[str, Any], place: str, check_: _Check) -> Mark:
    mark = Mark(
        check_.rating(f"{place}.rating", entry.get("rating")),
        check_.yes_or_no(f"{place}.is_skipped", entry.get("is_skipped", False)),
        check_.text(f"{place}.note", entry.get("note", ""), LONGEST_NOTE),
        check_.yes_or_no(f"{place}.is_shareable", entry.get("is_shareable", False)),
    )
    if mark.is_skipped and mark.rating is not None:
        check_.problems[f"{place}.rating"] = _("What was not asked has no rating.")
    return mark


def _names(entry: Mapping[str, Any], key: str, place: str, check_: _Check) -> tuple[str, str]:
    name = check_.text(f"{place}.name", entry.get("name", ""), 40)
    return name or key, check_.text(f"{place}.name_en", entry.get("name_en", ""), 60)
