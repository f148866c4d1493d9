"""A candidate's link opens its page as long as there is word to come; no answer counts once the interview is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.factories import Cast
from tests.interviews.test_invite import facts_of
from tests.portal.stories import Invited, confirm, invite, phone, tap
from yuemian.domain.states import InterviewState
from yuemian.interviews.actions.change import change_interview
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import AccessLink

DAY = timedelta(days=1)


def over(cast: Cast, *, days: float, now: datetime, **fields: object) -> Invited:
    """Whose interview ended so many days ago, and whose link ran out a day later."""
    ended = now - days * DAY
    who = invite(cast, now=ended - 3 * DAY, starts_at=ended - timedelta(hours=1), duration=timedelta(hours=1))
    AccessLink.objects.filter(pk=who.link.pk).update(expires_at=ended + DAY)
    Interview.objects.filter(pk=who.interview.pk).update(**fields)
    return who


def opens(who: Invited) -> bool:
    return phone().get(who.address).status_code == 200


def test_two_weeks_for_who_was_promised_nothing(cast: Cast) -> None:
    now = timezone.now()
    assert opens(over(cast, days=13.9, now=now))
    assert not opens(over(cast, days=14.1, now=now))


def test_thirty_days_from_a_promise_that_may_be_broken(cast: Cast) -> None:
    now = timezone.now()
    who = over(cast, days=40, now=now, result_promised_at=now - 29 * DAY)
    text = phone().get(who.address).content.decode()
    assert "但已延误" in text
    assert not opens(over(cast, days=40, now=now, result_promised_at=now - 31 * DAY))


def test_a_link_says_that_there_is_news_as_long_as_the_letter_opens(cast: Cast) -> None:
    now = timezone.now()
    told = {"result_promised_at": now - 40 * DAY}
    assert opens(over(cast, days=50, now=now, result_told_at=now - 29 * DAY, **told))
    assert not opens(over(cast, days=50, now=now, result_told_at=now - 31 * DAY, **told))
    # Told early, it is not kept for a promise that is kept.
    assert not opens(over(cast, days=50, now=now, result_told_at=now - 31 * DAY, result_promised_at=now))


@pytest.mark.parametrize(
    "fields",
    [
        {"attendance": "no_show"},
        {"attendance": "excused"},
        {"answer": "declined"},
        {"answer": "reschedule_requested"},
        {"state": InterviewState.CANCELLED, "cancelled_at": timezone.now()},
    ],
)
def test_whoever_was_not_interviewed_is_promised_nothing(cast: Cast, fields: dict[str, object]) -> None:
    now = timezone.now()
    who = over(cast, days=3, now=now, result_promised_at=now + DAY, answered_at=now - 5 * DAY, **fields)
    assert not opens(who)


def test_a_link_of_an_interview_to_come_lives_no_longer_than_its_message_said(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now, starts_at=now + DAY)
    AccessLink.objects.filter(pk=who.link.pk).update(expires_at=now - timedelta(minutes=1))
    Interview.objects.filter(pk=who.interview.pk).update(result_promised_at=now + 9 * DAY)
    assert not opens(who)


def test_a_revoked_link_stays_shut_whatever_was_promised(cast: Cast) -> None:
    now = timezone.now()
    who = over(cast, days=2, now=now, result_promised_at=now + DAY)
    assert opens(who)
    AccessLink.objects.filter(pk=who.link.pk).update(revoked_at=now)
    assert not opens(who)


@pytest.mark.parametrize("answer", ["accepted", "declined", "reschedule_requested"])
def test_no_answer_after_the_interview_by_one_press_or_two(cast: Cast, answer: str) -> None:
    now = timezone.now()
    who = over(cast, days=3, now=now, result_promised_at=now + 2 * DAY)
    browser = phone()
    assert 'name="answer"' not in browser.get(who.address).content.decode()
    tap(browser, who, answer, now=now)
    confirm(browser, who, answer, now=now)
    who.interview.refresh_from_db()
    assert (who.interview.answer, Response.objects.count()) == ("needs_action", 0)


def test_a_link_of_an_older_time_says_what_holds_and_offers_no_answer(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now - 9 * DAY, starts_at=now - 4 * DAY)
    later = facts_of(who.interview, starts_at=now - 3 * DAY)
    change_interview(cast.recruiter, who.interview.pk, later, now=now - 8 * DAY)
    Interview.objects.filter(pk=who.interview.pk).update(result_promised_at=now + 2 * DAY)
    AccessLink.objects.update(expires_at=now - 2 * DAY)
    browser = phone()
    text = browser.get(who.address).content.decode()
    assert "感谢你前来面试" in text
    assert "请重新答复" not in text
    assert 'name="answer"' not in text
    confirm(browser, who, "accepted", now=now, revision=2)
    assert not Response.objects.exists()


def test_a_question_can_still_be_asked(cast: Cast) -> None:
    now = timezone.now()
    who = over(cast, days=3, now=now, result_promised_at=now + 2 * DAY)
    browser = phone()
    confirm(browser, who, "question", now=now, text="结果什么时候出来？")
    assert "结果什么时候出来？" in browser.get(who.address).content.decode()
