"""Create candidates, applications and interviews: one by hand or thousands from a checked spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import Branch, User
from yuemian.domain.addresses import email_index_form, phone_index_form
from yuemian.domain.states import Answer, Attendance, Channel, InterviewState, Mode, Stage
from yuemian.hiring.actions.contacts import add_missing, tell_of_added
from yuemian.hiring.models import Application, Candidate, ContactPoint, ContactState, Job, Source
from yuemian.interviews.actions.replan import lock_interviews_of, touch_candidates, wake_clock
from yuemian.interviews.models import Cadence, Change, ChangeKind, Interview, Participant
from yuemian.trust import audit, bulk
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.live import announce
from yuemian.trust.models import Key
from yuemian.trust.vault import Vault, new_candidate_keys

INTERVIEW_FIELDS = (
    "id", "organization", "application", "branch", "recruiter", "round", "state", "revision", "starts_at", "duration",
    "time_zone", "mode", "place", "place_name", "place_address", "video_link", "materials", "flow", "answer",
    "attendance", "fingerprint", "created_at",
)  # fmt: skip
KEY_FIELDS = ("id", "organization", "number", "purpose", "wrapped_by", "wrapped", "created_at")
CANDIDATE_FIELDS = (
    "id", "organization", "key", "name", "name_key", "locale", "time_zone", "external_id", "created_at",
)  # fmt: skip
CONTACT_FIELDS = (
    "id", "organization", "candidate", "channel", "value_sealed", "blind_index", "state", "is_shared", "created_at",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A candidate as HR knows them; contact values are already normal (E.164, lower-case address)."""

    name: str
    name_key: str
    email: str = ""
    phone: str = ""
    locale: str = "zh-hans"
    time_zone: str = ""
    external_id: str = ""
    shares_contact: bool = False
    #: The existing candidate this is, when intake or a recruiter recognised one.
    candidate_id: UUID | None = None


@dataclass(frozen=True)
class Appointment:
    """One interview to be created."""

    person: Person
    job: Job
    branch: Branch
    round: str
    starts_at: datetime
    time_zone: str
    recruiter: User | None = None
    source: Source | None = None
    duration: timedelta = timedelta(hours=1)
    mode: Mode = Mode.ONSITE
    place_name: str = ""
    place_address: str = ""
    video_link: str = ""
    materials: str = ""
    flow: str = ""
    interviewers: Sequence[User] = field(default_factory=tuple)
    fingerprint: bytes | None = None
    place_id: UUID | None = None


def schedule_interviews(
    user: User, appointments: Sequence[Appointment], *, now: datetime, kind: ChangeKind = ChangeKind.CREATED
) -> list[UUID]:
    """Create everything the appointments need, all or nothing. Returns the interviews' ids in order.

    One person (same candidate_id, or same name and contact within the call) becomes one candidate.
    """
    with transaction.atomic():
        candidates, added = _candidates(user, appointments, now)
        applications = _applications(user, appointments, candidates, now)
        ids = [uuid7() for _ in appointments]
        bulk.insert(
            Interview,
            INTERVIEW_FIELDS,
            (
                _interview_row(user.organization_id, *row, now=now)
                for row in zip(ids, appointments, applications, strict=True)
            ),
        )
        bulk.insert(
            Participant,
            ("id", "organization", "interview", "user"),
            (
                (uuid7(), user.organization_id, interview_id, interviewer.pk)
                for interview_id, appointment in zip(ids, appointments, strict=True)
                for interviewer in dict.fromkeys(appointment.interviewers)
            ),
        )
        bulk.insert(
            Change,
            ("id", "organization", "interview", "kind", "revision", "new_starts_at", "reason", "actor", "at"),
            (
                (
                    uuid7(),
                    user.organization_id,
                    interview_id,
                    str(kind),
                    1,
                    appointment.starts_at,
                    "",
                    user.pk,
                    now,
                )
                for interview_id, appointment in zip(ids, appointments, strict=True)
            ),
        )
        bulk.insert(
            Cadence,
            ("id", "interview"),
            ((uuid7(), interview_id) for interview_id in ids),
            shared={"organization": user.organization_id, "next_at": now, "is_waiting": False},
        )
        wake_clock(user.organization_id)
        tell_of_added(added, now=now)
        audit.record(
            user.organization_id, user.actor, f"interviews.{kind.value}", at=now, count=len(ids),
            first=ids[0] if ids else None,
        )  # fmt: skip
        announce(user.organization_id, "interviews")
    return ids


def blind_indexes(organization_id: UUID, person: Person) -> dict[Channel, bytes]:
    """The person's contact values as blind indexes, for recognising them."""
    ring = keyring()
    values = {Channel.EMAIL: email_index_form(person.email), Channel.SMS: phone_index_form(person.phone)}
    return {c: ring.blind_index(organization_id, str(c), value) for c, value in values.items() if value}


def _candidates(
    user: User, appointments: Sequence[Appointment], now: datetime
) -> tuple[list[UUID], list[ContactPoint]]:
    """The candidate of each appointment: known ones by id, new ones created once per distinct person. And what known
    ones have got of new addresses.
    """
    new: dict[Person, UUID] = {}
    ids = []
    for appointment in appointments:
        person = appointment.person
        ids.append(person.candidate_id or new.setdefault(_identity(person), uuid7()))
    if new:
        _create_candidates(user.organization_id, new, now)
    known = [a.person for a in appointments if a.person.candidate_id]
    added = _add_missing_contact_points(user.organization_id, known)
    lock_interviews_of(user.organization_id, {point.candidate_id for point in added})
    touch_candidates(user.organization_id, {p.candidate_id for p in known if p.candidate_id}, now=now)
    return ids, added


def _identity(person: Person) -> Person:
    return Person(
        name=person.name,
        name_key=person.name_key,
        email=person.email,
        phone=person.phone,
        locale=person.locale,
        time_zone=person.time_zone,
        external_id=person.external_id,
        shares_contact=person.shares_contact,
    )


def _create_candidates(organization_id: UUID, people: dict[Person, UUID], now: datetime) -> None:
    vault = Vault(organization_id)
    keys = new_candidate_keys(vault, len(people))
    bulk.insert(
        Key,
        KEY_FIELDS,
        ((k.pk, organization_id, k.number, str(k.purpose), k.wrapped_by, k.wrapped, now) for k in keys),
    )
    rows = list(zip(people.items(), keys, strict=True))
    bulk.insert(
        Candidate,
        CANDIDATE_FIELDS,
        (
            (
                candidate_id, organization_id, key.pk, person.name, person.name_key, person.locale, person.time_zone,
                person.external_id, now,
            )
            for (person, candidate_id), key in rows
        ),
    )  # fmt: skip
    bulk.insert(
        ContactPoint,
        CONTACT_FIELDS,
        (
            (
                point.pk, organization_id, candidate_id, str(point.channel), point.value_sealed, point.blind_index,
                str(point.state), point.is_shared, now,
            )
            for (person, candidate_id), key in rows
            for point in _contact_points(vault, candidate_id, key, person)
        ),
    )  # fmt: skip


def _contact_points(vault: Vault, candidate_id: UUID, key: Key, person: Person) -> list[ContactPoint]:
    values = {Channel.EMAIL: person.email, Channel.SMS: person.phone}
    points = []
    for channel, index in blind_indexes(vault.organization_id, person).items():
        point = ContactPoint(
            id=uuid7(),
            organization_id=vault.organization_id,
            candidate_id=candidate_id,
            channel=channel,
            blind_index=index,
            state=ContactState.ACTIVE,
            is_shared=person.shares_contact,
        )
        point.value_sealed = vault.seal(key, ContactPoint.PLACE, point.pk, values[channel])
        points.append(point)
    return points


def _add_missing_contact_points(organization_id: UUID, people: Sequence[Person]) -> list[ContactPoint]:
    """A known candidate who comes with a new address or number gets it added; nothing is overwritten. Returns those."""
    if not people:
        return []
    vault = Vault(organization_id)
    candidates = Candidate.objects.select_related("key").in_bulk(
        [p.candidate_id for p in people if p.candidate_id]
    )
    points: dict[tuple[UUID, str, bytes], ContactPoint] = {}
    for person in people:
        if person.candidate_id in candidates:
            candidate = candidates[person.candidate_id]
            for point in _contact_points(vault, candidate.pk, candidate.key, person):
                points[candidate.pk, point.channel, bytes(point.blind_index)] = point
    return add_missing(points.values())


def _applications(
    user: User, appointments: Sequence[Appointment], candidates: Sequence[UUID], now: datetime
) -> list[UUID]:
    wanted: dict[tuple[UUID, UUID], Appointment] = {}
    for appointment, candidate_id in zip(appointments, candidates, strict=True):
        wanted.setdefault((candidate_id, appointment.job.pk), appointment)
    Application.objects.bulk_create(
        [
            Application(
                id=uuid7(),
                organization_id=user.organization_id,
                candidate_id=candidate_id,
                job_id=job_id,
                source=appointment.source,
                stage=Stage.SCREENED,
                created_at=now,
            )
            for (candidate_id, job_id), appointment in wanted.items()
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )
    rows: list[Any] = list(
        Application.objects.filter(candidate_id__in={c for c, _ in wanted}).values_list(
            "candidate_id", "job_id", "id"
        )
    )
    found = {(candidate_id, job_id): application_id for candidate_id, job_id, application_id in rows}
    return [found[c, a.job.pk] for a, c in zip(appointments, candidates, strict=True)]


def _interview_row(
    organization_id: UUID, interview_id: UUID, a: Appointment, application_id: UUID, *, now: datetime
) -> tuple[Any, ...]:
    return (
        interview_id, organization_id, application_id, a.branch.pk, a.recruiter.pk if a.recruiter else None, a.round,
        str(InterviewState.SCHEDULED), 1, a.starts_at, a.duration, a.time_zone, str(a.mode), a.place_id, a.place_name,
        a.place_address, a.video_link, a.materials, a.flow, str(Answer.NEEDS_ACTION), str(Attendance.UNKNOWN),
        a.fingerprint, now,
    )  # fmt: skip
