"""Create the good rows, all or none; keep the others for download; remove the rest of the content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from yuemian.accounts.models import User
from yuemian.domain.header_words import Field
from yuemian.hiring.models import Source
from yuemian.intake.actions.decide import Opened, open_import, rejudged
from yuemian.intake.actions.start import TOPIC, NotOpen, keep_check
from yuemian.intake.appointments import SOURCE_LENGTH, Catalogue, catalogue_for, people_of, person_of
from yuemian.intake.checking import CheckedRow, CheckedSheet
from yuemian.intake.content import Safe
from yuemian.intake.models import ColumnMapping, Import, ImportState
from yuemian.intake.rest import rest_of
from yuemian.interviews.actions.schedule import Person, schedule_interviews
from yuemian.interviews.models import ChangeKind, Interview
from yuemian.trust import audit
from yuemian.trust.live import announce


class Outdated(Exception):  # noqa: N818
    """What would be imported is no longer what the page showed; look at it again and confirm."""


@dataclass(frozen=True)
class Outcome:
    """`is_new` is false when the import had been confirmed before."""

    import_: Import
    is_new: bool


def confirm(user: User, import_id: UUID, *, revision: int, now: datetime) -> Outcome:
    """Create every good row's interview. Pressed twice, it creates once.

    Raises Outdated when the rows would not become what revision `revision` showed, NotOpen when there is
    nothing to confirm. An Outdated import has the fresh check stored by `refresh`.
    """
    with transaction.atomic():
        _one_at_a_time(user.organization_id)
        import_ = Import.objects.visible_to(user).select_for_update().get(pk=import_id)
        if import_.state == ImportState.IMPORTED:
            return Outcome(import_, is_new=False)
        opened = open_import(user, import_, now=now)
        if import_.revision != revision or _judge_now(user, opened).rows != opened.sheet.rows:
            raise Outdated(Outdated.__doc__)
        good = opened.sheet.good
        if not good:
            raise NotOpen(NotOpen.__doc__)
        ids = _create(user, good, now=now)
        _finish(user, import_, opened, ids, now=now)
    return Outcome(import_, is_new=True)


def refresh(user: User, import_id: UUID, *, now: datetime) -> Import:
    """Judge the rows beside what exists now, and keep the result."""
    with transaction.atomic():
        import_ = Import.objects.visible_to(user).select_for_update().get(pk=import_id)
        opened = open_import(user, import_, now=now)
        import_.revision += 1
        keep_check(import_, _judge_now(user, opened))
    return import_


def discard(user: User, import_id: UUID, *, now: datetime) -> Import:
    """Forget the file. After an import: forget the rows that were kept for download."""
    with transaction.atomic():
        import_ = Import.objects.visible_to(user).select_for_update().get(pk=import_id)
        import_.content_sealed = import_.edits_sealed = import_.result_sealed = None
        if import_.state != ImportState.IMPORTED:
            import_.state, import_.finished_at = ImportState.DISCARDED, now
        import_.revision += 1
        import_.save()
        _record(user, import_, "import.discarded", now)
        announce(user.organization_id, TOPIC, id=import_.pk)
    return import_


def _one_at_a_time(organization_id: UUID) -> None:
    """Two imports of the same rows must see each other; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [str(organization_id)])


def _judge_now(user: User, opened: Opened) -> CheckedSheet:
    """The sheet beside the people and interviews that exist now; jobs and persons that went make rows bad."""
    reference = opened.reference
    gone = {
        row.number
        for row in opened.sheet.rows
        for name in (Field.JOB, Field.BRANCH, Field.RECRUITER)
        if name in row.values and row.values[name] not in {each.key for each in reference.options(name)}
    }
    return rejudged(user, opened, opened.choices, gone)


def _finish(user: User, import_: Import, opened: Opened, ids: Sequence[UUID], *, now: datetime) -> None:
    rest = rest_of(opened.table, opened.sheet, opened.choices, opened.reference)
    import_.edits_sealed = import_.result_sealed = import_.content_sealed = None
    if len(rest.rows) > 1:
        Safe(import_).put_table(rest)
    import_.state, import_.finished_at = ImportState.IMPORTED, now
    import_.interview_ids = list(ids)
    import_.revision += 1
    import_.save()
    _remember_mapping(user, opened.sheet, now)
    _record(user, import_, "import.confirmed", now)
    announce(user.organization_id, TOPIC, id=import_.pk)


def _record(user: User, import_: Import, action: str, now: datetime) -> None:
    audit.record(
        user.organization_id,
        user.actor,
        action,
        at=now,
        subject=("import", import_.pk),
        file=bytes(import_.file_hash).hex(),
        rows=import_.rows_total,
        created=import_.created,
        **{f"rows_{state}": count for state, count in import_.counts.items() if count},
    )


def _remember_mapping(user: User, sheet: CheckedSheet, now: datetime) -> None:
    ColumnMapping.objects.update_or_create(
        organization_id=user.organization_id,
        signature=bytes.fromhex(sheet.header.signature),
        defaults={"mapping": sheet.header.remembered(), "used_at": now},
    )


def _create(user: User, rows: Sequence[CheckedRow], *, now: datetime) -> list[UUID]:
    """New people once each; a row that brings a further address of such a person follows as a known one's."""
    catalogue = catalogue_for(user, _new_sources(user, rows))
    people = people_of(rows)
    first = [row for row in rows if row.number not in people.further]
    later = [row for row in rows if row.number in people.further]
    ids = _schedule(user, first, people.by_row, catalogue, now=now)
    if later:
        candidates = dict(
            Interview.objects.filter(pk__in=ids.values()).values_list("pk", "application__candidate_id")
        )
        by_group = {
            people.group[number]: candidates[pk] for number, pk in ids.items() if number in people.group
        }
        known = {row.number: person_of(row, by_group[people.group[row.number]]) for row in later}
        ids |= _schedule(user, later, known, catalogue, now=now)
    return [ids[row.number] for row in rows]


def _schedule(
    user: User,
    rows: Sequence[CheckedRow],
    people: Mapping[int, Person],
    catalogue: Catalogue,
    *,
    now: datetime,
) -> dict[int, UUID]:
    appointments = [catalogue.appointment(row, people[row.number]) for row in rows]
    ids = schedule_interviews(user, appointments, now=now, kind=ChangeKind.IMPORTED)
    return dict(zip((row.number for row in rows), ids, strict=True))


def _new_sources(user: User, rows: Sequence[CheckedRow]) -> list[Source]:
    """Sources that the sheet names for the first time are added; returns all."""
    mine = Source.objects.filter(organization_id=user.organization_id)
    known = {key for source in mine for key in (str(source.pk), source.name)}
    named = {row.values[Field.SOURCE][:SOURCE_LENGTH] for row in rows if Field.SOURCE in row.values}
    Source.objects.bulk_create(
        [Source(organization_id=user.organization_id, name=name) for name in sorted(named - known)],
        ignore_conflicts=True,
    )
    return list(mine.all())
