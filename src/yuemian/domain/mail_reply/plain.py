"""Plain text of an HTML mail, quotations as `>` lines; nothing is fetched, and time grows with length alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

#: More is not a letter; what is beyond is not read.
LONGEST: Final = 400_000
#: A tag never holds the begin of another one, so that looking for its end is short.
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})([^<>]{0,4000})>|<[!?/][^<>]{0,4000}>")
_HIDDEN: Final = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS: Final = frozenset(
    {"p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "ul", "ol", "pre", "section", "blockquote"}
)
#: What mail programs call the box around their quotation: Gmail, Yahoo, Thunderbird, QQ and NetEase.
_QUOTES: Final = re.compile(
    r"\b(?:gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|qmbox|ntes-mailmaster-quote|foxdiv)",
    re.IGNORECASE,
)
_DEEPEST: Final = 60


class _Page:
    """What was read so far, and which boxes are open; a stack beyond reason is cut."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._quoted = 0
        self._was_quoted = False
        self._hidden = ""

    def text(self, text: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", unescape(text)))

    def tag(self, name: str, attributes: str, *, is_end: bool) -> None:
        if self._hidden:
            # An unfinished head must not swallow the letter.
            if (is_end and name == self._hidden) or name == "body":
                self._hidden = ""
        elif name in _HIDDEN and not is_end and not attributes.endswith("/"):
            self._hidden = name
        elif name == "br":
            self._break()
        elif name in _BREAKS:
            self._close(name) if is_end else self._begin(name, attributes)
            self._break()

    def _begin(self, name: str, attributes: str) -> None:
        is_quote = name == "blockquote" or bool(_QUOTES.search(attributes[:500]))
        if len(self._open) < _DEEPEST:
            self._open.append((name, is_quote))
            self._quoted += is_quote

    def _close(self, name: str) -> None:
        for number in range(len(self._open) - 1, -1, -1):
            if self._open[number][0] == name:
                self._quoted -= sum(is_quote for _, is_quote in self._open[number:])
                del self._open[number:]
                return

    def _break(self) -> None:
        """Where a quotation begins or ends stands an empty line: what is written right below it is no part of it."""
        is_quoted = self._quoted > 0
        edge = "\n" if is_quoted != self._was_quoted else ""
        self._was_quoted = is_quoted
        self.parts.append(edge + ("\n> " if is_quoted else "\n"))


def plain_text(html: str) -> str:
    page, at = _Page(), 0
    html = "".join(_without_comments(html[:LONGEST]))
    for match in _TAG.finditer(html):
        page.text(html[at : match.start()])
        at = match.end()
        if match[2]:
            page.tag(match[2].lower(), match[3], is_end=bool(match[1]))
    page.text(html[at:])
    lines = [line.strip() for line in "".join(page.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join("" if line == ">" else line for line in lines)).strip()


def _without_comments(html: str) -> Iterator[str]:
    at = 0
    while (begin := html.find("<!--", at)) >= 0:
        yield html[at:begin]
        end = html.find("-->", begin + 4)
        if end < 0:
            return
        at = end + 3
    yield html[at:]
