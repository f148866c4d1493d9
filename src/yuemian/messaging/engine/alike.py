"""Messages for people who are alike in all but name, link, code and address: what they share is made once.

Says, to the letter, what the renderer says person by person (docs/decisions/0022).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple, Protocol

import orjson

from yuemian.channels.base import Message
from yuemian.channels.mail import MailForm, Sheet, message_id
from yuemian.domain.invitation import CalendarForm
from yuemian.domain.pattern import CODE_MARK, NAME_MARK, TOKEN_MARK, clean
from yuemian.domain.placeholder import Kind
from yuemian.domain.template import OUTPUT_CAP, SUBJECT_CAP, RenderProblem
from yuemian.messaging.engine.answers import Answers
from yuemian.messaging.engine.claim import Claimed, Sender
from yuemian.messaging.engine.invitation import filled_in
from yuemian.messaging.engine.phrasing import Wording

#: What differs, in the order in which a sheet takes it.
MARKS: Final = (NAME_MARK, TOKEN_MARK, CODE_MARK)
_NAME: Final = b',"candidate_name":'
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_NAME: Final = 120


class Built:
    """A form whose work is done: building happens where a failure concerns one person only."""

    is_wire_ready = MailForm.is_wire_ready

    def __init__(self, raw: bytes, page: str = "") -> None:
        self.raw, self._page = raw, page

    def mail(self, message: Message, now: datetime) -> bytes:  # noqa: ARG002
        return self.raw

    def html(self, message: Message) -> str:  # noqa: ARG002
        return self._page


class _Open:
    """A mail whose parts are checked and ready; its bytes are put together only when it leaves, and then forgotten."""

    is_wire_ready = MailForm.is_wire_ready

    def __init__(self, sheet: Sheet, headers: bytes, person: Person, code: str, calendar: bytes) -> None:
        self._sheet, self._headers, self._person = sheet, headers, person
        self._code, self._calendar = code, calendar

    def mail(self, message: Message, now: datetime) -> bytes:  # noqa: ARG002
        _, name, escaped, token = self._person
        token_, code = token.encode(), self._code.encode()
        plain = name.encode(), token_, code
        in_html = plain if escaped == name else (escaped.encode(), token_, code)
        return self._sheet.fill(self._headers, plain, in_html, self._calendar)

    def html(self, message: Message) -> str:  # noqa: ARG002
        return ""


class Person(NamedTuple):
    """One person's own part of a snapshot; `shared` are the bytes before it, equal for all who are alike."""

    shared: bytes
    name: str
    escaped: str
    token: str


class Alike(Protocol):
    """What is made once for a kind of people."""

    def message(self, row: Claimed, sender: Sender, person: Person, *, to: str, code: str) -> Message | None:
        """`to` is normalised. None: this one has to be rendered whole."""


def person_of(shared: bytes, rest: bytes) -> Person | None:
    """What a snapshot says of the person alone; None where that is more than a name that can be filled in.

    Inside a text of JSON no quotation mark follows a comma, so the cut is at the fact itself. It is the last one.
    """
    before, mark, own = rest.rpartition(_NAME)
    if not mark or (shared and before):
        return None
    shared = shared or before
    try:
        said = orjson.loads(b'{"context":{"candidate_name":' + own)
        name, token = said["context"]["candidate_name"], said["token"]
        if len(said) != 2 or len(said["context"]) != 1 or not isinstance(name, str):
            return None
        good = clean(Kind.NAME, name)
    except (orjson.JSONDecodeError, KeyError, RenderProblem):
        return None
    return Person(shared, *good, token) if good and _TOKEN.fullmatch(token) else None


def always_fits(wording: Wording) -> bool:
    """Whether no name can make it too long."""
    said = wording.said
    longest = len(said.text) + said.text.count(NAME_MARK) * _LONGEST_NAME
    return longest <= OUTPUT_CAP and len(said.subject) <= SUBJECT_CAP


class AlikeTexts:
    """Text messages and their like."""

    def __init__(self, wording: Wording, base: str, *, has_title: bool) -> None:
        self._text, self._base = wording.plain, base
        self._title = wording.said.subject if has_title else ""

    def message(self, row: Claimed, sender: Sender, person: Person, *, to: str, code: str) -> Message | None:  # noqa: ARG002
        id_ = str(row.id)
        text = self._text.replace(TOKEN_MARK, person.token).replace(NAME_MARK, person.name)
        return Message(id_, id_, to, self._title, text, row.locale, slots={"link": self._base + person.token})


class AlikeMails:
    """Mails, with their calendar where they have one. `sample` is a message before answers are prepared for."""

    def __init__(
        self, sheet: Sheet, sample: Message, base: str, calendar: CalendarForm | None, answers: Answers
    ) -> None:
        self._sheet = sheet
        self._base, self._calendar, self._answers = base, calendar, answers
        self._subject, self._sender, self._sender_name = sample.subject, sample.sender, sample.sender_name
        self._reply_to, self._reply_to_name = sample.reply_to, sample.reply_to_name
        self._domain = sample.sender.rpartition("@")[2] or "localhost"

    def message(self, row: Claimed, sender: Sender, person: Person, *, to: str, code: str) -> Message | None:
        id_ = str(row.id)
        message = Message(
            id_,
            id_,
            to,
            self._subject,
            "",
            row.locale,
            person.name,
            self._sender,
            self._sender_name,
            self._reply_to,
            self._reply_to_name,
            message_id=message_id(str(row.notification_id), row.occurrence, self._domain),
        )
        self._answers.prepare(message, row, sender, answered="")
        message.text = ""  # the sheet has it
        calendar: bytes | None = b""
        if self._calendar is not None:
            calendar = filled_in(self._calendar, row, message, self._base + person.token)
        if calendar is None:
            return None
        message.form = _Open(self._sheet, MailForm.headers(message, row.now), person, code, calendar)
        return message
