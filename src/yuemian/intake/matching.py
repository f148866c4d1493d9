"""Finds which job, person or branch a cell names; offers the nearest when it names none exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from yuemian.domain.cell_text import comparable, folded
from yuemian.domain.reading import NoticeCode, ProblemCode, Reading, Repair, RepairCode, bad
from yuemian.intake.reference import Option

# Above the first the nearest option is proposed; above the second it is offered among others.
_PROPOSED, _OFFERED = 0.72, 0.34
_REMARK = re.compile(r"[(\[【<].*?[)\]】>]")
_LISTED = re.compile(r"\s*(?:[,、;/|&\n]|\band\b|和)\s*")


class Matcher:
    """Matches the cells of one column; remembers what it has seen, for columns repeat themselves."""

    def __init__(
        self, options: Sequence[Option], chosen: Mapping[str, str], *, may_be_new: bool = False
    ) -> None:
        self._options = options
        self._chosen = chosen
        self._may_be_new = may_be_new
        self._by_form: dict[str, str] = {}
        self._seen: dict[str, Reading[str]] = {}
        self._lists: dict[str, Reading[str]] = {}
        for option in reversed(options):
            self._by_form |= {comparable(each): option.key for each in (*option.aliases, option.label)}
        self._keys = {option.key for option in options}

    def one(self, text: str) -> Reading[str]:
        """The key of the option the text names, or what to ask."""
        if text not in self._seen:
            self._seen[text] = self._read(text)
        return self._seen[text]

    def several(self, text: str) -> Reading[str]:
        """Keys joined by commas; one unknown name spoils the cell, its alternatives stand for the whole."""
        if text in self._lists:
            return self._lists[text]
        self._lists[text] = found = self._several(text)
        return found

    def _several(self, text: str) -> Reading[str]:
        readings = [self.one(each) for each in _LISTED.split(text) if each.strip()]
        spoiled = next((each for each in readings if each.problem), None)
        if spoiled is not None:
            others = [each.value for each in readings if each.value]
            return Reading(
                None,
                (),
                spoiled.problem,
                (),
                tuple(",".join([*others, each]) for each in spoiled.alternatives),
            )
        keys = dict.fromkeys(each.value for each in readings if each.value)
        return Reading(",".join(keys) or None, tuple(repair for each in readings for repair in each.repairs))

    def label(self, key: str) -> str:
        return next((option.label for option in self._options if option.key == key), key)

    def _read(self, text: str) -> Reading[str]:
        text = folded(text)
        if text in self._keys or all(each in self._keys for each in text.split(",")):
            return Reading(text)
        form = comparable(text)
        if self._chosen.get(form) in self._keys:
            return Reading(self._chosen[form])
        exact = self._by_form.get(form) or self._by_form.get(comparable(_REMARK.sub("", folded(text))))
        if exact or (exact := self._by_address(text)):
            return Reading(exact)
        return self._nearest(text, form)

    def _by_address(self, text: str) -> str | None:
        """`陈默 chenmo@galaxy.example` names a person by both; the address decides."""
        for word in re.findall(r"[^\s<>(),;]+@[^\s<>(),;]+", folded(text)):
            if found := self._by_form.get(comparable(word)):
                return found
        return None

    def _nearest(self, text: str, form: str) -> Reading[str]:
        scored: dict[str, float] = {}
        for known, key in self._by_form.items():
            scored[key] = max(scored.get(key, 0.0), _likeness(form, known))
        best = sorted((key for key in scored if scored[key] >= _OFFERED), key=lambda key: -scored[key])[:4]
        if best and scored[best[0]] >= _PROPOSED and (len(best) < 2 or scored[best[1]] < scored[best[0]]):
            repair = Repair(RepairCode.CLOSEST_OPTION, text, self.label(best[0]), is_sure=False)
            return Reading(best[0], (repair,), alternatives=tuple(best[1:]))
        if self._may_be_new and form:
            return Reading(text, alternatives=tuple(best)).with_notice(NoticeCode.NEW_OPTION, text=text)
        return bad(ProblemCode.UNKNOWN_OPTION, text=text, alternatives=tuple(best))


def _likeness(typed: str, known: str) -> float:
    """0 to 1; a name wholly inside the other is nearly the same, if it is more than a syllable."""
    if not typed or not known:
        return 0.0
    shorter, longer = sorted((typed, known), key=len)
    if shorter in longer and len(shorter) >= 2 and len(typed) <= 60:
        return 0.72 + 0.25 * len(shorter) / len(longer)
    return SequenceMatcher(None, typed[:60], known[:60]).ratio()
