"""The phrase bank: how a rating of a competency is said, in Chinese and English."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from yuemian.domain.languages import is_chinese

#: What a family's name must hold to get the wordings of its kind; others get the usual ones.
_FAMILIES: Final = {
    "sales": re.compile(r"销售|商务|拓展|客户经理|sales|account|business dev", re.IGNORECASE),
    "tech": re.compile(
        r"技术|研发|开发|工程|算法|数据|测试|tech|engineer|develop|software|data", re.IGNORECASE
    ),
}
_ROUNDS: Final = {
    "final": re.compile(r"终试|终面|三面|final", re.IGNORECASE),
    "written": re.compile(r"笔试|written|test", re.IGNORECASE),
}
GENERIC: Final = "generic"


class Bank:
    """One language's wordings. Nothing here is random: the same seed always says the same."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._frames: Mapping[str, Mapping[str, list[str]]] = data["frame"]

    @property
    def competencies(self) -> list[str]:
        return [key for key in self._data if key not in ("frame", GENERIC)]

    def words(self, key: str) -> Sequence[str]:
        """What hints at a competency in a text."""
        found: Sequence[str] = self._data.get(key, {}).get("words", ())
        return found

    def wordings(self, key: str, slot: str, *, family: str = "", round_name: str = "") -> Sequence[str]:
        """The nearest ones: of the family's kind, of the round's kind, the usual ones. `slot`: s5 … g1, tip."""
        table = self._data.get(key) or self._data[GENERIC]
        for kind in (_kind(_FAMILIES, family), _kind(_ROUNDS, round_name)):
            found: Sequence[str] = table.get(kind, {}).get(slot, ()) if kind else ()
            if found:
                return found
        usual: Sequence[str] = table[slot]
        return usual

    def all_wordings(self, key: str, slot: str) -> list[str]:
        """Of all kinds, for recognising one."""
        table = self._data.get(key) or self._data[GENERIC]
        kinds = [table, *(part for part in table.values() if isinstance(part, Mapping))]
        return [text for part in kinds for text in part.get(slot, ())]

    def frame(self, name: str, tone: str, seed: str) -> str:
        texts = self._frames[name]
        return choose(texts.get(tone) or texts.get("any") or texts["warm"], f"{seed}:{name}")

    def frames(self) -> list[str]:
        return [text for frame in self._frames.values() for texts in frame.values() for text in texts if text]


def choose(wordings: Sequence[str], seed: str, step: int = 0) -> str:
    """One of them, always the same for the same seed; `step` by step others, where lists are built alike."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return wordings[(number + step) % len(wordings)]


@cache
def bank_for(locale: str) -> Bank:
    name = "zh.toml" if is_chinese(locale) else "en.toml"
    folder = files("yuemian.domain.feedback").joinpath("phrases")
    return Bank(tomllib.loads(folder.joinpath(name).read_text("utf-8")))


def _kind(kinds: Mapping[str, re.Pattern[str]], name: str) -> str:
    return next((kind for kind, pattern in kinds.items() if name and pattern.search(name)), "")
