"""What a page says beside a note while it is written: nothing of it stops anybody from saving."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from yuemian.domain.scorecard.draft import Draft
from yuemian.domain.scorecard.flags import flags
from yuemian.domain.scorecard.thin import Thin, thin

#: Where hints about the overall impression stand; no competency can be called so.
SUMMARY: Final = "summary"


class HintKind(StrEnum):
    THIN = "thin"
    FLAG = "flag"


class Hint(NamedTuple):
    """`what` is a Thin or a FlagKind; `words` are those of the note that a flag is about."""

    kind: HintKind
    what: str
    words: str = ""


def hints(draft: Draft) -> Mapping[str, list[Hint]]:
    """By competency, and under SUMMARY; what needs no word is left out."""
    found: dict[str, list[Hint]] = {}
    for key, mark in draft.marks.items():
        is_thin = thin(mark.note, mark.rating)
        # A missing note is a thin one only where a rating stands; what was not asked needs no evidence.
        said = [Hint(HintKind.THIN, is_thin)] if is_thin and not mark.is_skipped else []
        found[key] = said + _flagged(mark.note)
    found[SUMMARY] = _flagged(draft.summary)
    if draft.summary.strip() and thin(draft.summary, None) == Thin.ONLY_ADJECTIVES:
        found[SUMMARY].insert(0, Hint(HintKind.THIN, Thin.ONLY_ADJECTIVES))
    return {key: said for key, said in found.items() if said}


def _flagged(text: str) -> list[Hint]:
    by_kind: dict[str, list[str]] = {}
    for flag in flags(text):
        words = by_kind.setdefault(flag.kind, [])
        if flag.words not in words:
            words.append(flag.words)
    return [Hint(HintKind.FLAG, kind, "、".join(words)) for kind, words in by_kind.items()]
