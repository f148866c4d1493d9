"""What an organization's sheets are checked against, read from the database in a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import Branch, Role, User
from yuemian.domain.cell_text import comparable
from yuemian.domain.header_words import Field
from yuemian.domain.headers import find_header
from yuemian.domain.names import comparable_name
from yuemian.domain.states import Channel, InterviewState
from yuemian.hiring.models import Candidate, Job, Source
from yuemian.intake.checking import CheckedSheet, contacts_of, fingerprint
from yuemian.intake.models import ColumnMapping
from yuemian.intake.reference import ROUNDS, BranchOption, KnownPerson, Option, Reference
from yuemian.intake.table import Table
from yuemian.interviews.models import Interview
from yuemian.trust.keyring import keyring

_CHANNELS = {str(Field.PHONE): Channel.SMS, str(Field.EMAIL): Channel.EMAIL}
_RECRUITERS = (Role.RECRUITER, Role.ADMINISTRATOR)
_ROUND_KEYS = {option.label: option.key for option in ROUNDS}


class NoBranch(Exception):  # noqa: N818
    """An organization needs a branch before interviews can be imported; create one in the settings."""


def reference_for(user: User, now: datetime) -> Reference:
    """Everything but the people and interviews, which depend on the file: see `with_people`. Raises NoBranch."""
    branches = tuple(_branch(each) for each in Branch.objects.visible_to(user))
    if not branches:
        raise NoBranch(NoBranch.__doc__)
    people = list(User.objects.visible_to(user).filter(is_active=True))
    person = _persons(people)
    sources = Source.objects.filter(organization_id=user.organization_id).values_list("pk", "name")
    return Reference(
        now=now,
        jobs=_jobs(user),
        branches=branches,
        recruiters=tuple(person[each.pk] for each in people if each.role in _RECRUITERS),
        interviewers=tuple(person[each.pk] for each in people if each.role != Role.AUDITOR),
        sources=tuple(Option(str(pk), name) for pk, name in sources),
        default_branch=str(user.branch_id or branches[0].key),
        default_recruiter=str(user.pk) if user.role in _RECRUITERS else "",
        blind_index=blind_index_of(user.organization_id),
    )


def blind_index_of(organization_id: UUID) -> Callable[[str, str], str]:
    """The keyed index of a contact, as the checker names its kind ("phone", "email")."""
    ring = keyring()

    def blind_index(kind: str, normal_form: str) -> str:
        return ring.blind_index(organization_id, str(_CHANNELS[kind]), normal_form).hex()

    return blind_index


def with_people(reference: Reference, user: User, sheet: CheckedSheet) -> Reference:
    """The reference with the candidates and interviews that the sheet touches, and no others."""
    people = _people(user, contacts_of(sheet, reference))
    numbers = {row.values[Field.EXTERNAL_ID] for row in sheet.rows if Field.EXTERNAL_ID in row.values}
    return replace(
        reference,
        people=people,
        external_ids=_external_ids(user, numbers),
        interviews=_interviews(user, people),
    )


def remembered_mapping(user: User, table: Table) -> Mapping[str, Mapping[str, str]]:
    """The mapping that somebody confirmed for these titles earlier."""
    signature = find_header(table.grid).signature
    found = ColumnMapping.objects.filter(
        organization_id=user.organization_id, signature=bytes.fromhex(signature)
    ).first()
    return {signature: found.mapping} if found else {}


def _branch(branch: Branch) -> BranchOption:
    aliases = (branch.name_en,) if branch.name_en else ()
    return BranchOption(
        str(branch.pk),
        branch.name,
        aliases,
        zone=branch.time_zone,
        region=branch.region,
        language=branch.locale,
        has_address=bool(branch.address),
    )


def _jobs(user: User) -> tuple[Option, ...]:
    """A title that several branches have is told apart by the branch's name."""
    jobs = list(Job.objects.visible_to(user).filter(is_open=True).select_related("branch"))
    titles = Counter(job.title for job in jobs)
    return tuple(
        Option(
            str(job.pk),
            job.title if titles[job.title] == 1 else f"{job.title} · {job.branch.name}",
            tuple(alias for alias in (job.title, job.title_en, job.external_id) if alias),
            branch=str(job.branch_id),
        )
        for job in jobs
    )


def _persons(people: Sequence[User]) -> dict[UUID, Option]:
    """Colleagues with one name are told apart by their addresses."""
    names = Counter(comparable(each.name) for each in people)
    return {
        each.pk: Option(str(each.pk), each.name, (each.email,))
        if names[comparable(each.name)] == 1
        else Option(str(each.pk), f"{each.name} · {each.email}", (each.name, each.email))
        for each in people
    }


def _people(user: User, indexes: Iterable[str]) -> dict[str, tuple[KnownPerson, ...]]:
    found: dict[str, set[KnownPerson]] = defaultdict(set)
    with connection.cursor() as cursor:
        # One array instead of a placeholder each: a large file has tens of thousands of contacts.
        cursor.execute(
            """
            SELECT p.blind_index, p.candidate_id, c.name
            FROM hiring_contactpoint p JOIN hiring_candidate c ON c.id = p.candidate_id
            WHERE p.organization_id = %s AND p.blind_index = ANY(%s) AND p.state <> 'unconfirmed'
            """,
            [user.organization_id, [bytes.fromhex(index) for index in indexes]],
        )
        for index, candidate_id, name in cursor.fetchall():
            found[bytes(index).hex()].add(KnownPerson(str(candidate_id), name))
    return {index: tuple(sorted(owners, key=lambda each: each.key)) for index, owners in found.items()}


def _external_ids(user: User, numbers: Iterable[str]) -> dict[str, KnownPerson]:
    rows = Candidate.objects.visible_to(user).filter(external_id__in=list(numbers))
    return {
        number: KnownPerson(str(pk), name)
        for number, pk, name in rows.values_list("external_id", "pk", "name")
    }


def _interviews(user: User, people: Mapping[str, tuple[KnownPerson, ...]]) -> frozenset[str]:
    """Recognised by the row they came from, though moved since; and by what they are, though entered by hand."""
    contacts: dict[str, list[str]] = defaultdict(list)
    names = {}
    for index, owners in people.items():
        for owner in owners:
            contacts[owner.key].append(index)
            names[owner.key] = comparable_name(owner.name)
    rows = (
        Interview.objects.filter(
            organization_id=user.organization_id, application__candidate_id__in=list(contacts)
        )
        .exclude(state=InterviewState.CANCELLED)
        .values_list("fingerprint", "application__candidate_id", "application__job_id", "round", "starts_at")
    )
    found = set()
    for stored, candidate_id, job_id, turn, starts_at in rows:
        key = str(candidate_id)
        if stored:
            found.add(bytes(stored).hex())
        found |= {
            fingerprint(contact, names[key], str(job_id), _ROUND_KEYS.get(turn, turn), starts_at)
            for contact in contacts[key]
        }
    return frozenset(found)
