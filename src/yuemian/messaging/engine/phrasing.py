"""How one template says something to many people: rendered whole, or filled into what was rendered before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from yuemian.channels.mail import CONTENT_STYLES
from yuemian.domain.pattern import NAME_MARK, TOKEN_MARK, Pattern, clean, pattern_of, printed_names
from yuemian.domain.placeholder import PLACEHOLDERS, Kind
from yuemian.domain.richtext import to_html, to_text
from yuemian.domain.template import OUTPUT_CAP, SUBJECT_CAP, Compiled, Rendered, RenderProblem, render

_LINK: Final = re.compile(r"/c/([A-Za-z0-9_-]{16,})")
#: What our links end in.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
#: Where the link of a test message leads: it belongs to nobody.
NOBODY: Final = "preview"
_WHO: Final = "candidate_name"
#: Kinds of people kept per text; more at once is not a busy company but a text in which everything differs.
_KEPT: Final = 2000


class CrossTalk(RenderProblem):
    """A message carries another person's link; it is parked, and nothing of it leaves."""


class Wording(NamedTuple):
    """One person's text, the same without the marks of bold, and the HTML of what stands around the button."""

    said: Rendered
    plain: str
    before: str = ""
    after: str = ""


class _Prepared:
    """A pattern with its HTML, for everybody who is alike in all but what it leaves open."""

    def __init__(self, pattern: Pattern, wording: Wording) -> None:
        self.pattern = pattern
        said, plain, before, after = wording
        self._subject, self._text = pattern.cut(said.subject), pattern.cut(said.text)
        self._plain = None if plain == said.text else pattern.cut(plain)
        self._before, self._after = pattern.cut(before), pattern.cut(after)

    def wording(self, values: tuple[str, ...], escaped: tuple[str, ...]) -> Wording:
        text = self._text.fill(values)
        plain = text if self._plain is None else self._plain.fill(values)
        said = Rendered(self._subject.fill(values), text)
        return Wording(said, plain, self._before.fill(escaped), self._after.fill(escaped))


class Phrasing:
    """How one compiled text is said to people: rendered whole, or from a pattern once two were alike.

    Without `is_html` no HTML is made: a text message has none.
    """

    def __init__(self, compiled: Compiled, base: str, *, is_html: bool = True) -> None:
        self.compiled = compiled
        self._base, self._is_html = base, is_html
        self._printed = [(name, PLACEHOLDERS[name].kind) for name in printed_names(compiled)]
        names = {name for name, _ in self._printed}
        self._others = [name for name in sorted(compiled.used - names) if name != "answer_link"]
        self._most = sorted(compiled.used - {_WHO, "answer_link"})
        #: By all values but the person's name: those of a day and hour are alike, and judged once.
        self._alike: dict[tuple[Any, ...], tuple[_Prepared, list[str], list[str], int | None]] = {}
        self._known: dict[tuple[Any, ...], _Prepared | None] = {}
        self._first: set[tuple[Any, ...]] = set()
        self._is_linked = "answer_link" in compiled.used
        #: Whether a kind can be said with the person's name left open: it is only printed, and not in the subject.
        self.can_open = "verify_code" not in compiled.used and (
            _WHO not in compiled.used
            or (_WHO not in compiled.subject and any(name == _WHO for name, _ in self._printed))
        )

    def known(self) -> list[Pattern | None]:
        """The kinds of people met so far; None: rendered each time."""
        return [prepared.pattern if prepared else None for prepared in self._known.values()]

    def say(self, context: Mapping[str, Any], token: str) -> Wording:
        """Raises RenderProblem."""
        alike = tuple([v if v.__class__ is str else _hashable(v) for v in map(context.get, self._most)])
        known = self._alike.get(alike)
        name = context.get(_WHO)
        if known is None or not isinstance(name, str):
            return self._judged(alike, context, token)
        prepared, values, escaped, place = known
        if place is not None:
            good = clean(Kind.NAME, name)
            if good is None:
                return self._judged(alike, context, token)
            values, escaped = values.copy(), escaped.copy()
            values[place], escaped[place] = good
        return self._filled(prepared, values, escaped, context, token)

    def opened(self, context: Mapping[str, Any]) -> Wording | None:
        """With marks in place of the person's name and token. None before such people were met."""
        key, values, escaped = self._judge(context)
        prepared = self._known.get(key)
        if prepared is None:
            return None
        names = prepared.pattern.names
        if _WHO in names:
            place = names.index(_WHO)
            values[place] = escaped[place] = NAME_MARK
        elif _WHO in self.compiled.used:
            return None
        return prepared.wording((*values, TOKEN_MARK), (*escaped, TOKEN_MARK))

    def _judge(self, context: Mapping[str, Any]) -> tuple[tuple[Any, ...], list[str], list[str]]:
        """Value by value: which may be filled in, and which make a kind of people of their own."""
        key: list[Any] = [_hashable(value) for value in map(context.get, self._others)]
        values: list[str] = []
        escaped: list[str] = []
        for name, kind in self._printed:
            value = context.get(name)
            good = clean(kind, value) if isinstance(value, str) else None
            if good is None:
                key.append((_hashable(value),))
            else:
                key.append(name)
                values.append(good[0])
                escaped.append(good[1])
        return tuple(key), values, escaped

    def _judged(self, alike: tuple[Any, ...], context: Mapping[str, Any], token: str) -> Wording:
        key, values, escaped = self._judge(context)
        prepared = self._prepared(key, context)
        if prepared is None:
            return self._rendered(context, token)
        names = prepared.pattern.names
        if _WHO in names or _WHO not in self.compiled.used:
            if len(self._alike) > _KEPT:
                self._alike.clear()
            self._alike[alike] = prepared, values, escaped, names.index(_WHO) if _WHO in names else None
        return self._filled(prepared, values, escaped, context, token)

    def _filled(
        self,
        prepared: _Prepared,
        values: list[str],
        escaped: list[str],
        context: Mapping[str, Any],
        token: str,
    ) -> Wording:
        if not _TOKEN.fullmatch(token):
            return self._rendered(context, token)
        wording = prepared.wording((*values, token), (*escaped, token))
        if len(wording.said.text) > OUTPUT_CAP or len(wording.said.subject) > SUBJECT_CAP:
            return self._rendered(context, token)  # which says what is wrong
        return wording

    def _prepared(self, key: tuple[Any, ...], context: Mapping[str, Any]) -> _Prepared | None:
        """None for the first of a kind, and where no pattern is safe."""
        if key not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
                self._first.clear()
            self._known[key] = None
            self._first.add(key)
            return None
        if key in self._first:
            self._first.discard(key)
            self._known[key] = self._prepare(key, context)
        return self._known[key]

    def _prepare(self, key: tuple[Any, ...], context: Mapping[str, Any]) -> _Prepared | None:
        names = tuple(part for part in key[len(self._others) :] if isinstance(part, str))
        pattern = pattern_of(self.compiled, context, names, self._base)
        if pattern is None:
            return None
        check_own_link(pattern.said, TOKEN_MARK, is_linked=self._is_linked)
        return _Prepared(pattern, self._worded(pattern.said, self._base + TOKEN_MARK))

    def _rendered(self, context: Mapping[str, Any], token: str) -> Wording:
        link = self._base + token
        said = render(self.compiled, {**context, "answer_link": link})
        check_own_link(said, token, is_linked=self._is_linked)
        return self._worded(said, link)

    def _worded(self, said: Rendered, link: str) -> Wording:
        around = around_link(said.text, link) if self._is_html else ("", "")
        return Wording(said, to_text(said.text), *around)


def _hashable(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, bool)) else repr(value)


def check_own_link(said: Rendered, token: str, *, is_linked: bool) -> None:
    """Every candidate's link in the text is this person's, and it is there when the template asks for it."""
    found = _LINK.findall(said.text)
    if any(other != token for other in found) or _LINK.search(said.subject):
        raise CrossTalk("The text carries a link that is not this person's; it was not sent.")
    if is_linked and token != NOBODY and token not in said.text and token not in said.subject:
        raise CrossTalk("The text lacks this person's own link; it was not sent.")


def around_link(text: str, link: str) -> tuple[str, str]:
    """The HTML before and after the line that is only the link, which becomes the button."""
    before, _, after = f"{text}\n".partition(f"\n{link}\n")
    return paragraphs(before), paragraphs(after)


def paragraphs(text: str) -> str:
    return "".join([_paragraph(part) for part in text.split("\n\n") if part.strip()])


# Most paragraphs of a batch are equal, word for word: only what differs is turned into HTML again.
@lru_cache(maxsize=2048)
def _paragraph(text: str) -> str:
    return to_html(text, CONTENT_STYLES)
