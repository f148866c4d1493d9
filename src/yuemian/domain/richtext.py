"""The light structure HR writes in (`- ` lists, `**bold**`, bare https links) as safe HTML or plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Final

# A link ends at the first character that is not printable ASCII: Chinese text follows without a space.
_INLINE: Final = re.compile(
    r"\*\*([^*\n]{1,500})\*\*|(https://[^\s<>\"'`\\\x00-\x20\x7f-\U0010ffff]{3,2000})"
)
_BULLET: Final = re.compile(r"[-*•·] +")
_NUMBER: Final = re.compile(r"\d{1,2}[.)、] *")
_TRAILING: Final = ".,;:!?)]}"


@lru_cache(maxsize=64)
def _tag(name: str, css: str) -> str:
    return f'<{name} style="{escape(css)}">' if css else f"<{name}>"


def _inline(line: str, styles: Mapping[str, str]) -> str:
    if "**" not in line and "https://" not in line:
        return escape(line)
    parts, at = [], 0
    for match in _INLINE.finditer(line):
        parts.append(escape(line[at : match.start()]))
        bold, link = match.groups()
        if bold is not None:
            parts.append(f"<strong>{_inline(bold, styles)}</strong>")
        else:
            kept = link.rstrip(_TRAILING)
            css = f' style="{escape(styles["a"])}"' if "a" in styles else ""
            parts.append(f'<a href="{escape(kept)}"{css}>{escape(kept)}</a>{escape(link[len(kept) :])}')
        at = match.end()
    parts.append(escape(line[at:]))
    return "".join(parts)


def _list_tag(line: str) -> str:
    if line[0] in "-*•·" and _BULLET.match(line):
        return "ul"
    return "ol" if line[0].isdigit() and _NUMBER.match(line) else ""


def to_html(text: str, styles: Mapping[str, str] | None = None) -> str:
    """Escaped HTML of p, ul, ol, li, br, strong and a; `styles` gives inline CSS per tag (mail only)."""
    css = styles or {}
    parts: list[str] = []
    open_tag = ""
    for raw in text.split("\n"):
        line = raw.strip()
        wanted = _list_tag(line) if line else ""
        wanted = wanted or ("p" if line else "")
        if wanted != open_tag:
            parts.append(
                (f"</{open_tag}>" if open_tag else "") + (_tag(wanted, css.get(wanted, "")) if wanted else "")
            )
            open_tag = wanted
        elif wanted == "p":
            parts.append("<br>")
        if wanted == "p":
            parts.append(_inline(line, css))
        elif wanted:
            item = (_BULLET if wanted == "ul" else _NUMBER).sub("", line, count=1)
            parts.append(f"{_tag('li', css.get('li', ''))}{_inline(item, css)}</li>")
    if open_tag:
        parts.append(f"</{open_tag}>")
    return "".join(parts)


def to_text(text: str) -> str:
    """The same text for a reader of plain text: no asterisks around what is bold."""
    if "**" not in text:
        return text
    return re.sub(r"\*\*([^*\n]{1,500})\*\*", r"\1", text)
