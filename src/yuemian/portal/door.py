"""Opens a candidate's link: from the token to its rows, in a transaction bound to its organization."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction

from yuemian.domain.person_or_machine import AFTER_DELIVERY
from yuemian.interviews.actions.respond import standing
from yuemian.interviews.models import Interview
from yuemian.interviews.slots.calendars import NOBODY_ASKED, Outside
from yuemian.messaging.actions.plan import (
    ANSWER_LINK,
    ONBOARDING_LINK,
    RESULT_LINK,
    SURVEY_LINK,
    hash_token,
)
from yuemian.messaging.models import AccessLink
from yuemian.portal import page_data
from yuemian.portal.page_data import PageData
from yuemian.results.models import ResultNotice
from yuemian.trust.identifiers import uuid7

#: A page reloaded over and over leaves one visit in this time.
VISIT_GAP = timedelta(seconds=10)
#: A survey's link, which opens nothing else.
OPEN_SURVEY = "SELECT link::text, page::text, blocks::text FROM open_survey_page(%s, %s)"
#: A result's link, likewise.
OPEN_RESULT = "SELECT link::text, page::text, blocks::text, notice::text FROM open_result_page(%s, %s)"
#: An onboarding's link, likewise.
OPEN_ONBOARDING = "SELECT link::text, page::text, blocks::text FROM open_onboarding_page(%s, %s)"
OPEN = "SELECT link::text, page::text, blocks::text FROM open_candidate_page(%s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Opened:
    """What a live link leads to, at one moment. `token` goes into the page's forms, and nowhere else.

    `outside` is what calendars said before it was opened, on the pages that asked them.
    """

    token: str
    link: AccessLink
    data: PageData
    now: datetime
    told_in: str | None
    sent_at: datetime | None
    outside: Outside = NOBODY_ASKED
    #: What the browser calls itself, where a page asks for it.
    agent: str = ""
    #: Of a result's link: what it leads to.
    notice: ResultNotice | None = None

    @property
    def interview(self) -> Interview:
        return self.data.interview

    @property
    def mark(self) -> str:
        """The link's name in limits: what is known of it before the database is asked."""
        return mark_of(self.token)

    @property
    def standing(self) -> str:
        """`open`, `old_revision`, `cancelled` or `over`."""
        return standing(self.link, self.interview, now=self.now)

    @property
    def locale(self) -> str:
        """The language the notice was written in."""
        return self.told_in or self.interview.application.candidate.locale

    @property
    def since_delivery(self) -> timedelta | None:
        """How long ago the notice left; None in rehearsal, where no scanner reads along."""
        return self.now - self.sent_at if self.sent_at else None


def mark_of(token: str) -> str:
    return hash_token(token).hex()


@contextmanager
def opened(
    token: str, *, now: datetime, purposes: Sequence[str] = (ANSWER_LINK,), outside: Outside = NOBODY_ASKED
) -> Iterator[Opened | None]:
    """A transaction that is bound to the link's organization. None for a token that is unknown, expired, revoked
    or of another purpose: outside all look the same."""
    with transaction.atomic():
        looks = {
            ANSWER_LINK: look,
            SURVEY_LINK: look_at_survey,
            RESULT_LINK: look_at_result,
            ONBOARDING_LINK: look_at_onboarding,
        }
        found = (looks[purpose](token, now=now) for purpose in purposes)
        door = next((each for each in found if each is not None), None)
        yield replace(door, outside=outside) if door and outside is not NOBODY_ASKED else door


def look_at_survey(token: str, *, now: datetime) -> Opened | None:
    """The same for the link of a survey; that it was opened is noted nowhere."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_SURVEY, [hash_token(token), now])
        link, page, blocks = cursor.fetchone()
    return opened_by(token, (link, page, blocks), now=now)


def look_at_result(token: str, *, now: datetime) -> Opened | None:
    """The same for the link of a result, which opens only what has left and still holds."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_RESULT, [hash_token(token), now])
        link, page, blocks, row = cursor.fetchone()
    door = opened_by(token, (link, page, blocks), now=now)
    if door is None or row is None:
        return None
    notice = page_data.built(ResultNotice, orjson.loads(row))
    notice.candidate = door.interview.application.candidate
    # What is asked there is asked about the interview: to the deeds it is a link of it.
    door.link.subject_id, door.link.subject_revision = door.interview.pk, door.interview.revision
    return replace(door, notice=notice)


def look_at_onboarding(token: str, *, now: datetime) -> Opened | None:
    """The same for the link of an onboarding: the interview is the one after which they were hired."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_ONBOARDING, [hash_token(token), now])
        link, page, blocks = cursor.fetchone()
    return opened_by(token, (link, page, blocks), now=now)


def look(token: str, *, now: datetime, is_fetch: bool = False, is_suspect: bool = False) -> Opened | None:
    """One statement: open the link and read its page; a fetch is noted as a visit besides."""
    return opened_by(
        token, _ask(values_to_open(token, now=now, is_fetch=is_fetch, is_suspect=is_suspect)), now=now
    )


def values_to_open(token: str, *, now: datetime, is_fetch: bool, is_suspect: bool) -> list[Any]:
    """What OPEN takes."""
    return [hash_token(token), now, uuid7() if is_fetch else None, is_suspect, AFTER_DELIVERY, VISIT_GAP]


def opened_by(token: str, row: tuple[str | None, str | None, str | None], *, now: datetime) -> Opened | None:
    """From what OPEN answered."""
    link, page, blocks = row
    if page is None or link is None:
        return None
    told = orjson.loads(link)
    return Opened(
        token,
        page_data.link_of(told["link"]),
        page_data.parse(page, blocks),
        now,
        told_in=told["locale"],
        sent_at=datetime.fromisoformat(told["sent_at"]) if told["sent_at"] else None,
    )


def _ask(values: list[Any]) -> tuple[str | None, str | None, str | None]:
    """The statement is its own check of a kept connection: asking `SELECT 1` first would double the round trips."""
    is_alone = not connection.in_atomic_block
    connection.health_check_done = is_alone or connection.health_check_done  # type: ignore[attr-defined]
    try:
        return _row(values)
    except (OperationalError, InterfaceError):
        if not is_alone:
            raise
        connection.close()
        return _row(values)


def _row(values: list[Any]) -> tuple[str | None, str | None, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN, values)
        link, page, blocks = cursor.fetchone()
    return link, page, blocks
