"""From stored credentials to an adapter that can be asked, and the minute for which an answer is believed."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings

from yuemian.accounts.models import CalendarAccount, CalendarLink, CalendarService, User
from yuemian.channels.base import BadConfig
from yuemian.channels.calendars import CALENDARS, CalDAV, FreeBusy, Unknown, WhyUnknown, unknown_after
from yuemian.channels.http import HTTPFailure, Network
from yuemian.domain.availability import FreeBusyAnswer, busy_between
from yuemian.trust.vault import Unreadable, Vault

#: So long an answer is believed, and an unknown so long that what was mended on the other side shows soon; one that
#: cost seconds of waiting is not asked for again so soon. Saved settings are asked at once.
_BELIEVED: Final = 60.0
_UNKNOWN: Final = 10.0
_SLOW: Final = (WhyUnknown.TIMEOUT, WhyUnknown.UNREACHABLE, WhyUnknown.THROTTLED)
_KEPT: Final = 2000
_TURNS: Final = tuple(threading.Lock() for _ in range(64))
#: A test may wait longer than a page does.
TEST_PATIENCE: Final = 15.0


@dataclass(frozen=True)
class Way:
    """How to ask one person's calendar: plain values, so that no transaction is open while the network is waited for.

    `person` is their address there; `source` names the credentials and their version.
    """

    service: str
    config: Any
    person: str
    source: tuple[UUID, int]


def ways_of(organization_id: UUID, people: Collection[User]) -> dict[UUID, Way | Unknown]:
    """Who has none is missing; whose stored settings cannot be read any more is unknown. Two queries."""
    accounts = CalendarAccount.objects.filter(organization_id=organization_id, is_active=True)
    by_service = {account.service: account for account in accounts.select_related("key")}
    links = CalendarLink.objects.filter(organization_id=organization_id, user__in=[p.pk for p in people])
    by_person = {link.user_id: link for link in links.select_related("key")}
    vault = Vault(organization_id)
    found: dict[UUID, Way | Unknown] = {}
    for person in people:
        way: Way | Unknown | None
        try:
            way = _way(person, by_person.get(person.pk), by_service, vault)
        except (BadConfig, Unreadable):
            way = Unknown(
                WhyUnknown.SETTINGS, "The stored settings of this calendar cannot be read any more."
            )
        if way is not None:
            found[person.pk] = way
    return found


def _way(
    person: User, link: CalendarLink | None, accounts: Mapping[str, CalendarAccount], vault: Vault
) -> Way | None:
    if link is not None and link.service == CalendarService.CALDAV:
        return Way(link.service, open_config(link, vault), person.email, (link.pk, link.version))
    wanted = (link.service,) if link is not None and link.service else tuple(accounts)
    account = next((accounts[each] for each in wanted if each in accounts), None)
    if account is None:
        return None
    address = (link.address if link is not None else "") or person.email
    return Way(account.service, open_config(account, vault), address, (account.pk, account.version))


def open_config(row: CalendarAccount | CalendarLink, vault: Vault) -> Any:
    """Settings in clear; what an older version lacked has its default. Raises BadConfig, Unreadable."""
    if row.key is None or row.config_sealed is None:
        raise BadConfig("A setting is missing or of the wrong kind; fill in the form anew.")
    values = orjson.loads(vault.open_bytes(row.key, row.PLACE, row.pk, row.config_sealed))
    kind = CALENDARS[row.service].Config
    known = {field.name for field in dataclasses.fields(kind)}
    try:
        return kind(**{name: value for name, value in values.items() if name in known})
    except TypeError as error:
        raise BadConfig("A setting is missing or of the wrong kind; fill in the form anew.") from error


def adapter(service: str, config: Any) -> FreeBusy:
    """Raises BadConfig."""
    return CALENDARS[service](config, network=Network(settings.PRIVATE_NETWORKS))


def ask(ways: Mapping[UUID, Way | Unknown], start: datetime, end: datetime) -> dict[UUID, FreeBusyAnswer]:
    """What the calendars say, from memory or from the network. No transaction may be open: the network is slow.

    Whole days are asked for and remembered, so that choosing another hour asks nobody again.
    """
    first, last = _days(start, end)
    found, groups = _remembered(ways, first, last)
    if groups:
        with _in_turn(groups):
            # Whoever waited finds the answer that another one has just got.
            found, groups = _remembered(ways, first, last)
            if groups:
                for (person, way), answer in asyncio.run(_ask_all(list(groups.values()), first, last)):
                    _ANSWERS.keep((way.source, way.person, first, last), answer)
                    found[person] = answer
    return {
        person: answer if isinstance(answer, Unknown) else busy_between(answer, start, end)
        for person, answer in found.items()
    }


_Groups = dict[tuple[UUID, int], list[tuple[UUID, Way]]]


def _remembered(
    ways: Mapping[UUID, Way | Unknown], first: datetime, last: datetime
) -> tuple[dict[UUID, FreeBusyAnswer], _Groups]:
    """What is known already, and whom to ask, by the credentials they share."""
    found: dict[UUID, FreeBusyAnswer] = {}
    groups: _Groups = {}
    for person, way in ways.items():
        if isinstance(way, Unknown):
            found[person] = way
        elif (known := _ANSWERS.get((way.source, way.person, first, last))) is not None:
            found[person] = known
        else:
            groups.setdefault(way.source, []).append((person, way))
    return found, groups


@contextmanager
def _in_turn(groups: _Groups) -> Iterator[None]:
    """The same calendar is asked by one request at a time: the others wait once for it, not each as long again."""
    with ExitStack() as held:
        for number in sorted({hash(source) % len(_TURNS) for source in groups}):
            held.enter_context(_TURNS[number])
        yield


async def _ask_all(
    groups: Sequence[Sequence[tuple[UUID, Way]]], start: datetime, end: datetime
) -> Iterable[tuple[tuple[UUID, Way], FreeBusyAnswer]]:
    answers = await asyncio.gather(*(_ask_group(group, start, end) for group in groups))
    return [
        pair for group, said in zip(groups, answers, strict=True) for pair in zip(group, said, strict=True)
    ]


async def _ask_group(
    group: Sequence[tuple[UUID, Way]], start: datetime, end: datetime
) -> list[FreeBusyAnswer]:
    way = group[0][1]
    try:
        calendar = adapter(way.service, way.config)
    except BadConfig as problem:
        return [Unknown(WhyUnknown.SETTINGS, str(problem)) for _ in group]
    try:
        return await calendar.query_all([each.person for _, each in group], start, end)
    finally:
        await calendar.close()


@dataclass(frozen=True)
class Probe:
    """What a test of a connection found; `calendars` are CalDAV's, to be remembered."""

    answer: FreeBusyAnswer
    calendars: tuple[str, ...] = ()


def probe(way: Way, start: datetime, end: datetime) -> Probe:
    """Look for the calendars anew and ask them once. No transaction may be open."""
    return asyncio.run(_probe(way, start, end))


async def _probe(way: Way, start: datetime, end: datetime) -> Probe:
    try:
        calendar = adapter(way.service, way.config)
    except BadConfig as problem:
        return Probe(Unknown(WhyUnknown.SETTINGS, str(problem)))
    try:
        if not isinstance(calendar, CalDAV):
            return Probe(await calendar.query(way.person, start, end))
        async with asyncio.timeout(TEST_PATIENCE):
            found = await calendar.find()
        if isinstance(found, Unknown):
            return Probe(found)
        calendar.config = dataclasses.replace(calendar.config, calendars="\n".join(found))
        return Probe(await calendar.query(way.person, start, end), tuple(found))
    except TimeoutError:
        return Probe(Unknown(WhyUnknown.TIMEOUT, "The calendar did not answer in time."))
    except HTTPFailure as failure:
        return Probe(unknown_after(failure))
    finally:
        await calendar.close()


def _days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    first = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    last = end.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return first, last


_Key = tuple[tuple[UUID, int], str, datetime, datetime]


class _Answers:
    """Of this process alone: another one asks for itself. Times and nothing else are remembered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[_Key, tuple[FreeBusyAnswer, float]] = {}

    def get(self, key: _Key) -> FreeBusyAnswer | None:
        with self._lock:
            answer, until = self._kept.get(key, (None, 0.0))
        return answer if time.monotonic() < until else None

    def keep(self, key: _Key, answer: FreeBusyAnswer) -> None:
        is_short = isinstance(answer, Unknown) and answer.reason not in _SLOW
        believed = _UNKNOWN if is_short else _BELIEVED
        with self._lock:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = answer, time.monotonic() + believed

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_ANSWERS: Final = _Answers()
#: For tests, and for whoever must not be told what was true a minute ago.
forget_answers = _ANSWERS.clear
