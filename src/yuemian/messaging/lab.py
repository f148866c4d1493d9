"""The phone lab's reads: who received something in rehearsal, and what stands on their phones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.db.models import Max, QuerySet

from yuemian.accounts.models import User
from yuemian.domain.names import comparable_name
from yuemian.domain.service_card import ServiceCard, read_card
from yuemian.domain.states import Channel
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.messaging.models import LabMessage
from yuemian.trust.vault import Unreadable, Vault

PHONES_PER_PAGE = 8
#: Older messages of one phone are not shown.
MESSAGES_PER_PHONE = 40
#: The phone's apps.
APPS: Final = {Channel.EMAIL: "mail", Channel.SMS: "messages", Channel.WECHAT: "wechat"}
#: The recruiter's own phone, which receives test copies.
MINE = "me"


@dataclass(frozen=True)
class Letter:
    """One received message, opened. `link` is a path of this site, empty when there is none."""

    id: UUID
    channel: Channel
    purpose: str
    received_at: datetime
    times_received: int
    to: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    link: str = ""
    is_readable: bool = True

    @property
    def is_mail(self) -> bool:
        return self.channel == Channel.EMAIL

    @property
    def app(self) -> str:
        """The app of the phone that shows it."""
        return APPS[self.channel]

    @property
    def card(self) -> ServiceCard:
        """As WeChat shows it; the link as it was written is left out."""
        return read_card(self.text, self.pieces[1])

    @property
    def preview(self) -> str:
        """The first words, for a list, as mail programs show them: without the marks of plain text."""
        return " ".join(self.text.replace("**", "").split())[:90]

    @property
    def pieces(self) -> tuple[str, str, str]:
        """The text before its link, the link as it was written, and what follows."""
        if not self.link:
            return self.text, "", ""
        at = self.text.find(self.link)
        if at < 0:
            return self.text, "", ""
        start = max(self.text.rfind(mark, 0, at) for mark in (" ", "\n", "：", "，", "。", "\t")) + 1
        end = at + len(self.link)
        return self.text[:start], self.text[start:end], self.text[end:]


@dataclass(frozen=True)
class Phone:
    """One person's phone; `owner` is the candidate's id, or `me`."""

    owner: str
    name: str
    is_mine: bool = False
    letters: Sequence[Letter] = field(default_factory=list)
    has_wechat: bool = True

    @property
    def mails(self) -> list[Letter]:
        return [letter for letter in self.letters if letter.is_mail]

    @property
    def texts(self) -> list[Letter]:
        """Oldest first, as a thread is read."""
        return [letter for letter in reversed(self.letters) if letter.channel == Channel.SMS]

    @property
    def cards(self) -> list[Letter]:
        """WeChat's service messages, oldest first."""
        return [letter for letter in reversed(self.letters) if letter.channel == Channel.WECHAT]

    @property
    def newest(self) -> str:
        """Changes whenever something arrives."""
        return (
            f"{self.letters[0].id}.{sum(letter.times_received for letter in self.letters)}"
            if self.letters
            else ""
        )

    def first_app(self) -> str:
        """What to show unasked: the mail, unless there are only texts or cards."""
        if self.mails or not (self.texts or self.cards):
            return "mail"
        return "messages" if self.texts else "wechat"


@dataclass(frozen=True)
class Shelf:
    """One page of phones."""

    phones: Sequence[Phone]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def shelf(user: User, *, name: str, number: int) -> Shelf:
    """The phones that received something, the newest first; on the first page the user's own before them."""
    owners = _owners(user, name)
    first = (number - 1) * PHONES_PER_PAGE
    rows = list(owners[first : first + PHONES_PER_PAGE + 1])
    candidates = {row.pk: row.name for row in rows[:PHONES_PER_PAGE]}
    letters, subscribed = _letters_of(user, candidates), _subscribed(candidates)
    phones = [
        Phone(str(pk), known_as, letters=letters.get(pk, []), has_wechat=pk in subscribed)
        for pk, known_as in candidates.items()
    ]
    if number == 1 and not name:
        mine = my_phone(user)
        phones = [mine, *phones] if mine.letters else phones
    return Shelf(phones, number, len(rows) > PHONES_PER_PAGE)


def phone_of(user: User, candidate: Candidate) -> Phone:
    letters = _letters_of(user, [candidate.pk]).get(candidate.pk, [])
    has_wechat = candidate.pk in _subscribed([candidate.pk])
    return Phone(str(candidate.pk), candidate.name, letters=letters, has_wechat=has_wechat)


def without_wechat(user: User) -> QuerySet[Candidate]:
    """Whoever has a phone here and has not subscribed."""
    return _owners(user, "").exclude(contact_points__channel=Channel.WECHAT)


def my_phone(user: User) -> Phone:
    rows = LabMessage.objects.visible_to(user).filter(delivery__notification__user_id=user.pk)
    vault = Vault(user.organization_id)
    letters = [opened(row, vault) for row in _newest(rows)[:MESSAGES_PER_PHONE]]
    return Phone(MINE, user.name, is_mine=True, letters=letters)


def opened(row: LabMessage, vault: Vault) -> Letter:
    """Decrypt one message; an erased person's stays as an empty envelope."""
    notification = row.delivery.notification
    facts: dict[str, Any] = {
        "id": row.pk,
        "channel": Channel(row.delivery.channel),
        "purpose": notification.purpose,
        "received_at": row.received_at,
        "times_received": row.times_received,
    }
    try:
        content = orjson.loads(vault.open_bytes(row.key, LabMessage.PLACE, row.pk, row.content_sealed))
    except Unreadable:
        return Letter(**facts, is_readable=False)
    words: dict[str, Any] = {name: str(content.get(name) or "") for name in ("to", "subject", "text", "html")}
    return Letter(**facts, **words, link=own_path(str(content.get("link") or "")))


def own_path(link: str) -> str:
    """The path of a candidate's link on this site, whatever host the mail names; empty for anything else."""
    parts = urlsplit(link)
    return parts.path if parts.path.startswith("/c/") and parts.scheme in {"http", "https"} else ""


def framed_html(letter: Letter) -> str:
    """The mail's HTML for a frame: the candidate's link opens in it, every other one in a new window."""
    if not letter.html:
        return ""
    before, mark, after = letter.html.partition("<head>")
    html = f'{before}{mark}<base target="_blank">{after}' if mark else letter.html
    if not letter.link:
        return html
    path = escape(letter.link)
    start = html.find(path)
    while start >= 0:
        quote = html.rfind('href="', 0, start)
        end = start + len(path)
        if quote >= 0 and '"' not in html[quote + 6 : start] and html[end : end + 1] == '"':
            replaced = f'target="_self" href="{path}"'
            html = html[:quote] + replaced + html[end + 1 :]
            end = quote + len(replaced)
        start = html.find(path, end)
    return html


def _owners(user: User, name: str) -> QuerySet[Candidate]:
    people = Candidate.objects.visible_to(user).filter(notifications__deliveries__lab_message__isnull=False)
    if name:
        people = people.named(comparable_name(name))
    return people.annotate(newest=Max("notifications__deliveries__lab_message__received_at")).order_by(
        "-newest", "id"
    )


def _subscribed(candidates: Iterable[UUID]) -> set[UUID]:
    points = ContactPoint.objects.filter(candidate__in=list(candidates), channel=Channel.WECHAT)
    return set(points.values_list("candidate_id", flat=True))


def _newest(rows: QuerySet[LabMessage]) -> QuerySet[LabMessage]:
    return rows.select_related("delivery__notification", "key").order_by("-received_at", "-id")


def _letters_of(user: User, candidates: Iterable[UUID]) -> Mapping[UUID, list[Letter]]:
    wanted = list(candidates)
    vault = Vault(user.organization_id)
    rows = LabMessage.objects.visible_to(user).filter(delivery__notification__candidate_id__in=wanted)
    found: dict[UUID, list[Letter]] = {}
    for row in _newest(rows)[: MESSAGES_PER_PHONE * max(len(wanted), 1)]:
        owner = row.delivery.notification.candidate_id
        assert owner is not None
        letters = found.setdefault(owner, [])
        if len(letters) < MESSAGES_PER_PHONE:
            letters.append(opened(row, vault))
    return found
