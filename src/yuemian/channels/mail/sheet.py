"""A mail for people who are alike: what they share is encoded once, what differs is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from yuemian.channels.base import Message

from .calendar import around
from .form import END, MailForm, encoded, whole_lines

#: Stands for a gap while the mail is put together; neither a header nor base64 can hold it.
_GAP: Final = b"\0"
_LINE: Final = 57


class Sheet:
    """Says, to the letter, what `MailForm.mail` and `with_calendar` say of a message that holds the values.

    `marks` are texts in the message, each standing for a value; a value means nothing to HTML or to the form.
    With `method` the mail carries a calendar.
    """

    def __init__(self, form: MailForm, message: Message, marks: tuple[str, ...], method: str = "") -> None:
        places = {mark.encode(): place for place, mark in enumerate(marks)}
        mark = _any_of(marks)
        self._texts: list[tuple[int, _Opening, bool]] = []
        # The long pieces of the form stay its own: many sheets share them.
        mail, gaps = _GAP, [b""]
        for before, text, is_html in form.body(message):
            if self._texts:
                mail += _GAP
                gaps.append(before)
            else:
                mail += before
            opening = _Opening(mark.split(text.encode()), places, is_padded=is_html)
            self._texts.append((2 * len(gaps) + 1, opening, is_html))
            mail += _GAP
            gaps.append(b"")
        if method:
            gaps += b"", b""
        mail += END
        fixed = (around(mail, _GAP, method) if method else mail).split(_GAP)
        self._parts = [b""] * (2 * len(gaps) + 1)
        self._parts[::2], self._parts[1::2] = fixed, gaps

    def fill(
        self, headers: bytes, plain: Sequence[bytes], escaped: Sequence[bytes], calendar: bytes = b""
    ) -> bytes:
        """`plain` and `escaped` are the values of the marks, as they stand in text and in HTML."""
        parts = self._parts.copy()
        parts[1] = headers
        for place, opening, is_html in self._texts:
            parts[place] = opening.fill(escaped if is_html else plain)
        if calendar:
            parts[-2] = parts[-4] = encoded(calendar)[:-2]
        return b"".join(parts)


@lru_cache(maxsize=4)
def _any_of(marks: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(b"(%b)" % b"|".join([re.escape(mark.encode()) for mark in marks]))


class _Opening:
    """A text with gaps, in base64; the whole lines before the first gap are encoded already."""

    def __init__(self, parts: Sequence[bytes], places: Mapping[bytes, int], *, is_padded: bool) -> None:
        """`parts` are pieces of text and the marks between them, in turn."""
        pieces, found = list(parts[::2]), [places[mark] for mark in parts[1::2]]
        self._is_padded = is_padded
        whole = len(pieces[0]) // _LINE * _LINE
        self._before, pieces[0] = encoded(pieces[0][:whole]), pieces[0][whole:]
        self._form = b"%b".join([piece.replace(b"%", b"%%") for piece in pieces])
        self._picks: Any = itemgetter(*found) if found else None
        if not found:
            self._before += self._encoded(pieces[0])

    def fill(self, values: Sequence[bytes]) -> bytes:
        if self._picks is None:
            return self._before
        return self._before + self._encoded(self._form % self._picks(values))

    def _encoded(self, data: bytes) -> bytes:
        return encoded(whole_lines(data) if self._is_padded else data)
