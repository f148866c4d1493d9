"""The number beside Results: letters that this person's word is missing on, and letters that came back to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.factories import install_texts
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Candidate
from yuemian.hiring.signals import person_changed
from yuemian.messaging.models import Notification
from yuemian.results.actions import approvals, notices
from yuemian.results.models import ApprovalRule, ResultBatch, ResultNotice
from yuemian.results.notices.reading import count_for_navigation


def nothing(tale: Tale) -> ResultBatch:
    return tale.drafts()


def decided(tale: Tale) -> ResultBatch:
    return tale.prepare(tale.decide(tale.interviews(), by=tale.cast.lead))


def wrote(tale: Tale) -> ResultBatch:
    (decision,) = tale.decide(tale.interviews())
    batch = notices.prepare_notices(tale.cast.lead, [decision.pk], now=tale.now).batch
    assert batch is not None
    return batch


def edited(tale: Tale) -> ResultBatch:
    batch = tale.drafts()
    notice = tale.only(batch)
    text = tale.text(notice)
    notices.edit_notice(tale.cast.lead, notice.pk, text.subject, f"{text.body} 祝好。", now=tale.now)
    return batch


@pytest.mark.parametrize(("deed", "count"), [(nothing, 1), (decided, 0), (wrote, 0), (edited, 0)])
def test_only_letters_that_may_be_approved_wait_for_a_word(
    tale: Tale, deed: Callable[[Tale], ResultBatch], count: int
) -> None:
    batch = deed(tale)
    assert tale.submit(batch).count == 1
    assert count_for_navigation(tale.cast.lead) == count
    assert count_for_navigation(tale.colleague()) == 1
    assert count_for_navigation(tale.cast.recruiter) == 0
    assert tale.approve(batch).agreed == count, "the rule of the press is that of the counter"


def test_whoever_has_said_theirs_waits_for_the_second(tale: Tale) -> None:
    approvals.save_rule(tale.cast.owner, ApprovalRule(approvals=2), now=tale.now)
    batch, other = tale.drafts(2, Outcome.PASS), tale.colleague()
    tale.submit(batch)
    tale.approve(batch)
    assert [count_for_navigation(each) for each in (tale.cast.lead, other)] == [0, 2]
    # What they said of the former submission is not said of this one.
    approvals.return_notices(other, [each.pk for each in tale.of(batch)], "", now=tale.now)
    tale.submit(batch)
    assert count_for_navigation(tale.cast.lead) == 2


def test_one_that_its_author_may_approve_counts_for_them(tale: Tale) -> None:
    approvals.save_rule(tale.cast.owner, ApprovalRule(is_single_free=True), now=tale.now)
    tale.submit(decided(tale))
    assert count_for_navigation(tale.cast.lead) == 1


def rename(tale: Tale, notice: ResultNotice) -> None:
    candidate = notice.candidate
    Candidate.objects.filter(pk=candidate.pk).update(name=f"{candidate.name}儿")
    person_changed.send(Candidate, candidate=Candidate.objects.get(pk=candidate.pk), at=tale.now)


def test_letters_come_back_to_whoever_wrote_them_though_they_approve_too(tale: Tale) -> None:
    batch, lead = wrote(tale), tale.cast.lead
    approvals.submit_batch(lead, batch.pk, now=tale.now)
    approvals.return_notices(tale.colleague(), [tale.only(batch).pk], "请改。", now=tale.now)
    assert (count_for_navigation(lead), count_for_navigation(tale.cast.recruiter)) == (1, 0)
    approvals.submit_batch(lead, batch.pk, now=tale.now)
    assert count_for_navigation(lead) == 0


def test_what_changed_under_a_letter_is_counted_and_told_once_a_batch(tale: Tale) -> None:
    install_texts(tale.cast, Purpose.DIGEST, now=tale.now)
    first, second, third = tale.of(tale.released(3))
    news = Notification.objects.filter(subject_kind="result_news")
    assert count_for_navigation(tale.cast.recruiter) == 0
    rename(tale, first)
    assert (count_for_navigation(tale.cast.recruiter), news.get().user) == (1, tale.cast.recruiter)
    rename(tale, second)
    assert (count_for_navigation(tale.cast.recruiter), news.count()) == (2, 1)
    notices.rewrite_notices(tale.cast.recruiter, [first.pk, second.pk], now=tale.now)
    assert count_for_navigation(tale.cast.recruiter) == 0
    rename(tale, third)
    assert (count_for_navigation(tale.cast.recruiter), news.count()) == (1, 2)
