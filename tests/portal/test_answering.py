"""Answering from the page: one press for a person, two for what may be a machine, and old links."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import Cast
from tests.interviews.test_invite import facts_of
from tests.portal.stories import PHONE, confirm, hidden, invite, invited, phone, tap
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import AccessLink, Conversation, Delivery, Message, Visit


def test_one_press_of_a_person_answers(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    response = tap(phone(), who, "accepted", now=now)
    assert (response.status_code, response["Location"]) == (303, f"{who.address}#answer")
    who.interview.refresh_from_db()
    assert (who.interview.answer, Response.objects.get().was_confirmed) == ("accepted", False)


def test_the_page_then_says_what_was_answered_and_offers_a_change(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    tap(browser, who, "accepted", now=now)
    text = browser.get(who.address).content.decode()
    assert "能来" in text
    assert "修改我的答复" in text
    assert 'value="accepted"' not in text


def test_pressing_twice_records_one_answer(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    tap(browser, who, "accepted", now=now)
    tap(browser, who, "accepted", now=now)
    assert Response.objects.count() == 1


@pytest.mark.parametrize(
    "doubtful",
    [
        {"report": ""},
        {"report": "0.1.touch.0.1"},
        {"report": "1.0.touch.0.1"},
        {"report": "1.1.touch.1.1"},
        {"nonce": ""},
        {"nonce": "1.abc"},
        {"age": 1},
        {"age": 1900},
        {"revision": 2},
    ],
)
def test_a_doubtful_press_gets_a_summary_and_changes_nothing(cast: Cast, doubtful: dict[str, object]) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    response = tap(phone(), who, "declined", now=now, **doubtful)
    assert response.status_code == 200
    assert "尚未发送任何内容" in response.content.decode()
    assert not Response.objects.exists()


def test_the_second_press_answers_with_what_was_written(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    summary = tap(browser, who, "reschedule_requested", now=now, report="", note="周二下午")
    assert hidden(summary, "note") == "周二下午"
    confirm(browser, who, "reschedule_requested", now=now, note=hidden(summary, "note"))
    assert Response.objects.get().was_confirmed
    assert "周二下午" in browser.get(who.address).content.decode()


def test_a_second_press_within_a_moment_is_asked_again(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    assert confirm(phone(), who, "accepted", now=now, age=0.5).status_code == 200
    assert not Response.objects.exists()


def test_the_summary_of_one_answer_cannot_send_another(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    summary = tap(browser, who, "accepted", now=now, report="")
    given = hidden(summary, "confirm")
    browser.post("/c/answer", {"token": who.token, "confirm": given, "answer": "declined"})
    assert not Response.objects.exists()


def test_pressing_another_button_at_once_is_doubted(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    tap(browser, who, "accepted", now=now)
    assert tap(browser, who, "declined", now=now).status_code == 200
    who.interview.refresh_from_db()
    assert who.interview.answer == "accepted"


def test_seconds_after_a_real_delivery_a_press_is_doubted(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    Delivery.objects.update(state="sent", sent_at=now - timedelta(seconds=3), is_rehearsal=False)
    assert tap(phone(), who, "accepted", now=now).status_code == 200
    Delivery.objects.update(sent_at=now - timedelta(minutes=3))
    assert tap(phone(), who, "accepted", now=now).status_code == 303


def test_in_rehearsal_no_scanner_reads_along(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    Delivery.objects.update(state="sent", sent_at=now)
    assert tap(phone(), who, "accepted", now=now).status_code == 303


def test_an_odd_agent_is_doubted(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    browser.defaults["HTTP_USER_AGENT"] = PHONE + " Slackbot"
    assert tap(browser, who, "accepted", now=now).status_code == 200


def test_the_last_answer_counts_and_earlier_ones_stay(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    tap(browser, who, "accepted", now=now)
    confirm(browser, who, "declined", now=now, note="家里有事")
    who.interview.refresh_from_db()
    assert (who.interview.answer, Response.objects.count()) == ("declined", 2)


def test_a_question_reaches_the_conversation_once(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    form = {
        "token": who.token,
        "nonce": who.page_nonce(now=now),
        "report": "1.1.touch.0.1",
        "text": "可以停车吗？",
    }
    assert browser.post("/c/ask", form)["Location"].endswith("#questions")
    browser.post("/c/ask", form)
    assert (Message.objects.count(), Conversation.objects.get().waiting_since is not None) == (1, True)
    assert "可以停车吗？" in browser.get(who.address).content.decode()


def test_a_doubtful_question_gets_a_summary(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    browser.post("/c/ask", {"token": who.token, "nonce": who.page_nonce(now=now), "text": "test"})
    assert not Message.objects.exists()
    confirm(browser, who, "question", now=now, text="test")
    assert Message.objects.count() == 1


def told_then_moved(cast: Cast) -> tuple[Interview, AccessLink, str]:
    now = timezone.now()
    who = invite(cast, now=now)
    Delivery.objects.update(state="sent", sent_at=now - timedelta(hours=1))
    later = facts_of(who.interview, starts_at=who.interview.starts_at + timedelta(days=1, hours=2))
    change_interview(cast.recruiter, who.interview.pk, later, now=now)
    return who.interview, who.link, who.token


def test_an_old_link_shows_the_new_time_and_says_it_changed(cast: Cast) -> None:
    interview, _link, token = told_then_moved(cast)
    text = phone().get(f"/c/{token}").content.decode()
    assert "时间已更改" in text
    assert "<del>" in text
    interview.refresh_from_db()
    assert f"{interview.starts_at:%Y-%m-%dT%H:%M}" in text


def test_an_old_link_never_accepts_the_new_time_with_one_press(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    Delivery.objects.update(state="sent", sent_at=now - timedelta(hours=1))
    later = facts_of(who.interview, starts_at=who.interview.starts_at + timedelta(days=1))
    change_interview(cast.recruiter, who.interview.pk, later, now=now)
    browser = phone()
    # neither from the page that still showed the old time, nor from the one that shows the new
    assert tap(browser, who, "accepted", now=now, revision=1).status_code == 200
    assert tap(browser, who, "accepted", now=now, revision=2).status_code == 200
    # nor by the second press of a summary that showed the old time
    assert confirm(browser, who, "accepted", now=now, revision=1).status_code == 200
    who.interview.refresh_from_db()
    assert (who.interview.answer, Response.objects.count()) == ("needs_action", 0)
    assert confirm(browser, who, "accepted", now=now, revision=2).status_code == 303
    assert (Response.objects.get().revision, Response.objects.get().was_confirmed) == (2, True)


def test_the_new_link_answers_with_one_press(cast: Cast) -> None:
    now = timezone.now()
    interview, _old, _token = told_then_moved(cast)
    fresh = invited(interview)
    assert tap(phone(), fresh, "accepted", now=now, revision=2).status_code == 303


def test_a_cancelled_interview_says_so_and_takes_no_answer(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    cancel_interview(cast.recruiter, who.interview.pk, now=now, reason="职位暂停")
    browser = phone()
    text = browser.get(who.address).content.decode()
    assert "这场面试已取消" in text
    assert "/c/answer" not in text
    assert tap(browser, who, "accepted", now=now).status_code == 303
    assert not Response.objects.exists()


def test_after_the_start_the_answer_stands(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now - timedelta(days=4), starts_at=now - timedelta(minutes=5))
    AccessLink.objects.update(expires_at=now + timedelta(hours=5))
    text = phone().get(who.address).content.decode()
    assert "/c/answer" not in text
    tap(phone(), who, "accepted", now=now)
    assert not Response.objects.exists()


def test_fetches_and_views_are_events_and_a_head_is_nothing(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    phone().head(who.address)
    assert not Visit.objects.exists()
    phone().get(who.address)
    phone().get(who.address)
    phone().post("/c/seen", {"token": who.token, "report": "1.1.touch.0.1"})
    assert sorted(Visit.objects.values_list("kind", "is_suspected_bot")) == [
        ("fetched", False),
        ("viewed", False),
    ]


def test_too_many_presses_are_asked_to_wait(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    browser = phone()
    for _ in range(40):
        browser.post("/c/language", {"token": who.token})
    response = tap(browser, who, "accepted", now=now)
    assert (response.status_code, "Retry-After" in response) == (429, True)
