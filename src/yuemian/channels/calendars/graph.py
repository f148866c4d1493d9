"""Microsoft 365 by Graph's getSchedule with an application's own permission; subjects are dropped unread."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

import orjson

from yuemian.channels.base import BadConfig, said, setting
from yuemian.channels.http import PUBLIC, HTTPClient, Reply, Target
from yuemian.domain.availability import Busy, BusyKind, FreeBusyAnswer, Unknown, WhyUnknown, busy_between

from .base import FreeBusy, unknown_status
from .token import TOKENS, NoToken, fetch_token, json_of, token_key

if TYPE_CHECKING:
    from yuemian.channels.http import Network

#: Beyond this many mailboxes a request gets slow.
_MOST: Final = 15
_MINUTES: Final = 30
_CLOUDS: Final = {
    "global": ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "china": ("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}
_STATUS: Final = {
    "busy": BusyKind.BUSY,
    "tentative": BusyKind.TENTATIVE,
    "oof": BusyKind.AWAY,
}
#: Working elsewhere is working.
_FREE: Final = frozenset({"free", "workingelsewhere"})
_DIGITS: Final = {"1": BusyKind.TENTATIVE, "2": BusyKind.BUSY, "3": BusyKind.AWAY}
_TENANT: Final = re.compile(r"[A-Za-z0-9.-]{3,120}")
_FRACTION: Final = re.compile(r"\.\d+$")


@dataclass(frozen=True)
class GraphConfig:
    tenant: str = setting("Directory (tenant) ID")
    client_id: str = setting("Application (client) ID")
    client_secret: str = setting(
        "Client secret",
        help_text=said(
            "Of an application with the permission Calendars.ReadBasic.All or Calendars.Read, granted by an "
            "administrator."
        ),
        secret=True,
    )
    cloud: str = setting("Cloud", default="global", choices=("global", "china"))
    sign_in: str = setting("Address", default="", internal=True)
    api: str = setting("Address", default="", internal=True)


class Graph(FreeBusy):
    name: ClassVar[str] = "graph"
    Config: ClassVar[type[GraphConfig]] = GraphConfig

    def __init__(self, config: GraphConfig, *, network: Network | None = None) -> None:
        super().__init__(config, network=network)
        if not _TENANT.fullmatch(config.tenant) or not config.client_id or not config.client_secret:
            raise BadConfig("Enter the directory's ID, the application's ID and its secret.")
        if config.cloud not in _CLOUDS:
            raise BadConfig("Choose the cloud: global, or china for the one that 21Vianet runs.")
        sign_in, api = _CLOUDS[config.cloud]
        self._sign_in, self._api = config.sign_in or sign_in, config.api or api
        self._key = token_key(
            "graph", config.tenant, config.client_id, config.client_secret, self._sign_in, self._api
        )
        self._http = HTTPClient(
            timeout=10.0, connect_timeout=3.0, body_cap=4 * 1024 * 1024, network=network or PUBLIC
        )

    async def close(self) -> None:
        await self._http.close()

    async def _ask(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]:
        found: list[FreeBusyAnswer] = []
        for at in range(0, len(people), _MOST):
            found += await self._some(people[at : at + _MOST], start, end)
        return found

    async def _some(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]:
        body = orjson.dumps(
            {
                "schedules": list(people),
                "startTime": {"dateTime": _local(start), "timeZone": "UTC"},
                "endTime": {"dateTime": _local(end), "timeZone": "UTC"},
                "availabilityViewInterval": _MINUTES,
            }
        )
        try:
            reply = await self._post(people[0], body)
            if reply.status == 401:  # revoked before its time: once anew
                TOKENS.forget(self._key)
                reply = await self._post(people[0], body)
        except NoToken as refused:
            return [refused.unknown for _ in people]
        if reply.status == 404:
            # The mailbox we ask through does not exist; the others may.
            others = await self._some(people[1:], start, end) if len(people) > 1 else []
            return [Unknown(WhyUnknown.NOT_SHARED, "Microsoft 365 does not know this address."), *others]
        if reply.status != 200:
            return [unknown_status(reply.status) for _ in people]
        listed = json_of(reply.body).get("value")
        known = {
            str(each.get("scheduleId", "")).casefold(): each
            for each in (listed if isinstance(listed, list) else [])
            if isinstance(each, dict)
        }
        return [_answer(known.get(person.casefold()), start, end) for person in people]

    async def _post(self, through: str, body: bytes) -> Reply:
        headers = [
            ("Authorization", f"Bearer {await self._token()}"),
            ("Content-Type", "application/json"),
            ("Prefer", 'outlook.timezone="UTC"'),
        ]
        path = f"/v1.0/users/{quote(through, safe='@')}/calendar/getSchedule"
        return await self._http.exchange("POST", Target.parse(self._api + path), headers, body)

    async def _token(self) -> str:
        known = TOKENS.kept(self._key)
        if known:
            return known
        form = {
            "grant_type": "client_credentials",
            "client_id": self.config.client_id,
            "client_secret": self.config.client_secret,
            "scope": f"{self._api}/.default",
        }
        url = f"{self._sign_in}/{self.config.tenant}/oauth2/v2.0/token"
        token, seconds = await fetch_token(self._http, url, form)
        TOKENS.keep(self._key, token, seconds)
        return token


def _answer(schedule: Mapping[str, Any] | None, start: datetime, end: datetime) -> FreeBusyAnswer:
    if schedule is None:
        return Unknown(WhyUnknown.UNREADABLE, "The answer does not name the mailbox.")
    error = schedule.get("error")
    if error:
        code = str(error.get("responseCode", "")) if isinstance(error, dict) else ""
        return Unknown(WhyUnknown.NOT_SHARED, f"Microsoft 365 says: {code[:80]}")
    items, view = schedule.get("scheduleItems"), schedule.get("availabilityView")
    try:
        if items:
            times = [busy for each in items for busy in _item(each)]
        elif isinstance(view, str):
            # A calendar that shares no details has only the view.
            times = list(_viewed(view, start))
        else:
            return Unknown(WhyUnknown.NOT_SHARED, "Microsoft 365 says nothing about this mailbox.")
    except (LookupError, TypeError, ValueError):
        return Unknown(WhyUnknown.UNREADABLE, "A time in the answer cannot be read.")
    return busy_between(times, start, end)


def _item(item: Mapping[str, Any]) -> list[Busy]:
    status = str(item["status"]).casefold()
    if status in _FREE:
        return []
    begins, ends = _read(item["start"]), _read(item["end"])
    # A status that we do not know stands in the way rather than being taken for free.
    return [Busy(begins, ends, _STATUS.get(status, BusyKind.BUSY))] if ends > begins else []


def _viewed(view: str, start: datetime) -> list[Busy]:
    step = timedelta(minutes=_MINUTES)
    found = []
    for number, digit in enumerate(view):
        if digit not in "04":
            kind = _DIGITS.get(digit, BusyKind.BUSY)
            found.append(Busy(start + number * step, start + (number + 1) * step, kind))
    return found


def _read(value: Mapping[str, str]) -> datetime:
    """`2026-11-25T09:00:00.0000000`: seven decimals, and UTC because we asked for it."""
    if value.get("timeZone") != "UTC":
        raise ValueError("The time is not in UTC.")
    return datetime.fromisoformat(_FRACTION.sub("", value["dateTime"])).replace(tzinfo=UTC)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
