"""The port to the rooms above: what a notification is about, and whether it is still true.

Messaging knows no interview. A room that plans notifications registers its subject kind here; the engine asks it,
inside the claim, for the current truth of all subjects of a batch with one SQL query.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.module_loading import import_string

from yuemian.domain.states import ReasonCode

#: Columns that a subject's truth query must return, in this order:
#: subject_id uuid, revision int, is_open bool, is_answered bool, closes_at timestamptz, is_declined bool,
#: is_called_off bool.
TRUTH_COLUMNS = (
    "subject_id",
    "revision",
    "is_open",
    "is_answered",
    "closes_at",
    "is_declined",
    "is_called_off",
)
#: Columns of a subject's place query: subject_id uuid, branch_id uuid, the recipient's zone as an IANA name.
PLACE_COLUMNS = ("subject_id", "branch_id", "zone")


#: Columns of a subject's past, one row per revision: candidate_id uuid, subject_id uuid, revision int,
#: answered_at (the first answer to this revision), starts_at, superseded_at (when a later revision replaced it),
#: segment text (what similar people have in common), zone text (the candidate's clock), region text (whose holidays).
PAST_COLUMNS = (
    "candidate_id", "subject_id", "revision", "answered_at", "starts_at", "superseded_at", "segment", "zone",
    "region",
)  # fmt: skip


#: The step under which staff are told that an interview does not take place: true although it is closed by then.
CALLED_OFF = "called_off"


@dataclass(frozen=True)
class Subject:
    """`truth_sql` takes one parameter, an array of subject ids, and returns TRUTH_COLUMNS.

    `place_sql` likewise returns PLACE_COLUMNS: by whose clock and rules a plan's messages keep quiet; empty: none.
    It runs as the engine's role: select only, every organization.

    `past_of_sql` (%(organization)s, %(candidates)s: an array) and `closed_sql` (%(organization)s, %(since)s, %(until)s:
    subjects that ended in between) return PAST_COLUMNS and run as the web role. Empty: nothing can be learned.

    `application_sql` takes one subject id and returns the application it belongs to, as the web role; empty: none.

    `closed_reason` says why a message about one that is not open any more does not leave.
    """

    kind: str
    truth_sql: str
    past_of_sql: str = ""
    closed_sql: str = ""
    place_sql: str = ""
    application_sql: str = ""
    closed_reason: ReasonCode = ReasonCode.INTERVIEW_CANCELLED


SUBJECTS: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Called from an app's `ready()`."""
    SUBJECTS[subject.kind] = subject


#: Dotted names of `messaging.previews.PreviewSource` objects; resolved at use, when all models are loaded.
PREVIEW_SOURCES: list[str] = []


def register_previews(name: str) -> None:
    """Called from an app's `ready()`: lend previews the facts of real people."""
    if name not in PREVIEW_SOURCES:
        PREVIEW_SOURCES.append(name)


#: Dotted names of `lock(organization_id, candidate_ids)` of rooms above; resolved at use.
LOCKS: list[str] = []


def register_lock(name: str) -> None:
    """Called from an app's `ready()`: what everybody locks before deliveries to these people (decision 23)."""
    if name not in LOCKS:
        LOCKS.append(name)


def lock_first(organization_id: UUID, candidate_ids: Collection[UUID]) -> None:
    """Before their deliveries are locked, whoever of the rooms above acts on that afterwards."""
    for name in LOCKS:
        import_string(name)(organization_id, candidate_ids)
