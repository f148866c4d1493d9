"""Reads what agendas are decided from, for many interviews in a constant number of statements.

`read_agendas` is what screens and previews call; the executor decides from the same `read_cases`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from yuemian.accounts.models import Organization
from yuemian.domain.cadence import PLANNABLE, AgendaItem, Done, Fate, Record, Said, Situation, Terms, agenda
from yuemian.domain.quiet import QuietRule
from yuemian.domain.states import (
    IN_FLIGHT,
    WAITING,
    Answer,
    Attendance,
    Channel,
    DeliveryState,
    InterviewState,
    Mode,
    Purpose,
    ReasonCode,
    Stage,
)
from yuemian.hiring.models import ContactState
from yuemian.interviews.models import SUBJECT_KIND, Plan
from yuemian.interviews.plans.reading import PLAN_OF, terms_of
from yuemian.interviews.surveys.asking import read_survey_facts
from yuemian.messaging.reach import available_channels
from yuemian.trust.bulk import id_array

#: Whoever is there needs no word any more that it takes longer, told or not.
_OVER: Final = frozenset({Stage.ONBOARDING, Stage.ONBOARDED, Stage.CLOSED})
_LEFT: Final = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN})
_TOLD: Final = frozenset({Purpose.INVITATION, Purpose.CHANGE})
#: What counts for timing, and what a plan says besides: each step shows what became of its message.
_COUNTED: Final = (Purpose.CHANGE, *PLANNABLE)

_INTERVIEWS: Final = f"""
SELECT i.id, i.revision, i.state, i.answer, i.answered_at, i.attendance, i.mode, i.starts_at, i.duration,
       i.time_zone, c.time_zone, b.quiet_from, b.quiet_until, b.is_quiet_on_holidays, b.region,
       coalesce((SELECT min(k.at) FROM interviews_change k WHERE k.interview_id = i.id AND k.revision = i.revision),
                i.created_at),
       i.result_promised_at, a.stage, c.id, i.round, {PLAN_OF},
       NOT EXISTS (SELECT 1 FROM interviews_interview o
                   WHERE o.application_id = a.id AND o.starts_at < i.starts_at AND o.state <> 'cancelled'),
       i.result_told_at IS NOT NULL OR EXISTS (
                   SELECT 1 FROM interviews_interview o
                   WHERE o.application_id = a.id AND o.starts_at > i.starts_at AND o.state <> 'cancelled'),
       (SELECT k.plan_since FROM interviews_cadence k WHERE k.interview_id = i.id), c.preferred_hour
FROM interviews_interview i
JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = i.organization_id
JOIN hiring_candidate c ON c.id = a.candidate_id AND c.organization_id = i.organization_id
JOIN hiring_job j ON j.id = a.job_id AND j.organization_id = i.organization_id
JOIN accounts_branch b ON b.id = i.branch_id AND b.organization_id = i.organization_id
WHERE i.organization_id = %(organization)s AND i.id = ANY(%(ids)s::uuid[])
"""  # noqa: S608
#: Apart from the interviews, as in `interviews.chosen`: joined to each, they walk whole indexes of a new organization.
#: An opt-out holds for the whole channel, whatever the state of a second address there: see `route_reading`.
_CONTACTS: Final = """
SELECT candidate_id, channel FROM hiring_contactpoint
WHERE candidate_id = ANY(%(candidates)s::uuid[]) AND organization_id = %(organization)s
GROUP BY candidate_id, channel
HAVING bool_or(state = %(active)s) AND NOT bool_or(state = %(opted_out)s)
"""
_MISSED: Final = """
SELECT a.candidate_id, i.starts_at FROM hiring_application a
JOIN interviews_interview i ON i.application_id = a.id AND i.organization_id = a.organization_id
WHERE a.candidate_id = ANY(%(candidates)s::uuid[]) AND a.organization_id = %(organization)s
  AND i.attendance = 'no_show'
"""
_SAID: Final = """
SELECT n.subject_id, n.subject_revision, n.purpose, n.step_key, n.due_at,
       min(coalesce(d.sent_at, d.settled_at)) FILTER (WHERE d.state = ANY(%(left)s)),
       coalesce(bool_or(d.state = ANY(%(waiting)s)), false)
FROM messaging_notification n
LEFT JOIN messaging_delivery d ON d.notification_id = n.id AND d.organization_id = n.organization_id
WHERE n.subject_kind = %(kind)s AND n.subject_id = ANY(%(ids)s::uuid[]) AND n.organization_id = %(organization)s
  AND (n.candidate_id IS NOT NULL OR n.purpose = 'staff_reminder') AND n.purpose = ANY(%(purposes)s)
GROUP BY n.id
"""
_RECORDS: Final = """
SELECT interview_id, revision, step_key, outcome, due_at, at, reason FROM interviews_steprecord
WHERE interview_id = ANY(%(ids)s::uuid[]) AND organization_id = %(organization)s
"""
_TEXTS: Final = """
SELECT DISTINCT t.purpose, t.round FROM messaging_template t
JOIN messaging_templateversion v ON v.template_id = t.id AND v.published_at IS NOT NULL
WHERE t.organization_id = %(organization)s AND NOT t.is_archived
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One interview with all that its agenda is decided from; `plan` is None where no plan holds."""

    interview_id: UUID
    revision: int
    plan: Plan | None
    situation: Situation
    records: Mapping[str, Record]
    #: When the plan took over from another one that did not remind as it does.
    plan_since: datetime | None = None

    def agenda(self, terms: Terms | None, now: datetime) -> list[AgendaItem]:
        if terms is None:
            return []
        return agenda(replace(terms, since=self.plan_since), self.situation, self.records, now)


def read_agendas(
    organization_id: UUID,
    interview_ids: Collection[UUID],
    now: datetime,
    plan_override: Terms | None = None,
) -> dict[UUID, list[AgendaItem]]:
    """What each interview's candidate will hear, has heard and will not hear, in the order of time.

    `plan_override` stands for the plan of every one of them: the preview of an unsaved plan. Interviews of another
    organization are left out; where no plan holds the agenda is empty.
    """
    cases = read_cases(organization_id, interview_ids, now)
    return {case.interview_id: items for case, items in with_agendas(cases, now, plan_override)}


def with_agendas(
    cases: Iterable[Case], now: datetime, plan_override: Terms | None = None
) -> Iterator[tuple[Case, list[AgendaItem]]]:
    """Each case with its agenda; every plan is read out once."""
    terms: dict[UUID, Terms] = {}
    for case in cases:
        mine = plan_override
        if mine is None and case.plan is not None:
            mine = terms.get(case.plan.pk) or terms.setdefault(case.plan.pk, terms_of(case.plan))
        yield case, case.agenda(mine, now)


def read_cases(
    organization_id: UUID, interview_ids: Collection[UUID], now: datetime | None = None
) -> list[Case]:
    """The organization's interviews among these, in no particular order."""
    values = {"organization": organization_id, "ids": id_array(dict.fromkeys(interview_ids))}
    rows = _rows(_INTERVIEWS, values)
    if not rows:
        return []
    around = _Around(organization_id, values, rows, now or timezone.now())
    return [around.case(row) for row in rows]


class _Around:
    """What stands around the interviews: contacts, past no-shows, messages, records, plans and texts."""

    def __init__(
        self, organization_id: UUID, values: Mapping[str, Any], rows: list[tuple[Any, ...]], now: datetime
    ) -> None:
        people = {
            **values,
            "candidates": id_array({row[18] for row in rows}),
            "active": str(ContactState.ACTIVE),
            "opted_out": str(ContactState.OPTED_OUT),
        }
        organization = Organization.objects.get(pk=organization_id)
        self._usable = frozenset(available_channels(organization))
        self._contacts = _grouped(_rows(_CONTACTS, people))
        self._missed = _grouped(_rows(_MISSED, people))
        said = {
            **values,
            "kind": SUBJECT_KIND,
            "purposes": [str(each) for each in _COUNTED],
            "left": [str(state) for state in _LEFT],
            "waiting": [str(state) for state in WAITING | IN_FLIGHT],
        }
        self._said = _grouped(_rows(_SAID, said))
        self._records = _grouped(_rows(_RECORDS, values))
        self._plans = {p.pk: p for p in Plan.objects.filter(pk__in={row[20] for row in rows if row[20]})}
        self._surveys = read_survey_facts(organization_id, {row[18] for row in rows}, now=now)
        self._texts: dict[str, set[Purpose]] = {}
        for purpose, round_name in _rows(_TEXTS, values):
            self._texts.setdefault(round_name, set()).add(Purpose(purpose))

    def case(self, row: tuple[Any, ...]) -> Case:
        interview_id, revision = row[0], row[1]
        situation = _situation(row)
        said = self._said.get(interview_id, ())
        situation = replace(
            situation,
            missed=sum(at < situation.starts_at for (at,) in self._missed.get(row[18], ())),
            was_told=any(each[1] in _TOLD and each[4] is not None for each in said),
            said=tuple(_message(each) for each in said if each[0] == revision),
            channels=self._usable & {Channel(name) for (name,) in self._contacts.get(row[18], ())},
            no_survey=self._surveys.why_not(row[18]),
            awaits_our_answer=row[18] in self._surveys.waiting,
            texts=frozenset(self._texts.get("", set()) | self._texts.get(row[19], set())),
        )
        mine = [each for each in self._records.get(interview_id, ()) if each[0] == revision]
        records = {each[1]: _record(each) for each in mine}
        return Case(interview_id, revision, self._plans.get(row[20]), situation, records, row[23])


def _situation(row: tuple[Any, ...]) -> Situation:
    zone = ZoneInfo(row[9])
    return Situation(
        state=InterviewState(row[2]),
        answer=Answer(row[3]),
        answered_at=row[4],
        attendance=Attendance(row[5]),
        mode=Mode(row[6]),
        starts_at=row[7],
        duration=row[8],
        zone=zone,
        own_zone=ZoneInfo(row[10]) if row[10] else zone,
        quiet=QuietRule(row[11], row[12], row[13], row[14]),
        known_at=row[15],
        preferred_hour=row[24],
        result_promised_at=row[16],
        # Told, not merely decided: until then the promise holds. A next round is word as well.
        is_decided=bool(row[22]) or Stage(row[17]) in _OVER,
        is_first=row[21],
    )


def _message(row: tuple[Any, ...]) -> Said:
    _, purpose, step_key, due_at, left_at, is_waiting = row
    fate = Fate.LEFT if left_at else Fate.WAITING if is_waiting else Fate.LOST
    return Said(Purpose(purpose), step_key, due_at, fate, left_at)


def _record(row: tuple[Any, ...]) -> Record:
    _, _, outcome, due_at, at, reason = row
    return Record(Done(outcome), due_at, at, ReasonCode(reason) if reason else None)


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
    """By the first column; the rest of each row."""
    groups: dict[Any, list[tuple[Any, ...]]] = {}
    for key, *rest in rows:
        groups.setdefault(key, []).append(tuple(rest))
    return groups


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
