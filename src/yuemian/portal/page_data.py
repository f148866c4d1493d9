"""What `functions.sql` reads for one candidate page, as the models' own objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache, lru_cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models
from django.db.models.base import ModelState
from django.utils.dateparse import parse_duration

from yuemian.accounts.models import Branch, Organization, User
from yuemian.hiring.models import Application, Candidate, Job
from yuemian.interviews.models import Interview, Place, Response
from yuemian.messaging.models import AccessLink
from yuemian.trust.models import Key
from yuemian.trust.vault import Vault

M = TypeVar("M", bound=models.Model)
Row = dict[str, Any]


@dataclass(frozen=True)
class PageData:
    """Everything a page shows. `blocks` stays text: the sections made of it are remembered by it."""

    interview: Interview
    organization_key: Key | None
    logo_digest: str
    response: Response | None
    changes: list[Row]
    messages: list[Row]
    blocks: str
    #: The newest revision before this one that the candidate knows of.
    known_revision: int | None = None
    signals: list[Row] = field(default_factory=list)
    #: What was said beside the answer; the reasons are the organization's own, None where the shipped ones hold.
    reason: Row | None = None
    reasons: list[Row] | None = None
    need: Row | None = None
    #: From when on there is a result to read, through a link of its own.
    news_at: datetime | None = None

    def vault(self) -> Vault:
        """Knows the organization's key already, so that opening a text asks the database nothing."""
        vault = Vault(self.interview.organization_id)
        if self.organization_key is not None:
            vault.expect(self.organization_key)
        return vault


def read(interview_id: UUID) -> PageData | None:
    """The page of an interview of the organization that the transaction is bound to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT page::text, blocks::text FROM read_candidate_page(%s)", [interview_id])
        page, blocks = cursor.fetchone()
    return parse(page, blocks) if page else None


def parse(page: str, blocks: str | None) -> PageData:
    data = orjson.loads(page)
    interview = built(Interview, data["interview"])
    application = built(Application, data["application"])
    candidate = built(Candidate, data["candidate"])
    organization = built(Organization, data["organization"])
    interview.organization = application.organization = candidate.organization = organization
    interview.branch = built(Branch, data["branch"])
    interview.recruiter = built(User, data["recruiter"]) if data["recruiter"] else None
    interview.application = application
    application.candidate = candidate
    application.job = built(Job, data["job"])
    candidate.key = built(Key, data["key"])
    interview.place = _place(data["place"]) if data["place"] else None
    return PageData(
        interview=interview,
        organization_key=built(Key, data["organization_key"]) if data["organization_key"] else None,
        logo_digest=data["logo_digest"],
        response=built(Response, data["response"]) if data["response"] else None,
        changes=data["changes"] or [],
        messages=data["messages"] or [],
        blocks=blocks or "[]",
        known_revision=data["known_revision"],
        signals=data["signals"] or [],
        reason=data["reason"],
        reasons=data["reasons"],
        need=data["need"],
        news_at=datetime.fromisoformat(data["news_at"]) if data["news_at"] else None,
    )


def _place(row: Row) -> Place:
    """What names it; directions and photo are for the page that shows them."""
    place = built(Place, row)
    place.branch = Branch(id=place.branch_id, locale=row["branch_locale"])
    return place


def link_of(row: Row) -> AccessLink:
    return built(AccessLink, row)


def built(model: type[M], row: Row) -> M:
    """The object of a row from `to_json`; a column that was left out is deferred.

    Not by `from_db`: its signals and checks, which nothing here needs, cost more than reading the values.
    """
    made: M = model.__new__(model)
    fields = made.__dict__
    fields["_state"] = state = ModelState()
    state.adding, state.db = False, "default"
    for name, column, read_value in _fields(model):
        if column in row:
            value = row[column]
            fields[name] = read_value(value) if read_value and value is not None else value
    return made


def bytes_of(text: str) -> bytes:
    """PostgreSQL's `\\x00ff`."""
    return bytes.fromhex(text[2:])


#: Most ids of a page are those of the company, the job and the people that its candidates share.
_uuid = lru_cache(maxsize=4096)(UUID)


@cache
def _fields(model: type[models.Model]) -> list[tuple[str, str, Callable[[str], Any] | None]]:
    return [(f.attname, f.column or f.attname, _reader(f)) for f in model._meta.concrete_fields]


def _reader(field: Any) -> Callable[[str], Any] | None:
    target = field.target_field if field.is_relation else field
    readers: dict[type, Callable[[str], Any]] = {
        models.UUIDField: _uuid,
        models.DateTimeField: datetime.fromisoformat,
        models.TimeField: time.fromisoformat,
        models.BinaryField: bytes_of,
        models.DurationField: parse_duration,
    }
    return readers.get(type(target))
