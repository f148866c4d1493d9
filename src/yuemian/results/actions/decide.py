"""Decide what becomes of people after their interviews, one or a thousand at once; and take it back unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from yuemian.accounts.models import Permission, User
from yuemian.domain.results import LetterProblem, NoticeState, Obstacle, Outcome, needs_reason, obstacle
from yuemian.domain.states import Answer, InterviewState
from yuemian.interviews.models import Interview
from yuemian.results.actions.locking import lock_interviews
from yuemian.results.actions.told import settle_waits
from yuemian.results.actions.void import record_void, send_back, void_notices
from yuemian.results.decisions.reasons import offered, stored
from yuemian.results.models import Decision, ResultNotice
from yuemian.results.notices.people import overtaken
from yuemian.results.silence.rules import rule_book
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Unreadable, Vault

#: So long somebody may take back what they decided.
UNDO: Final = timedelta(minutes=10)
LONGEST_NOTE: Final = 2_000
#: In one press.
MOST: Final = 5_000
#: What an undo may find of notices: nobody else has seen them.
_UNSEEN: Final = frozenset({NoticeState.DRAFT, NoticeState.VOID})
_ON_ITS_WAY: Final = (NoticeState.SUBMITTED, NoticeState.APPROVED, NoticeState.RELEASED)
#: Why letters of an earlier round come back to their author.
OVERTAKEN: Final = str(LetterProblem.OVERTAKEN)


@dataclass(frozen=True)
class Choice:
    """What is decided of one interview. `reasons` are ids of reasons; the first is the main one."""

    interview_id: UUID
    outcome: Outcome
    reasons: tuple[UUID, ...] = ()
    note: str = ""


class CannotDecide(Exception):  # noqa: N818
    """Nothing was decided. `obstacles` says of which interviews and why."""

    def __init__(self, obstacles: Mapping[UUID, Obstacle]) -> None:
        super().__init__("These interviews cannot be decided on.")
        self.obstacles = obstacles


class DecidedMeanwhile(Exception):  # noqa: N818
    """Nothing was decided: somebody else has decided since the page was shown. `decisions` are theirs."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        super().__init__("Somebody else has decided meanwhile; look at it and decide again.")
        self.decisions = decisions


class NotYours(Exception):  # noqa: N818
    """This person may not decide this: passes of these interviews are the hiring lead's."""

    def __init__(self, interview_ids: Collection[UUID] = ()) -> None:
        super().__init__("Only who approves results decides here that somebody passes.")
        self.interview_ids = interview_ids


class LacksReason(Exception):  # noqa: N818
    """A rejection needs a reason; and a reason must be on offer for its job and outcome."""


class NoUndo(Exception):  # noqa: N818
    """It can no longer be taken back. `why`: late, seen, next_round."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This can no longer be undone: {why}.")
        self.why = why


def decide(
    user: User, choices: Iterable[Choice], *, now: datetime, seen_at: datetime | None = None
) -> list[Decision]:
    """Decide all of these or none, in a constant number of statements. Returns the new decisions, in that order.

    What is decided exactly so already stays and is left out, so that a form may be sent twice. `seen_at` is when the
    page was made on which this person saw what was decided: whatever came after is a conflict.

    Raises CannotDecide, DecidedMeanwhile, NotYours, LacksReason.
    """
    wanted = {choice.interview_id: choice for choice in choices}
    if not wanted:
        return []
    if not user.may(Permission.DECIDE_RESULTS):
        raise NotYours
    with transaction.atomic():
        interviews = _locked(user, wanted)
        current = _current(interviews)
        fresh = {pk: each for pk, each in wanted.items() if not _is_same(each, current.get(pk), user)}
        _check_ground(interviews, fresh, now)
        _check_seen([current[pk] for pk in fresh if pk in current], seen_at)
        _check_rights(user, interviews, fresh)
        _check_reasons(user, interviews, fresh)
        if not fresh:
            return []
        decisions = _write(user, interviews, fresh, current, now)
        gone = void_notices([current[pk].pk for pk in fresh if pk in current], now=now)
        settle_waits(user.organization_id, list(fresh))
        _send_back_overtaken(user, decisions, now)
        record_void(user, gone, now=now)
        _record(user, "result.decided", decisions, now)
        announce(user.organization_id, "interviews")
    return decisions


def undo(user: User, decided_at: datetime, *, now: datetime) -> list[UUID]:
    """Take back what this person decided at that moment. Returns the interviews.

    A decision never vanishes: it is no longer the current one, and what held before is decided anew. Raises NoUndo.
    """
    with transaction.atomic():
        rows = Decision.objects.visible_to(user).current().filter(decided_by=user, decided_at=decided_at)
        _lock_rounds(rows.values("application"))
        mine = list(rows.select_for_update(of=("self",)).order_by("pk"))
        if not mine:
            return []
        if now > decided_at + UNDO:
            raise NoUndo("late")
        ids = [each.pk for each in mine]
        if ResultNotice.objects.filter(decision__in=ids).exclude(state__in=_UNSEEN).exists():
            raise NoUndo("seen")
        interviews = [each.interview_id for each in mine]
        if _have_next_round(interviews):
            raise NoUndo("next_round")
        gone = void_notices(ids, now=now)
        Decision.objects.filter(pk__in=ids).update(is_current=False)
        _restore(user, mine, now)
        settle_waits(user.organization_id, interviews)
        _send_back_overtaken(user, mine, now)
        record_void(user, gone, now=now)
        _record(user, "result.undone", mine, now)
        announce(user.organization_id, "interviews")
    return interviews


def _locked(user: User, wanted: Mapping[UUID, Choice]) -> dict[UUID, Interview]:
    rows = Interview.objects.visible_to(user).filter(pk__in=list(wanted))
    _lock_rounds(rows.values("application"))
    found = {each.pk: each for each in rows.with_people()}
    if len(found) < len(wanted):
        raise Interview.DoesNotExist
    return found


def _lock_rounds(applications: QuerySet[Any]) -> None:
    """All of them at once: a decision calls letters of earlier rounds back."""
    rounds = Interview.objects.filter(application__in=applications)
    lock_interviews(list(rounds.values_list("pk", flat=True)))


def _send_back_overtaken(user: User, decisions: Sequence[Decision], now: datetime) -> None:
    """Nobody hears of two rounds at once: the letter of the last one that is decided is the word.

    Of an earlier round what was approved is a draft again, and what was released and has not left; what has left stays.
    """
    applications = {each.application_id for each in decisions}
    earlier = Decision.objects.current().filter(overtaken(), application__in=applications)
    notices = ResultNotice.objects.filter(decision__in=earlier, state__in=_ON_ITS_WAY)
    found = list(notices.values_list("pk", flat=True))
    if found:
        send_back(found, OVERTAKEN, now=now, by=user)


def _current(interviews: Mapping[UUID, Interview]) -> dict[UUID, Decision]:
    rows = Decision.objects.current().filter(interview__in=list(interviews)).select_related("decided_by")
    return {each.interview_id: each for each in rows}


def _is_same(choice: Choice, standing: Decision | None, user: User) -> bool:
    return (
        standing is not None
        and standing.decided_by_id == user.pk
        and standing.outcome == choice.outcome
        and tuple(standing.reasons) == choice.reasons
        and not choice.note.strip()
    )


def _check_ground(
    interviews: Mapping[UUID, Interview], choices: Mapping[UUID, Choice], now: datetime
) -> None:
    obstacles = {pk: why for pk in choices if (why := obstacle_of(interviews[pk], now)) is not None}
    if obstacles:
        raise CannotDecide(obstacles)


def obstacle_of(interview: Interview, now: datetime) -> Obstacle | None:
    """Why there is nothing to decide, if so. The interview comes with its candidate."""
    state, answer = InterviewState(interview.state), Answer(interview.answer)
    is_erased = interview.application.candidate.erased_at is not None
    return obstacle(state, answer, interview.starts_at, now, is_erased=is_erased)


def _check_seen(standing: Sequence[Decision], seen_at: datetime | None) -> None:
    newer = [each for each in standing if seen_at is not None and each.decided_at > seen_at]
    if newer:
        raise DecidedMeanwhile(newer)


def _check_rights(user: User, interviews: Mapping[UUID, Interview], choices: Mapping[UUID, Choice]) -> None:
    passes = [interviews[pk] for pk, choice in choices.items() if choice.outcome is Outcome.PASS]
    if not passes or user.may(Permission.APPROVE_RESULTS):
        return
    book = rule_book(user.organization_id)
    reserved = [
        each.pk for each in passes if book.of(each.application.job_id, each.branch_id).is_pass_reserved
    ]
    if reserved:
        raise NotYours(reserved)


def _check_reasons(user: User, interviews: Mapping[UUID, Interview], choices: Mapping[UUID, Choice]) -> None:
    known = stored(user.organization_id, {pk for choice in choices.values() for pk in choice.reasons})
    can_be_lacking = not offered(user.organization_id, outcomes=[Outcome.REJECT])
    for pk, choice in choices.items():
        if needs_reason(choice.outcome) and not choice.reasons and not can_be_lacking:
            raise LacksReason(LacksReason.__doc__)
        for id_ in choice.reasons:
            reason = known.get(id_)
            job = interviews[pk].application.job_id
            if reason is None or reason.outcome != choice.outcome or reason.job_id not in {None, job}:
                raise LacksReason(LacksReason.__doc__)


def _write(
    user: User,
    interviews: Mapping[UUID, Interview],
    choices: Mapping[UUID, Choice],
    current: Mapping[UUID, Decision],
    now: datetime,
) -> list[Decision]:
    numbers = _last_numbers(choices)
    Decision.objects.filter(pk__in=[current[pk].pk for pk in choices if pk in current]).update(
        is_current=False
    )
    vault, decisions = Vault(user.organization_id), []
    for pk, choice in choices.items():
        decision = Decision(
            id=uuid7(),
            organization_id=user.organization_id,
            application_id=interviews[pk].application_id,
            interview_id=pk,
            number=numbers.get(pk, 0) + 1,
            replaces=current[pk].number if pk in current else 0,
            outcome=choice.outcome,
            reasons=list(choice.reasons),
            decided_by=user,
            decided_at=now,
        )
        note = choice.note.strip()[:LONGEST_NOTE]
        if note:
            key = interviews[pk].application.candidate.key
            decision.note_sealed = vault.seal(key, Decision.PLACE, decision.pk, note)
        decisions.append(decision)
    return Decision.objects.bulk_create(decisions)


def _last_numbers(interview_ids: Collection[UUID]) -> dict[UUID, int]:
    """An undone decision keeps its number."""
    rows = Decision.objects.filter(interview__in=list(interview_ids)).order_by("interview", "number")
    return dict(rows.values_list("interview", "number"))


def _restore(user: User, undone: Sequence[Decision], now: datetime) -> None:
    """What held before them holds again, as a decision of its own; a first decision leaves none."""
    numbers = {each.interview_id: each.number for each in undone}
    wanted = {(each.interview_id, each.replaces) for each in undone if each.replaces}
    if not wanted:
        return
    rows = Decision.objects.filter(interview__in=[pk for pk, _ in wanted])
    before = {
        row.interview_id: row
        for row in rows.select_related("application__candidate__key")
        if (row.interview_id, row.number) in wanted
    }
    vault = Vault(user.organization_id)
    again = []
    for pk, row in before.items():
        fresh = Decision(
            id=uuid7(),
            organization_id=user.organization_id,
            application_id=row.application_id,
            interview_id=pk,
            number=numbers[pk] + 1,
            replaces=row.replaces,
            outcome=row.outcome,
            reasons=row.reasons,
            decided_by_id=row.decided_by_id,
            decided_at=now,
        )
        if row.note_sealed is not None:
            key = row.application.candidate.key
            with suppress(Unreadable):
                words = vault.open(key, Decision.PLACE, row.pk, row.note_sealed)
                fresh.note_sealed = vault.seal(key, Decision.PLACE, fresh.pk, words)
        again.append(fresh)
    Decision.objects.bulk_create(again)


def _have_next_round(interview_ids: Collection[UUID]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM interviews_interview i JOIN interviews_interview o"
            " ON o.application_id = i.application_id AND o.starts_at > i.starts_at AND o.state <> 'cancelled'"
            " WHERE i.id = ANY(%s))",
            [list(interview_ids)],
        )
        return bool(cursor.fetchone()[0])


def _record(user: User, action: str, decisions: Sequence[Decision], now: datetime) -> None:
    rows = [
        audit.values_to_append(
            user.organization_id,
            user.actor,
            action,
            at=now,
            subject=("interview", each.interview_id),
            decision=each.pk,
            outcome=str(each.outcome),
        )
        for each in decisions
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"SELECT {audit.APPEND}", rows)
