"""A last look before the release: at one word of two rounds, people whom nothing reaches, and new addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.factories import sign_in_client
from tests.results.stories import Tale
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Channel, DeliveryState, InterviewState, Purpose
from yuemian.hiring.actions import choose_channel
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery, TemplateVersion
from yuemian.results.actions import approvals, notices, release
from yuemian.results.actions.decide import Choice, decide, undo
from yuemian.results.actions.release import Released
from yuemian.results.actions.told import settle_waits
from yuemian.results.actions.waits import note_waits
from yuemian.results.models import ResultBatch, Wait
from yuemian.results.notices.reading import untold

N, DAY = NoticeState, timedelta(days=1)
ADVANCE, REJECT, PASS, HOLD = Outcome.ADVANCE, Outcome.REJECT, Outcome.PASS, Outcome.HOLD


def let_go(tale: Tale, batch: ResultBatch) -> Released:
    return release.release_batch(tale.cast.lead, batch.pk, now=tale.now)


def wait_of(tale: Tale, interview: Interview) -> str:
    settle_waits(tale.cast.organization.pk, [interview.pk])
    return Wait.objects.get(interview=interview).state


# --- one word of two rounds


@pytest.mark.parametrize(("first", "second"), [(ADVANCE, REJECT), (ADVANCE, PASS), (REJECT, PASS)])
def test_of_two_rounds_only_the_later_one_is_told(tale: Tale, first: Outcome, second: Outcome) -> None:
    (early,) = tale.interviews()
    (late,) = tale.next_rounds([early])
    batch = tale.prepare([*tale.decide([early], first), *tale.decide([late], second)])
    problems = {each.decision.interview_id: each.problems for each in tale.of(batch)}
    assert problems == {early.pk: ["overtaken"], late.pk: []}
    done = tale.submit(batch)
    assert (done.count, done.held) == (1, {"overtaken": 1})


@pytest.mark.parametrize("is_late_first", [False, True])
def test_a_later_round_that_is_decided_meanwhile_holds_an_approved_letter_back(
    tale: Tale, is_late_first: bool
) -> None:
    (early,) = tale.interviews()
    (late,) = tale.next_rounds([early])
    batch = tale.approved(tale.prepare(tale.decide([early], ADVANCE)))
    later = tale.approved(tale.prepare(tale.decide([late], REJECT)))
    if is_late_first:
        assert let_go(tale, later).count == 1
    done = let_go(tale, batch)
    assert (done.count, sum(done.came_back.values())) == (0, 1)
    back = tale.only(batch)
    assert (back.state, back.came_back, "overtaken" in back.problems) == (N.DRAFT, "release", True)
    assert not Delivery.objects.filter(notification__subject_id=back.pk).exists()
    if not is_late_first:
        assert let_go(tale, later).count == 1
    assert tale.states(later) == [N.RELEASED]


def test_what_was_told_meanwhile_holds_an_approved_letter_back(tale: Tale) -> None:
    """The earlier round's rejection left, and only then its letter's rival is released."""
    (early,) = tale.interviews(starts_at=tale.now - 3 * DAY)
    (late,) = tale.next_rounds([early])
    rejected = tale.approved(tale.prepare(tale.decide([early], REJECT)))
    (held,) = tale.decide([late], HOLD)
    assert let_go(tale, rejected).count == 1
    passed = tale.prepare(tale.decide([held.interview], PASS))
    notice = tale.only(passed)
    assert notice.problems == ["told_otherwise"]
    notices.explain_correction(tale.cast.recruiter, notice.pk, "复试更有说服力", now=tale.now)
    assert let_go(tale, tale.approved(passed)).count == 1


def test_letters_list_nobody_whose_word_is_a_later_round(tale: Tale) -> None:
    going, stopped, rejected, waiting = tale.interviews(4)
    after_going, after_stopped, after_rejected, after_waiting = tale.next_rounds(
        [going, stopped, rejected, waiting]
    )
    assert after_going.application_id == going.application_id
    Interview.objects.filter(pk=after_stopped.pk).update(state=InterviewState.CANCELLED)
    tale.decide([going], ADVANCE)
    (listed,) = tale.decide([stopped], ADVANCE)
    tale.decide([rejected], REJECT)
    (later,) = tale.decide([after_rejected], PASS)
    (kept,) = tale.decide([waiting], REJECT)
    tale.decide([after_waiting], HOLD)
    assert set(untold(tale.cast.recruiter)) == {listed, later, kept}


def test_whoever_is_rejected_after_one_round_and_decided_after_the_next_waits_for_that_one(
    tale: Tale,
) -> None:
    (early,) = tale.interviews(starts_at=tale.now - 3 * DAY)
    (late,) = tale.next_rounds([early])
    tale.decide([early], REJECT)
    assert wait_of(tale, early) == "decided"
    note_waits(tale.cast.organization.pk, tale.now)
    assert Wait.objects.get(interview=early).state == "decided"
    tale.decide([late], PASS)
    note_waits(tale.cast.organization.pk, tale.now)
    assert Wait.objects.get(interview=early).state == "moved"


@pytest.mark.parametrize("outcome", [REJECT, PASS, ADVANCE])
def test_nobody_hears_that_all_is_decided_who_is_expected_at_a_later_interview(
    tale: Tale, outcome: Outcome
) -> None:
    (early,) = tale.interviews()
    batch = tale.approved(tale.prepare(tale.decide([early], outcome)))
    (late,) = tale.next_rounds([early])
    coming = Interview.objects.filter(pk=late.pk)
    coming.update(starts_at=timezone.now() + DAY)
    if outcome == ADVANCE:
        assert let_go(tale, batch).count == 1
        return
    assert let_go(tale, batch).came_back == {"to_come": 1}
    assert tale.submit(batch).held == {"to_come": 1}
    for called_off in ({"answer": "declined"}, {"answer": "accepted", "state": "cancelled"}):
        coming.update(**called_off)
        assert tale.submit(batch).count == 1
        approvals.return_notices(tale.cast.lead, [tale.only(batch).pk], "", now=tale.now)
    coming.update(state="scheduled")
    notices.accept_problem(tale.cast.recruiter, tale.only(batch).pk, "to_come", now=tale.now)
    assert let_go(tale, tale.approved(batch)).count == 1


def early_and_late(tale: Tale) -> tuple[ResultBatch, Interview]:
    """An approved letter that the first round leads on, and the round after it, which has taken place."""
    (early,) = tale.interviews(starts_at=tale.now - 3 * DAY)
    (late,) = tale.next_rounds([early])
    return tale.approved(tale.prepare(tale.decide([early], ADVANCE))), late


@pytest.mark.parametrize("is_released", [False, True])
def test_a_later_round_that_is_decided_calls_the_letter_back_that_has_not_left(
    tale: Tale, is_released: bool
) -> None:
    batch, late = early_and_late(tale)
    if is_released:
        tale.release(batch)
    (decision,) = decide(tale.cast.recruiter, [Choice(late.pk, PASS)], now=tale.now)
    back = tale.only(batch)
    assert (back.state, back.came_back) == (N.DRAFT, "overtaken")
    states = set(Delivery.objects.filter(notification__subject_id=back.pk).values_list("state", flat=True))
    assert states == ({"cancelled"} if is_released else set())
    assert tale.submit(batch).held == {"overtaken": 1}
    assert let_go(tale, tale.approved(tale.prepare([decision]))).count == 1


def test_what_has_left_stays_when_a_later_round_is_decided(tale: Tale) -> None:
    batch, late = early_and_late(tale)
    notice = tale.only(tale.release(batch))
    Delivery.objects.filter(notification__subject_id=notice.pk).update(state=DeliveryState.SENT)
    decide(tale.cast.recruiter, [Choice(late.pk, PASS)], now=tale.now)
    assert tale.states(batch) == [N.RELEASED]
    assert wait_of(tale, notice.decision.interview) == "told"


def test_a_hold_that_is_taken_back_calls_the_letter_of_the_round_before_back(tale: Tale) -> None:
    batch, late = early_and_late(tale)
    minute = timedelta(minutes=1)
    decide(tale.cast.lead, [Choice(late.pk, PASS)], now=tale.now)
    decide(tale.cast.recruiter, [Choice(late.pk, HOLD)], now=tale.now + minute)
    assert tale.submit(batch).count == 1
    tale.approve(batch)
    tale.release(batch)
    undo(tale.cast.recruiter, tale.now + minute, now=tale.now + 2 * minute)
    assert (tale.only(batch).state, tale.only(batch).came_back) == (N.DRAFT, "overtaken")


# --- whom nobody reaches


@pytest.fixture
def mail_alone(tale: Tale, settings: Settings) -> Tale:
    """Live, with a mail server and no gateway."""
    settings.SMTP_URL = "smtp://127.0.0.1:25"
    tale.cast.organization.is_rehearsal = False
    tale.cast.organization.save()
    return tale


def test_a_phone_is_no_address_where_only_mail_is_set_up(mail_alone: Tale) -> None:
    (interview,) = mail_alone.interviews(email="")
    notice = mail_alone.only(mail_alone.prepare(mail_alone.decide([interview])))
    assert notice.problems == ["no_contact"]
    assert mail_alone.submit(notice.batch).count == 0
    assert wait_of(mail_alone, interview) == "decided"


def test_without_any_channel_the_release_says_so_and_no_letter_does(tale: Tale) -> None:
    tale.cast.organization.is_rehearsal = False
    tale.cast.organization.save()
    batch = tale.approved(tale.drafts())
    with pytest.raises(release.NobodyCarries):
        tale.release(batch)


def test_who_is_not_reached_any_more_is_not_released_and_waits(tale: Tale) -> None:
    batch = tale.approved(tale.drafts(2))
    lost, other = tale.of(batch)
    ContactPoint.objects.filter(candidate=lost.candidate_id).update(state=ContactState.INVALID)
    done = let_go(tale, batch)
    assert (done.count, done.came_back) == (1, {"no_contact": 1})
    states = {each.pk: (each.state, each.came_back, each.problems) for each in tale.of(batch)}
    assert states[lost.pk] == (N.DRAFT, "release", ["no_contact"])
    assert states[other.pk][0] == N.RELEASED
    assert wait_of(tale, lost.decision.interview) == "decided"
    assert wait_of(tale, other.decision.interview) == "told"
    assert Interview.objects.get(pk=lost.decision.interview_id).result_told_at is None
    lost.refresh_from_db()
    assert tale.submit(batch).held == {"no_contact": 1}


def test_where_nobody_is_reached_nothing_is_released(tale: Tale) -> None:
    batch = tale.approved(tale.drafts())
    ContactPoint.objects.update(state=ContactState.INVALID)
    done = let_go(tale, batch)
    assert (done.count, done.batch.leaves_at, done.batch.sending_id) == (0, None, None)
    assert tale.states(batch) == [N.DRAFT]


def test_the_last_address_that_goes_in_the_window_brings_the_letter_back(tale: Tale) -> None:
    notice = tale.only(tale.released())
    interview = notice.decision.interview
    choose_channel(notice.candidate, Channel.SMS, is_wanted=False, now=tale.now)
    assert (tale.only(notice.batch).state, wait_of(tale, interview)) == (N.RELEASED, "told")
    choose_channel(notice.candidate, Channel.EMAIL, is_wanted=False, now=tale.now)
    back = tale.only(notice.batch)
    assert (back.state, back.came_back) == (N.DRAFT, "unreached")
    assert Wait.objects.get(interview=interview).state == "decided"


def test_told_is_nobody_of_whose_messages_none_arrived(tale: Tale) -> None:
    notice = tale.only(tale.released())
    mine = Delivery.objects.filter(notification__subject_id=notice.pk)
    mine.update(state=DeliveryState.EXPIRED)
    assert wait_of(tale, notice.decision.interview) == "decided"
    mine.filter(channel=Channel.SMS).update(state=DeliveryState.SENT)
    assert wait_of(tale, notice.decision.interview) == "told"


# --- what nobody approved


def test_even_where_no_news_came_nothing_goes_past_its_approval(tale: Tale) -> None:
    batch = tale.approved(tale.drafts(3))
    called, moved, same = tale.of(batch)
    Candidate.objects.filter(pk=called.candidate_id).update(name="欧阳晓雨")
    ContactPoint.objects.create(
        organization=tale.cast.organization,
        candidate=moved.candidate,
        channel=Channel.SMS,
        blind_index=b"\7" * 16,
        value_sealed=b"x",
    )
    done = let_go(tale, batch)
    assert (done.count, done.came_back) == (1, {"name": 1, "contacts": 1})
    states = {each.pk: (each.state, each.came_back) for each in tale.of(batch)}
    assert states == {
        called.pk: (N.DRAFT, "name"),
        moved.pk: (N.DRAFT, "contacts"),
        same.pk: (N.RELEASED, ""),
    }


@pytest.mark.parametrize("purpose", [Purpose.LETTER, Purpose.RESULT])
def test_a_template_that_was_published_as_its_letter_was_submitted_brings_it_back(
    tale: Tale, purpose: Purpose
) -> None:
    """Neither saw the other: past the signal, as in two transactions at once."""
    batch = tale.approved(tale.drafts())
    notice = tale.only(batch)
    version = notice.letter if purpose == Purpose.LETTER else notice.pointer
    TemplateVersion.objects.create(
        organization=tale.cast.organization,
        template=version.template,
        number=version.number + 1,
        outcome=version.outcome,
        published_at=tale.now,
    )
    assert let_go(tale, batch).came_back == {"letter": 1}
    assert (tale.only(batch).state, tale.only(batch).came_back) == (N.DRAFT, "letter")


def test_the_page_says_how_many_were_not_released_and_why(tale: Tale) -> None:
    batch = tale.approved(tale.drafts(2))
    ContactPoint.objects.filter(candidate=tale.of(batch)[0].candidate_id).update(state=ContactState.INVALID)
    client = sign_in_client(tale.cast.lead)
    data = {"way": "all", "password": "quiet-river-lantern-42"}
    page = client.post(f"/results/letters/{batch.pk}/release", data, follow=True)
    text = page.content.decode()
    assert "1 封信没有发布" in text
    assert "可用的联系方式" in text
    assert tale.states(batch) == [N.DRAFT, N.RELEASED]
