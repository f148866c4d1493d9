"""Finds which job, person or branch a cell names; offers the nearest where it names none exactly, or all it names."""

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
_LISTED = re.compile(r"\s*[,，、;；/／|&＆\n]\s*")
# May also stand within a name, as in 李和平.
_AND = re.compile(r"\s*(?:\band\b|和)\s*")


class Matcher:
    """Matches the cells of one column; remembers what it has seen, for columns repeat themselves.

    A name that several options have is asked, unless exactly one of them belongs to the branch of the row.
    """

    def __init__(
        self, options: Sequence[Option], chosen: Mapping[str, str], *, may_be_new: bool = False
    ) -> None:
        self._options = {option.key: option for option in options}
        self._chosen = chosen
        self._may_be_new = may_be_new
        self._by_form: dict[str, dict[str, None]] = {}
        self._seen: dict[tuple[str, str], Reading[str]] = {}
        self._lists: dict[str, Reading[str]] = {}
        for option in options:
            for each in (*option.aliases, option.label):
                self._by_form.setdefault(comparable(each), {})[option.key] = None

    def one(self, text: str, branch: str = "") -> Reading[str]:
        """The key of the option the text names, or what to ask."""
        if (text, branch) not in self._seen:
            self._seen[text, branch] = self._read(folded(text), branch)
        return self._seen[text, branch]

    def several(self, text: str) -> Reading[str]:
        """Keys joined by commas; one unknown name spoils the cell, its alternatives stand for the whole."""
        if text in self._lists:
            return self._lists[text]
        self._lists[text] = found = self._several(text)
        return found

    def _several(self, text: str) -> Reading[str]:
        readings = [self.one(name) for each in _LISTED.split(text) for name in self._names(each)]
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

    def _names(self, text: str) -> list[str]:
        """`陈默和王倩` are two people, `李和平` is one: who is known is cut off whole, and no name to a syllable."""
        text = text.strip()
        if not text or self._exact(folded(text)):
            return [text] if text else []
        for cut in _AND.finditer(text):
            if self._exact(folded(text[: cut.start()])):
                return [text[: cut.start()], *self._names(text[cut.end() :])]
        parts = [each for each in _AND.split(text) if each]
        return parts if all(len(each) > 1 for each in parts) else [text]

    def label(self, key: str) -> str:
        return self._options[key].label if key in self._options else key

    def _read(self, text: str, branch: str) -> Reading[str]:
        if text in self._options or all(each in self._options for each in text.split(",")):
            return Reading(text)
        found = self._exact(text)
        own = [key for key in found if branch and self._options[key].branch == branch]
        if len(found) > 1 and len(own) == 1:
            return Reading(own[0])
        form = comparable(text)
        if self._chosen.get(form) in self._options:
            return Reading(self._chosen[form])
        if len(found) == 1:
            return Reading(found[0])
        if found:
            return bad(ProblemCode.UNKNOWN_OPTION, text=text, alternatives=tuple(own or found))
        return self._nearest(text, form, branch)

    def _exact(self, text: str) -> list[str]:
        """Every option that is called exactly this, whatever remark or address stands beside the name."""
        found = self._by_form.get(comparable(text)) or self._by_form.get(comparable(_REMARK.sub("", text)))
        by_address = None if found and len(found) == 1 else self._by_address(text)
        return list(by_address or found or ())

    def _by_address(self, text: str) -> dict[str, None] | None:
        """`陈默 chenmo@galaxy.example` names a person by both; the address decides."""
        for word in re.findall(r"[^\s<>(),;]+@[^\s<>(),;]+", text):
            if found := self._by_form.get(comparable(word)):
                return found
        return None

    def _nearest(self, text: str, form: str, branch: str) -> Reading[str]:
        scored: dict[str, float] = {}
        for known, keys in self._by_form.items():
            likeness = _likeness(form, known)
            for key in keys:
                scored[key] = max(scored.get(key, 0.0), likeness)

        def rank(key: str) -> tuple[float, bool]:
            return scored[key], bool(branch) and self._options[key].branch == branch

        best = sorted((key for key in scored if scored[key] >= _OFFERED), key=rank, reverse=True)[:4]
        if best and scored[best[0]] >= _PROPOSED and (len(best) < 2 or rank(best[1]) < rank(best[0])):
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
