"""Mails that invite, change and cancel carry one calendar event that follows the interview; others carry none."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from tests.factories import install_texts
from tests.interviews.test_invite import facts_of
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.domain.invitation import interview_uid
from yuemian.domain.states import Purpose
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import cancel_interview, change_interview


class Post(FakeProvider):
    """Reads what it is given as a mail client does."""

    def mails(self) -> list[EmailMessage]:
        found = []
        for message in self.sent:
            assert message.form is not None
            found.append(
                message_from_bytes(message.form.mail(message, timezone.now()), policy=policy.default)
            )
        self.sent.clear()
        return found


@pytest.fixture
def post(settings: Settings) -> Post:
    settings.SMTP_URL = "smtp://mail.example"  # so that pages and actions count on mail
    return Post()


def calendar_of(mail: EmailMessage) -> tuple[Any, Any]:
    body, file = mail.iter_parts()
    part = list(body.iter_parts())[2]
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert file.get_payload(decode=True) == raw
    calendar: Any = Calendar.from_ical(raw)
    assert part["Content-Type"].params["method"] == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(["plain"])
    assert body is not None
    return str(body.get_content())


def test_the_event_follows_the_interview_to_its_end(live: Story, post: Post) -> None:
    (interview,) = live.invite(1, name="王小雨", email="xiaoyu@example.com")
    deliver(post)
    (mail,) = post.mails()
    calendar, event = calendar_of(mail)
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 0)
    assert event["UID"] == interview_uid(interview.pk, interview.application.candidate_id)
    assert event["ATTENDEE"] == "mailto:xiaoyu@example.com"
    assert event["ATTENDEE"].params["CN"] == "王小雨"
    assert event["ORGANIZER"] == f"mailto:{live.cast.recruiter.email}"
    assert event["DTSTART"].dt == interview.starts_at.replace(microsecond=0)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert event["SUMMARY"] == "面试：后端工程师，初试（星河科技）"
    assert event["LOCATION"] == "星河大厦 12 层, 上海市浦东新区世纪大道 100 号"
    assert "身份证" in event["DESCRIPTION"]
    link = str(event["URL"])
    assert link.startswith("http://localhost:8000/c/")
    assert link in text_of(mail)

    later = interview.starts_at + timedelta(days=1)
    live.act(
        lambda: change_interview(
            live.cast.recruiter, interview.pk, facts_of(interview, starts_at=later), now=live.now
        )
    )
    deliver(post)
    calendar, changed = calendar_of(post.mails()[0])
    assert (calendar["METHOD"], changed["SEQUENCE"], changed["UID"]) == ("REQUEST", 1, event["UID"])
    assert changed["DTSTART"].dt == later.replace(microsecond=0)
    assert changed["DTSTAMP"].dt >= event["DTSTAMP"].dt

    live.act(
        lambda: change_interview(
            live.cast.recruiter,
            interview.pk,
            facts_of(interview, starts_at=later, place_name="3 层"),
            now=live.now,
        )
    )
    deliver(post)
    calendar, moved = calendar_of(post.mails()[0])
    assert (moved["SEQUENCE"], moved["LOCATION"][:3]) == (2, "3 层")

    live.act(lambda: cancel_interview(live.cast.recruiter, interview.pk, now=live.now, reason="职位暂停"))
    deliver(post)
    calendar, gone = calendar_of(post.mails()[0])
    assert (calendar["METHOD"], gone["STATUS"], gone["SEQUENCE"]) == ("CANCEL", "CANCELLED", 3)
    assert (gone["UID"], gone["ATTENDEE"]) == (event["UID"], event["ATTENDEE"])
    assert "职位暂停" in gone["DESCRIPTION"]


def test_a_time_to_be_chosen_takes_the_event_out_and_the_chosen_one_puts_it_in_again(
    live: Story, post: Post
) -> None:
    (interview,) = live.invite(1, name="王小雨", email="xiaoyu@example.com")
    deliver(post)
    _, event = calendar_of(post.mails()[0])
    recruiter, until = live.cast.recruiter, live.now + timedelta(days=1)
    live.act(lambda: ask_to_choose(recruiter, interview.pk, until=until, reason="面试官出差", now=live.now))
    deliver(post)
    to_candidate = [mail for mail in post.mails() if "xiaoyu@" in str(mail["To"])]
    calendar, gone = calendar_of(to_candidate[0])
    assert (calendar["METHOD"], gone["STATUS"], gone["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert (gone["UID"], gone["DTSTART"].dt) == (event["UID"], event["DTSTART"].dt)

    later = interview.starts_at.replace(microsecond=0) + timedelta(days=2)
    live.act(
        lambda: change_interview(recruiter, interview.pk, facts_of(interview, starts_at=later), now=live.now)
    )
    deliver(post)
    to_candidate = [mail for mail in post.mails() if "xiaoyu@" in str(mail["To"])]
    calendar, again = calendar_of(to_candidate[0])
    assert (calendar["METHOD"], again["STATUS"], again["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 2)
    assert (again["UID"], again["DTSTART"].dt) == (event["UID"], later)


def test_the_cancellation_of_a_time_to_be_chosen_says_none_and_takes_the_former_event_out(
    live: Story, post: Post
) -> None:
    live.act(lambda: install_texts(live.cast, Purpose.CANCELLATION, now=live.now))
    (interview,) = live.invite(1, name="王小雨", email="xiaoyu@example.com")
    deliver(post)
    _, event = calendar_of(post.mails()[0])
    recruiter, until = live.cast.recruiter, live.now + timedelta(days=1)
    live.act(lambda: ask_to_choose(recruiter, interview.pk, until=until, reason="", now=live.now))
    deliver(post)
    post.mails()
    live.act(lambda: cancel_interview(recruiter, interview.pk, now=live.now, reason="职位暂停"))
    deliver(post)
    (mail,) = post.mails()
    calendar, gone = calendar_of(mail)
    assert (calendar["METHOD"], gone["UID"], gone["DTSTART"].dt) == (
        "CANCEL", event["UID"], event["DTSTART"].dt,
    )  # fmt: skip
    text = text_of(mail)
    assert "不必再选择时间" in text
    assert "原定" not in text
    assert (mail["Subject"], "由您选择" in text) == ("【星河科技】初试取消：后端工程师", False)


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_interviewers_hear_by_mail_that_an_interview_is_off(
    live: Story, post: Post, is_cancelled: bool
) -> None:
    live.act(lambda: install_texts(live.cast, Purpose.STAFF_REMINDER, now=live.now))
    (interview,) = live.invite(1, name="王小雨", email="xiaoyu@example.com")
    deliver(post)
    post.mails()
    recruiter, until = live.cast.recruiter, live.now + timedelta(days=1)
    live.act(
        lambda: (
            cancel_interview(recruiter, interview.pk, now=live.now)
            if is_cancelled
            else ask_to_choose(recruiter, interview.pk, until=until, reason="", now=live.now)
        )
    )
    deliver(post)
    to_staff = [mail for mail in post.mails() if "xiaoyu@" not in str(mail["To"])]
    assert [live.cast.interviewer.email in str(mail["To"]) for mail in to_staff] == [True]
    (mail,) = to_staff
    text = text_of(mail)
    assert "面试不再举行" in mail["Subject"]
    assert ("面试已取消" in text, "正在另选时间" in text) == (is_cancelled, not is_cancelled)
    assert "原定时间" in text
    assert "还没有确认" not in text
    assert not any(part.get_content_type() == "text/calendar" for part in mail.walk())


def test_the_same_invitation_sent_again_is_the_same_event_in_the_same_version(
    live: Story, post: Post
) -> None:
    (interview,) = live.invite(1)
    deliver(post)
    _, first = calendar_of(post.mails()[0])
    live.plan([interview], Purpose.INVITATION)
    deliver(post)
    _, again = calendar_of(post.mails()[0])
    assert (again["UID"], again["SEQUENCE"]) == (first["UID"], first["SEQUENCE"])
    assert again["DTSTAMP"].dt >= first["DTSTAMP"].dt


def test_alike_people_share_one_form_and_nothing_of_each_other(live: Story, post: Post) -> None:
    starts_at = live.now.replace(microsecond=0) + timedelta(days=3)
    interviews = live.invite(8, starts_at=starts_at)
    deliver(post)
    found = {}
    for mail in post.mails():
        _, event = calendar_of(mail)
        found[str(event["UID"])] = event
        text = text_of(mail)
        assert str(event["URL"]) in text
        assert str(event["ATTENDEE"]).removeprefix("mailto:") in str(mail["To"])
        assert str(event["DESCRIPTION"]).count("/c/") == 1
    assert found.keys() == {interview_uid(i.pk, i.application.candidate_id) for i in interviews}
    assert len({str(event["ATTENDEE"]) for event in found.values()}) == 8
    assert len({str(event["URL"]) for event in found.values()}) == 8


def test_the_event_speaks_the_recipients_language(live: Story, post: Post) -> None:
    live.invite(1, locale="en")
    deliver(post)
    _, event = calendar_of(post.mails()[0])
    assert event["SUMMARY"] == "Interview: Backend Engineer, First interview (Galaxy Tech)"
    assert "Please bring:" in event["DESCRIPTION"]


def test_a_reminder_is_no_invitation(live: Story, post: Post) -> None:
    (interview,) = live.invite(1)
    deliver(post)
    post.mails()
    live.plan([interview], Purpose.REMINDER)
    deliver(post)
    (mail,) = post.mails()
    assert mail.get_content_type() == "multipart/alternative"


def test_hostile_names_put_nothing_into_the_calendar(live: Story, post: Post) -> None:
    names = ['王";X=1:mailto:evil@example.com', "雨\\n,;: %s %(uid)s"]
    for name in names:
        live.invite(1, name=name)
    deliver(post)
    mails = post.mails()
    assert len(mails) == 2
    for mail in mails:
        _, event = calendar_of(mail)
        assert str(event["ATTENDEE"]).removeprefix("mailto:") in str(mail["To"])
        assert set(event["ATTENDEE"].params) == {"ROLE", "PARTSTAT", "RSVP", "CN"}
