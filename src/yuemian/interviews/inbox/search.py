"""Search in the inbox: names and jobs of all conversations, and the words of the newest messages.

Bodies are sealed, one key per candidate, so that no index of their words exists, and none should: it would give away
what was erased. The newest messages are opened in memory instead, up to a bound; the page says how far that reached.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, Value

from yuemian.accounts.models import User
from yuemian.domain.names import comparable_name
from yuemian.hiring.models import Candidate, Job
from yuemian.messaging.models import Conversation, Message, Note
from yuemian.trust.bulk import any_of, id_array
from yuemian.trust.models import Key
from yuemian.trust.vault import Unreadable, Vault

#: How far back words are looked for, and in how many texts at most.
REACH: Final = timedelta(days=30)
MOST_TEXTS: Final = 1500
_MOST_CONVERSATIONS: Final = 500
_MOST_NAMES: Final = 500


@dataclass(frozen=True)
class Found:
    """A condition for conversations, and what was opened for it: how many texts, back to when."""

    condition: Q
    texts: int
    since: datetime | None


def find(user: User, text: str, *, now: datetime) -> Found:
    keys = _keys(user, now)
    texts = _texts(keys.keys(), now)
    ids = _by_words(user, text, texts, keys) | _by_name(user, text)
    titled = Job.objects.visible_to(user).filter(Q(title__icontains=text) | Q(title_en__icontains=text))
    jobs = list(titled.values_list("pk", flat=True)[:_MOST_NAMES])
    # Without a job of that title nothing but these rows is looked at, by their ids.
    condition = Q(_among(ids)) | Q(job__in=jobs) if jobs else Q(_among(ids))
    return Found(condition, len(texts), min((each.at for each in texts), default=None))


def _among(ids: Collection[UUID]) -> Func:
    """One array, where a list is parsed id by id in each counter; and no subquery, which an `OR` asks row by row."""
    return Func(
        F("pk"),
        Value(id_array(ids)),
        template="(%(expressions)s::uuid[]))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def _by_name(user: User, text: str) -> set[UUID]:
    """A name that more people have than that is too common to help."""
    key = comparable_name(text)
    if not key:
        return set()
    people = Candidate.objects.visible_to(user).named(key, _MOST_NAMES)
    found = list(people.values_list("pk", flat=True))
    rows = Conversation.objects.visible_to(user).filter(application__candidate__in=any_of(found))
    return set(rows.values_list("pk", flat=True))


class _Text(NamedTuple):
    """A sealed body, and where it belongs."""

    id: UUID
    conversation_id: UUID
    sealed: bytes | memoryview
    at: datetime
    place: str


class _Key(NamedTuple):
    """As much of a key as opens a text."""

    number: int
    wrapped: bytes | memoryview | None
    wrapped_by: int


def _keys(user: User, now: datetime) -> dict[UUID, _Key]:
    """Of the newest conversations: by id, the key that opens what was said."""
    newest = Conversation.objects.visible_to(user).filter(last_message_at__gte=now - REACH)
    ids = list(newest.order_by("-last_message_at").values_list("pk", flat=True)[:_MOST_CONVERSATIONS])
    people = list(Conversation.objects.filter(pk__in=ids).values_list("pk", "application__candidate__key"))
    rows = Key.objects.filter(pk__in=any_of(key for _, key in people))
    values = rows.values_list("pk", "number", "wrapped", "wrapped_by")
    keys = {pk: _Key(number, wrapped, by) for pk, number, wrapped, by in values}
    return {pk: keys[key] for pk, key in people}


def _texts(conversations: Collection[UUID], now: datetime) -> list[_Text]:
    """Their newest messages and notes; as plain values, because there are so many."""
    found: list[_Text] = []
    for kind in (Message, Note):
        rows = kind.objects.filter(conversation__in=any_of(conversations), created_at__gte=now - REACH)
        values = rows.order_by("-created_at").values_list(
            "pk", "conversation_id", "body_sealed", "created_at"
        )
        found += [_Text(*each, kind.PLACE) for each in values[:MOST_TEXTS]]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST_TEXTS]


def _by_words(user: User, text: str, texts: Iterable[_Text], keys: Mapping[UUID, _Key]) -> set[UUID]:
    vault, wanted = Vault(user.organization_id), _plain(text)
    found: set[UUID] = set()
    for each in texts:
        if each.conversation_id not in found:
            try:
                said = vault.open(keys[each.conversation_id], each.place, each.id, each.sealed)
            except Unreadable:
                continue
            if wanted in _plain(said):
                found.add(each.conversation_id)
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
