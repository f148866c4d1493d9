"""People's names: cleaned of what cannot be seen, never corrected, never refused for being unusual."""

from __future__ import annotations

import re
import unicodedata

from yuemian.domain.cell_text import DAMAGED, FORMULA_ERRORS, as_text, collapse, is_blank, without_invisible
from yuemian.domain.reading import ProblemCode, Reading, Repair, RepairCode, bad

MAXIMUM_LENGTH = 120

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SPACE_INSIDE_HAN = re.compile(f"(?<=[{HAN}]) +(?=[{HAN}])")
_ONLY_HAN = re.compile(f"[{HAN} ]{{2,7}}")
_DOTS = "·•‧∙⋅●・･‐﹒.."
_DOT_IN_HAN = re.compile(f"(?<=[{HAN}]) *[{re.escape(_DOTS)}] *(?=[{HAN}])")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LINK = re.compile(r"https?:|www\.|://", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s\-()]{7,20}")


def clean_name(raw: object) -> str:
    """The name as it is stored: visible, composed, single-spaced, with one spelling of the middle dot."""
    text = _settled(as_text(raw))
    text = _DOT_IN_HAN.sub("·", text)
    return _SPACE_INSIDE_HAN.sub("", text) if _ONLY_HAN.fullmatch(text) else text


def read_name(raw: object) -> Reading[str]:
    """Reads one cell; refuses only what cannot be a name at all."""
    if is_blank(raw):
        return Reading()
    before, name = as_text(raw), clean_name(raw)
    problem = _problem(name)
    if problem is not None:
        return bad(problem, text=name[:60], limit=str(MAXIMUM_LENGTH))
    return Reading(name, _repairs(before, name))


def comparable_name(name: str) -> str:
    """The form in which two spellings of one person's name are equal."""
    text = unicodedata.normalize("NFKC", clean_name(name)).casefold()
    return "".join(each for each in text if each.isalpha() or unicodedata.category(each).startswith("M"))


def _settled(text: str) -> str:
    """Composing may create, and removal may join, what the other step treats: repeat."""
    for _ in range(4):
        step = collapse(without_invisible(unicodedata.normalize("NFC", text.translate(_FULL_WIDTH))))
        if step == text:
            break
        text = step
    return text


def _problem(name: str) -> ProblemCode | None:
    if not name:
        return ProblemCode.MISSING
    if name in FORMULA_ERRORS:
        return ProblemCode.FORMULA_ERROR
    if DAMAGED in name:
        return ProblemCode.UNREADABLE
    if _EMAIL.fullmatch(name):
        return ProblemCode.LOOKS_LIKE_EMAIL
    if _PHONE.fullmatch(name):
        return ProblemCode.LOOKS_LIKE_PHONE
    if _LINK.search(name):
        return ProblemCode.NAME_CONTAINS_LINK
    if len(name) > MAXIMUM_LENGTH:
        return ProblemCode.TOO_LONG
    return None if any(each.isalpha() for each in name) else ProblemCode.NAME_WITHOUT_LETTER


def _repairs(before: str, after: str) -> tuple[Repair, ...]:
    """Invisible characters are named as such: they are the ones people cannot find themselves."""
    if before.strip() == after:
        return ()
    is_hidden = collapse(before) != collapse(without_invisible(before))
    return (Repair(RepairCode.INVISIBLE_REMOVED if is_hidden else RepairCode.TIDIED, before, after),)
