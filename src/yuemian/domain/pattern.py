"""A template rendered once for many people: what is equal among them is kept as it is, what differs is filled in.

A pattern is the template's own output for a person whose values are marks. Filling the marks must give, to the letter,
what rendering would have given; so only a value that cannot mean anything to what reads the text afterwards (a link,
bold, a list, a line break) may take a mark's place (`clean`). Every other value is part of the pattern itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from operator import itemgetter
from typing import Any, Final

from .placeholder import PLACEHOLDERS, Kind
from .template import Compiled, Rendered, checked_text, render

#: One private character per placeholder; for links something that is read as one; for the person's own link a token of
#: its alphabet and length.
_FIRST_MARK: Final = 0xE000
_MOST: Final = 64
_LINK_MARK: Final = "https://yuemian-mark-{:02d}.invalid/x"
TOKEN_MARK: Final = "yuemian-token-mark-7f3a91c5d2e84b06a1f9c3e5"  # noqa: S105
#: For the name and the notice's code of one person, where all the rest of a kind is filled in already.
NAME_MARK: Final = "\ue040"
CODE_MARK: Final = "\ue041"
_MARK: Final = re.compile(rf"[\ue000-\ue03f]|https://yuemian-mark-\d\d\.invalid/x|{TOKEN_MARK}")
_RESERVED: Final = re.compile(r"[\ue000-\ue07f]|yuemian-(?:token-)?mark-")
#: The bytes that each mark, and a few characters beside them, begin with.
_MARKS_BEGIN: Final = (b"\xee\x80", b"\xee\x81", b"yuemian-")
_LONGEST: Final = 120
_LONGEST_LINK: Final = 500
_LINK: Final = re.compile(r"https://[^\s<>\"'`\\*\x00-\x20\x7f-\U0010ffff]{3,490}(?<![.,;:!?)\]}])")
#: What stands before a value and would make with it a link, a candidate's link or a line of a list …
_LEADS_ON: Final = re.compile(r"(?:^|\n)\s*(?:\d{1,2}|[-*•·])$|/$|/c$|/c/[\w-]*$|https://[^\s<>\"'`\\]*$")
#: … or after it.
_FOLLOWS: Final = re.compile(r"/|c/|[a-z]{0,5}:?//")
_LIST_LIKE: Final = re.compile(r"[-*•·]|\d{1,2}(?:[.)、]|$)")
#: How much a placeholder differs within a batch; the others are between these.
_VARIETY: Final = {
    **dict.fromkeys(("organization_name", "job_title", "round_name", "interview_date", "interview_day"), 0),
    "candidate_name": 2,
    "answer_link": 3,
}
_PRINTED: Final = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*-?\}\}", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@lru_cache(maxsize=4096)
def clean(kind: Kind, value: str) -> tuple[str, str] | None:
    """The value and its HTML when it may take a mark's place in any text, else None. Raises RenderProblem."""
    if kind is Kind.LINK:
        is_clean = _LINK.fullmatch(value) is not None and "/c/" not in value
        return (value, escape(value)) if is_clean else None
    if not value or len(value) > _LONGEST or not value.isprintable() or value != value.strip():
        return None
    if "*" in value or "://" in value or "/c/" in value or value[0] in "/:" or _LIST_LIKE.match(value):
        return None
    return (value, escape(value)) if checked_text("", kind, value) == value else None


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with gaps. `values` of `fill` are those of the pattern's names in order, then the token."""

    text: str
    picks: Callable[[tuple[str, ...]], Any] | None = None

    def fill(self, values: tuple[str, ...]) -> str:
        return self.text if self.picks is None else self.text % self.picks(values)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The marked message; `names` are the placeholders whose values differ."""

    said: Rendered
    names: tuple[str, ...]

    def cut(self, text: str) -> Filled:
        """A part of the message, or what was made of it, as a text with gaps."""
        places = [self._place(mark) for mark in _MARK.findall(text)]
        if not places:
            return Filled(text)
        fixed = [part.replace("%", "%%") for part in _MARK.split(text)]
        return Filled("%s".join(fixed), itemgetter(*places))

    def _place(self, mark: str) -> int:
        if mark == TOKEN_MARK:
            return len(self.names)
        return ord(mark) - _FIRST_MARK if len(mark) == 1 else int(mark[21:23])


def printed_names(compiled: Compiled) -> tuple[str, ...]:
    """The placeholders that the template only prints: no filter, condition or loop looks at their values."""
    source = f"{compiled.subject}\n{compiled.body}"
    words, printed = _WORD.findall(source), _PRINTED.findall(source)
    names = sorted(name for name in compiled.used if words.count(name) == printed.count(name))
    kinds = (Kind.NAME, Kind.TEXT, Kind.LINK)
    left = _left_out(source)
    found = (n for n in names if PLACEHOLDERS[n].kind in kinds and n != "answer_link" and n not in left)
    return tuple(found)[:_MOST]


def _left_out(source: str) -> set[str]:
    """Of two that stand side by side one stays with the key, or no pattern would be safe: the one with fewer values."""
    left: set[str] = set()
    before, end = "", -1
    for printed in _PRINTED.finditer(source):
        name = printed[1]
        if printed.start() == end and before not in left:
            left.add(min(before, name, key=lambda each: _VARIETY.get(each, 1)))
        before, end = name, printed.end()
    return left


def pattern_of(
    compiled: Compiled, context: Mapping[str, Any], names: tuple[str, ...], link_base: str
) -> Pattern | None:
    """The template's output with a mark for every name; None when what stands beside a mark could join with a value.

    `context` is that of any person with the same values for all other placeholders. Raises RenderProblem.
    """
    fixed = (context.get(name) for name in compiled.used if name not in names)
    if any(has_mark(text) for text in (compiled.subject, compiled.body, *_texts(fixed))):
        return None
    marks = {name: _mark(name, number) for number, name in enumerate(names)}
    said = render(compiled, {**context, **marks, "answer_link": link_base + TOKEN_MARK})
    return Pattern(said, names) if _is_safe(said.subject) and _is_safe(said.text) else None


def _mark(name: str, number: int) -> str:
    return _LINK_MARK.format(number) if PLACEHOLDERS[name].kind is Kind.LINK else chr(_FIRST_MARK + number)


def has_mark(text: str) -> bool:
    """Whether something in it could be taken for one of our marks."""
    return _RESERVED.search(text) is not None


def may_have_mark(data: bytes) -> bool:
    """The same of UTF-8, quickly: true for a few texts more."""
    return any(begins in data for begins in _MARKS_BEGIN)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from map(str, value)


def _is_safe(text: str) -> bool:
    """Whether no clean value can join with the text around its mark; a link joins as its mark does."""
    since = 0  # a link before belongs to the text before: what follows it without a blank is part of it
    for mark in _MARK.finditer(text):
        if len(mark[0]) > 1:
            continue
        if _LEADS_ON.search(text[since : mark.start()]) or _FOLLOWS.match(text[mark.end() :]):
            return False
        since = mark.end()
    # Two values side by side could make together what neither makes alone; bold has a greatest length.
    return all(_MARK.split(text)[1:-1]) and all(len(line) < 300 for line in text.split("\n") if "**" in line)
