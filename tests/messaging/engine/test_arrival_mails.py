"""Mails about an arrival on their way: at once, after the start as well, and leading behind the sign-in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.interviews.places import create_place, held_at
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from tests.messaging.engine.test_digests import mail_of, part, words
from tests.portal.stories import invite
from yuemian.domain.arrival import SignalKind
from yuemian.domain.states import DeliveryState, Purpose
from yuemian.interviews.actions.arrival import Word, say
from yuemian.interviews.actions.arrival_news import ask_who_came
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.models import Interview
from yuemian.messaging.defaults import install_new_purposes
from yuemian.messaging.models import Delivery
from yuemian.trust.tenancy import acting_in


@pytest.fixture
def begun(live: Story, settings: Any) -> Interview:
    """An interview that began twenty minutes ago; its invitation left yesterday."""
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    cast, now = live.cast, live.now
    with acting_in(cast.organization.pk):
        install_new_purposes(cast.organization, now)
        interview = held_at(cast, create_place(cast), now=now, name="王小雨")
        live.who = invite(cast, now=now - timedelta(days=1), interview=interview)  # type: ignore[attr-defined]
        Delivery.objects.update(state="sent", sent_at=now - timedelta(days=1))
        Interview.objects.update(starts_at=now - timedelta(minutes=20))
    return interview


def test_a_delay_is_mailed_after_the_start_as_well(live: Story, begun: Interview) -> None:
    outside = FakeProvider()
    with acting_in(live.cast.organization.pk):
        word = Word(SignalKind.LATE, 30, "<b>地铁</b>停运")
        assert say(live.who.link, word, now=live.now, was_confirmed=False)  # type: ignore[attr-defined]
    deliver(outside)
    assert {message.to for message in outside.sent} == {
        live.cast.recruiter.email,
        live.cast.interviewer.email,
    }
    mail = mail_of(outside.sent[0])
    plain, html = part(mail, "plain"), part(mail, "html")
    assert "王小雨" in str(mail["subject"])
    assert "30" in str(mail["subject"])
    assert "“<b>地铁</b>停运”" in plain
    assert "<b>地铁</b>" not in html
    assert "地铁" in words(html)
    links = set(re.findall(r'href="([^"]+)"', html))
    assert links == {f"http://localhost:8000/interviews/{begun.pk}"}


def test_the_question_leads_to_its_page_and_is_none_of_a_cancelled_one(live: Story, begun: Interview) -> None:
    outside = FakeProvider()
    with acting_in(live.cast.organization.pk):
        assert ask_who_came(live.cast.organization.pk, live.now) == 1
    deliver(outside)
    (message,) = outside.sent
    assert message.to == live.cast.interviewer.email
    html = part(mail_of(message), "html")
    assert set(re.findall(r'href="([^"]+)"', html)) == {f"http://localhost:8000/interviews/{begun.pk}/came"}


def test_a_question_about_a_cancelled_interview_never_leaves(live: Story, begun: Interview) -> None:
    outside = FakeProvider()
    with acting_in(live.cast.organization.pk):
        ask_who_came(live.cast.organization.pk, live.now)
        Interview.objects.update(starts_at=live.now + timedelta(minutes=5))
        cancel_interview(live.cast.recruiter, begun.pk, now=live.now)
    deliver(outside)
    with acting_in(live.cast.organization.pk):
        question = Delivery.objects.get(notification__purpose=Purpose.ATTENDANCE)
    assert (question.state, question.sent_at) == (DeliveryState.CANCELLED, None)
    assert f"/interviews/{begun.pk}/came" not in "".join(part(mail_of(each), "html") for each in outside.sent)
