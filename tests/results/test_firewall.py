"""The last wall: what the database refuses, whoever asks. Every attempt goes below all actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import Cast, create_interview, create_template
from tests.results.factories import approve, bring_to, create_decision, create_letter, create_notice
from yuemian.domain.moves import MOVES
from yuemian.domain.results import NoticeState, Outcome, Verdict
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions.plan import Addressee, Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import TemplateVersion
from yuemian.results.models import SUBJECT_KIND, Decision, ResultNotice

pytestmark = pytest.mark.django_db
S = NoticeState


@contextmanager
def refused(words: str = "") -> Iterator[None]:
    """Deferred constraints speak at the end of the block, like at a commit."""
    with pytest.raises(IntegrityError, match=words or None), transaction.atomic():  # noqa: PT012
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def decision(cast: Cast, now: datetime) -> Decision:
    return create_decision(create_interview(cast, now=now), cast.recruiter, Outcome.REJECT, now=now)


@pytest.fixture
def notice(cast: Cast, decision: Decision, now: datetime) -> ResultNotice:
    return create_notice(cast, decision, cast.recruiter, now=now)


def say(cast: Cast, notice: ResultNotice, *, now: datetime, **fields: object) -> None:
    """Plan the message of a result, as any room could try to."""
    candidate = fields.get("candidate", notice.candidate)
    key = candidate.key  # type: ignore[attr-defined]
    version = fields.get("version", notice.pointer)
    assert isinstance(version, TemplateVersion)
    plan_notifications(
        Occasion(cast.organization, Purpose.RESULT, version, SUBJECT_KIND, due_at=now, now=now),
        [
            Intent(
                Recipient(Addressee(candidate.pk, key.pk, key.number, key.wrapped, key.wrapped_by)),  # type: ignore[attr-defined]
                notice.pk,
                notice.submission,
                "zh-hans",
                {},
                [Channel.EMAIL],
                now + timedelta(days=1),
                now + timedelta(days=1),
            )
        ],
    )


def test_a_letter_of_another_class_cannot_be_named(cast: Cast, decision: Decision, now: datetime) -> None:
    joyful = create_letter(cast, Outcome.PASS, now=now)
    with refused("notice_letter_of_outcome"):
        create_notice(cast, decision, cast.recruiter, now=now, letter=joyful)


def test_a_notice_cannot_be_of_another_outcome_than_its_decision(
    cast: Cast, decision: Decision, now: datetime
) -> None:
    with refused("notice_of_decision"):
        create_notice(cast, decision, cast.recruiter, now=now, outcome=Outcome.PASS)


def test_a_version_takes_the_class_of_its_template(cast: Cast, now: datetime) -> None:
    letter = create_letter(cast, Outcome.REJECT, now=now)
    TemplateVersion.objects.filter(pk=letter.pk).update(outcome=Outcome.PASS)
    letter.refresh_from_db()
    assert letter.outcome == Outcome.REJECT
    # Nor can the template change its own class under what was written with it.
    with refused("version_of_outcome"):
        type(letter.template).objects.filter(pk=letter.template_id).update(outcome=Outcome.PASS)


def test_a_decision_is_never_changed(decision: Decision) -> None:
    with refused("never changed"):
        Decision.objects.filter(pk=decision.pk).update(outcome=Outcome.PASS)


def test_a_notice_goes_to_the_person_it_was_decided_of(cast: Cast, decision: Decision, now: datetime) -> None:
    other = create_interview(cast, now=now).application.candidate
    with refused("the person it was decided of"):
        create_notice(cast, decision, cast.recruiter, now=now, candidate=other)


@pytest.mark.parametrize("state", sorted(set(S) - {S.DRAFT}))
def test_a_notice_begins_as_a_draft(
    cast: Cast, decision: Decision, now: datetime, state: NoticeState
) -> None:
    with refused("begins as a draft"):
        create_notice(cast, decision, cast.recruiter, now=now, state=state, released_at=now, leaves_at=now)


@pytest.mark.parametrize("old", sorted(S))
def test_the_database_knows_the_same_moves(cast: Cast, notice: ResultNotice, now: datetime, old: S) -> None:
    way = {
        S.DRAFT: [],
        S.SUBMITTED: [S.SUBMITTED],
        S.APPROVED: [S.SUBMITTED, S.APPROVED],
        S.RELEASED: [S.SUBMITTED, S.APPROVED, S.RELEASED],
        S.RETURNED: [S.SUBMITTED, S.RETURNED],
        S.EXCLUDED: [S.SUBMITTED, S.EXCLUDED],
        S.RECALLED: [S.SUBMITTED, S.APPROVED, S.RELEASED, S.RECALLED],
        S.VOID: [S.VOID],
    }[old]
    approve(notice, cast.lead, now=now)
    notice.released_at, notice.leaves_at = now, now
    for step in way:
        notice.state = step
        notice.save()
    for new in set(S) - {old}:
        notice.state = new
        if new in MOVES[S][old]:
            with transaction.atomic():
                notice.save()
                transaction.set_rollback(True)
        else:
            with refused("cannot become"):
                notice.save()


def test_nothing_is_approved_without_others(cast: Cast, notice: ResultNotice, now: datetime) -> None:
    notice.state = S.SUBMITTED
    notice.save()
    approve(notice, cast.recruiter, now=now)  # who wrote and decided it
    approve(notice, cast.owner, now=now, content_hash=b"\2" * 32)  # who saw other words
    approve(notice, cast.interviewer, now=now, verdict=Verdict.RETURN)
    notice.state = S.APPROVED
    with refused("needs 1 approvals"):
        notice.save()
    approve(notice, cast.lead, now=now)
    notice.save()


def test_the_votes_of_an_earlier_submission_do_not_count(
    cast: Cast, notice: ResultNotice, now: datetime
) -> None:
    bring_to(notice, S.SUBMITTED, cast.lead, now=now)
    approve(notice, cast.lead, now=now)
    notice.state = S.DRAFT
    notice.save()
    notice.state, notice.submission = S.SUBMITTED, 1
    notice.save()
    notice.state = S.APPROVED
    with refused("needs 1 approvals"):
        notice.save()


@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED, S.RELEASED])
@pytest.mark.parametrize("field", ["content_hash", "text_sealed", "locale", "is_correction"])
def test_what_was_submitted_is_what_is_sent(
    cast: Cast, notice: ResultNotice, now: datetime, state: S, field: str
) -> None:
    bring_to(notice, state, cast.lead, now=now)
    changed = {"content_hash": b"\3" * 32, "text_sealed": b"x", "locale": "en", "is_correction": True}
    with refused("take it back to edit it"):
        ResultNotice.objects.filter(pk=notice.pk).update(**{field: changed[field]})


def test_a_changed_decision_stops_its_notice(cast: Cast, notice: ResultNotice, now: datetime) -> None:
    bring_to(notice, S.APPROVED, cast.lead, now=now)
    create_decision(notice.decision.interview, cast.recruiter, Outcome.PASS, now=now)
    notice.state, notice.released_at, notice.leaves_at = S.RELEASED, now, now
    with refused("decision has changed"):
        notice.save()


@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED])
def test_no_message_before_the_release(cast: Cast, notice: ResultNotice, now: datetime, state: S) -> None:
    bring_to(notice, state, cast.lead, now=now)
    with refused("approved and released"):
        say(cast, notice, now=now)


def test_no_message_to_somebody_else_or_with_another_text(
    cast: Cast, notice: ResultNotice, now: datetime
) -> None:
    bring_to(notice, S.RELEASED, cast.lead, now=now)
    other = create_interview(cast, now=now).application.candidate
    with refused("to its own person"):
        say(cast, notice, now=now, candidate=other)
    with refused("to its own person"):
        say(
            cast,
            notice,
            now=now,
            version=create_template(cast.organization, Purpose.RESULT, now=now, name="另"),
        )
    say(cast, notice, now=now)


def test_it_is_told_once(cast: Cast, notice: ResultNotice, now: datetime) -> None:
    bring_to(notice, S.RELEASED, cast.lead, now=now)
    say(cast, notice, now=now)
    with refused("notification_said_once"):
        say(cast, notice, now=now)
