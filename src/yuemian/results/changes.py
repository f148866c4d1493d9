"""What a person has changed of a text, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

_TOKEN = re.compile(r"\s+|[A-Za-z0-9]+|.", re.DOTALL)


def changed_words(before: str, after: str) -> SafeString:
    """What is gone and what is new, in place; characters where there are no words."""
    # Every part of it is escaped below; the tags are ours.
    return mark_safe("".join(_diff(before, after)).replace("\n", "<br>"))  # noqa: S308


def _diff(before: str, after: str) -> Iterator[str]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield escape("".join(old[a:b]))
            continue
        if b > a:
            yield f"<del>{escape(''.join(old[a:b]))}</del>"
        if d > c:
            yield f"<ins>{escape(''.join(new[c:d]))}</ins>"
