"""The port of calendars: whether a person is busy, and honestly not known where it is not known."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from yuemian.channels.base import BadConfig
from yuemian.channels.http import HTTPFailure, NotWritten
from yuemian.domain.availability import FreeBusyAnswer, Unknown, WhyUnknown

if TYPE_CHECKING:
    from yuemian.channels.http import Network

#: Nobody waits longer for a calendar; what comes later is unknown.
PATIENCE = 3.0


class FreeBusy(abc.ABC):
    """One way of asking calendars; an instance belongs to one set of credentials and one event loop."""

    name: ClassVar[str]
    Config: ClassVar[type[Any]]

    def __init__(self, config: Any, *, network: Network | None = None) -> None:  # noqa: ARG002
        """Raises BadConfig. With `network`, connections go only to addresses that it admits."""
        self.config = config

    async def query(self, person: str, start: datetime, end: datetime) -> FreeBusyAnswer:
        """The busy times of a person (their address in the calendar service) from `start` until before `end`.

        Never raises for what a service or network did, and never takes longer than PATIENCE.
        """
        (answer,) = await self.query_all([person], start, end)
        return answer

    async def query_all(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]:
        """The same for several people at once, in their order: some services answer for many with one request."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._ask(people, start, end)
        except TimeoutError:
            why = Unknown(WhyUnknown.TIMEOUT, "The calendar did not answer in time.")
        except HTTPFailure as failure:
            why = unknown_after(failure)
        except BadConfig as problem:
            why = Unknown(WhyUnknown.SETTINGS, str(problem))
        return [why for _ in people]

    @abc.abstractmethod
    async def _ask(self, people: Sequence[str], start: datetime, end: datetime) -> list[FreeBusyAnswer]: ...

    async def close(self) -> None:  # noqa: B027 - most hold nothing open
        """Give back connections; the instance is not used afterwards."""


def unknown_after(failure: HTTPFailure) -> Unknown:
    """Reading has no effect, so that it does not matter whether the request was written."""
    if failure.code == "timeout":
        return Unknown(WhyUnknown.TIMEOUT, str(failure))
    if isinstance(failure, NotWritten):
        return Unknown(WhyUnknown.UNREACHABLE, str(failure))
    return Unknown(
        WhyUnknown.UNREADABLE if failure.code == "not_http" else WhyUnknown.UNREACHABLE, str(failure)
    )


def unknown_status(status: int) -> Unknown:
    """What a status other than success means."""
    if status in (401, 403):
        return Unknown(WhyUnknown.REFUSED, f"The calendar server answered {status}.")
    if status == 404:
        return Unknown(WhyUnknown.NOT_FOUND, "The calendar server answered 404.")
    if status in (429, 503):
        return Unknown(WhyUnknown.THROTTLED, f"The calendar server answered {status}.")
    return Unknown(WhyUnknown.UNREADABLE, f"The calendar server answered {status}.")
