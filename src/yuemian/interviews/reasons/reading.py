"""Reads the reasons on offer, what was said for an interview, and what that adds up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from yuemian.accounts.models import Role, User
from yuemian.domain.reasons import SHIPPED, Onward, Option
from yuemian.domain.states import Answer
from yuemian.interviews.models import Interview, ReasonOption, StatedReason
from yuemian.interviews.reasons.wording import stated
from yuemian.trust.vault import Unreadable, Vault

#: So many candidates of one reason in a week are worth a line on Today.
NOTICEABLE: Final = 2
WEEK: Final = timedelta(days=7)
#: People of one reason on a job's page.
SHOWN: Final = 30
ANSWERS: Final = (str(Answer.DECLINED), str(Answer.RESCHEDULE_REQUESTED))

#: A reason holds while its answer is the last one to that revision, whatever became of the interview.
_STANDING: Final = """
    AND r.answer = (
        SELECT p.answer FROM interviews_response p
        WHERE p.interview_id = r.interview_id AND p.revision = r.revision
        ORDER BY p.at DESC, p.id DESC LIMIT 1)
"""
#: Of an interview that was moved, the newest counts; and a person once for each reason, whatever their interviews.
_OF_JOB: Final = f"""
    SELECT code, answer, at, interview_id, name FROM (
        SELECT DISTINCT ON (newest.candidate_id, newest.code) newest.*, c.name FROM (
            SELECT DISTINCT ON (r.interview_id)
                r.code, r.answer, r.at, r.interview_id, r.organization_id, a.candidate_id
            FROM interviews_statedreason r
            JOIN interviews_interview i ON i.id = r.interview_id AND i.organization_id = r.organization_id
            JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = r.organization_id
            WHERE r.organization_id = %(organization)s AND a.job_id = %(job)s AND r.at > %(since)s
{_STANDING}ORDER BY r.interview_id, r.revision DESC
        ) AS newest
        JOIN hiring_candidate c ON c.id = newest.candidate_id AND c.organization_id = newest.organization_id
        ORDER BY newest.candidate_id, newest.code, newest.at DESC
    ) AS people ORDER BY at DESC LIMIT 2000
"""  # noqa: S608
_OF_WEEK: Final = f"""
    SELECT j.id, j.title, j.title_en, newest.code, count(DISTINCT newest.candidate_id) AS people FROM (
        SELECT DISTINCT ON (r.interview_id) r.code, r.answer, r.organization_id, a.job_id, a.candidate_id
        FROM interviews_statedreason r
        JOIN interviews_interview i ON i.id = r.interview_id AND i.organization_id = r.organization_id
        JOIN hiring_application a ON a.id = i.application_id AND a.organization_id = r.organization_id
        WHERE r.organization_id = %(organization)s AND r.at > %(since)s
          AND (%(recruiter)s::uuid IS NULL OR i.recruiter_id = %(recruiter)s)
          AND (%(branch)s::uuid IS NULL OR i.branch_id = %(branch)s)
{_STANDING}ORDER BY r.interview_id, r.revision DESC
    ) AS newest
    JOIN hiring_job j ON j.id = newest.job_id AND j.organization_id = newest.organization_id
    WHERE newest.answer = 'declined'
    GROUP BY j.id, newest.code HAVING count(DISTINCT newest.candidate_id) >= %(least)s
    ORDER BY people DESC, j.id, newest.code LIMIT 5
"""  # noqa: S608


@dataclass(frozen=True)
class Stated:
    """What one candidate said."""

    code: str
    words: str
    label: str
    at: datetime


@dataclass(frozen=True)
class Person:
    """Somebody who gave a reason."""

    interview_id: UUID
    name: str
    at: datetime
    wants_another_time: bool


@dataclass(frozen=True)
class Counted:
    """One reason of a job; `share` of all, in percent."""

    code: str
    label: str
    people: Sequence[Person]
    share: int

    @property
    def count(self) -> int:
        return len(self.people)

    @property
    def shown(self) -> Sequence[Person]:
        return self.people[:SHOWN]


@dataclass(frozen=True)
class OfWeek:
    """So many declined for one job for the same reason."""

    job_id: UUID
    job: str
    label: str
    count: int


def may_read_reasons(user: User) -> bool:
    """What a candidate says to HR (the pay, another offer) is not for the interviewer's eyes."""
    return user.role != Role.INTERVIEWER


def options_of(organization_id: UUID) -> list[Option]:
    """The reasons on offer, in their order."""
    rows = list(ReasonOption.objects.filter(organization_id=organization_id))
    return [_option(row) for row in rows if not row.is_archived] if rows else list(SHIPPED)


def every_option(organization_id: UUID) -> dict[str, Option]:
    """By code, archived ones included: what was said with them still has words."""
    rows = ReasonOption.objects.filter(organization_id=organization_id)
    return {option.code: option for option in SHIPPED} | {row.code: _option(row) for row in rows}


def _option(row: ReasonOption) -> Option:
    return Option(row.code, row.label, row.label_en, Onward(row.leads_to), row.is_for_moving)


def reason_of(interview: Interview) -> Stated | None:
    """Why they do not come, or want another time, as it now stands; the interview comes with its people."""
    if interview.answer not in ANSWERS:
        return None
    found = StatedReason.objects.filter(
        interview=interview, revision=interview.revision, answer=interview.answer
    ).first()
    return _stated(interview, found) if found else None


def reasons_of(interviews: Collection[Interview]) -> dict[UUID, Stated]:
    """By interview, in two statements at most; without their words."""
    asked = {each.pk: each for each in interviews if each.answer in ANSWERS}
    if not asked:
        return {}
    options = every_option(next(iter(asked.values())).organization_id)
    return {
        row.interview_id: Stated(row.code, "", stated(row.code, options), row.at)
        for row in StatedReason.objects.filter(interview__in=list(asked))
        if row.revision == asked[row.interview_id].revision and row.answer == asked[row.interview_id].answer
    }


def _stated(interview: Interview, row: StatedReason) -> Stated:
    words = ""
    if row.words_sealed is not None:
        vault, key = Vault(interview.organization_id), interview.application.candidate.key
        with suppress(Unreadable):
            words = vault.open(key, StatedReason.PLACE, row.pk, row.words_sealed)
    return Stated(row.code, words, stated(row.code, every_option(interview.organization_id)), row.at)


def reasons_for_job(user: User, job_id: UUID, since: datetime) -> list[Counted]:
    """The most frequent first, each with who gave it, the newest first."""
    rows = _rows(_OF_JOB, {"organization": user.organization_id, "job": job_id, "since": since})
    people: dict[str, list[Person]] = {}
    for code, answer, at, interview_id, name in rows:
        moved = answer == str(Answer.RESCHEDULE_REQUESTED)
        people.setdefault(code, []).append(Person(interview_id, name, at, moved))
    options = every_option(user.organization_id)
    found = [
        Counted(code, stated(code, options), who, round(100 * len(who) / len(rows)))
        for code, who in people.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.label))


def reasons_of_week(
    user: User, *, recruiter: UUID | None, branch: UUID | None, now: datetime
) -> list[OfWeek]:
    """What several candidates of one job said within a week, the most frequent first."""
    if not may_read_reasons(user):
        return []
    values: dict[str, Any] = {
        "organization": user.organization_id,
        "since": now - WEEK,
        "recruiter": recruiter,
        "branch": branch,
        "least": NOTICEABLE,
    }
    rows = _rows(_OF_WEEK, values)
    options: Mapping[str, Option] = every_option(user.organization_id) if rows else {}
    is_chinese = (get_language() or "en").startswith("zh")
    return [
        OfWeek(job_id, title if is_chinese else title_en or title, stated(code, options), count)
        for job_id, title, title_en, code, count in rows
    ]


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
