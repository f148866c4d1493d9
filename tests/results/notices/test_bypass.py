"""Every way past the approval that somebody might try, and what refuses it. Run with the rights of the web role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import create_cast
from tests.results.factories import approve as vote
from tests.results.factories import create_letter
from tests.results.stories import Tale
from yuemian.domain.header_words import Field
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.messaging.actions import library
from yuemian.messaging.actions.plan import Addressee, Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import Notification, TemplateVariant, TemplateVersion
from yuemian.results.actions import approvals, notices, release
from yuemian.results.actions.release import NothingToRelease
from yuemian.results.models import SUBJECT_KIND, Approval, ResultNotice

N, NOW = NoticeState, datetime.fromisoformat("2026-11-25T01:00:00+00:00")


@contextmanager
def refused(what: type[Exception] = DatabaseError) -> Iterator[None]:
    with pytest.raises(what), transaction.atomic():  # noqa: PT012
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def at(tale: Tale, state: NoticeState) -> ResultNotice:
    batch = tale.drafts()
    if state is not N.DRAFT:
        tale.submit(batch)
    if state in {N.APPROVED, N.RELEASED}:
        tale.approve(batch)
    if state is N.RELEASED:
        tale.release(batch)
    return tale.only(batch)


# By the tables themselves.

JUMPS = [
    "UPDATE results_resultnotice SET state = 'released', released_at = now(), leaves_at = now() WHERE id = %s",
    "UPDATE results_resultnotice SET state = 'approved' WHERE id = %s",
]
TAMPERING = [
    "UPDATE results_resultnotice SET text_sealed = '\\x00' WHERE id = %s",
    "UPDATE results_resultnotice SET content_hash = sha256('x') WHERE id = %s",
    "UPDATE results_resultnotice SET outcome = 'pass' WHERE id = %s",
    "UPDATE results_resultnotice SET locale = 'en' WHERE id = %s",
    "UPDATE results_resultnotice SET is_single_free = true WHERE id = %s",
    "UPDATE results_resultnotice SET author_id = NULL WHERE id = %s",
    "UPDATE results_resultnotice SET submitted_by_id = NULL WHERE id = %s",
    "UPDATE results_resultnotice SET submission = submission + 1 WHERE id = %s",
    "UPDATE results_resultnotice SET candidate_name = '别人' WHERE id = %s",
    "UPDATE results_resultnotice SET contacts = '{aa}' WHERE id = %s",
    "UPDATE results_resultnotice SET is_correction = true WHERE id = %s",
    "UPDATE results_resultnotice SET batch_id = NULL WHERE id = %s",
    "DELETE FROM results_resultnotice WHERE id = %s",
]


@pytest.mark.parametrize("state", [N.DRAFT, N.SUBMITTED])
@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_over_the_approval(tale: Tale, state: NoticeState, jump: str) -> None:
    notice = at(tale, state)
    with refused():
        sql(jump, notice.pk)


@pytest.mark.parametrize("state", [N.SUBMITTED, N.APPROVED, N.RELEASED])
@pytest.mark.parametrize("tampering", TAMPERING)
def test_a_change_of_what_was_seen(tale: Tale, state: NoticeState, tampering: str) -> None:
    notice = at(tale, state)
    with refused():
        sql(tampering, notice.pk)


def test_fewer_approvals_by_the_row_itself(tale: Tale) -> None:
    notice = at(tale, N.DRAFT)
    for column in ("is_single_free = true", "approvals_needed = 0"):
        with refused():
            sql(f"UPDATE results_resultnotice SET state = 'submitted', {column} WHERE id = %s", notice.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results_approval SET verdict = 'approve'",
        "DELETE FROM results_approval",
        "UPDATE results_decision SET outcome = 'pass'",
        "UPDATE results_decision SET is_current = true",
        "UPDATE results_decision SET decided_by_id = NULL",
        "UPDATE results_decision SET decided_by_id = (SELECT max(id::text)::uuid FROM accounts_user)",
        "DELETE FROM results_decision",
    ],
)
def test_votes_and_decisions_are_written_once(tale: Tale, statement: str) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    approvals.return_notices(tale.cast.lead, [tale.only(batch).pk], "", now=tale.now)
    tale.decide([tale.only(batch).decision.interview], Outcome.REJECT)
    with refused():
        sql(statement)


def test_single_letters_put_together(tale: Tale) -> None:
    """Each alone may be its author's own word where the rules free it; a batch never is."""
    notice, other = at(tale, N.APPROVED), at(tale, N.DRAFT)
    for one, into in ((notice, other), (other, notice)):
        with refused():
            sql("UPDATE results_resultnotice SET batch_id = %s WHERE id = %s", into.batch_id, one.pk)


@pytest.mark.parametrize("state", [N.DRAFT, N.APPROVED, N.RELEASED])
def test_an_application_given_to_somebody_else(tale: Tale, state: NoticeState) -> None:
    """As when two entries of one person are put together by hand."""
    notice = at(tale, state)
    other = tale.interviews(1, job=tale.cast.sales)[0].application.candidate_id
    with refused():
        sql("UPDATE hiring_application SET candidate_id = %s WHERE id = %s", other, notice.application_id)


@pytest.mark.parametrize("table", ["resultnotice", "approval", "decision", "resultbatch", "approvalrule"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"]
)
def test_the_engine_writes_nothing_of_results(tale: Tale, table: str, statement: str) -> None:
    at(tale, N.RELEASED)
    with refused():
        sql("SET LOCAL ROLE yuemian_engine")
        sql(statement.format(f"results_{table}"))


@pytest.mark.parametrize("who", ["decider", "nobody"])
def test_a_word_of_the_wrong_person(tale: Tale, who: str) -> None:
    notice = at(tale, N.SUBMITTED)
    if who == "decider":
        vote(notice, tale.cast.recruiter, now=tale.now)
    with refused():
        sql(JUMPS[1], notice.pk)


# By messages.


def intent(notice: ResultNotice, now: datetime) -> Intent:
    key = notice.candidate.key
    addressee = Addressee(notice.candidate_id, key.pk, key.number, bytes(key.wrapped or b""), key.wrapped_by)
    later = now + timedelta(days=1)
    return Intent(
        Recipient(addressee), notice.pk, notice.submission, "zh-hans", {}, [Channel.EMAIL], later, later
    )


@pytest.mark.parametrize("kind", [SUBJECT_KIND, "interview"])
@pytest.mark.parametrize("purpose", [Purpose.RESULT, Purpose.LETTER])
def test_a_message_that_no_notice_released(tale: Tale, purpose: Purpose, kind: str) -> None:
    notice = at(tale, N.APPROVED)
    occasion = Occasion(
        tale.cast.organization,
        purpose,
        notice.pointer,
        kind,
        due_at=tale.now,
        now=tale.now,
        actor=tale.cast.owner,
    )
    with refused():
        plan_notifications(occasion, [intent(notice, tale.now)])


def test_the_ordinary_send_of_interviews(tale: Tale) -> None:
    """A template of a result chosen for an invitation's way out: any number of people, no decision at all."""
    interviews = tale.interviews(3)
    version = TemplateVersion.objects.get(template__purpose=Purpose.RESULT)
    summary = summarize(interviews, version, Purpose.RESULT, [Channel.EMAIL], now=tale.now)
    with refused():
        send(tale.cast.recruiter, summary, version, Purpose.RESULT, now=tale.now)


@pytest.mark.parametrize("column", ["candidate_id", "version_id", "subject_id"])
def test_a_released_message_turned_to_somebody_else(tale: Tale, column: str) -> None:
    notice, other = at(tale, N.RELEASED), at(tale, N.RELEASED)
    value = {"candidate_id": other.candidate_id, "version_id": other.letter_id, "subject_id": other.pk}[
        column
    ]
    mine = Notification.objects.get(subject_id=notice.pk)
    with refused():
        sql(f"UPDATE messaging_notification SET {column} = %s WHERE id = %s", value, mine.pk)


@pytest.mark.parametrize("role", ["yuemian_app", "yuemian_engine"])
def test_another_message_that_becomes_one_of_a_result_or_the_other_way(tale: Tale, role: str) -> None:
    notice = at(tale, N.RELEASED)
    interviews = tale.interviews()
    version = tale.cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=tale.now)
    send(tale.cast.recruiter, summary, version, Purpose.INVITATION, now=tale.now)
    for old, new in (
        (Purpose.INVITATION, Purpose.RESULT),
        (Purpose.INVITATION, Purpose.ONBOARDING),
        (Purpose.RESULT, Purpose.INVITATION),
        (Purpose.RESULT, Purpose.ONBOARDING),
    ):
        assert Notification.objects.filter(purpose=old).exists()
        with refused():
            sql(f"SET LOCAL ROLE {role}")
            sql("UPDATE messaging_notification SET purpose = %s WHERE purpose = %s", new, old)
    assert Notification.objects.filter(purpose=Purpose.RESULT).get().subject_id == notice.pk


@pytest.mark.parametrize("column", ["candidate_id", "subject_id", "subject_revision", "token_hash"])
def test_a_link_turned_to_another_letter(tale: Tale, column: str) -> None:
    links = [tale.link(at(tale, N.RELEASED))[0] for _ in range(2)]
    changed = {"subject_revision": 7}.get(column, getattr(links[1], column))
    with refused():
        sql(f"UPDATE messaging_accesslink SET {column} = %s WHERE id = %s", changed, links[0].pk)


def test_the_link_of_an_invitation_that_becomes_one_to_a_letter(tale: Tale) -> None:
    notice = at(tale, N.RELEASED)
    interviews = tale.interviews()
    version = tale.cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=tale.now)
    send(tale.cast.recruiter, summary, version, Purpose.INVITATION, now=tale.now)
    with refused():
        sql(
            "UPDATE messaging_accesslink SET subject_kind = 'result', purpose = 'result', subject_id = %s"
            " WHERE subject_id = %s",
            notice.pk,
            interviews[0].pk,
        )


# By letters.


def test_a_letter_of_another_class(tale: Tale) -> None:
    notice = at(tale, N.DRAFT)
    joyful = create_letter(tale.cast, Outcome.PASS, now=tale.now)
    with refused():
        sql("UPDATE results_resultnotice SET letter_id = %s WHERE id = %s", joyful.pk, notice.pk)


def test_the_class_of_a_template(tale: Tale) -> None:
    notice = at(tale, N.RELEASED)
    with refused():
        sql("UPDATE messaging_template SET outcome = 'pass' WHERE id = %s", notice.letter.template_id)


def test_an_edit_of_the_template_after_approval(tale: Tale) -> None:
    """The letter is a snapshot, and what was released stays as it was approved."""
    notice = at(tale, N.RELEASED)
    place = (Channel.EMAIL, "zh-hans")
    text = library.Text("新", "{{ candidate_name }}，恭喜您！")
    library.save_draft(tale.cast.recruiter, notice.letter.template, place, text, now=tale.now)
    library.publish(tale.cast.recruiter, notice.letter.template, now=tale.now)
    notice.refresh_from_db()
    assert notice.state == N.RELEASED
    assert "恭喜" not in tale.text(notice).body


@pytest.mark.parametrize("state", [N.DRAFT, N.SUBMITTED, N.APPROVED, N.RELEASED])
@pytest.mark.parametrize("which", ["letter", "pointer"])
def test_other_words_in_a_published_version(tale: Tale, which: str, state: NoticeState) -> None:
    """The message that points at the letter is written only when it leaves, from the version itself."""
    notice = at(tale, state)
    version = getattr(notice, which)
    texts = TemplateVariant.objects.filter(version=version)
    with refused():
        texts.update(body="恭喜您，您已被录用！")
    with refused():
        texts.delete()
    with refused():
        TemplateVariant.objects.create(
            organization=tale.cast.organization,
            version=version,
            channel=Channel.WECHAT,
            locale="de",
            body="x",
        )


# By actions.


def test_a_release_of_what_is_not_approved(tale: Tale) -> None:
    for state in (N.DRAFT, N.SUBMITTED):
        with pytest.raises(NothingToRelease):
            release.release_batch(tale.cast.owner, at(tale, state).batch_id, now=tale.now)  # type: ignore[arg-type]


def test_decisions_that_changed_cannot_be_written_on(tale: Tale) -> None:
    """Also where whoever decided forgot the notices: nothing of the old one goes on."""
    notice = at(tale, N.APPROVED)
    tale.decide([notice.decision.interview], Outcome.PASS)
    with refused():
        release.release_batch(tale.cast.lead, notice.batch_id, now=tale.now)  # type: ignore[arg-type]
    other = at(tale, N.SUBMITTED)
    tale.decide([other.decision.interview], Outcome.PASS)
    seen = approvals.seen_digest(tale.of(other.batch))
    assert approvals.approve(tale.cast.lead, [other.pk], seen, now=tale.now).refused == {"changed": 1}


@pytest.mark.parametrize(
    "act",
    [
        lambda tale, pk: notices.edit_notice(tale, pk, "x", "y", now=NOW),
        lambda tale, pk: approvals.take_back(tale, [pk], now=NOW),
        lambda tale, pk: notices.rewrite_notices(tale, [pk], now=NOW),
    ],
)
def test_what_is_released_is_not_written_on(tale: Tale, act: Callable[[Any, Any], Any]) -> None:
    notice = at(tale, N.RELEASED)
    with pytest.raises(Exception, match="cannot become"):
        act(tale.cast.recruiter, notice.pk)


def test_a_file_has_no_column_for_a_result() -> None:
    """Whatever its header says, an import reads interviews and people; nothing it reads can say what was decided."""
    known = {str(field) for field in Field}
    assert known
    assert not known & {"result", "outcome", "decision", "letter", "approval", "feedback", "stage"}


def test_a_word_twice_is_one(tale: Tale) -> None:
    notice = at(tale, N.SUBMITTED)
    vote(notice, tale.cast.lead, now=tale.now)
    with refused():
        vote(notice, tale.cast.lead, now=tale.now)
    assert Approval.objects.count() == 1


def test_another_organization_sees_nothing(tale: Tale) -> None:

    notice = at(tale, N.SUBMITTED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    stranger = create_cast(now=tale.now, name="远山科技")
    assert not ResultNotice.objects.filter(pk=notice.pk).exists()
    assert approvals.return_notices(stranger.lead, [notice.pk], "", now=tale.now) == 0
