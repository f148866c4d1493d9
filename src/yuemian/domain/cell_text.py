"""The text of a cell without what keyboards, web pages and spreadsheets smuggle into it."""

from __future__ import annotations

import re
import unicodedata

# Error values a spreadsheet stores in place of a result.
FORMULA_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
# Stands where a program could not read a letter.
DAMAGED = "\ufffd"
BLANKS = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "n/a", "na", "nil", "none", "null", "无", "暂无", "未填"}
)
_OPEN = frozenset(
    {
        "待定",
        "未定",
        "待安排",
        "待确认",
        "待确定",
        "待通知",
        "另行通知",
        "另通知",
        "暂定",
        "暂未定",
        "tbd",
        "tba",
        "tbc",
        "?",
    }
)
# A cell may hold a few spaces or invisible characters around nothing.
_LONGEST_BLANK = 60

_SPACES = re.compile(r"\s+")
# Hangul fillers are letters to Unicode and nothing to the eye.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_JOINERS = "\u200c\u200d"


def as_text(raw: object) -> str:
    """A cell's content as a person would read it; numbers without a needless `.0`."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return str(raw)
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return str(raw)


def is_invisible(character: str) -> bool:
    """Control, format (zero width, bidirectional), surrogate or private-use character, or a lone filler."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} or character in _FILLERS


def without_invisible(text: str) -> str:
    """Drops what cannot be seen; line breaks become spaces; joiners stay where a script needs them."""
    if text.isprintable() and not _FILLERS.intersection(text):
        return text
    kept = []
    for position, character in enumerate(text):
        if character in "\t\n\r\x0b\x0c\x85":
            kept.append(" ")
        elif not is_invisible(character) or _is_needed_joiner(text, position):
            kept.append(character)
    return "".join(kept)


def _is_needed_joiner(text: str, position: int) -> bool:
    """Persian and Indic scripts spell with joiners; Latin and Han never do."""
    if text[position] not in _JOINERS or not 0 < position < len(text) - 1:
        return False
    before, after = text[position - 1], text[position + 1]
    return all("\u0590" <= each <= "\u0fff" for each in (before, after))


def collapse(text: str) -> str:
    """One space where there were several, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def folded(text: str) -> str:
    """Half-width, visible, single-spaced: the form in which machine-read cells are parsed."""
    if text.isascii() and text.isprintable():
        return collapse(text) if " " in text else text
    return collapse(without_invisible(unicodedata.normalize("NFKC", text)))


def comparable(text: str) -> str:
    """The form in which two labels are compared: folded, case-less, letters and digits only."""
    text = folded(text).casefold()
    return text if text.isalnum() else "".join(each for each in text if each.isalnum())


def is_blank(raw: object) -> bool:
    """Nothing, or one of the marks people type for nothing."""
    if raw is None or raw == "":
        return True
    return isinstance(raw, str) and len(raw) <= _LONGEST_BLANK and folded(raw).casefold() in BLANKS


def is_open(raw: object) -> bool:
    """Still to be settled: says no more than an empty cell."""
    return isinstance(raw, str) and len(raw) <= _LONGEST_BLANK and folded(raw).casefold() in _OPEN


def harmless(cell: str) -> str:
    """For a file that a spreadsheet opens: it runs what begins like a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
