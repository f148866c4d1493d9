"""What a claim holds: the deliveries this worker has leased, with all that rendering and re-checking need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from yuemian.domain.languages import is_chinese
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.database import Database
from yuemian.messaging.models import SharedSnapshot
from yuemian.messaging.subjects import SUBJECTS
from yuemian.trust.vault import Unreadable, Vault

#: Of a kilobyte each.
_KEPT: Final = 4000


class SealedKey(NamedTuple):
    """A data key as the vault takes it, without a model's weight."""

    number: int
    wrapped: bytes | None
    wrapped_by: int


class Claimed(NamedTuple):
    """One leased delivery; the columns of CLAIM in their order."""

    id: UUID
    organization_id: UUID
    batch_id: UUID | None
    channel: str
    is_rehearsal: bool
    occurrence: int
    attempt: int
    deadline_at: datetime
    now: datetime
    notification_id: UUID
    purpose: str
    subject_kind: str
    subject_id: UUID
    subject_revision: int
    version_id: UUID
    locale: str
    parameters_sealed: bytes
    key_number: int
    key_wrapped: bytes | None
    key_wrapped_by: int
    contact_point_id: UUID | None
    contact_sealed: bytes | None
    contact_state: str | None
    user_email: str | None
    user_phone: str | None
    user_name: str | None
    priority: int = 30
    position: int = 0
    account: UUID | None = None
    is_unclear: bool = False
    step_key: str = ""
    candidate_id: UUID | None = None
    is_discreet: bool | None = None
    shared_id: UUID | None = None

    @property
    def key(self) -> SealedKey:
        return SealedKey(self.key_number, self.key_wrapped, self.key_wrapped_by)


class Sender(NamedTuple):
    """An organization at the moment of sending; the columns of ORGANIZATIONS in their order."""

    id: UUID
    name: str
    name_en: str
    is_rehearsal: bool
    mail_from: str
    key_number: int
    key_wrapped: bytes | None
    key_wrapped_by: int
    #: Where answers and reports come in, when the organization has a mailbox that is read.
    reply_pattern: str = ""
    bounce_pattern: str = ""

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name

    def vault(self) -> Vault:
        """A vault that knows the organization's key and so never asks the database."""
        vault = Vault(self.id)
        vault.cipher(SealedKey(self.key_number, self.key_wrapped, self.key_wrapped_by))
        return vault


class Truth(NamedTuple):
    """What a subject says about itself now; `subjects.TRUTH_COLUMNS` in their order."""

    subject_id: UUID
    revision: int
    is_open: bool
    is_answered: bool
    closes_at: datetime | None
    is_declined: bool = False
    is_called_off: bool = False


class Text(NamedTuple):
    """A template variant; the columns of TEXTS in their order."""

    version_id: UUID
    channel: str
    locale: str
    subject: str
    body: str


async def claim(database: Database, worker: UUID, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Lease what is due. Raises one of `database.AWAY`; a claim whose answer was lost expires by itself."""
    rows = await database.fetch(statements.CLAIM, {"worker": worker, "limit": limit, "lease": lease})
    return [Claimed._make(row) for row in rows]


async def senders_of(database: Database, rows: Iterable[Claimed]) -> dict[UUID, Sender]:
    ids = list({row.organization_id for row in rows})
    found = await database.patiently(statements.ORGANIZATIONS, {"ids": ids})
    return {sender.id: sender for sender in map(Sender._make, found)}


async def truths_of(database: Database, rows: Iterable[Claimed]) -> dict[tuple[str, UUID], Truth]:
    """One query per kind of subject. A kind that nobody registered yields no truth."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        wanted.setdefault(row.subject_kind, set()).add(row.subject_id)
    truths: dict[tuple[str, UUID], Truth] = {}
    for kind, ids in wanted.items():
        if kind in SUBJECTS:
            for found in await database.patiently(SUBJECTS[kind].truth_sql, [list(ids)]):
                truths[kind, found[0]] = Truth._make(found)
    return truths


async def texts_of(database: Database, versions: Iterable[UUID]) -> list[Text]:
    return [
        Text._make(row) for row in await database.patiently(statements.TEXTS, {"versions": list(versions)})
    ]


class Beginnings:
    """How the snapshots of alike people begin, opened; the last few thousand are kept."""

    def __init__(self) -> None:
        self._known: dict[UUID, bytes] = {}

    async def of(
        self, database: Database, rows: Iterable[Claimed], vaults: Mapping[UUID, Vault]
    ) -> dict[UUID, bytes]:
        """Those that these rows go on from; one that cannot be opened, or is another organization's, is missing."""
        wanted = {row.shared_id for row in rows} - {None}
        found = {id_: self._known[id_] for id_ in wanted if id_ in self._known}
        missing = list(wanted - found.keys())
        if missing:
            opened = {}
            for id_, organization, sealed, *key in await database.patiently(
                statements.SHARED, {"ids": missing}
            ):
                with suppress(Unreadable, KeyError):
                    place = SharedSnapshot.PLACE
                    opened[id_] = vaults[organization].open_bytes(SealedKey._make(key), place, id_, sealed)
            if len(self._known) > _KEPT:
                self._known.clear()
            self._known |= opened
            found |= opened
        return found
