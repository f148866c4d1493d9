"""What a letter says by itself, taken out of the feedback in it: nobody is thanked twice, or told a reason twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from yuemian.domain.feedback.draft import Draft, Part

#: Stands where a sentence stood until the lines are tidied. A text that has this sign itself stays whole.
_GONE: Final = "\0"
_BLANKS: Final = " \t　"
#: What a sentence may stand behind, blanks aside; behind anything else it is a part of what a person wrote.
_BEFORE: Final = frozenset('。！？.!?”」』’")）\n' + _GONE)
#: Behind a Chinese sentence: a quotation or a clause goes on.
_GOES_ON: Final = frozenset('，、；：。！？”」』’")）')
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


def said_once(text: str, draft: Draft, said: Collection[Part]) -> str:
    """The text without those sentences of its draft that stand in it word for word and are for what the letter says.

    What a person rewrote stays. Nothing, where only the good wishes are left: a letter has its own.
    """
    left = _without(text, _of(draft, said))
    return left if _without(left, _of(draft, {Part.CLOSING})) else ""


def _of(draft: Draft, parts: Collection[Part]) -> list[str]:
    """Longer ones first: one sentence may be the end of another."""
    texts = {each.text.strip() for each in draft.sentences if each.part in parts}
    return sorted(texts - {""}, key=lambda each: (-len(each), each))


def _without(text: str, sentences: Sequence[str]) -> str:
    """Untouched where none of them stands in it."""
    found = text
    for each in () if _GONE in text else sentences:
        found = re.sub(re.escape(each), lambda match: _GONE if _stands_alone(match) else match[0], found)
    return text if found == text else _tidied(found)


def _stands_alone(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()].rstrip(_BLANKS)[-1:], match.string[match.end() :][:1]
    if before and before not in _BEFORE:
        return False
    return after not in _GOES_ON if _HAN.search(match[0]) else not after or after.isspace() or after == _GONE


def _tidied(text: str) -> str:
    """A line of which nothing is left goes, and no two paragraphs have more than one empty line between them."""
    lines = [line for line in text.split("\n") if _GONE not in line or line.replace(_GONE, "").strip()]
    kept = (re.sub(rf"{_GONE}[ \t　]*", "", line).rstrip() if _GONE in line else line for line in lines)
    return re.sub(r"\n(?:[ \t　]*\n){2,}", "\n\n", "\n".join(kept)).strip()
