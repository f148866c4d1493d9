"""Results on their way: decided, written, submitted, approved, released, as people do it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
from django.db import connection

from tests.factories import Cast, create_interviews, create_user, install_texts
from tests.results.factories import create_decision
from yuemian.accounts.models import Role, User
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.models import Interview
from yuemian.messaging.models import AccessLink, Notification
from yuemian.results.actions import approvals, notices, release
from yuemian.results.models import Decision, Feedback, FeedbackOrigin, ResultBatch, ResultNotice
from yuemian.results.notices.content import LetterText, opened_text
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

#: So that no name is part of another.
NAMES = ("欧阳小雨", "司马清风", "诸葛明月", "上官若兰", "皇甫知秋", "令狐望舒")


class Tale:
    """One organization with letters, and what its people do with results."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast, self.now, self._people = cast, now, 0
        purposes = (Purpose.LETTER, Purpose.RESULT, Purpose.APPROVAL, Purpose.CODE)
        install_texts(cast, *purposes, now=now)

    def interviews(self, count: int = 1, **fields: object) -> list[Interview]:
        found = []
        for number in range(count):
            self._people += 1
            name = fields.get("name") or NAMES[number % len(NAMES)] + "子" * (number // len(NAMES))
            found += create_interviews(
                self.cast,
                1,
                now=self.now,
                **{"phone": f"+86139{self._people:08d}", "locale": "zh-hans", **fields, "name": name},
            )
        return found

    def next_rounds(self, interviews: Sequence[Interview], phone: str = "") -> list[Interview]:
        """A later interview for each of the same applications; `phone` is what a sheet says of the people."""
        appointments = [
            Appointment(
                person=_known(each.application.candidate, phone),
                job=self.cast.backend,
                branch=self.cast.shanghai,
                round="复试",
                starts_at=each.starts_at + timedelta(days=1),
                time_zone="Asia/Shanghai",
            )
            for each in interviews
        ]
        ids = schedule_interviews(self.cast.recruiter, appointments, now=self.now)
        return list(Interview.objects.with_people().filter(pk__in=ids).order_by("pk"))

    def decide(
        self, interviews: Sequence[Interview], outcome: Outcome = Outcome.REJECT, by: User | None = None
    ) -> list[Decision]:
        return [
            create_decision(each, by or self.cast.recruiter, outcome, now=self.now) for each in interviews
        ]

    def prepare(self, decisions: Sequence[Decision], **fields: str) -> ResultBatch:
        done = notices.prepare_notices(
            self.cast.recruiter, [each.pk for each in decisions], now=self.now, **fields
        )
        assert done.batch is not None, done.left_out
        return done.batch

    def drafts(self, count: int = 1, outcome: Outcome = Outcome.REJECT, **fields: object) -> ResultBatch:
        return self.prepare(self.decide(self.interviews(count, **fields), outcome))

    def submit(self, batch: ResultBatch | None) -> approvals.Submitted:
        assert batch is not None
        return approvals.submit_batch(self.cast.recruiter, batch.pk, now=self.now)

    def approve(self, batch: ResultBatch, by: User | None = None) -> approvals.Approved:
        waiting = self.of(batch, NoticeState.SUBMITTED)
        seen = approvals.seen_digest(waiting)
        return approvals.approve(by or self.cast.lead, [each.pk for each in waiting], seen, now=self.now)

    def approved(self, batch: ResultBatch) -> ResultBatch:
        self.submit(batch)
        self.approve(batch)
        return batch

    def release(self, batch: ResultBatch, **fields: object) -> ResultBatch:
        return release.release_batch(self.cast.lead, batch.pk, now=self.now, **fields).batch  # type: ignore[arg-type]

    def released(self, count: int = 1, outcome: Outcome = Outcome.REJECT, **fields: object) -> ResultBatch:
        batch = self.drafts(count, outcome, **fields)
        self.submit(batch)
        self.approve(batch)
        typed = count if count > 50 else None
        return self.release(batch, typed=typed)

    def of(self, batch: ResultBatch | None, *states: NoticeState) -> list[ResultNotice]:
        rows = ResultNotice.objects.filter(batch=batch).select_related("candidate__key", "decision")
        return list(rows.filter(state__in=states) if states else rows)

    def only(self, batch: ResultBatch | None) -> ResultNotice:
        (notice,) = self.of(batch)
        return notice

    def states(self, batch: ResultBatch | None) -> list[str]:
        return sorted(each.state for each in self.of(batch))

    def text(self, notice: ResultNotice) -> LetterText:
        return opened_text(notice, Vault(self.cast.organization.pk))

    def link(self, notice: ResultNotice) -> tuple[AccessLink, str]:
        """What a released notice's message leads by, and its secret."""
        told = Notification.objects.filter(subject_id=notice.pk, purpose=Purpose.RESULT).latest(
            "created_at", "id"
        )
        vault = Vault(self.cast.organization.pk)
        sealed = vault.open_bytes(notice.candidate.key, Notification.PLACE, told.pk, told.parameters_sealed)
        return AccessLink.objects.get(notification=told), str(orjson.loads(sealed)["token"])

    def forge(self, notice: ResultNotice, text: LetterText) -> None:
        """Past every action and trigger, with the rights of the tables' owner."""
        forged = text.sealed(Vault(self.cast.organization.pk), notice.candidate.key, notice.pk)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yuemian_owner")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE results_resultnotice DISABLE TRIGGER results_notice_moves")
            cursor.execute(
                "UPDATE results_resultnotice SET text_sealed = %s WHERE id = %s", [forged, notice.pk]
            )
            cursor.execute("ALTER TABLE results_resultnotice ENABLE TRIGGER results_notice_moves")
            cursor.execute("SET LOCAL ROLE yuemian_app")

    def feedback(self, decision: Decision, text: str, *, is_reviewed: bool = True) -> Feedback:
        key = decision.interview.application.candidate.key
        id_, vault = uuid7(), Vault(self.cast.organization.pk)
        return Feedback.objects.create(
            id=id_,
            organization=self.cast.organization,
            decision=decision,
            locale="zh-hans",
            origin=FeedbackOrigin.PERSON,
            text_sealed=vault.seal(key, Feedback.PLACE, id_, text),
            draft_sealed=vault.seal(key, Feedback.DRAFT, id_, "{}"),
            reviewed_by=self.cast.recruiter if is_reviewed else None,
            reviewed_at=self.now if is_reviewed else None,
            facts_at=self.now,
            created_at=self.now,
        )

    def colleague(self, role: Role = Role.HIRING_LEAD, name: str = "钱主管") -> User:
        return create_user(self.cast.organization, role, name)


def _known(candidate: Candidate, phone: str) -> Person:
    return Person(candidate.name, candidate.name_key, phone=phone, candidate_id=candidate.pk)
