"""From checked rows to what is created: which rows are one new person, and each row's appointment."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from yuemian.accounts.models import Branch, User
from yuemian.domain.header_words import Field
from yuemian.domain.reading import NoticeCode
from yuemian.domain.states import Mode
from yuemian.hiring.models import Job, Source
from yuemian.intake.checking import CheckedRow
from yuemian.intake.reference import ROUNDS
from yuemian.interviews.actions.schedule import Appointment, Person
from yuemian.interviews.models import Place

SOURCE_LENGTH = 60
_ROUNDS = {option.key: option.label for option in ROUNDS}
_NAME_KEY_LENGTH = 120
_PLACE_NAME_LENGTH = 120
_CONTACTS = (Field.PHONE, Field.EMAIL)


@dataclass
class People:
    """The person of each row. `group` joins the rows of one new person; `further` are those rows that bring
    another address than the person is created with."""

    by_row: dict[int, Person] = field(default_factory=dict)
    group: dict[int, int] = field(default_factory=dict)
    further: set[int] = field(default_factory=set)


def people_of(rows: Sequence[CheckedRow]) -> People:
    """New rows with one name and a contact, or a candidate number, in common are one person."""
    people = People(group=_groups([row for row in rows if not row.candidate]))
    members: dict[int, list[CheckedRow]] = {}
    for row in rows:
        if row.candidate:
            people.by_row[row.number] = person_of(row, UUID(row.candidate))
        else:
            members.setdefault(people.group[row.number], []).append(row)
    for group in members.values():
        person = _one_person(group)
        for row in group:
            people.by_row[row.number] = person
            phone, email = (row.values.get(name, "") for name in _CONTACTS)
            if phone not in {"", person.phone} or email not in {"", person.email}:
                people.further.add(row.number)
    return people


def _groups(rows: Sequence[CheckedRow]) -> dict[int, int]:
    """Row number → number of the first row of the same person."""
    leader: dict[int, int] = {}

    def top(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    owner: dict[tuple[str, Field, str], int] = {}
    for row in rows:
        leader[row.number] = row.number
        for name in (*_CONTACTS, Field.EXTERNAL_ID):
            if value := row.values.get(name):
                other = owner.setdefault((row.contact_name, name, value), row.number)
                leader[max(top(other), top(row.number))] = min(top(other), top(row.number))
    return {number: top(number) for number in leader}


def _one_person(rows: Sequence[CheckedRow]) -> Person:
    def first(name: Field) -> str:
        return next((row.values[name] for row in rows if row.values.get(name)), "")

    return Person(
        name=first(Field.NAME),
        name_key=rows[0].contact_name[:_NAME_KEY_LENGTH],
        email=first(Field.EMAIL),
        phone=first(Field.PHONE),
        locale=first(Field.LANGUAGE),
        external_id=first(Field.EXTERNAL_ID),
        shares_contact=any(_is_shared(row) for row in rows),
    )


def person_of(row: CheckedRow, candidate_id: UUID) -> Person:
    """A candidate who exists, with the contacts of the row."""
    values = row.values
    return Person(
        name=values[Field.NAME],
        name_key=row.contact_name[:_NAME_KEY_LENGTH],
        email=values.get(Field.EMAIL, ""),
        phone=values.get(Field.PHONE, ""),
        shares_contact=_is_shared(row),
        candidate_id=candidate_id,
    )


def _is_shared(row: CheckedRow) -> bool:
    return any(notice.code is NoticeCode.SHARED_CONTACT_CONFIRMED for notice in row.notices)


@dataclass(frozen=True)
class Catalogue:
    """The organization's own things, by the keys that the check uses."""

    jobs: Mapping[str, Job]
    branches: Mapping[str, Branch]
    users: Mapping[str, User]
    sources: Mapping[str, Source]
    places: Sequence[Place] = ()

    def appointment(self, row: CheckedRow, person: Person) -> Appointment:
        """The interview that a good row describes."""
        values = row.values
        branch = self.branches[values[Field.BRANCH]]
        mode, place = Mode(values[Field.MODE]), values.get(Field.PLACE, "")
        is_short = len(place) <= _PLACE_NAME_LENGTH
        address = branch.address if mode == Mode.ONSITE else ""
        known = self._place(place, branch) if mode == Mode.ONSITE else None
        if known is not None:
            place, address = known.told_name(known.room_in(place) or ""), known.told_address
        return Appointment(
            person=person,
            job=self.jobs[values[Field.JOB]],
            branch=branch,
            round=_ROUNDS.get(values[Field.ROUND], values[Field.ROUND]),
            starts_at=datetime.fromisoformat(values[Field.START]).astimezone(UTC),
            time_zone=values.get(Field.ZONE, branch.time_zone),
            recruiter=self.users.get(values.get(Field.RECRUITER, "")),
            source=self.sources.get(values.get(Field.SOURCE, "")[:SOURCE_LENGTH]),
            duration=timedelta(minutes=int(values[Field.DURATION])),
            mode=mode,
            place_name=place if is_short else "",
            place_address=address if is_short else place,
            video_link=values.get(Field.LINK, ""),
            materials=values.get(Field.MATERIALS, ""),
            flow=values.get(Field.FLOW, ""),
            interviewers=self._interviewers(values.get(Field.INTERVIEWERS, "")),
            fingerprint=bytes.fromhex(row.fingerprints[0]) if row.fingerprints else None,
            place_id=known.pk if known else None,
        )

    def _place(self, written: str, branch: Branch) -> Place | None:
        """The place that the row names, with or without a room behind; of two with one name, the branch's own."""
        wanted = _spelled(written)
        named = [each for each in self.places if wanted in map(_spelled, each.names)]
        named = named or [each for each in self.places if each.room_in(written) is not None]
        named.sort(key=lambda each: (each.branch_id != branch.pk, -len(each.name)))
        return named[0] if named and wanted else None

    def _interviewers(self, keys: str) -> tuple[User, ...]:
        return tuple(self.users[key] for key in keys.split(",") if key in self.users)


def _spelled(name: str) -> str:
    """The form in which two spellings of a place are equal."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def catalogue_for(user: User, sources: Collection[Source]) -> Catalogue:
    """In four queries."""
    return Catalogue(
        jobs={str(job.pk): job for job in Job.objects.visible_to(user)},
        branches={str(branch.pk): branch for branch in Branch.objects.visible_to(user)},
        users={str(each.pk): each for each in User.objects.visible_to(user)},
        sources={key: source for source in sources for key in (str(source.pk), source.name)},
        places=list(Place.objects.visible_to(user).in_use().select_related("branch").defer("photo")),
    )
