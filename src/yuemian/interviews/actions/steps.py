"""Do what is due: the executor of plans, one slice of an organization's interviews per transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.accounts.models import Organization
from yuemian.domain.cadence import AgendaItem, Done, Step, Terms, Verdict, next_look, wakes_early
from yuemian.domain.selection import LINK_OUTLIVES
from yuemian.domain.states import Purpose, ReasonCode
from yuemian.domain.survey import OPEN_FOR, SurveyKind
from yuemian.domain.when import present
from yuemian.interviews.actions.replan import hold_sending
from yuemian.interviews.actions.route import StepRequest, routes_for
from yuemian.interviews.actions.staff import remind_staff
from yuemian.interviews.actions.stages import note_invited
from yuemian.interviews.actions.surveys import note_asked
from yuemian.interviews.agenda.reading import Case, read_cases
from yuemian.interviews.chosen import Chosen, read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import SUBJECT_KIND, StepOutcome, StepRecord
from yuemian.interviews.plans.reading import terms_of
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.trust import audit, bulk
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: A slice holds its cadences locked while it plans: small enough that nobody waits for it noticeably.
SLICE: Final = 200
#: After this long somebody whom a step cannot be said to is looked at again.
_WAIT: Final = timedelta(minutes=10)

# The row of the cadence is what executors, changes and edits of plans wait for or pass by: see `replan.touch`.
_LOCK_DUE: Final = """
SELECT interview_id FROM interviews_cadence
WHERE organization_id = %(organization)s AND next_at <= %(now)s
ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_LOOK_NEXT: Final = """
UPDATE interviews_cadence c SET next_at = look.at, is_waiting = look.is_waiting
FROM unnest(%(ids)s::uuid[], %(looks)s::timestamptz[], %(waits)s::boolean[]) AS look (interview, at, is_waiting)
WHERE c.interview_id = look.interview AND c.organization_id = %(organization)s
"""
#: A suggestion that nobody took, and that another revision, an answer or time has settled.
_SETTLE: Final = """
UPDATE interviews_steprecord r SET outcome = 'skipped', at = %(now)s, reason = settled.reason
FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(reasons)s::text[]) AS settled (interview, key, reason)
WHERE r.interview_id = settled.interview AND r.step_key = settled.key AND r.organization_id = %(organization)s
  AND r.outcome = 'suggested'
"""
_SETTLE_OLD: Final = """
UPDATE interviews_steprecord r SET outcome = 'skipped', at = %(now)s, reason = 'superseded_by_reschedule'
FROM unnest(%(ids)s::uuid[], %(revisions)s::int[]) AS current (interview, revision)
WHERE r.interview_id = current.interview AND r.revision < current.revision AND r.organization_id = %(organization)s
  AND r.outcome = 'suggested'
"""
_RECORD_FIELDS: Final = (
    "id", "interview", "revision", "step_key", "purpose", "outcome", "reason", "due_at", "at", "notification",
)  # fmt: skip


@dataclass
class _Looked:
    """What a slice came to: the rows to write."""

    records: list[tuple[Any, ...]] = field(default_factory=list)
    settled: list[tuple[UUID, str, str]] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    #: Interviews with something due that cannot be said yet.
    waiting: set[UUID] = field(default_factory=set)


def do_due_steps(organization_id: UUID, *, now: datetime, limit: int = SLICE, is_held: bool = False) -> int:
    """Look at the interviews that are due, once, in the caller's transaction. Returns how many there were.

    `is_held`: the caller keeps back what is planned, so what is overdue does not wait for quiet hours to end.

    Each step of a revision is recorded with what it caused, in the same transaction and under a unique constraint:
    another executor, or this one after a crash, finds it done.
    """
    hold_sending(organization_id)
    ids = _lock_due(organization_id, now, limit)
    if not ids:
        return 0
    organization = Organization.objects.get(pk=organization_id)
    cases = read_cases(organization_id, ids, now)
    terms = {case.plan.pk: replace(terms_of(case.plan), is_held=is_held) for case in cases if case.plan}
    agendas = {case.interview_id: _agenda(case, terms, now) for case in cases}
    looked = _Looked()
    _note_suggestions(cases, agendas, looked, now)
    _say_what_is_due(organization, cases, agendas, looked, now)
    _write(organization, cases, looked, now)
    _look_again(organization_id, ids, agendas, looked, now)
    return len(ids)


def _agenda(case: Case, terms: Mapping[UUID, Terms], now: datetime) -> list[AgendaItem]:
    return case.agenda(terms[case.plan.pk] if case.plan else None, now)


def _lock_due(organization_id: UUID, now: datetime, limit: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_DUE, {"organization": organization_id, "now": now, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def _note_suggestions(
    cases: Iterable[Case], agendas: Mapping[UUID, Sequence[AgendaItem]], looked: _Looked, now: datetime
) -> None:
    """Invitations that wait for a person, what was skipped, and suggestions that are settled."""
    for case in cases:
        for item in agendas[case.interview_id]:
            record = case.records.get(item.key)
            if record is None:
                if item.verdict == Verdict.DUE and item.is_suggestion:
                    looked.records.append(_record(case, item, StepOutcome.SUGGESTED, now))
                elif item.verdict == Verdict.SKIPPED and item.due_at is not None and item.due_at <= now:
                    looked.records.append(_record(case, item, StepOutcome.SKIPPED, now))
            elif record.outcome == Done.SUGGESTED and item.verdict in {Verdict.SKIPPED, Verdict.DONE}:
                reason = item.reason or ReasonCode.OVERTAKEN
                looked.settled.append((case.interview_id, item.key, str(reason)))


def _say_what_is_due(
    organization: Organization,
    cases: Iterable[Case],
    agendas: Mapping[UUID, Sequence[AgendaItem]],
    looked: _Looked,
    now: datetime,
) -> None:
    due: dict[Step, list[tuple[Case, AgendaItem]]] = defaultdict(list)
    for case in cases:
        for item in agendas[case.interview_id]:
            if item.verdict == Verdict.DUE and not item.is_suggestion:
                due[item.step].append((case, item))
    if not due:
        return
    chosen = {
        each.id: each
        for each in read_chosen(organization.pk, [c.interview_id for d in due.values() for c, _ in d])
    }
    for step, wanted in due.items():
        said = _say(organization, step, [(c, i, chosen[c.interview_id]) for c, i in wanted], now)
        looked.waiting |= {case.interview_id for case, _ in wanted} - said.keys()
        going = [(case, item) for case, item in wanted if case.interview_id in said]
        told = remind_staff(
            organization, step, [(chosen[c.interview_id], i.latest_at or now) for c, i in going], now=now
        )
        if step.purpose == Purpose.STAFF_REMINDER:
            said |= told
        looked.said[step.purpose] += sum(1 for each in said.values() if isinstance(each, UUID))
        for case, item in going:
            became = said[case.interview_id]
            if isinstance(became, ReasonCode):
                looked.records.append(_record(case, item, StepOutcome.SKIPPED, now, reason=became))
            else:
                looked.records.append(_record(case, item, StepOutcome.PLANNED, now, notification=became))


def _say(
    organization: Organization, step: Step, wanted: Sequence[tuple[Case, AgendaItem, Chosen]], now: datetime
) -> dict[UUID, UUID | ReasonCode]:
    """Write one step's messages. Returns for each interview its notification, or why there is none.

    Those where it waits, as nothing it may go by has an address, are missing.
    """
    if step.purpose == Purpose.STAFF_REMINDER:
        return {chosen.id: ReasonCode.MISSING_CONTACT for _, _, chosen in wanted}
    said: dict[UUID, UUID | ReasonCode] = {}
    for round_name in dict.fromkeys(chosen.facts.round for _, _, chosen in wanted):
        these = [each for each in wanted if each[2].facts.round == round_name]
        said |= _say_in_round(organization, step, round_name, these, now)
    if step.purpose == Purpose.INVITATION:
        note_invited(
            [chosen.application_id for _, _, chosen in wanted if isinstance(said.get(chosen.id), UUID)]
        )
    return said


def _say_in_round(
    organization: Organization,
    step: Step,
    round_name: str,
    wanted: Sequence[tuple[Case, AgendaItem, Chosen]],
    now: datetime,
) -> dict[UUID, UUID | ReasonCode]:
    try:
        version = version_for(organization.pk, step.purpose, round_name)
    except NoTemplate:
        return {chosen.id: ReasonCode.TEMPLATE_ERROR for _, _, chosen in wanted}
    texts = texts_of(version)
    asked = StepRequest(step.purpose, texts, step.pick, step.channels)
    routes = routes_for(organization, [chosen for _, _, chosen in wanted], asked, now)
    said: dict[UUID, UUID | ReasonCode] = {}
    intents, going = [], []
    for case, item, chosen in wanted:
        route = routes[chosen.id]
        if not route.channels:
            continue
        locale = best_locale(texts, chosen.locales) or "zh-hans"
        going.append(chosen.id)
        intents.append(
            Intent(
                recipient=Recipient(candidate=chosen.candidate, contact_points=chosen.contact_points),
                subject_id=chosen.id,
                subject_revision=chosen.revision,
                locale=locale,
                context=context_of(chosen.facts, organization, locale, **_promise(case, locale)),
                channels=route.channels,
                at_once=route.at_once,
                explanation=route.note,
                deadline_at=item.latest_at or chosen.facts.starts_at,
                link_expires_at=now + OPEN_FOR
                if step.purpose == Purpose.SURVEY
                else max(chosen.ends_at, item.latest_at or now) + LINK_OUTLIVES,
            )
        )
    occasion = Occasion(
        organization=organization,
        purpose=step.purpose,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        step_key=step.key,
    )
    said |= dict(zip(going, plan_notifications(occasion, intents), strict=True))
    if step.purpose == Purpose.SURVEY:
        note_asked(
            organization, [each[2] for each in wanted if each[2].id in going], SurveyKind.INTERVIEW, now
        )
    return said


def _promise(case: Case, locale: str) -> dict[str, str]:
    by = case.situation.result_promised_at
    return {"promised_date": present(by, case.situation.zone.key, locale).date} if by else {}


def _record(
    case: Case,
    item: AgendaItem,
    outcome: StepOutcome,
    now: datetime,
    *,
    reason: ReasonCode | None = None,
    notification: UUID | None = None,
) -> tuple[Any, ...]:
    why = str(reason or item.reason or "") if outcome == StepOutcome.SKIPPED else ""
    due_at = item.due_at or now
    return (
        uuid7(), case.interview_id, case.revision, item.key, str(item.step.purpose), str(outcome), why, due_at, now,
        notification,
    )  # fmt: skip


def _write(organization: Organization, cases: Sequence[Case], looked: _Looked, now: datetime) -> None:
    values: dict[str, Any] = {"organization": organization.pk, "now": now}
    bulk.insert(StepRecord, _RECORD_FIELDS, looked.records, shared={"organization": organization.pk})
    with connection.cursor() as cursor:
        current = {"ids": [c.interview_id for c in cases], "revisions": [c.revision for c in cases]}
        cursor.execute(_SETTLE_OLD, values | current)
        if looked.settled:
            ids, keys, reasons = (list(column) for column in zip(*looked.settled, strict=True))
            cursor.execute(_SETTLE, values | {"ids": ids, "keys": keys, "reasons": reasons})
    if looked.said:
        counts = {str(purpose): count for purpose, count in looked.said.items()}
        audit.record(organization.pk, audit.SYSTEM, "plan.steps_sent", at=now, said=counts)
    if looked.records or looked.settled:
        announce(organization.pk, "interviews")


def _look_again(
    organization_id: UUID,
    ids: Sequence[UUID],
    agendas: Mapping[UUID, Sequence[AgendaItem]],
    looked: _Looked,
    now: datetime,
) -> None:
    looks, waits = [], []
    for interview_id in ids:
        items = agendas.get(interview_id, ())
        left = [item for item in items if item.verdict != Verdict.DUE]
        soon = now + _WAIT if interview_id in looked.waiting else None
        looks.append(min(filter(None, [next_look(left, now), soon]), default=None))
        waits.append(wakes_early(left))
    values: dict[str, Any] = {
        "organization": organization_id,
        "ids": list(ids),
        "looks": looks,
        "waits": waits,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_NEXT, values)
