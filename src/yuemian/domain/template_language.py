"""The small closed language of HR templates: checked here, token by token, before the engine ever sees it.

Allowed are `{{ name|filter("text") }}`, `{% if name == "text" and not other %}`, `elif`, `else`, `endif`,
`{% for line in list %}`, `endfor` and `{# notes #}`. There is no attribute, index, call, number, arithmetic,
assignment, macro or include, so there is nothing to walk along and nothing to blow up.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .placeholder import Kind, Placeholder

SOURCE_CAP: Final = 20_000
MAX_DEPTH: Final = 8
MAX_LOOPS: Final = 2

# Filter name → the kinds it accepts and whether it takes one quoted text.
FILTERS: Final[Mapping[str, tuple[frozenset[Kind], bool]]] = {
    "upper": (frozenset({Kind.NAME, Kind.TEXT}), False),
    "lower": (frozenset({Kind.NAME, Kind.TEXT}), False),
    "trim": (frozenset({Kind.NAME, Kind.TEXT}), False),
    "default": (frozenset({Kind.NAME, Kind.TEXT, Kind.LINK}), True),
    "join": (frozenset({Kind.LIST}), True),
    "bullets": (frozenset({Kind.LIST}), False),
    "numbered": (frozenset({Kind.LIST}), False),
}
TAGS: Final = ("if", "elif", "else", "endif", "for", "endfor")

_OPEN: Final = re.compile(r"\{\{|\{%|\{#")
_CLOSE: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_TOKEN: Final = re.compile(
    r"""\s*(?:([A-Za-z_]\w*)|("[^"'{}%#\\\n]*"|'[^"'{}%#\\\n]*')|(==|!=|[|()]))""", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a template: where, what, and the names that were probably meant."""

    field: str
    line: int
    code: str
    text: str
    name: str = ""
    near: tuple[str, ...] = ()


class _Wrong(Exception):  # noqa: N818 - private signal inside one tag
    def __init__(self, code: str, text: str, name: str = "", near: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.code, self.text, self.name, self.near = code, text, name, tuple(near)


def _near(word: str, known: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(word, known, n=3, cutoff=0.55)


def _tokens(source: str) -> list[str]:
    found, at, end = [], 0, len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None:
            sign = source[at:].lstrip()[:1]
            raise _Wrong(
                "syntax", f"'{sign}' cannot be used here; only names, \"quoted text\" and | filters can."
            )
        found.append(match.group().strip())
        at = match.end()
    return found


class _Checker:
    """Walks one field of a template and collects what it uses and what is wrong."""

    def __init__(self, field: str, known: Mapping[str, Placeholder]) -> None:
        self.field, self.known = field, known
        self.used: set[str] = set()
        self.problems: list[Problem] = []
        self.open: list[tuple[str, int, str]] = []  # tag, line, loop variable

    def check(self, source: str) -> None:
        at = 0
        while match := _OPEN.search(source, at):
            line = source.count("\n", 0, match.start()) + 1
            end = source.find(_CLOSE[match.group()], match.end())
            if end < 0:
                self._note(
                    line, _Wrong("syntax", f"'{match.group()}' is never closed; add {_CLOSE[match.group()]}.")
                )
                return
            try:
                self._tag(match.group(), source[match.end() : end], line)
            except _Wrong as wrong:
                self._note(line, wrong)
            at = end + 2
        for tag, line, _ in self.open:
            self._note(line, _Wrong("syntax", f"'{tag}' has no end; add {{% end{tag} %}}."))

    def _note(self, line: int, w: _Wrong) -> None:
        self.problems.append(Problem(self.field, line, w.code, w.text, w.name, w.near))

    def _tag(self, opener: str, inner: str, line: int) -> None:
        if opener == "{#":
            return
        if inner[:1] in ("-", "+"):
            inner = inner[1:]
        inner = inner.removesuffix("-")
        tokens = _tokens(inner)
        if not tokens:
            raise _Wrong("syntax", "The braces are empty; write a placeholder's name between them.")
        if opener == "{{":
            self._print(tokens)
        else:
            self._statement(tokens, line)

    def _kind(self, word: str) -> Kind:
        if not word.isidentifier():
            raise _Wrong("syntax", f"A placeholder's name is expected instead of {word}.")
        if any(variable == word for _, _, variable in self.open):
            return Kind.TEXT
        if word not in self.known:
            near = _near(word, list(self.known))
            hint = (
                f" Did you mean {', '.join(near)}?" if near else " Choose one from the list of placeholders."
            )
            raise _Wrong("unknown_placeholder", f"There is no placeholder '{word}' here.{hint}", word, near)
        self.used.add(word)
        return self.known[word].kind

    def _print(self, tokens: list[str]) -> None:
        kind = self._kind(tokens[0])
        at = 1
        while at < len(tokens):
            if tokens[at] != "|" or at + 1 == len(tokens):
                raise _Wrong(
                    "syntax",
                    f"'{tokens[at]}' is not understood; write {{{{ name }}}} or {{{{ name|filter }}}}.",
                )
            kind, at = self._filter(tokens, at + 1, kind)
        if kind is Kind.LIST:
            hint = f"write {{{{ {tokens[0]}|bullets }}}}"
            raise _Wrong("wrong_kind", f"'{tokens[0]}' is a list; {hint}.", tokens[0])
        if kind is Kind.FLAG:
            hint = f"use it as {{% if {tokens[0]} %}}"
            raise _Wrong("wrong_kind", f"'{tokens[0]}' is yes or no; {hint}.", tokens[0])

    def _filter(self, tokens: list[str], at: int, kind: Kind) -> tuple[Kind, int]:
        name = tokens[at]
        if name not in FILTERS:
            near = _near(name, list(FILTERS)) or list(FILTERS)
            raise _Wrong(
                "unknown_filter", f"There is no filter '{name}'; there are {', '.join(near)}.", name, near
            )
        kinds, takes_text = FILTERS[name]
        if kind not in kinds:
            raise _Wrong("wrong_kind", f"The filter '{name}' does not fit '{tokens[0]}'.", tokens[0])
        at += 1
        if takes_text:
            call = tokens[at : at + 3]
            if len(call) < 3 or call[0] != "(" or call[1][0] not in "\"'" or call[2] != ")":
                raise _Wrong("syntax", f"The filter '{name}' needs one quoted text: {name}(\"…\").", name)
            at += 3
        return (Kind.TEXT if kind is Kind.LIST else kind), at

    def _statement(self, tokens: list[str], line: int) -> None:
        tag, rest = tokens[0], tokens[1:]
        if tag not in TAGS:
            near = _near(tag, TAGS)
            raise _Wrong(
                "unknown_tag", f"There is no tag '{tag}'; only if, elif, else and for exist.", tag, near
            )
        if tag == "if":
            self._push(tag, line, "")
            self._condition(rest)
        elif tag == "for":
            self._for(rest, line)
        elif tag in ("elif", "else"):
            self._branch(tag, rest)
        else:
            self._pop(tag.removeprefix("end"), rest)

    def _push(self, tag: str, line: int, variable: str) -> None:
        self.open.append((tag, line, variable))
        if len(self.open) > MAX_DEPTH or sum(t == "for" for t, _, _ in self.open) > MAX_LOOPS:
            raise _Wrong("too_deep", "Too many tags inside one another; split the text.")

    def _pop(self, tag: str, rest: list[str]) -> None:
        if rest or not self.open or self.open[-1][0] != tag:
            raise _Wrong("syntax", f"'end{tag}' closes nothing here; check the order of the tags.")
        self.open.pop()

    def _branch(self, tag: str, rest: list[str]) -> None:
        if not self.open or self.open[-1][0] != "if":
            raise _Wrong("syntax", f"'{tag}' stands outside an if.")
        if tag == "elif":
            self._condition(rest)
        elif rest:
            raise _Wrong("syntax", "'else' takes nothing after it; use elif for a condition.")

    def _for(self, rest: list[str], line: int) -> None:
        well_formed = len(rest) == 3 and rest[1] == "in" and rest[0].isidentifier()
        self._push("for", line, rest[0] if well_formed else "")
        if not well_formed:
            raise _Wrong("syntax", "A loop is written {% for line in materials %}.")
        if rest[0] in self.known or rest[0] in _RESERVED:
            raise _Wrong(
                "syntax", f"'{rest[0]}' is taken; give the loop another word, such as line.", rest[0]
            )
        if self._kind(rest[2]) is not Kind.LIST:
            raise _Wrong("wrong_kind", f"'{rest[2]}' is not a list, so it cannot be looped over.", rest[2])

    def _condition(self, tokens: list[str]) -> None:
        at = 0
        while True:
            if tokens[at : at + 1] == ["not"]:
                at += 1
            if at >= len(tokens):
                raise _Wrong("syntax", "The condition ends too early; write {% if name %}.")
            self._kind(tokens[at])
            at += 1
            if tokens[at : at + 1] in (["=="], ["!="]):
                if at + 1 >= len(tokens) or tokens[at + 1][0] not in "\"'":
                    raise _Wrong("syntax", 'Compare with a quoted text: {% if round_name == "…" %}.')
                at += 2
            if at == len(tokens):
                return
            if tokens[at] not in ("and", "or"):
                raise _Wrong(
                    "syntax", f"'{tokens[at]}' is not understood in a condition; use and, or, not, ==, !=."
                )
            at += 1


_RESERVED: Final = frozenset(
    {
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "loop",
        "self",
    }
)


def check_language(
    field: str, source: str, known: Mapping[str, Placeholder]
) -> tuple[list[Problem], set[str]]:
    """Everything wrong with one field (empty when nothing is) and the placeholders it uses."""
    if len(source) > SOURCE_CAP:
        text = f"The text has {len(source)} characters; {SOURCE_CAP} are allowed. Shorten it."
        return [Problem(field, 1, "too_long", text)], set()
    checker = _Checker(field, known)
    checker.check(source)
    return checker.problems, checker.used
