"""The words that checks look for, compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Lexicon(NamedTuple):
    """Patterns by name; those of one list are one pattern. Chinese and English words are looked for together."""

    sure: Mapping[str, re.Pattern[str]]
    polarity: Mapping[str, re.Pattern[str]]
    taboo: Mapping[str, re.Pattern[str]]
    outcome: Mapping[str, re.Pattern[str]]
    detail: Mapping[str, re.Pattern[str]]
    advice: re.Pattern[str]
    courtesy: re.Pattern[str]
    instruction: re.Pattern[str]
    private: Sequence[re.Pattern[str]]
    also_words: frozenset[str]


@cache
def lexicon() -> Lexicon:
    data = tomllib.loads(files("yuemian.domain.feedback").joinpath("lexicon.toml").read_text("utf-8"))
    return Lexicon(
        sure=_group(data["sure"]),
        polarity=_group(data["polarity"]),
        taboo=_group(data["taboo"]),
        outcome=_group(data["outcome"]),
        # Names of people and days begin with capitals; nothing else of a letter's words does in the middle.
        detail={
            name: _one(words, 0 if name in {"people", "dates"} else re.IGNORECASE)
            for name, words in data["detail"].items()
        },
        advice=_one(data["advice"]["words"]),
        courtesy=_one(data["courtesy"]["words"]),
        instruction=_one(data["instruction"]["words"]),
        private=[_one([each]) for each in data["private"]["groups"]],
        also_words=frozenset(data["names"]["also_words"]),
    )


def _group(lists: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    return {name: _one(words) for name, words in lists.items()}


def _one(words: Sequence[str], flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in words), flags)


def taboo_words(text: str) -> list[tuple[str, str]]:
    """(kind, the words) of everything that no letter may say, whoever wrote it."""
    return [
        (kind, match[0])
        for kind, pattern in lexicon().taboo.items()
        for match in pattern.finditer(text)
        if match[0]
    ]


def gives_orders(text: str) -> str:
    """The words with which a note tries to instruct whoever reads it; empty: it does not."""
    match = lexicon().instruction.search(text)
    return match[0] if match else ""
