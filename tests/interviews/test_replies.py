"""A reply by text message is heard whatever our last message to that number was about."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Cast, create_interview, install_texts
from tests.messaging.test_accounts import create_account
from tests.messaging.test_hooks import JSON, NUMBER
from tests.onboarding.stories import hire
from tests.results.stories import Tale
from yuemian.channels.base import Event
from yuemian.channels.base import EventKind as Reported
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.interviews.inbox.thread import message_entry
from yuemian.interviews.models import Interview
from yuemian.interviews.timeline import conversation
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.receipts import record_events
from yuemian.messaging.models import Delivery, Message, Notification, ProviderAccount
from yuemian.trust.vault import Vault

LATE = "我会晚到10分钟"
HOUR = timedelta(hours=1)


@pytest.fixture
def account(cast: Cast, now: datetime) -> ProviderAccount:
    return create_account(cast, now=now, **(JSON | {"url": "https://sms.example.com/"}))


def carry(account: ProviderAccount, *, at: datetime, **which: object) -> None:
    """The newest such message went to the number through this account."""
    told = Notification.objects.filter(candidate__isnull=False, **which).latest("created_at", "id")
    point = ContactPoint.objects.get(candidate=told.candidate_id, channel=Channel.SMS)
    mine = Delivery.objects.filter(notification=told, contact_point=point)
    assert mine.update(account=account.pk, state="sent", sent_at=at) == 1


def reply(account: ProviderAccount, *, at: datetime, text: str = LATE) -> None:
    event = Event(Reported.REPLIED, event_id="r1", at=at, recipient=NUMBER, text=text)
    assert record_events(account, [event], now=at).new == 1


def ask_code(interview: Interview, *, now: datetime) -> None:
    candidate = Candidate.objects.select_related("key", "organization").get(
        pk=interview.application.candidate_id
    )
    point = candidate.contact_points.get(channel=Channel.SMS)
    step_up.send_code(candidate, "data", "browser", to=point, locale="en", now=now)


def test_a_reply_after_a_code_joins_the_conversation(
    cast: Cast, account: ProviderAccount, now: datetime
) -> None:
    install_texts(cast, Purpose.CODE, now=now)
    interview = create_interview(cast, now=now, phone=NUMBER)
    ask_code(interview, now=now)
    carry(account, at=now, purpose=Purpose.CODE)
    reply(account, at=now + HOUR)
    (said,) = conversation(interview)
    assert (said.text, said.channel, said.is_from_candidate, said.other_sender) == (LATE, "sms", True, "")
    assert Message.objects.get().interview_id == interview.pk


def test_a_reply_after_a_result_joins_the_application_that_it_was_about(
    cast: Cast, account: ProviderAccount, now: datetime
) -> None:
    tale = Tale(cast, now)
    tale.released(1, phone=NUMBER)
    decided = Interview.objects.with_people().get()
    other = create_interview(cast, now=now, phone="+8613900000002", starts_at=now + 20 * HOUR)
    other.application.candidate = decided.application.candidate
    other.application.job = cast.sales
    other.application.save()
    carry(account, at=now, purpose=Purpose.RESULT)
    reply(account, at=now + HOUR, text="谢谢")
    assert [said.text for said in conversation(decided)] == ["谢谢"]
    assert conversation(other) == []


def test_a_reply_after_an_onboarding_form_joins_the_conversation(
    cast: Cast, account: ProviderAccount, now: datetime
) -> None:
    hired = hire(cast, now=now, phone=NUMBER)
    carry(account, at=now, purpose=Purpose.ONBOARDING)
    reply(account, at=now + HOUR)
    assert Message.objects.get().conversation.application_id == hired.case.application_id


def test_whoever_answers_a_code_from_an_unproved_number_is_named_as_another(
    cast: Cast, account: ProviderAccount, now: datetime
) -> None:
    """The number was typed by the candidate; whose it is, only the code will tell."""
    install_texts(cast, Purpose.CODE, now=now)
    interview = create_interview(cast, now=now, phone=NUMBER)
    ContactPoint.objects.filter(channel=Channel.SMS).update(state=ContactState.UNCONFIRMED)
    ask_code(interview, now=now)
    carry(account, at=now, purpose=Purpose.CODE)
    reply(account, at=now + HOUR, text="你是谁？")
    (said,) = conversation(interview)
    assert said.other_sender == NUMBER
    key = interview.application.candidate.key
    assert message_entry(Message.objects.get(), Vault(cast.organization.pk), key).said == said
