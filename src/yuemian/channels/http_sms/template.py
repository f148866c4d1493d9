"""Texts with placeholders in braces, and the small languages of the settings: maps, rules and paths."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from yuemian.channels.base import BadConfig

_HOLE: Final = re.compile(r"\{\{|\}\}|\{([a-z0-9_]+(?::[A-Za-z0-9_.\-]+)?)\}|[{}]")
_SEARCHED: Final = 400  # characters of an answer that patterns look at
_LITERAL: Final = re.compile(r"-?\d{1,18}|true|false|null")


@dataclass(frozen=True, slots=True)
class Filling:
    """A compiled text: constant pieces and the names between them, in order. `{{` and `}}` stand for braces."""

    pieces: tuple[tuple[str, str], ...]  # (constant, name); the last name is empty
    names: frozenset[str]

    @classmethod
    def compile(cls, text: str, known: Collection[str], where: str) -> Filling:
        """Raises BadConfig naming the setting and the unknown placeholder."""
        pieces: list[tuple[str, str]] = []
        constant, at = "", 0
        for hole in _HOLE.finditer(text):
            constant, at = constant + text[at : hole.start()], hole.end()
            if hole.group() in ("{{", "}}"):
                constant += hole.group()[0]
                continue
            name = hole.group(1)
            if not name:
                raise BadConfig(
                    "%(where)s: a brace stands alone; write {{ or }} for the sign itself.", where=where
                )
            if name not in known and f"{name.partition(':')[0]}:" not in known:
                raise BadConfig(
                    "%(where)s: there is no placeholder {%(name)s}; choose from %(known)s.",
                    where=where,
                    name=name,
                    known=", ".join(sorted(known)),
                )
            pieces.append((constant, name))
            constant = ""
        pieces.append((constant + text[at:], ""))
        return cls(tuple(pieces), frozenset(name for _, name in pieces if name))

    def fill(self, values: Mapping[str, str]) -> str:
        return "".join([constant + values[name] if name else constant for constant, name in self.pieces])


def lines_of(text: str, sign: str, where: str) -> list[tuple[str, str]]:
    """`name = value` or `Name: value`, one a line; empty lines and those that begin with # are skipped."""
    found = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, mark, value = line.partition(sign)
        if not mark or not name.strip():
            raise BadConfig(
                "%(where)s: “%(line)s” lacks a “%(sign)s”; write one name %(sign)s value a line.",
                where=where,
                line=line.strip()[:40],
                sign=sign,
            )
        found.append((name.strip(), value.strip()))
    return found


def literal(text: str) -> Any:
    """What a constant means in JSON: `2` and `true` are themselves, `"2"` is a text."""
    if _LITERAL.fullmatch(text):
        return json.loads(text)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


@dataclass(frozen=True, slots=True)
class Reading:
    """A foreign document: its text, and what it says when it is JSON or a form."""

    text: str
    data: Any = None

    @classmethod
    def of_json(cls, text: str) -> Reading:
        try:
            return cls(text, json.loads(text))
        except (ValueError, RecursionError):
            return cls(text)


@dataclass(frozen=True, slots=True)
class Path:
    """`data.0.id` into JSON or a form, `/id=(\\w+)/` into the text; empty finds nothing."""

    steps: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    @classmethod
    def compile(cls, text: str, where: str) -> Path:
        text = text.strip()
        if not text:
            return cls()
        if not text.startswith("/"):
            return cls(tuple(text.split(".")))
        if len(text) < 3 or not text.endswith("/") or len(text) > 200:
            raise BadConfig(
                "%(where)s: a pattern stands between two slashes, such as /id=(\\w+)/.", where=where
            )
        _check_pattern(text[1:-1], where)
        try:
            return cls(pattern=re.compile(text[1:-1]))
        except re.error as error:
            raise BadConfig(
                "%(where)s: the pattern cannot be read (%(problem)s).", where=where, problem=error
            ) from None

    def __bool__(self) -> bool:
        return bool(self.steps) or self.pattern is not None

    def find(self, reading: Reading) -> str | None:
        """The value as text; None when it is not there."""
        if self.pattern is not None:
            match = self.pattern.search(reading.text[:_SEARCHED])
            return None if match is None else (match.group(1) if self.pattern.groups else match.group())
        value = self.look(reading.data)
        if value is None or isinstance(value, (dict, list)):
            return None
        return json.dumps(value) if isinstance(value, (bool, float, int)) else str(value)

    def look(self, data: Any) -> Any:
        if not self.steps:
            return None
        if isinstance(data, dict) and ".".join(self.steps) in data:
            return data[".".join(self.steps)]
        for step in self.steps:
            if isinstance(data, dict) and step in data:
                data = data[step]
            elif isinstance(data, list) and step.isascii() and step.isdigit() and int(step) < len(data):
                data = data[int(step)]
            else:
                return None
        return data


def _check_pattern(pattern: str, where: str) -> None:
    """Patterns come from settings and must not keep a worker busy: few repeats, none of a group, a short text."""
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "c", re.sub(r"\\\D", "c", pattern))
    if len(re.findall(r"[*+{]", bare)) > 2 or re.search(r"\)[*+{]", bare) or re.search(r"\\\d|\(\?P=", bare):
        raise BadConfig(
            "%(where)s: the pattern is too costly; use at most two of * and +, and none after a bracket.",
            where=where,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """`code = 0 | 200`, `id` (it is there), `/^0:/`; the empty rule always holds."""

    path: Path
    values: frozenset[str] = frozenset()

    @classmethod
    def compile(cls, text: str, where: str) -> Rule:
        text = text.strip()
        path, sign, values = (text, "", "") if text.startswith("/") else text.partition("=")
        if sign and (not path.strip() or not values.strip()):
            raise BadConfig(
                "%(where)s: write it as code = 0, as code = 0 | 200, or as a pattern such as /^0:/.",
                where=where,
            )
        options = frozenset(value.strip() for value in values.split("|")) if sign else frozenset()
        return cls(Path.compile(path, where), options)

    def __bool__(self) -> bool:
        return bool(self.path)

    def holds(self, reading: Reading) -> bool:
        if not self.path:
            return True
        found = self.path.find(reading)
        return found in self.values if self.values else bool(found)


@dataclass(frozen=True, slots=True)
class Table:
    """Their words to ours; `Limit.*` matches every word that begins so. Exact words win, then the longest beginning."""

    exact: Mapping[str, str]
    beginnings: tuple[tuple[str, str], ...]

    @classmethod
    def compile(cls, text: str, known: Collection[str], where: str) -> Table:
        exact, beginnings = {}, []
        for theirs, ours in lines_of(text, "=", where):
            if ours not in known:
                raise BadConfig(
                    "%(where)s: “%(word)s” is none of our words; choose from %(known)s.",
                    where=where,
                    word=ours,
                    known=", ".join(sorted(known)),
                )
            if theirs.endswith("*"):
                beginnings.append((theirs[:-1], ours))
            else:
                exact[theirs] = ours
        return cls(exact, tuple(sorted(beginnings, key=lambda each: -len(each[0]))))

    def find(self, word: str) -> str | None:
        found = self.exact.get(word)
        return found or next((ours for start, ours in self.beginnings if word.startswith(start)), None)
